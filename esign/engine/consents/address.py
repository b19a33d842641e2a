"""The address of a person's page of consents: it names contract and party, and proves itself by a keyed digest.

Nothing has to be kept for it, so that revoking stays as easy as giving as long as the contract is there.
"""

from __future__ import annotations

import hmac
import re

from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.foundation.encoding import b64url

_ADDRESS = re.compile(r"([A-Za-z0-9_-]{8,64})\.([1-5])\.([A-Za-z0-9_-]{43})\Z", re.ASCII)
_PURPOSE = "consent/page"


def address_of(house: Household, tx: Transaction, contract_id: str, party: str) -> str:
    """Return the link to a party's page."""
    return f"{house.settings.web_url}/einwilligungen/{token_of(tx, contract_id, party)}"


def token_of(tx: Transaction, contract_id: str, party: str) -> str:
    """Return what proves the right to a party's page."""
    number = party.removeprefix("signatory-")
    return f"{contract_id}.{number}.{_digest(tx, contract_id, party)}"


def read_token(tx: Transaction, token: str) -> tuple[str, str] | None:
    """Return contract and party of a token that is one of ours; None for every other."""
    found = _ADDRESS.match(token[:200])
    if found is None:
        return None
    contract_id, party = found[1], f"signatory-{found[2]}"
    known = hmac.compare_digest(_digest(tx, contract_id, party), found[3])
    return (contract_id, party) if known else None


def _digest(tx: Transaction, contract_id: str, party: str) -> str:
    return b64url(tx.vault.index(_PURPOSE, party.encode(), contract_id))
