"""The name of an object on a cryptographic token: the PKCS #11 URI."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from esign.foundation.errors import EsignError

_PATH = {"token", "manufacturer", "serial", "model", "object", "type", "id", "slot-id"}
_QUERY = {"module-path", "pin-source", "chain-file"}


class Pkcs11UriError(EsignError):
    """This names no object on a cryptographic token."""

    code = "pkcs11_uri"
    source = "RFC 7512"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pkcs11Uri:
    """Which token, which object on it, the library that speaks to it, and where its PIN lies.

    Source: RFC 7512 section 2.3. A PIN inside the URI (``pin-value``) is refused: configurations are no place for it.
    """

    module: Path
    """Library of the token's maker (``module-path``)."""
    token: str | None
    serial: str | None
    slot: int | None
    label: str | None
    """Label of the object (``object``)."""
    id: bytes | None
    """``CKA_ID`` of the object."""
    pin_file: Path | None
    """File whose first line is the PIN (``pin-source``)."""
    chain_file: Path | None = None
    """File with certificates (PEM or DER) that the token does not hold (``chain-file``, ours)."""

    @classmethod
    def parse(cls, text: str) -> Pkcs11Uri:
        """Read a URI.

        Raises:
            Pkcs11UriError: Another scheme, an attribute that is not understood, or one that is missing.
        """
        scheme, colon, rest = text.partition(":")
        if scheme.lower() != "pkcs11" or not colon:
            raise Pkcs11UriError("the URI begins with pkcs11:")
        path, _, query = rest.partition("?")
        found = _attributes(path, ";", _PATH) | _attributes(query, "&", _QUERY)
        if "module-path" not in found:
            raise Pkcs11UriError("the library of the token is missing", attribute="module-path")
        if "token" not in found and "serial" not in found and "slot-id" not in found:
            raise Pkcs11UriError("the token is not named", attribute="token")
        if "object" not in found and "id" not in found:
            raise Pkcs11UriError("the object on the token is not named", attribute="object")
        slot = _text(found, "slot-id")
        if slot is not None and not (slot.isascii() and slot.isdigit()):
            raise Pkcs11UriError("the slot is no number", attribute="slot-id")
        pin, chain = _text(found, "pin-source"), _text(found, "chain-file")
        return cls(
            module=_absolute("module-path", _text(found, "module-path") or ""),
            token=_text(found, "token"),
            serial=_text(found, "serial"),
            slot=None if slot is None else int(slot),
            label=_text(found, "object"),
            id=found.get("id"),
            pin_file=None if pin is None else _absolute("pin-source", pin.removeprefix("file:")),
            chain_file=None if chain is None else _absolute("chain-file", chain),
        )


def _attributes(part: str, separator: str, known: set[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for item in part.split(separator) if part else ():
        name, equals, value = item.partition("=")
        if name not in known or not equals or name in found:
            raise Pkcs11UriError("an attribute is unknown here, empty or given twice", attribute=name[:20])
        found[name] = unquote_to_bytes(value)
    return found


def _text(found: dict[str, bytes], name: str) -> str | None:
    try:
        return found[name].decode("utf-8") if name in found else None
    except UnicodeDecodeError as error:
        raise Pkcs11UriError("an attribute is not UTF-8", attribute=name) from error


def _absolute(name: str, value: str) -> Path:
    path = Path(value)
    if not path.is_absolute() or "\x00" in value:
        raise Pkcs11UriError("an absolute path is needed", attribute=name)
    return path
