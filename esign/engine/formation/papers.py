"""What the confirmation of a contract brings along: the confirmation itself, the instruction, the withdrawal form."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from esign.contracts import ContractData
from esign.contracts.consents import Consent
from esign.contracts.formation import Concluded, Formation, OrderButtonPressed
from esign.contracts.text import compose
from esign.documents.notices import Notice
from esign.engine.contents import ContractContents
from esign.engine.formation.instruction import instruction_parts
from esign.engine.household import Household
from esign.engine.records import ContractRecord
from esign.engine.rights.notices import local_instant

_WORDS: Mapping[str, Mapping[str, str]] = {
    "de": {
        "title": "Vertragsbestätigung",
        "title_alone": "Bestätigung Ihrer Erklärung",
        "lead": (
            "Wir bestätigen Ihnen den Vertrag, den Sie mit uns geschlossen haben. Sein vollständiger Inhalt steht im "
            "beiliegenden unterschriebenen Dokument; bewahren Sie alle Dateien unverändert auf."
        ),
        "lead_alone": (
            "Ihre Erklärung ist bei uns vollständig eingegangen. Das unterschriebene Dokument liegt bei; bewahren Sie "
            "alle Dateien unverändert auf."
        ),
        "contract": "Vertrag",
        "number": "Nummer",
        "company": "Unternehmen",
        "party": "Sie",
        "parties": "Vertragspartner",
        "concluded": "Zustande gekommen am",
        "received": "Eingegangen am",
        "pressed": "Bestellt über die Schaltfläche",
        "enclosed": "Anlagen",
        "document": "das unterschriebene Dokument (PDF)",
        "instruction": "die Widerrufsbelehrung",
        "form": "das Muster-Widerrufsformular",
        "right": (
            "Sie haben ein Widerrufsrecht. Wie Sie es ausüben und wie lange, sagt die beiliegende Widerrufsbelehrung."
        ),
        "quote": "„{}“",
    },
    "en": {
        "title": "Confirmation of your contract",
        "title_alone": "Confirmation of your declaration",
        "lead": (
            "We confirm the contract that you have concluded with us. Its whole content stands in the signed document "
            "that is enclosed; keep all files unchanged."
        ),
        "lead_alone": (
            "Your declaration has reached us completely. The signed document is enclosed; keep all files unchanged."
        ),
        "contract": "Contract",
        "number": "Number",
        "company": "Company",
        "party": "You",
        "parties": "Contracting parties",
        "concluded": "Concluded on",
        "received": "Received on",
        "pressed": "Ordered by the control",
        "enclosed": "Enclosed",
        "document": "the signed document (PDF)",
        "instruction": "the instruction on withdrawal",
        "form": "the model withdrawal form",
        "right": "You have a right of withdrawal. How to use it, and how long, says the enclosed instruction.",
        "quote": "“{}”",
    },
}


def confirmation(
    house: Household,
    record: ContractRecord,
    contents: ContractContents,
    found: Concluded,
    formation: Formation,
    given: Sequence[Consent] = (),
) -> Notice:
    """Return the confirmation of a contract: what was agreed, when it came about, what belongs to it.

    Consents to an early beginning that stand are recorded in it, with their words.

    Source: BGB §§ 312f (2), (3), 356 (5), (6).
    """
    contract = ContractData.parse(contents.data)
    lang, alone = contents.lang, formation.terms.one_sided
    words = _WORDS[lang]
    names = ", ".join(party.full_name for party in contents.parties)
    rows = [
        (words["contract"], record.title),
        (words["number"], record.reference),
        (words["company"], record.company),
        (words["parties" if len(contents.parties) > 1 else "party"], names),
        (words["received" if alone else "concluded"], local_instant(found.at, lang)),
    ]
    labels = {each.label for each in formation.events if isinstance(each, OrderButtonPressed)}
    if formation.terms.needs_button and labels:
        rows.append((words["pressed"], words["quote"].format(", ".join(sorted(labels)))))
    summary: dict[str, Any] = json.loads(contents.parties[0].summary)
    rows += [(line["label"], line["value"]) for line in summary["lines"]]
    for consent in given:
        if consent.stands and consent.text.in_confirmation:
            said = " ".join(each.text for each in consent.text.statements)
            rows.append((consent.text.title, f"{said} ({local_instant(consent.given_at, lang)})"))
    enclosed = [words["document"]]
    text = compose(contract)
    if text.instruction:
        enclosed.append(words["instruction"])
    if text.form is not None:
        enclosed.append(words["form"])
    rows.append((words["enclosed"], "; ".join(enclosed)))
    return _notice(
        house,
        contract,
        lang=lang,
        title=words["title_alone" if alone else "title"],
        number=record.reference,
        at=found.at,
        paragraphs=(words["lead_alone" if alone else "lead"],),
        rows=tuple(rows),
        closing=(words["right"],) if contract.withdrawal.right else (),
        sealed=True,
    )


def instruction(house: Household, contents: ContractContents, at: datetime) -> Notice | None:
    """Return the instruction on the right of withdrawal with the model form behind it; None where there is no right.

    The words are those of the contract, from the policies of its date: nobody can alter them on the way.

    Source: EGBGB Art. 246a § 1 (2), Anlagen 1 and 2.
    """
    contract = ContractData.parse(contents.data)
    title, sections = instruction_parts(contract)
    if not sections:
        return None
    return _notice(
        house,
        contract,
        lang=contents.lang,
        title=title,
        number=contract.reference,
        at=at,
        paragraphs=(),
        rows=(),
        closing=(),
        sealed=False,
        sections=sections,
    )


def names(record: ContractRecord, lang: str) -> tuple[str, str]:
    """Return the file names of the confirmation and of the instruction."""
    stem = record.file_name.removesuffix(".pdf")
    first, second = {"de": ("Vertragsbestaetigung", "Widerrufsbelehrung"), "en": ("Confirmation", "Withdrawal")}[lang]
    return f"{first}-{stem}.pdf", f"{second}-{stem}.pdf"


def _notice(
    house: Household,
    contract: ContractData,
    *,
    lang: str,
    title: str,
    number: str,
    at: datetime,
    paragraphs: tuple[str, ...],
    rows: tuple[tuple[str, str], ...],
    closing: tuple[str, ...],
    sealed: bool,
    sections: tuple[tuple[str, tuple[str, ...]], ...] = (),
) -> Notice:
    company = contract.company
    return Notice(
        lang=lang,
        company=company.name,
        company_lines=(company.address.line, company.email, company.phone),
        title=title,
        number=number,
        paragraphs=paragraphs,
        rows=rows,
        closing=closing,
        at=at,
        sealed=sealed,
        sandbox=house.settings.sandbox,
        sections=sections,
    )
