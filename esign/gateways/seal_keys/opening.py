"""From a URI to a key that seals."""

from __future__ import annotations

from pathlib import Path

from esign.foundation.clock import Clock, SystemClock
from esign.gateways.seal_keys.file_key import FileSealKey
from esign.gateways.seal_keys.file_uri import FileUri
from esign.sealing.key_errors import SealKeyUriWrong
from esign.sealing.ports import SealKey


def open_seal_key(
    uri: str,
    *,
    clock: Clock | None = None,
    base: Path | None = None,
) -> SealKey:
    """Return the key that a URI names, ready to seal: opened, matched with its certificate, valid now.

    Args:
        uri: ``file:KEY.p12?pin-file=PATH``.
        clock: Tells whether the certificate is valid, now and at each use; None: the machine's clock.
        base: Where relative paths count from; None: where the process runs.

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
    raise SealKeyUriWrong
