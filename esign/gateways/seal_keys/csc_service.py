"""Remote signing services that an operator describes in ``csc.toml``: one table for each name."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from esign.gateways.seal_keys.small_files import read_small
from esign.sealing.key_errors import SealKeyServiceWrong, SealKeyUnreadable

_LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class CscService:
    """One remote signing service and the credential to use there (CSC API). No secret stands in it."""

    name: str
    url: str
    """Base address up to the version: ``https://…/csc/v2``."""
    client_id: str
    client_secret_file: Path
    """File whose first line is the secret of the OAuth 2 client."""
    api: str = "v2"
    """``v2`` or ``v1`` (1.0.4)."""
    token_url: str = ""
    """Token endpoint of the authorisation server; empty: where the service's ``info`` says, on its own host only."""
    client_authentication: str = "body"
    """``body`` or ``basic``: where the client's secret stands in the request for a token."""
    credential: str = ""
    """Identifier of the credential; empty: the only one that the service lists."""
    pin_file: Path | None = None
    """File with the PIN of the credential, where it is used with one."""
    chain_file: Path | None = None
    """Certificates above the credential's, where the service does not return them."""
    most: int = 200
    """Hashes in one call at the most; the credential's own limit holds as well."""
    timeout: float = 30.0
    """Seconds after which a call is given up."""

    @classmethod
    def read(cls, path: Path, name: str) -> Self:
        """Return the service of a name.

        Raises:
            SealKeyServiceWrong: The file cannot be read, has no such service, or describes it wrongly.
        """
        try:
            table = tomllib.loads(read_small(path).decode("utf-8"))
        except (SealKeyUnreadable, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SealKeyServiceWrong("the file with the services cannot be read", file=path.name) from error
        described = table.get(name)
        if not isinstance(described, dict):
            raise SealKeyServiceWrong("the file does not describe a service of that name", file=path.name)
        known = {item.name: str(item.type) for item in fields(cls) if item.name != "name"}
        for key in described:
            if key not in known:
                raise SealKeyServiceWrong("unknown setting of a service", setting=key[:40])
        for key in ("url", "client_id", "client_secret_file"):
            if not described.get(key):
                raise SealKeyServiceWrong("a setting of the service is missing", setting=key)
        base = path.resolve().parent
        return cls(name=name, **{key: _typed(key, known[key], value, base) for key, value in described.items()})

    def __post_init__(self) -> None:
        for key in ("url", "token_url"):
            value = getattr(self, key)
            if value and not _safe(value):
                raise SealKeyServiceWrong("https is needed: secrets go there", setting=key)
        choices = {"api": ("v1", "v2"), "client_authentication": ("body", "basic")}
        for key, allowed in choices.items():
            if getattr(self, key) not in allowed:
                raise SealKeyServiceWrong("a value that is not known", setting=key)
        if not 1 <= self.most <= 10_000:
            raise SealKeyServiceWrong("between one and ten thousand hashes go in one call", setting="most")
        if not 0 < self.timeout <= 300:
            raise SealKeyServiceWrong("a call is given up within five minutes", setting="timeout")


def _typed(key: str, kind: str, value: object, base: Path) -> Any:
    if "Path" in kind and isinstance(value, str):
        return base / value
    if kind == "str" and isinstance(value, str):
        return value.rstrip("/") if key == "url" else value
    if kind == "int" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind == "float" and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise SealKeyServiceWrong("a value of the wrong type", setting=key)


def _safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    if not parts.hostname or "@" in parts.netloc or parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
