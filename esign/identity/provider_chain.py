"""The certificates behind an identity provider's key: for whoever does not want to believe a published key set."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime

from esign.foundation.errors import EsignError
from esign.identity.errors import ProviderChainDiffers, ProviderChainMissing, ProviderUntrusted
from esign.identity.id_token import ProviderKeys, find_key, signing_key, token_header
from esign.identity.public_keys import encode_public_key
from esign.proof.certificate_path import CertificatePathError, load_certificate, verify_path

MAX_CHAIN = 6


def provider_chain(provider: ProviderKeys, token: str) -> tuple[bytes, ...]:
    """Return the certificates (DER, the key's own first) that the provider publishes for the key of a token.

    Raises:
        TokenError: The token does not name a usable key of the provider.
        ProviderChainMissing: The key has no certificates (``x5c``).
        ProviderChainDiffers: The first certificate does not certify the key (RFC 7517 section 4.7).
    """
    header = token_header(token)
    published = find_key(provider, header).get("x5c")
    if not isinstance(published, Sequence) or isinstance(published, str) or not 0 < len(published) <= MAX_CHAIN:
        raise ProviderChainMissing
    try:
        chain = tuple(base64.b64decode(text, validate=True) for text in published)
        certified = load_certificate(chain[0]).public_key()
    except (TypeError, ValueError, binascii.Error, EsignError) as error:
        raise ProviderChainDiffers("a published certificate cannot be read") from error
    if encode_public_key(certified) != signing_key(provider, header).as_der(private=False):
        raise ProviderChainDiffers
    return chain


def verify_provider_chain(chain: Sequence[bytes], *, anchors: Sequence[bytes], at: datetime) -> tuple[bytes, ...]:
    """Return the path (DER, anchor last) that makes a provider's certificate trusted at an instant.

    Raises:
        ProviderUntrusted: The chain does not lead to an anchor.
    """
    if not chain:
        raise ProviderChainMissing
    try:
        return verify_path(chain[0], intermediates=chain[1:], anchors=anchors, at=at)
    except CertificatePathError as error:
        raise ProviderUntrusted from error
