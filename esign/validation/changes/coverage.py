"""The bytes behind a signature: each must belong to something that a cross-reference names."""

from __future__ import annotations

from collections.abc import Iterator

from esign.pdf import PdfError, PdfLimitError
from esign.validation.changes.found import FoundSignature
from esign.validation.changes.reading import Reading
from esign.validation.findings import Finding, FindingKind

_WHITE = b"\0\t\n\f\r "


class Coverage:
    """What speaks against the bytes behind signatures, whatever the objects there say; each revision is read once.

    Args:
        reading: The file.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._revisions: dict[int, Finding | None] = {}
        self._end = len(reading.data.rstrip(_WHITE))

    def is_whole(self, signature: FoundSignature) -> bool:
        """Whether nothing but white space stands behind the signed bytes."""
        return 0 < signature.end <= len(self._reading.data) and signature.end >= self._end

    def check(self, signature: FoundSignature) -> tuple[Finding, ...]:
        """Return what speaks against the bytes behind a signature's revision."""
        return tuple(dict.fromkeys(self._problems(signature)))

    def _problems(self, signature: FoundSignature) -> Iterator[Finding]:
        reading, pdf = self._reading, self._reading.pdf
        if reading.error is not None:
            what = f"what stands behind the last readable revision cannot be read ({reading.error.code})"
            yield Finding(kind=FindingKind.UNCOVERED_BYTES, what=what)
        elif reading.rest:
            what = "something stands behind the end of the last revision"
            yield Finding(kind=FindingKind.UNCOVERED_BYTES, what=what)
        for index in range(signature.revision + 1, len(pdf.revisions)):
            if index not in self._revisions:
                self._revisions[index] = self._revision(index)
            found = self._revisions[index]
            if found is not None:
                yield found
        behind = pdf.revisions[signature.revision].end
        for anomaly in pdf.anomalies:
            if anomaly.offset >= behind and anomaly.kind != "tail":
                kind = FindingKind.UNCOVERED_BYTES if anomaly.kind == "end" else FindingKind.MODIFIED_AFTER_SIGNING
                yield Finding(kind=kind, what=f"readers may understand the file differently: {anomaly.what}")

    def _revision(self, index: int) -> Finding | None:
        """Return what speaks against the bytes of one revision."""
        try:
            parts = self._reading.pdf.unaccounted(index)
        except PdfLimitError as error:
            what = f"revision {index + 1} holds more than is accounted for within the limits ({error.detail})"
            return Finding(kind=FindingKind.LIMIT_EXCEEDED, what=what)
        except PdfError as error:
            what = f"what was appended in revision {index + 1} cannot be read ({error.code})"
            return Finding(kind=FindingKind.MODIFIED_AFTER_SIGNING, what=what)
        if not parts:
            return None
        what = f"revision {index + 1} holds bytes that belong to nothing a reader knows of"
        return Finding(kind=FindingKind.UNCOVERED_BYTES, what=what)
