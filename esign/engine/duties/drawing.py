"""The files that are told before the declaration, drawn up with the contract and kept sealed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from esign.contracts import ContractData
from esign.contracts.consents import asked
from esign.contracts.duties import information
from esign.documents import Enclosure, draw_up_information
from esign.engine.contents import InformationContents
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.foundation.digests import sha256

SEALED = "information"
"""Name under which the files are sealed."""


def enclosures(house: Household, contract: ContractData, at: datetime) -> tuple[Enclosure, ...]:
    """Return the files that go with a contract; none where nothing has to be told.

    Raises:
        ConsentNotAsked: The data ask for a consent that contracts of this sector do not know.
        InformationIncomplete: Something that has to be told is missing: the contract cannot be offered.
        DocumentsError: A file could not be typeset.
    """
    asked(contract)  # refuses consents that such contracts do not know
    told = information(contract)
    if told is None:
        return ()
    return draw_up_information(contract, told, drawn_up_at=at, sandbox=house.settings.sandbox)


def kept(
    house: Household, tx: Transaction, contract_id: str, enclosed: Sequence[Enclosure]
) -> tuple[InformationContents, ...]:
    """Keep the files, sealed under the contract's key."""
    return tuple(
        InformationContents(
            kind=each.kind,
            name=each.name,
            title=each.title,
            sha256=sha256(each.pdf),
            blob=house.documents.put(tx.safe.seal(contract_id, SEALED, each.pdf)),
        )
        for each in enclosed
    )


def opened(house: Household, tx: Transaction, contract_id: str, each: InformationContents) -> bytes:
    """Open a file."""
    return tx.safe.open(contract_id, SEALED, house.documents.get(each.blob))
