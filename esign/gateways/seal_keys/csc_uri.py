"""The name of a key at a remote signing service: ``csc:NAME``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from esign.sealing.key_errors import SealKeyUriWrong

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
DEFAULT = "csc.toml"
"""The file with the services, where nothing else is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CscUri:
    """Which service of which file."""

    name: str
    services: Path | None
    """The file, where the URI names one (``csc:NAME?services=PATH``)."""

    @classmethod
    def parse(cls, text: str, *, base: Path | None = None) -> CscUri:
        """Read a URI.

        Raises:
            SealKeyUriWrong: Another scheme, no name, or an attribute that is not known.
        """
        scheme, _, rest = text.partition(":")
        name, question, query = rest.partition("?")
        if scheme.lower() != "csc" or not _NAME.fullmatch(name):
            raise SealKeyUriWrong("csc: and the name of a service are expected")
        if not question:
            return cls(name=name, services=None)
        attribute, _, value = query.partition("=")
        try:
            path = unquote_to_bytes(value).decode("utf-8")
        except UnicodeDecodeError as error:
            raise SealKeyUriWrong("a path is not UTF-8") from error
        if attribute != "services" or not path or "\x00" in path or "&" in value:
            raise SealKeyUriWrong("services is the one attribute of csc:", attribute=attribute[:20])
        return cls(name=name, services=(base or Path()) / path)
