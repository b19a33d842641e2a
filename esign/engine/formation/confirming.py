"""What the customer gets at once on a durable medium: the receipt of the order, and the confirmation of the contract.

Two acts. The receipt says that the order has arrived and nothing else: it accepts nothing. The confirmation follows
when the contract is there, with everything that belongs to it: the signed document, the sealed confirmation, and where
there is a right of withdrawal the instruction with the model form. Each is in the ledger once it was handed over.

Source: BGB §§ 312f, 312i (1) No. 3.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from esign.access import Actor, Permission
from esign.contracts import ContractData
from esign.contracts.formation import Concluded, state
from esign.documents import DocumentsError
from esign.documents.notices import draw_up_notice
from esign.engine.consents import keeping as consents
from esign.engine.contents import ContractContents
from esign.engine.contracts.notices import ORDER_RECEIPT, queue_notice
from esign.engine.formation import papers
from esign.engine.formation.instruction import instruction_digest
from esign.engine.formation.keeping import INSTRUCTION, formation_entries, load
from esign.engine.formation.rebuilding import rebuilt
from esign.engine.household import Household
from esign.engine.notice_sealing import sealed
from esign.engine.ports import Transaction, Work
from esign.engine.records import ContractRecord, ContractState
from esign.engine.refusals import ContractStateRefused, ContractUnknown
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import seconds
from esign.foundation.digests import sha256

CONFIRMATION = "signed_copy"
"""Kind of the delivery: the confirmation of the contract with the signed document."""
PAPER = "confirmation"
"""Under this name the sealed confirmation is kept with the contract's key."""
_KINDS = {ORDER_RECEIPT: EntryKind.CONFIRMATION_RECEIPT_SENT, CONFIRMATION: EntryKind.CONFIRMATION_CONTRACT_SENT}
_log = logging.getLogger("esign.engine.formation")

File = tuple[str, str, bytes]


def order_arrived(house: Household, tx: Transaction, record: ContractRecord, party: str) -> None:
    """Queue the receipt of an order, in the transaction in which the order arrived.

    Source: BGB § 312i (1) No. 3.
    """
    queue_notice(house, tx, record.id, ORDER_RECEIPT, party=party, at=seconds(house.clock.now()))


def enclosures(house: Household, contract_id: str) -> tuple[File, ...]:
    """Return what is enclosed beside the signed document; holds no transaction while it is drawn up and sealed.

    What cannot be drawn up is left out: the mail says in words what it confirms, and the signed document holds the
    instruction and the form too.
    """
    with house.store.reading() as tx:
        record, contents = _opened(house, tx, contract_id)
        formation = load(tx, contract_id) or rebuilt(tx, record, contents)
        given = consents.of_contract(tx, contract_id)
    found = state(formation, house.clock.now())
    if not isinstance(found, Concluded):
        return ()
    try:
        if not contents.confirmation:
            notice = papers.confirmation(house, record, contents, found, formation, given)
            drawn = draw_up_notice(notice)
            pdf, how = sealed(house, record.id, record.company, contents.lang, drawn)
            if how == "none":
                pdf = draw_up_notice(replace(notice, sealed=False)).pdf
            _keep(house, contract_id, pdf)
        with house.store.reading() as tx:
            record, contents = _opened(house, tx, contract_id)
            pdf = tx.safe.open(contract_id, PAPER, house.documents.get(contents.confirmation))
        first, second = papers.names(record, contents.lang)
        files = [(first, "application/pdf", pdf)]
        instruction = papers.instruction(house, contents, found.at)
        if instruction is not None and _as_agreed(house, record, contents):
            files.append((second, "application/pdf", draw_up_notice(instruction).pdf))
    except DocumentsError as error:
        _log.warning("confirmation without its enclosures", exc_info=error, extra={"code": error.code})
        return ()
    return tuple(files)


def _as_agreed(house: Household, record: ContractRecord, contents: ContractContents) -> bool:
    """Tell whether the instruction's words still are those of the contract; altered ones are never sent.

    The signed document holds the words as they were agreed.
    """
    with house.store.reading() as tx:
        begun = [each for each in formation_entries(tx, record.id) if each.kind is EntryKind.FORMATION_BEGUN]
    fixed = begun[0].facts.get(INSTRUCTION, "") if begun else ""
    if not fixed or fixed == instruction_digest(ContractData.parse(contents.data)):
        return True
    _log.error("the instruction was altered", extra={"code": "instruction_altered"})
    with house.store.transaction() as tx:
        facts = {"kind": INSTRUCTION, "code": "instruction_altered"}
        house.record(tx, EntryKind.CONFIRMATION_FAILED, record.id, facts)
    return False


def sent(house: Household, tx: Transaction, record: ContractRecord, work: Work, party: str, mail: bytes) -> None:
    """Note that a receipt or confirmation was handed over; other mails are none."""
    kind = _KINDS.get(work.kind)
    if kind is not None:
        facts = {"party": party, "channel": "email", "attempts": work.attempt, "mail": sha256(mail).hex()}
        house.record(tx, kind, record.id, facts)


def failed(house: Household, tx: Transaction, work: Work, code: str) -> None:
    """Note that a receipt or confirmation could not be handed over: a clerk has to send it another way."""
    if work.kind in _KINDS and tx.contracts.get(work.contract_id) is not None:
        house.record(tx, EntryKind.CONFIRMATION_FAILED, work.contract_id, {"kind": work.kind, "code": code})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmationDesk:
    """Sends the confirmation again. A contract of another tenant is as unknown as one that does not exist."""

    household: Household

    def resend(self, actor: Actor, contract_id: str, party: str | None = None) -> tuple[str, ...]:
        """Queue the confirmation again, the very same file, and return to whom.

        Args:
            actor: Who asks.
            contract_id: The contract.
            party: To whom; None: to everybody.

        Raises:
            AccessDenied: The actor may not change contracts.
            ContractUnknown: There is no such contract, or no such party of it.
            ContractStateRefused: It is not concluded: there is nothing to confirm.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        house = self.household
        with house.store.transaction() as tx:
            record, contents = _opened(house, tx, contract_id)
            if record.tenant != actor.tenant:
                raise ContractUnknown("there is no such contract")
            if record.state is not ContractState.CONCLUDED:
                raise ContractStateRefused("the contract is not concluded", state=record.state.value)
            told = tuple(each.name for each in contents.parties if party in (None, each.name))
            if not told:
                raise ContractUnknown("the contract has no such party")
            for name in told:
                queue(house, tx, record.id, name)
                house.record(tx, EntryKind.CONFIRMATION_RESENT, record.id, {"party": name}, by=actor)
        return told


def queue(house: Household, tx: Transaction, contract_id: str, party: str) -> None:
    """Queue the confirmation of a contract to one party."""
    queue_notice(house, tx, contract_id, CONFIRMATION, party=party)


def _keep(house: Household, contract_id: str, pdf: bytes) -> None:
    """Keep the confirmation; the first one made is the one that is sent, however often."""
    with house.store.transaction() as tx:
        record, contents = _opened(house, tx, contract_id)
        if contents.confirmation:
            return
        kept = replace(contents, confirmation=house.documents.put(tx.safe.seal(contract_id, PAPER, pdf)))
        tx.contracts.update(replace(record, sealed=tx.safe.seal(contract_id, "contract", kept.to_bytes())))


def _opened(house: Household, tx: Transaction, contract_id: str) -> tuple[ContractRecord, ContractContents]:
    record = tx.contracts.get(contract_id)
    if record is None:
        raise ContractUnknown("there is no such contract")
    return record, house.contract_contents(tx, record)
