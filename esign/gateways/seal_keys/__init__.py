"""Seal keys by URI: a PKCS #12 file, a token, a remote service.

What enters: a URI, and the clock. What leaves: a :class:`~esign.sealing.SealKey` that was checked once (key and
certificate belong together, the certificate is one for signing and valid now) and is used thousands of times; or an
error ``sealing.key.*``. What may be touched here: the file, token or service that the URI names. A PIN or secret
stands in no URI, no error and no log. Clauses: eIDAS Art. 36; RFC 7292, RFC 7512, CSC API v2.
"""

from esign.gateways.seal_keys.certified import Certified
from esign.gateways.seal_keys.deferred_key import DeferredSealKey
from esign.gateways.seal_keys.device import PermittedSealKey
from esign.gateways.seal_keys.file_key import FileSealKey
from esign.gateways.seal_keys.opening import OpenedKey, Surroundings, open_seal_key, opened

__all__ = [
    "Certified",
    "DeferredSealKey",
    "FileSealKey",
    "OpenedKey",
    "PermittedSealKey",
    "Surroundings",
    "open_seal_key",
    "opened",
]
