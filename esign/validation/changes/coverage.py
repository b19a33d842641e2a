"""The bytes behind a signature: each must belong to something that a cross-reference names."""

from __future__ import annotations

from collections.abc import Iterator

from esign.pdf import PdfError, PdfLimitError
from esign.validation.changes.change import Change, ChangeKind
from esign.validation.changes.found import FoundSignature
from esign.validation.changes.reading import Reading
from esign.validation.findings import Finding, FindingKind

_WHITE = b"\0\t\n\f\r "
_LINES = b"\r\n"
_LINE_ENDS = 6
"""The end of the last line and two more: what editors and mail programs leave behind a file."""
_GAP = 16
"""What writers leave between objects."""
_REMARK = 64
"""White space and comments that an update may have besides: some writers leave their name there (none more than 42)."""
_END = 40
"""The longest ``startxref`` with its number, mark and line ends."""
MOST_PADDING = 1_024
"""So far before the end of a file readers look for its mark; more than that, there or in an update, is no padding."""


class Coverage:
    """What speaks against the bytes behind signatures, whatever the objects there say; each revision is read once.

    Args:
        reading: The file.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._revisions: dict[int, Finding | None] = {}
        self._padding: dict[int, int] = {}
        self._end = _without_line_ends(reading.data)

    def is_whole(self, signature: FoundSignature) -> bool:
        """Whether nothing but the end of a line stands behind the signed bytes."""
        return 0 < signature.end <= len(self._reading.data) and signature.end >= self._end

    def added(self, signature: FoundSignature) -> tuple[Change, ...]:
        """Return whether white space was added behind a signature; too much of it is permitted by nothing."""
        within = (size for _, size in self._paddings(signature) if size > _REMARK)
        size = max(self._behind(signature), *within, 0)
        if not size:
            return ()
        return (Change(kind=ChangeKind.PADDING, permitted=size <= MOST_PADDING, what="white space was appended"),)

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
        elif self._behind(signature) > MOST_PADDING:
            what = "more white space stands behind the end of the last revision than any program leaves"
            yield Finding(kind=FindingKind.UNCOVERED_BYTES, what=what)
        for index, size in self._paddings(signature):
            if size > MOST_PADDING:
                what = f"revision {index + 1} holds more white space and comments than any program leaves"
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

    def _behind(self, signature: FoundSignature) -> int:
        """Return how much white space stands behind everything; 0 where it is the end of a line, or signed."""
        reading = self._reading
        if reading.error is not None or reading.rest:
            return 0
        return max(self._end - max(reading.end, signature.end), 0)

    def _paddings(self, signature: FoundSignature) -> Iterator[tuple[int, int]]:
        """Yield each revision behind a signature and its white space and comments beyond the ends of lines."""
        first = signature.revision + 1
        for index in range(first, len(self._reading.pdf.revisions)):
            if index not in self._padding:
                self._padding[index] = self._beyond(index)
            signed = signature.end - self._reading.pdf.revisions[index].start if index == first else 0
            yield index, self._padding[index] - max(signed, 0)

    def _beyond(self, index: int) -> int:
        pdf = self._reading.pdf
        try:
            gaps = pdf.padding(index)
        except PdfError:
            return 0  # told as such
        revision = pdf.revisions[index]
        own = max(revision.end - revision.marker - _END, 0)
        return own + sum(max(end - start - _GAP, 0) for start, end in gaps)

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


def _without_line_ends(data: bytes) -> int:
    """Return where a file ends, the ends of a few lines left out."""
    end = len(data.rstrip(_WHITE))
    rest = data[end:]
    return end if len(rest) <= _LINE_ENDS and not rest.strip(_LINES) else len(data)
