"""From a URI to a key that seals."""

from __future__ import annotations

from pathlib import Path

from esign.foundation.clock import Clock, SystemClock
from esign.foundation.pkcs11_uri import Pkcs11Uri, Pkcs11UriError
from esign.gateways.seal_keys.file_key import FileSealKey
from esign.gateways.seal_keys.file_uri import FileUri
from esign.gateways.seal_keys.token_key import TokenSealKey
from esign.gateways.seal_keys.token_pin import PinSource
from esign.sealing.key_errors import SealKeyUriWrong
from esign.sealing.ports import SealKey


def open_seal_key(
    uri: str,
    *,
    clock: Clock | None = None,
    base: Path | None = None,
    ask_pin: PinSource | None = None,
) -> SealKey:
    """Return the key that a URI names, ready to seal: opened, matched with its certificate, valid now.

    Args:
        uri: ``file:KEY.p12?pin-file=PATH`` or ``pkcs11:token=…;object=…?module-path=…&pin-source=file:…`` (RFC 7512;
            ``chain-file=…`` for certificates that the token does not hold).
        clock: Tells whether the certificate is valid, now and at each use; None: the machine's clock.
        base: Where relative paths count from; None: where the process runs.
        ask_pin: Answers a token's PIN where the URI names no file with it; None: the token asks for it itself.

    Raises:
        SealKeyError: One subclass for each reason why the key cannot be used (``sealing.key.*``).
    """
    clock = clock or SystemClock()
    scheme = uri.partition(":")[0].lower()
    if scheme == "file":
        named = FileUri.parse(uri, base=base)
        key = FileSealKey.load(named.path, named.pin_path, clock=clock)
        key.certified.require_valid(clock)
        return key
    if scheme == "pkcs11":
        try:
            parsed = Pkcs11Uri.parse(uri)
        except Pkcs11UriError as error:
            raise SealKeyUriWrong(error.detail, **error.facts) from error
        token = TokenSealKey(parsed, clock=clock, ask_pin=ask_pin)
        token.certified.require_valid(clock)
        return token
    raise SealKeyUriWrong
