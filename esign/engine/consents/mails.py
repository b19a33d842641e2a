"""What consents bring into the mails: the link to the page, and the words of a receipt."""

from __future__ import annotations

from typing import Any

from esign.contracts import ContractData
from esign.contracts.consents import asked
from esign.engine.consents import keeping
from esign.engine.consents.address import address_of
from esign.engine.consents.refusals import ConsentUnknown
from esign.engine.consents.texts import words
from esign.engine.contents import ContractContents
from esign.engine.household import BERLIN, Household
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord


def link(house: Household, tx: Transaction, record: ContractRecord, contents: ContractContents, party: str) -> str:
    """Return the link to a party's page; empty where the contract asks for no consent."""
    if b'"consents"' not in contents.data:
        return ""
    contract = ContractData.parse(contents.data)
    number = [each.name for each in contents.parties].index(party)
    return address_of(house, tx, record.id, party) if asked(contract, number) else ""


def said(house: Household, tx: Transaction, record: ContractRecord, payload: dict[str, Any]) -> dict[str, str]:
    """Return what a receipt says.

    Raises:
        ConsentUnknown: The consent is gone.
    """
    party = str(payload["party"])
    for consent in keeping.of_contract(tx, record.id, party):
        if consent.id == payload["consent"]:
            revoked = bool(payload.get("revoked")) and consent.revoked_at is not None
            at = consent.revoked_at if revoked and consent.revoked_at is not None else consent.given_at
            return words(
                consent,
                company=record.company,
                revoked=revoked,
                at=at.astimezone(BERLIN).strftime("%d.%m.%Y, %H:%M:%S"),
                link=address_of(house, tx, record.id, party),
            )
    raise ConsentUnknown("there is no such consent")
