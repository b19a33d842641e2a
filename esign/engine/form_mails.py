"""Mails about drafts and cases: no contract is there yet, or none comes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from esign.engine import seal_names
from esign.engine.form_texts import REFUSAL, RESUME, form_mail
from esign.engine.household import Household
from esign.engine.ports import Mail, Transaction, Work
from esign.evidence.kinds import EntryKind
from esign.forms import FormUnknown, form_definition
from esign.foundation.digests import labelled

KINDS = frozenset({RESUME, REFUSAL})


def queue(house: Household, tx: Transaction, owner: str, kind: str, words: Mapping[str, str]) -> None:
    """Queue a mail, sealed under the key of the draft or case: once that is gone nothing of it can be read or sent.

    Args:
        house: The household.
        tx: The transaction of what it tells.
        owner: The draft or case.
        kind: One of :data:`KINDS`.
        words: ``to``, ``form``, ``tenant``, and what the mail says.
    """
    sealed = tx.safe.seal(owner, seal_names.delivery(kind), json.dumps(dict(words)).encode())
    tx.outbox.add(owner, kind, sealed, house.clock.now())


def mail(house: Household, tx: Transaction, work: Work) -> Mail:
    """Return the mail that queued work means.

    Raises:
        ErasedError: The draft or case is gone.
    """
    words = json.loads(tx.safe.open(work.contract_id, seal_names.delivery(work.kind), work.payload))
    offer = house.offers.of(words["tenant"]).get(words["form"])
    company = offer.company if offer is not None else {}
    title = _title(house, words["form"])
    filled = {
        "title": title["de"],
        "title_en": title["en"],
        "company": str(company.get("name", "")),
        "contact": f"{company.get('email', '')}, {company.get('phone', '')}",
        "link": words.get("link", ""),
        "name": words.get("name", ""),
        "reason": words.get("reason", ""),
    }
    subject, text = form_mail(work.kind, filled, sandbox=house.settings.sandbox)
    identifier = labelled("mail", work.contract_id.encode(), str(work.id).encode()).hex()[:32]
    return Mail(to=words["to"], subject=subject, text=text, identifier=identifier)


def note(house: Household, tx: Transaction, work: Work, kind: EntryKind, facts: Mapping[str, str]) -> None:
    """Say in the ledger how the delivery of a mail ended: which one, never to whom."""
    if work.kind in KINDS:
        about = "draft" if work.kind == RESUME else "case"
        said = {"kind": work.kind, "attempts": work.attempt, about: work.contract_id, **facts}
        house.record(tx, kind, None, said)


def _title(house: Household, form: str) -> Mapping[str, str]:
    try:
        return form_definition(form, house.today()).title
    except FormUnknown:  # no longer in force since
        return {"de": form, "en": form}
