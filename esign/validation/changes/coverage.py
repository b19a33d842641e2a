"""The bytes behind a signature: each must belong to something that a cross-reference names."""

from __future__ import annotations

from collections.abc import Iterator

from esign.pdf import PdfError, PdfLimitError
from esign.validation.changes.found import FoundSignature
from esign.validation.changes.reading import Reading
from esign.validation.findings import Finding, FindingKind

_WHITE = b"\0\t\n\f\r "


def covers_whole_file(reading: Reading, signature: FoundSignature) -> bool:
    """Whether nothing but white space stands behind the signed bytes."""
    return 0 < signature.end <= len(reading.data) and not reading.data[signature.end :].strip(_WHITE)


def check_coverage(reading: Reading, signature: FoundSignature) -> tuple[Finding, ...]:
    """Return what speaks against the bytes behind a signature's revision, whatever the objects there say.

    Args:
        reading: The file.
        signature: The signature.
    """
    return tuple(dict.fromkeys(_problems(reading, signature)))


def _problems(reading: Reading, signature: FoundSignature) -> Iterator[Finding]:
    pdf = reading.pdf
    if reading.error is not None:
        what = f"what stands behind the last readable revision cannot be read ({reading.error.code})"
        yield Finding(kind=FindingKind.UNCOVERED_BYTES, what=what)
    elif reading.rest:
        what = "something stands behind the end of the last revision"
        yield Finding(kind=FindingKind.UNCOVERED_BYTES, what=what)
    for revision in pdf.revisions[signature.revision + 1 :]:
        try:
            parts = pdf.unaccounted(revision.index)
        except PdfLimitError as error:
            what = f"revision {revision.index + 1} holds more than is accounted for within the limits"
            yield Finding(kind=FindingKind.LIMIT_EXCEEDED, what=f"{what} ({error.detail})")
            continue
        except PdfError as error:
            what = f"what was appended in revision {revision.index + 1} cannot be read ({error.code})"
            yield Finding(kind=FindingKind.MODIFIED_AFTER_SIGNING, what=what)
            continue
        if parts:
            what = f"revision {revision.index + 1} holds bytes that belong to nothing a reader knows of"
            yield Finding(kind=FindingKind.UNCOVERED_BYTES, what=what)
    behind = pdf.revisions[signature.revision].end
    for anomaly in pdf.anomalies:
        if anomaly.offset >= behind and anomaly.kind != "tail":
            kind = FindingKind.UNCOVERED_BYTES if anomaly.kind == "end" else FindingKind.MODIFIED_AFTER_SIGNING
            yield Finding(kind=kind, what=f"readers may understand the file differently: {anomaly.what}")
