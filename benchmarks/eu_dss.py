"""Agreement with what EU DSS's own tests say of their PDFs: ``python -m benchmarks.eu_dss FOLDER``.

The folder is ``dss-pades/src/test`` of a checkout. Read are the test classes that validate one PDF of ``resources``:
the level that they expect of the first signature, whether they expect everything to be intact (``checkBLevelValid``
unchanged) or something not to be, and whether they expect changes behind a signature that nothing permits. Trust is
not compared: their anchors are their own.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from esign.validation.certificates import NoTrustAnchors
from esign.validation.changes import ChangeKind
from esign.validation.findings import FindingKind
from esign.validation.process import Material
from esign.validation.verdict import FileVerdict, Outcome, verify

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
_FILE = re.compile(r'getResourceAsStream\(\s*"(/[^"]+\.(?:pdf|PDF))"')
_LEVEL = re.compile(r"assertEquals\(SignatureLevel\.(\w+), diagnosticData\.getSignatureFormat\(\w+\.getFirst")
_BROKEN = re.compile(r"assertFalse\([\w.()]*(?:isBLevelTechnicallyValid|isSignatureIntact)\(")
_OVERRIDDEN = re.compile(r"void (?:checkBLevelValid|verify\w*|checkSignatureIntact)\(")
_CHANGED = re.compile(
    r"assert(?:True\(Utils\.isCollectionNotEmpty\([\w.]*getPdfUndefinedChanges"
    r"|False\(Utils\.isCollectionEmpty\([\w.]*getPdfUndefinedChanges)"
)
_UNCHANGED = re.compile(
    r"assert(?:True\(Utils\.isCollectionEmpty\([\w.]*getPdfUndefinedChanges"
    r"|False\(Utils\.isCollectionNotEmpty\([\w.]*getPdfUndefinedChanges)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one of their tests says of a file.

    Args:
        test: Its class.
        file: The PDF.
        about: ``level``, ``intact`` or ``changes``.
        expected: What it says.
    """

    test: str
    file: Path
    about: str
    expected: str


def claims(folder: Path) -> Iterator[Claim]:
    """Yield what the tests say."""
    for path in sorted(folder.glob("java/**/validation/**/*.java")):
        source = path.read_text("utf-8", "replace")
        names = set(_FILE.findall(source))
        if len(names) != 1 or "extends " not in source or "signDocument(" in source:
            continue
        file = folder / "resources" / names.pop().lstrip("/")
        if not file.is_file():
            continue
        levels = set(_LEVEL.findall(source))
        if len(levels) == 1:
            yield Claim(test=path.stem, file=file, about="level", expected=levels.pop().replace("_", "-"))
        if _BROKEN.search(source):
            yield Claim(test=path.stem, file=file, about="intact", expected="broken")
        elif not _OVERRIDDEN.search(source) and re.search(r"extends Abstract\w*PAdES\w*Valid\w*", source):
            yield Claim(test=path.stem, file=file, about="intact", expected="intact")
        if _CHANGED.search(source):
            yield Claim(test=path.stem, file=file, about="changes", expected="changed")
        elif _UNCHANGED.search(source):
            yield Claim(test=path.stem, file=file, about="changes", expected="unchanged")


def answer(claim: Claim, verdict: FileVerdict) -> str:
    """Return what we say on the same point."""
    if verdict.outcome is Outcome.CLEAN_ERROR:
        return f"unreadable ({verdict.error.detail if verdict.error else ''})"
    if not verdict.signatures:
        return {"intact": "broken", "changes": "unchanged"}.get(claim.about, "no signature")
    if claim.about == "level":
        return verdict.signatures[0].level.replace("_", "-")
    if claim.about == "intact":
        return "intact" if all(signature.integrity for signature in verdict.signatures) else "broken"
    changes = [change for part in verdict.parts for change in part.changes.changes]
    found = {finding.kind for finding in verdict.all_findings}
    bytes_ = {FindingKind.UNCOVERED_BYTES, FindingKind.MODIFIED_AFTER_SIGNING}
    forbidden = any(change.kind is ChangeKind.MODIFICATION or not change.permitted for change in changes)
    return "changed" if forbidden or found & bytes_ else "unchanged"


def main(arguments: list[str]) -> int:
    """Count and print."""
    if len(arguments) != 1:
        sys.exit("usage: python -m benchmarks.eu_dss FOLDER")
    counted: Counter[tuple[str, bool]] = Counter()
    verdicts: dict[Path, FileVerdict] = {}
    for claim in claims(Path(arguments[0])):
        if claim.file not in verdicts:
            verdicts[claim.file] = verify(
                claim.file.read_bytes(), trust=NoTrustAnchors(), material=Material(), at=AT, name=claim.file.name
            )
        said = answer(claim, verdicts[claim.file])
        agrees = said.lower() == claim.expected.lower()
        counted[claim.about, agrees] += 1
        if not agrees:
            print(f"{claim.about}: {claim.test} ({claim.file.name}): expected {claim.expected}, we say {said}")
    for about in ("level", "intact", "changes"):
        total = counted[about, True] + counted[about, False]
        print(f"{about}: {counted[about, True]} of {total} agree")
    raised = [path.name for path, v in verdicts.items() if v.error is not None and "a check broke" in v.error.detail]
    print(f"{len(verdicts)} files; checks that broke: {', '.join(raised) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
