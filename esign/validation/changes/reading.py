"""A file opened as far as it can be read: what cannot be read behind a readable file is told, not dropped."""

from __future__ import annotations

from dataclasses import dataclass

from esign.pdf import Limits, Pdf, PdfEncryptedError, PdfError, PdfLimitError, PdfXrefError

_TRIES = 4
_MARK = b"%%EOF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A file, and how far it can be read.

    Args:
        data: The whole file.
        pdf: The file as far as it can be read.
        error: Why the rest cannot; None where all of it can.
    """

    data: bytes
    pdf: Pdf
    error: PdfError | None = None

    @property
    def end(self) -> int:
        """Where the last revision that can be read ends."""
        return self.pdf.revisions[-1].end

    @property
    def rest(self) -> bytes:
        """What stands behind it, white space cut."""
        return self.data[self.end :].strip(b"\0\t\n\f\r ")


def open_file(data: bytes, *, limits: Limits | None = None) -> Reading:
    """Open a file; if its end cannot be read, or leads back to an older revision, open what was there before.

    Raises:
        PdfError: Not a PDF, encrypted, larger than allowed, or damaged from the beginning.
    """
    whole: Pdf | None = None
    first: PdfError = PdfXrefError("the end of the file leads back to an older revision")
    try:
        whole = Pdf(data, limits=limits)
        if whole.ends_with_last_revision:
            return Reading(data=data, pdf=whole)
    except (PdfEncryptedError, PdfLimitError):
        raise
    except PdfError as error:
        first = error
    end = len(data)
    for _ in range(_TRIES):
        end = data.rfind(_MARK, 0, end)
        if end <= 0:
            break
        try:
            before = Pdf(data[: end + len(_MARK)], limits=limits)
        except (PdfEncryptedError, PdfLimitError):
            raise
        except PdfError:
            continue
        if whole is None or len(before.revisions) > len(whole.revisions):
            return Reading(data=data, pdf=before, error=first)
    if whole is None:
        raise first
    return Reading(data=data, pdf=whole)
