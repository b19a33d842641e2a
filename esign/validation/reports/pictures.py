"""What changes look like: the pages that a signature covers beside the pages as they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from esign.documents.compare import Comparison, compare_pages
from esign.documents.errors import RenderingFailed
from esign.validation.reports.subject import Subject
from esign.validation.verdict import FileVerdict, SignatureVerdict

MOST = 2
"""Signatures whose changes are pictured; each costs a helper some seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PicturedChange:
    """What was done behind one signature, for the eye.

    Args:
        field: The signature's field.
        comparison: Pages that differ; None where they could not be pictured.
    """

    field: str
    comparison: Comparison | None


def pictured_changes(
    verdict: FileVerdict, subject: Subject, *, compare: Callable[[bytes, bytes], Comparison] = compare_pages
) -> tuple[PicturedChange, ...]:
    """Return pictures for the signatures behind which something unpermitted, or a remark, stands.

    A signature whose own bytes were changed has none: what was signed is not in the file any more.

    Args:
        verdict: What was found.
        subject: The file.
        compare: Makes the pictures, in a process of its own.

    Raises:
        HelpersBusy: Too many files are being looked into right now.
    """
    found: dict[int, PicturedChange] = {}
    for signature in verdict.signatures:
        end = signature.place.covered_until
        if not _changed(signature) or not 0 < end < subject.size or end in found:
            continue
        if len(found) == MOST:
            break
        try:
            comparison: Comparison | None = compare(subject.data[:end], subject.data)
        except RenderingFailed:
            comparison = None
        found[end] = PicturedChange(field=signature.field, comparison=comparison)
    return tuple(found.values())


def _changed(signature: SignatureVerdict) -> bool:
    """Whether anything was done that the signature does not permit, or that nobody signed."""
    changes = signature.changes
    return signature.integrity and (bool(changes.findings) or any(not one.permitted for one in changes.changes))
