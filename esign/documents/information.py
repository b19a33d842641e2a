"""What is told before a declaration, as files of its own: the information, and the sheet that law prescribes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from esign.contracts import ContractData
from esign.contracts.duties import Information, InformationSheet, Told, ToldList
from esign.contracts.text import Section
from esign.documents.draft import Attachment
from esign.documents.layout import hold_together
from esign.documents.typesetter import typeset
from esign.foundation.digests import sha256

TEMPLATE = "information"
MEDIA_TYPE = "application/pdf"
_NAMES: Mapping[str, Mapping[str, str]] = {
    "information": {"de": "Informationen.pdf", "en": "Information.pdf"},
    "contract_summary": {"de": "Vertragszusammenfassung.pdf", "en": "Contract-summary.pdf"},
    "credit_information": {"de": "Kreditinformationen.pdf", "en": "Credit-information.pdf"},
    "product_information": {"de": "Produktinformationsblatt.pdf", "en": "Product-information.pdf"},
}
_WORDS = {"de": {"page": "Seite", "of": "von"}, "en": {"page": "Page", "of": "of"}}
_SANDBOX = {
    "de": "SANDBOX: Dies ist eine Vorführung. Personen, Verträge und Zertifikate sind erfunden, nichts gilt.",
    "en": "SANDBOX: This is a demonstration. Persons, contracts and certificates are invented, nothing is binding.",
}
_GERMAN = (
    ("Implementing Regulation", "Durchführungsverordnung"),
    ("Regulation (EU)", "Verordnung (EU)"),
    ("Directive (EU)", "Richtlinie (EU)"),
    ("Nos. ", "Nr. "),
    ("No. ", "Nr. "),
    (" sentence ", " Satz "),
    (" with ", " mit "),
    ("(numbering since 2026-09-27)", "(Zählung seit 27.09.2026)"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file that goes with a contract before the declaration, and is attached to its document."""

    kind: str
    """``information``, ``contract_summary``, ``credit_information`` or ``product_information``."""
    name: str
    title: str
    pdf: bytes = field(repr=False)
    pages: int

    @property
    def attachment(self) -> Attachment:
        """How it is attached to the contract's document."""
        digest = sha256(self.pdf)
        return Attachment(name=self.name, media_type=MEDIA_TYPE, relationship="Supplement", sha256=digest)


def draw_up_information(
    contract: ContractData, told: Information, *, drawn_up_at: datetime, sandbox: bool
) -> tuple[Enclosure, ...]:
    """Return the files that are delivered before the declaration; same contract and instant, same bytes.

    Args:
        contract: Checked contract data.
        told: The information, complete.
        drawn_up_at: Timezone-aware instant that the files carry as their creation date.
        sandbox: Whether nothing of it is real; each file says so.

    Raises:
        GlyphMissing: A character is in none of our typefaces.
        DraftFailed: A file could not be typeset.

    Source: ISO 19005-3 (PDF/A-3), ISO 14289-1 (PDF/UA-1); EGBGB Art. 246a § 4; TKG § 54 (1), (3); VVG § 7 (1).
    """
    lists = [_list(group, told.lang) for group in told.lists]
    whole = {"title": told.title, "lead": [told.lead], "lists": lists, "closing": [told.closing]}
    found = [_enclosure(contract, "information", whole, drawn_up_at, sandbox)]
    if told.sheet is not None:
        found.append(_enclosure(contract, told.sheet.kind, _sheet(told.sheet), drawn_up_at, sandbox))
    return tuple(found)


def clause_in(clause: str, lang: str) -> str:
    """Return a clause as it is written in a language: ``No. 3`` is ``Nr. 3`` in German."""
    if lang == "de":
        for english, german in _GERMAN:
            clause = clause.replace(english, german)
    return clause


def _enclosure(contract: ContractData, kind: str, words: Mapping[str, Any], at: datetime, sandbox: bool) -> Enclosure:
    company, lang = contract.company, contract.lang
    data = {
        **_held(words),
        "lang": lang,
        "reference": contract.reference,
        "company": company.name,
        "company_lines": [
            company.address.street,
            f"{company.address.postal_code} {company.address.town}",
            company.phone,
            company.email,
        ],
        "sandbox": _SANDBOX[lang] if sandbox else "",
        "words": _WORDS[lang],
    }
    sheet = typeset(TEMPLATE, {"data": json.dumps(data, ensure_ascii=False)}, at=at)
    pages = next((int(report["pages"]) for report in sheet.reports if report["kind"] == "document"), 0)
    return Enclosure(kind=kind, name=_NAMES[kind][lang], title=str(words["title"]), pdf=sheet.pdf, pages=pages)


def _list(group: ToldList, lang: str) -> dict[str, Any]:
    """Return a list in which neighbours that one text answers stand together."""
    items: list[tuple[list[Told], tuple[Section, ...]]] = []
    for item in group.items:
        known = next((each for each in items if each[1] == item.sections), None)
        if known is not None:
            known[0].append(item)
        else:
            items.append(([item], item.sections))
    return {"title": group.title, "items": [_item(told, sections, lang) for told, sections in items]}


def _item(told: list[Told], sections: tuple[Section, ...], lang: str) -> dict[str, Any]:
    return {
        "label": " · ".join(dict.fromkeys(item.label for item in told)),
        "clause": "; ".join(dict.fromkeys(clause_in(item.duty.clause, lang) for item in told)),
        "sections": _sections(sections),
    }


def _sheet(sheet: InformationSheet) -> dict[str, Any]:
    items = [
        {"label": section.heading, "clause": "", "sections": _sections([section], headed=False)}
        for section in sheet.sections
    ]
    return {"title": sheet.title, "lead": [sheet.note], "lists": [{"title": "", "items": items}], "closing": []}


def _sections(sections: Iterable[Section], *, headed: bool = True) -> list[dict[str, Any]]:
    return [
        {
            "heading": section.heading if headed else "",
            "paragraphs": list(section.paragraphs),
            "points": list(section.points),
        }
        for section in sections
    ]


def _held(value: Any) -> Any:
    """Return the words with no-break spaces where no line may break."""
    if isinstance(value, str):
        return hold_together(value)
    if isinstance(value, Mapping):
        return {key: _held(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_held(item) for item in value]
    return value
