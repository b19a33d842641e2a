"""A draft: the document as it stands before anybody signs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPlacement:
    """Where a signature field belongs."""

    name: str
    page: int
    """Index of the page, from 0."""
    box: tuple[float, float, float, float]
    """Left, bottom, right, top in PDF points, origin at the page's lower left corner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file inside the document."""

    name: str
    media_type: str
    relationship: str
    """Value of ``/AFRelationship``: ``Data``, ``Source`` …"""
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A contract as one PDF revision: declared PDF/A-3a and PDF/UA-1, with the contract data attached."""

    pdf: bytes
    pages: int
    fields: tuple[FieldPlacement, ...]
    attachments: tuple[Attachment, ...]
