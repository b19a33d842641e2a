"""What the company sees: which files were delivered to whom, when and how; and the rules that the contract is under."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from esign.access import Actor, Permission
from esign.contracts import ContractData
from esign.contracts.consents import Consent
from esign.contracts.deadlines import local_day
from esign.contracts.duties import subject_of
from esign.contracts.errors import ContractsError
from esign.contracts.retention import RetentionPeriod, longest, retention_period
from esign.contracts.rules import RuleUsed, read_rules
from esign.engine.consents import keeping
from esign.engine.contents import ContractContents
from esign.engine.duties import drawing
from esign.engine.household import Household
from esign.engine.own import known
from esign.engine.records import ContractRecord
from esign.engine.refusals import ContractUnknown
from esign.evidence.kinds import EntryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """That somebody got a file."""

    party: str
    channel: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FileView:
    """A file that is delivered before the declaration."""

    kind: str
    name: str
    title: str
    delivered: tuple[Delivered, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyView:
    """What has to be told about a contract, and under which rules it is made."""

    files: tuple[FileView, ...]
    consents: tuple[Consent, ...]
    rules: tuple[RuleUsed, ...]
    retention: RetentionPeriod | None = None
    """How long the contract is kept at the least, counted from its conclusion; None: not concluded, or not known."""

    @property
    def open(self) -> int:
        """How many of the marks in those rules say that they have to be confirmed."""
        return sum(each.open for each in self.rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyDesk:
    """Shows what was told before the declaration."""

    household: Household

    def of_contract(self, actor: Actor, contract_id: str) -> DutyView:
        """Return what was told about a contract.

        Raises:
            AccessDenied: The actor may not see contracts.
            ContractUnknown: There is no such contract.
        """
        actor.require(Permission.CONTRACTS_READ)
        with self.household.store.reading() as tx:
            record = known(tx, actor, contract_id)
            if not tx.safe.holders(record.id):
                return DutyView(files=(), consents=(), rules=())
            contents = self.household.contract_contents(tx, record)
            logged = [each for each in tx.ledger.of_contract(record.id) if each.kind is EntryKind.DUTY_DELIVERED]
            files = tuple(
                FileView(
                    kind=each.kind,
                    name=each.name,
                    title=each.title,
                    delivered=tuple(
                        Delivered(party=str(entry.facts["party"]), channel=str(entry.facts["channel"]), at=entry.at)
                        for entry in logged
                        if entry.facts["kind"] == each.kind
                    ),
                )
                for each in contents.information
            )
            consents = keeping.of_contract(tx, record.id)
        rules = read_rules(contents.rules)
        return DutyView(files=files, consents=consents, rules=rules, retention=_kept(record, contents))

    def file(self, actor: Actor, contract_id: str, kind: str) -> tuple[str, bytes]:
        """Return name and bytes of a file that is delivered before the declaration.

        Raises:
            AccessDenied: The actor may not read documents.
            ContractUnknown: There is no such contract, or it has no such file.
        """
        actor.require(Permission.DOCUMENTS_READ)
        with self.household.store.reading() as tx:
            record = known(tx, actor, contract_id)
            contents = self.household.contract_contents(tx, record)
            for each in contents.information:
                if each.kind == kind:
                    return each.name, drawing.opened(self.household, tx, record.id, each)
        raise ContractUnknown("the contract has no such file")


def _kept(record: ContractRecord, contents: ContractContents) -> RetentionPeriod | None:
    """Return how long a concluded contract is kept at the least: by the longest class of its sector."""
    if record.concluded_at is None:
        return None
    try:
        sector = subject_of(ContractData.parse(contents.data)).sector
    except ContractsError:  # data that today's rules refuse: how long they are kept a person decides
        return None
    day = local_day(record.concluded_at)
    periods = tuple(retention_period(name, day, regulated=sector.regulated) for name in sector.retention)
    return longest(periods) if periods else None
