"""Agreement with pyHanko on PDFs of a folder: ``python -m benchmarks.beside_pyhanko FOLDER``; nothing is committed.

Compared for each signature that both see, by the bytes that it covers: does it verify, and was the document changed
behind it beyond what is permitted (pyHanko: modification level *other*, or a certification that was broken). Trust is
not compared.
"""

from __future__ import annotations

import io
import logging
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from esign.validation.certificates import NoTrustAnchors
from esign.validation.changes import ChangeKind
from esign.validation.findings import FindingKind
from esign.validation.process import Material
from esign.validation.verdict import Outcome, SignatureVerdict, verify

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
Said = tuple[bool, bool]
"""Whether it verifies, and whether something was changed that must not be."""


def theirs(data: bytes) -> dict[tuple[int, ...], Said] | str:
    """Return what pyHanko says of each signature, by its byte range; or what it raised."""
    found: dict[tuple[int, ...], Said] = {}
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=False)
        for signature in reader.embedded_regular_signatures:
            status = validate_pdf_signature(signature, ValidationContext(trust_roots=[], allow_fetching=False))
            changed = status.modification_level is ModificationLevel.OTHER or status.docmdp_ok is False
            found[tuple(int(number) for number in signature.byte_range)] = (status.intact and status.valid, changed)
    except Exception as error:  # it raises what it raises
        return type(error).__name__
    return found


def ours(data: bytes) -> dict[tuple[int, ...], Said] | str:
    """Return what we say."""
    verdict = verify(data, trust=NoTrustAnchors(), material=Material(), at=AT)
    if verdict.outcome is Outcome.CLEAN_ERROR:
        return verdict.error.code if verdict.error is not None else "unreadable"
    return {
        tuple(part.place.byte_range or ()): (part.integrity, _changed(part))
        for part in verdict.signatures
        if part.place
    }


def _changed(signature: SignatureVerdict) -> bool:
    kinds = {finding.kind for finding in signature.changes.findings}
    told = {
        FindingKind.MODIFIED_AFTER_SIGNING,
        FindingKind.UNCOVERED_BYTES,
        FindingKind.DOCMDP_VIOLATION,
        FindingKind.FIELDMDP_VIOLATION,
        FindingKind.FIELD_VALUE_APPEARANCE_MISMATCH,
        FindingKind.ATTACHMENT_CHANGED,
    }
    return bool(kinds & told) or any(c.kind is ChangeKind.MODIFICATION for c in signature.changes.changes)


def main(arguments: list[str]) -> int:
    """Count and print."""
    if len(arguments) != 1:
        sys.exit("usage: python -m benchmarks.beside_pyhanko FOLDER")
    logging.disable(logging.CRITICAL)
    counted: Counter[str] = Counter()
    for path in sorted(Path(arguments[0]).rglob("*.pdf")):
        data = path.read_bytes()
        their, our = theirs(data), ours(data)
        counted["files"] += 1
        if isinstance(their, str) or isinstance(our, str):
            if isinstance(their, str) and isinstance(our, str):
                counted["unreadable for both"] += 1
            elif isinstance(their, str):
                counted["only pyHanko raised"] += 1
                print(f"{path.name}: pyHanko raised {their}; we see {len(our)} signatures")
            elif their:
                counted["only we refuse a signed file"] += 1
                print(f"{path.name}: we say {our}; pyHanko sees {len(their)} signatures")
            else:
                counted["we refuse an unsigned file"] += 1
            continue
        for place in sorted(their.keys() | our.keys()):
            counted["signatures"] += 1
            if their.get(place) == our.get(place):
                counted["agree"] += 1
            else:
                print(f"{path.name} {place}: pyHanko {their.get(place)}, we {our.get(place)} (verifies, changed)")
    print(", ".join(f"{word}: {count}" for word, count in counted.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
