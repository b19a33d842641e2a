"""The name of a key in a PKCS #12 file: ``file:KEY.p12?pin-file=PATH``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from esign.sealing.key_errors import SealKeyUriWrong


@dataclass(frozen=True, slots=True, kw_only=True)
class FileUri:
    """Where the key lies, and the file with its PIN. A PIN itself has no place in a URI."""

    path: Path
    pin_path: Path | None

    @classmethod
    def parse(cls, text: str, *, base: Path | None = None) -> FileUri:
        """Read a URI. Percent signs escape; a relative path counts from ``base``, or from where the process runs.

        Raises:
            SealKeyUriWrong: Another scheme, a host, or an attribute that is not known.
        """
        scheme, colon, rest = text.partition(":")
        if scheme.lower() != "file" or not colon:
            raise SealKeyUriWrong("the URI begins with file:")
        path, question, query = rest.partition("?")
        if path.startswith("///"):
            path = path[2:]
        elif path.startswith("//"):
            raise SealKeyUriWrong("a file on this machine is expected, not on another host")
        pin = None
        if question:
            name, equals, value = query.partition("=")
            if name != "pin-file" or not equals or "&" in value:
                raise SealKeyUriWrong("pin-file is the one attribute of a file", attribute=name[:20])
            pin = _path(value, base)
        return cls(path=_path(path, base), pin_path=pin)


def _path(text: str, base: Path | None) -> Path:
    try:
        name = unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError as error:
        raise SealKeyUriWrong("a path is not UTF-8") from error
    if not name or "\x00" in name or "#" in text:
        raise SealKeyUriWrong("a path is missing, or is none")
    return (base or Path()) / name
