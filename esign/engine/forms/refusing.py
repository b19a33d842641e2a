"""A refusal is told by mail too: what stands on a screen is gone with it (durable medium, BGB § 126b).

An employee's words go into the mail; the rules' reasons do not: they may say something about health, age or debts, and
a mailbox is read by others, or was typed wrongly. They stand on the screen and in the case.
"""

from __future__ import annotations

import logging
from datetime import date

from esign.engine.forms import mails
from esign.engine.forms.records import CaseContents, CaseRecord
from esign.engine.forms.refusals import FormsBusy
from esign.engine.forms.texts import REFUSAL, RULES_REFUSAL
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.forms import form_definition

QUEUED, NO_ADDRESS, HELD_BACK = "queued", "no_address", "held_back"
"""What became of the mail, as the ledger says it; held back: strangers had this address written to too often."""

_log = logging.getLogger("esign.engine.forms.refusing")


def by_employee(house: Household, tx: Transaction, record: CaseRecord, contents: CaseContents) -> str:
    """Queue the mail that tells an employee's refusal with its words, in the transaction of the refusal."""
    address = address_of(record, contents)
    if not address:
        _log.warning("a refusal reaches nobody: the form asks for no address", extra={"code": "form"})
        return NO_ADDRESS
    words = {**_words(record, contents, address), "reason": contents.words}
    mails.queue(house, tx, record.id, REFUSAL, words)
    return QUEUED


def by_rules(house: Household, tx: Transaction, record: CaseRecord, contents: CaseContents) -> str:
    """Queue the mail that tells the rules' refusal without its reason, in the transaction of the refusal.

    Strangers may fill forms in with anybody's address: beyond the number of mails that they may cause to one address
    none is sent. The refusal stands all the same, and the screen says it.
    """
    address = address_of(record, contents)
    if not address:
        return NO_ADDRESS
    try:
        mails.spare(house, tx, record.tenant, address)
    except FormsBusy:
        return HELD_BACK
    mails.queue(house, tx, record.id, RULES_REFUSAL, _words(record, contents, address))
    return QUEUED


def address_of(record: CaseRecord, contents: CaseContents) -> str:
    """Return the e-mail address that the customer gave; empty: none."""
    definition = form_definition(record.form, date.fromisoformat(contents.day))
    for each in definition.fields:
        if each.kind_name == "email" and contents.values.get(each.name):
            return contents.values[each.name]
    return ""


def _words(record: CaseRecord, contents: CaseContents, address: str) -> dict[str, str]:
    name = " ".join(filter(None, (contents.values.get(each) for each in ("given_name", "family_name"))))
    return {"to": address, "name": name, "form": record.form, "tenant": record.tenant, "case": record.id}
