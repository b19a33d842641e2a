"""Mails about drafts and cases: no contract is there yet, or none comes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from esign.access.people import address_key
from esign.engine.ceremony import seal_names
from esign.engine.forms.refusals import FormsBusy
from esign.engine.forms.texts import REFUSAL, RESUME, RULES_REFUSAL, form_mail
from esign.engine.household import Household
from esign.engine.ports import Mail, Transaction, Work
from esign.evidence.kinds import EntryKind
from esign.forms import FormUnknown, form_definition
from esign.foundation.digests import labelled

KINDS = frozenset({RESUME, REFUSAL, RULES_REFUSAL})

TO_ONE, TO_ONE_PER_SECOND = 20, 20 / 86_400
"""Mails that strangers may cause to one address: twenty at once, twenty a day from then on, on each machine."""


def spare(house: Household, tx: Transaction, tenant: str, email: str) -> None:
    """Refuse to send one more mail to an address that strangers had written to again and again.

    Whoever fills in a form may type anybody's address: a form must not become a way to flood a mailbox. The address is
    counted under its keyed index and is kept nowhere.

    Args:
        house: The household.
        tx: A transaction.
        tenant: Whose form it is.
        email: The address.

    Raises:
        FormsBusy: There were too many.
    """
    name = tx.vault.index("form/mail", address_key(email), tenant).hex()
    taken = house.rates.take(f"form-mail/{name}", capacity=TO_ONE, per_second=TO_ONE_PER_SECOND)
    if not taken.allowed:
        raise FormsBusy("too many mails to this address", seconds=taken.reset)


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
        "case": words.get("case", ""),
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
