"""What a report is about, and who makes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from esign.foundation.digests import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The file that a report is about.

    Args:
        name: Of the file, without its folder.
        size: In bytes.
        sha256: Over the whole file (32 bytes).
        data: The whole file.
    """

    name: str
    size: int
    sha256: bytes
    data: bytes

    @classmethod
    def of(cls, name: str, data: bytes) -> Subject:
        """Return the subject for a file's name and bytes; folders before the name are left out."""
        return cls(name=name.replace("\\", "/").rsplit("/", 1)[-1], size=len(data), sha256=sha256(data), data=data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Who makes reports.

    Args:
        name: The program with its version.
        operator: Who runs it; empty where that is not configured.
        certificate: Of the seal (DER) that the report will carry; None without a seal.
        sandbox: Whether that seal comes from a sandbox.
    """

    name: str
    operator: str = ""
    certificate: bytes | None = None
    sandbox: bool = False


def this_program(*, find: Callable[[str], str] = version) -> str:
    """Return the program's name and version."""
    try:
        return f"esign {find('esign')}"
    except PackageNotFoundError:
        return "esign"
