"""A file opened as far as it can be read: what cannot be read behind a readable file is told, not dropped."""

from __future__ import annotations

from dataclasses import dataclass

from esign.pdf import Limits, Pdf, PdfEncryptedError, PdfError, PdfLimitError

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
    """Open a file; if its end cannot be read, open what was there before.

    Raises:
        PdfError: Not a PDF, encrypted, larger than allowed, or damaged from the beginning.
    """
    try:
        return Reading(data=data, pdf=Pdf(data, limits=limits))
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
            return Reading(data=data, pdf=Pdf(data[: end + len(_MARK)], limits=limits), error=first)
        except (PdfEncryptedError, PdfLimitError):
            raise
        except PdfError:
            continue
    raise first
