"""Files within the contract's document, besides the contract data: attached after typesetting, in the same revision."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime

import pikepdf

from esign.documents.own_pages import written


def with_files(pdf: bytes, files: Sequence[tuple[str, str, bytes]], *, at: datetime) -> bytes:
    """Return a document of one revision with PDF files attached to it; same files, same bytes.

    Args:
        pdf: The document as it was typeset.
        files: Name, title and bytes of each.
        at: Instant that the files carry as the date of their last change.

    Source: ISO 19005-3 clause 6.8 (embedded files); ISO 32000-2 clause 14.13 (associated files).
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for name, title, content in files:
            spec = pikepdf.AttachedFileSpec(
                document,
                content,
                filename=name,
                mime_type="application/pdf",
                description=title,
                creation_date="",
                mod_date=at.astimezone(UTC).strftime("D:%Y%m%d%H%M%SZ"),
            )
            spec.relationship = pikepdf.Name.Supplement
            document.attachments[name] = spec
        return written(document)
