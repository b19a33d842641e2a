"""The instruction on the right of withdrawal in the words of the contract, and the digest that fixes them."""

from __future__ import annotations

from esign.contracts import ContractData
from esign.contracts.text import Section, compose
from esign.foundation.digests import sha256

Part = tuple[str, tuple[str, ...]]


def instruction_parts(contract: ContractData) -> tuple[str, tuple[Part, ...]]:
    """Return title and sections of the instruction with the model form behind it; nothing where there is no right.

    Source: EGBGB Art. 246a § 1 (2), Anlagen 1 and 2.
    """
    text = compose(contract)
    sections = (*text.instruction, *([text.form] if text.form is not None else []))
    return text.instruction_title, tuple(_part(section) for section in sections)


def instruction_digest(contract: ContractData) -> str:
    """Return the hexadecimal SHA-256 of the instruction's words; empty where there is no right of withdrawal."""
    title, parts = instruction_parts(contract)
    if not parts:
        return ""
    words = "\n\n".join((title, *("\n".join((heading, *paragraphs)) for heading, paragraphs in parts)))
    return sha256(words.encode()).hex()


def _part(section: Section) -> Part:
    points = tuple(f"– {point}" for point in section.points)
    return section.heading, (*section.paragraphs[:1], *points, *section.paragraphs[1:])
