"""What the acknowledgement says: content, date and time of receipt; never that a declaration has effect, or not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from esign.contracts.formats import day as day_in_words
from esign.contracts.rights import Function, Right, Verdict, function
from esign.documents.notices import Notice
from esign.engine.contracts.notices import company as company_of
from esign.engine.household import BERLIN, Household
from esign.engine.ports import Transaction
from esign.engine.rights.linked import linked_of
from esign.engine.rights.receiving import Received
from esign.engine.rights.records import Channel, DeclarationContents, DeclarationRecord
from esign.foundation.clock import from_rfc3339

_WORDS: Mapping[str, Mapping[str, str]] = {
    "de": {
        "received": "Eingegangen am",
        "submitted": "Abgegeben am",
        "number": "Vorgang",
        "at": "{day}, {time} Uhr ({zone}, Ortszeit in Deutschland)",
        "mez": "MEZ",
        "mesz": "MESZ",
        "title": "Vertrag",
        "reference": "Nummer",
        "company": "An",
        "copy_title": "Ihre Kündigungserklärung",
        "copy_lead": "Das haben Sie erklärt. Bewahren Sie diese Datei auf.",
        "declares": "Erklärung",
        "sent": "Abgeschickt am",
        "channel": "Übermittelt",
        "by_letter": "per Brief",
        "by_email": "per E-Mail",
        "by_phone": "am Telefon",
        "by_fax": "per Fax",
        "by_in_person": "persönlich",
        "by_chat": "im Chat",
    },
    "en": {
        "received": "Received on",
        "submitted": "Submitted on",
        "number": "Number",
        "at": "{day}, {time} ({zone}, local time in Germany)",
        "mez": "CET",
        "mesz": "CEST",
        "title": "Contract",
        "reference": "Reference",
        "company": "To",
        "copy_title": "Your declaration of termination",
        "copy_lead": "This is what you have declared. Keep this file.",
        "declares": "Declaration",
        "sent": "Sent on",
        "channel": "Sent",
        "by_letter": "by letter",
        "by_email": "by e-mail",
        "by_phone": "by telephone",
        "by_fax": "by fax",
        "by_in_person": "in person",
        "by_chat": "by chat",
    },
}


def local_instant(at: datetime, lang: str) -> str:
    """Return an instant as legal time in Germany, to the second, with its zone."""
    words, local = _WORDS[lang], at.astimezone(BERLIN)
    zone = words["mesz" if local.dst() else "mez"]
    return words["at"].format(day=day_in_words(local.date(), lang), time=local.strftime("%H:%M:%S"), zone=zone)


def public_company(house: Household, tenant: str) -> Mapping[str, str]:
    """Return the company behind a tenant, where its offers name exactly one; empty otherwise."""
    companies = {str(offer.company["name"]): offer.company for offer in house.offers.of(tenant).values()}
    if len(companies) != 1:
        return {}
    return {key: str(value) for key, value in next(iter(companies.values())).items() if isinstance(value, str)}


def of_declaration(house: Household, tenant: str, received: Received, known: Function, *, lang: str) -> Notice:
    """Return the declaration itself, as it was submitted by the button.

    Source: BGB § 312k (3).
    """
    words, declared = _WORDS[lang], received.declaration
    rows = [
        (words["declares"], known.text("declaration", lang)),
        *_rows(known, dict(declared.values), lang),
        (words["submitted"], local_instant(received.received_at, lang)),
        (words["number"], received.id),
    ]
    return _notice(
        house,
        public_company(house, tenant),
        lang=lang,
        title=words["copy_title"],
        number=received.id,
        paragraphs=(words["copy_lead"],),
        rows=rows,
        closing=(known.text("by_button", lang, label=received.button),),
        at=received.received_at,
        sealed=False,
    )


def acknowledgement(
    house: Household, tx: Transaction, record: DeclarationRecord, contents: DeclarationContents, *, sealed: bool
) -> Notice:
    """Return what an acknowledgement says.

    Only in the mailbox of one of the contract's parties anything is said that is not in the declaration itself.

    Source: BGB §§ 312k (4), 356a (4).
    """
    lang = contents.lang
    written = from_rfc3339(contents.entered_at) if contents.entered_at else record.received_at
    words, known = _WORDS[lang], function(record.right, written.astimezone(BERLIN).date())
    company: Mapping[str, Any] = public_company(house, record.tenant)
    came = day_in_words(date.fromisoformat(contents.received_on), lang) if contents.received_on else ""
    rows = [(words["received"], came or local_instant(record.received_at, lang))]
    if contents.channel != Channel.FUNCTION:
        rows += [(words["channel"], words[f"by_{contents.channel}"])]
        if contents.sent_at:
            sent = from_rfc3339(contents.sent_at).astimezone(BERLIN).date()
            rows += [(words["sent"], day_in_words(sent, lang))]
    rows += [(words["declares"], known.text("declaration", lang)), *_rows(known, contents.values, lang)]
    contract = tx.contracts.get(record.contract_id) if record.contract_id and contents.own_mailbox else None
    if contract is not None:
        company = company_of(house.contract_contents(tx, contract).data)
        rows += [(words["title"], f"{contract.title}, {words['reference']} {contract.reference}")]
    rows += [(words["number"], record.id)]
    return _notice(
        house,
        company,
        lang=lang,
        title=known.text("acknowledgement_title", lang),
        number=record.id,
        paragraphs=(known.text("acknowledgement", lang),),
        rows=rows,
        closing=tuple(_closing(house, tx, record, contents, known)),
        at=record.received_at,
        sealed=sealed,
    )


def _closing(
    house: Household, tx: Transaction, record: DeclarationRecord, contents: DeclarationContents, known: Function
) -> list[str]:
    lang, said = contents.lang, []
    if record.same_as:
        first = tx.declarations.get(record.same_as)
        if first is not None:
            said.append(known.text("again", lang, first=local_instant(first.received_at, lang)))
    if record.right is Right.WITHDRAWAL:
        timely = "timely" if contents.channel == Channel.FUNCTION else "timely_other"
        said.append(known.text(timely, lang))
        if named := _linked(house, tx, record, contents):
            said.append(known.text("linked", lang, linked=named))
        return [*said, known.text("next", lang)]
    if contents.ends and contents.own_mailbox:
        day = day_in_words(date.fromisoformat(contents.ends), lang)
        return [*said, known.text("ends", lang, day=day)]
    return [*said, known.text("ends_unknown", lang)]


def _linked(house: Household, tx: Transaction, record: DeclarationRecord, contents: DeclarationContents) -> str:
    """Return the contracts that may fall with the one withdrawn from; only in a mailbox of one of its parties."""
    contract = tx.contracts.get(record.contract_id) if record.contract_id and contents.own_mailbox else None
    if contract is None or record.verdict is Verdict.NO_RIGHT:
        return ""
    found = linked_of(house, tx, contract, house.contract_contents(tx, contract))
    return "; ".join(f"{each.title}, {each.named}" if each.title else each.named for each in found if each.falls)


def _rows(known: Function, values: Mapping[str, str], lang: str) -> list[tuple[str, str]]:
    rows = []
    for item in known.fields:
        value = values.get(item.name, "")
        if item.choices:
            value = next((choice.label[lang] for choice in item.choices if choice.value == value), value)
        elif item.name == "wished":
            value = day_in_words(date.fromisoformat(value), lang) if value else known.text("earliest", lang)
        if value:
            rows.append((item.label[lang].rstrip("?"), value))
    return rows


def _notice(
    house: Household,
    company: Mapping[str, Any],
    *,
    lang: str,
    title: str,
    number: str,
    paragraphs: tuple[str, ...],
    rows: list[tuple[str, str]],
    closing: tuple[str, ...],
    at: datetime,
    sealed: bool,
) -> Notice:
    place = f"{company.get('postal_code', '')} {company.get('town', '')}".strip()
    lines = [str(company.get("street", "")), place, str(company.get("email", "")), str(company.get("phone", ""))]
    return Notice(
        lang=lang,
        company=str(company.get("name", "")),
        company_lines=tuple(line for line in lines if line),
        title=title,
        number=number,
        paragraphs=paragraphs,
        rows=tuple(rows),
        closing=closing,
        at=at,
        sealed=sealed,
        sandbox=house.settings.sandbox,
    )


def plain_text(notice: Notice) -> str:
    """Return a notice as the text of a mail: it says everything, so that the mail alone would do."""
    rows = "\n".join(f"{label}: {value}" for label, value in notice.rows)
    parts = [*notice.paragraphs, rows, *notice.closing, "\n".join([notice.company, *notice.company_lines]).strip()]
    return "\n\n".join(part for part in parts if part) + "\n"
