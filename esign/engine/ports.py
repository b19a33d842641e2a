"""What the engine needs from outside, in its own words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from esign.engine.accounts.ports import Accounts, Logins
from esign.engine.api.ports import Answers, ApiKeys, Journeys, Pages, Webhooks
from esign.engine.clocks.ports import Calendars, Clocks, Performances, Tasks
from esign.engine.company.ports import BulkRuns, SearchIndex
from esign.engine.forms.ports import Cases, Drafts
from esign.engine.records import (
    AttemptRecord,
    ContractRecord,
    DeviceRecord,
    EnrolmentRecord,
    HandoverRecord,
    InvitationRecord,
    MessageRecord,
)
from esign.engine.rights.ports import Declarations
from esign.engine.sealing.ports import SealJobs
from esign.engine.templates.ports import PageTemplates, Uploads
from esign.evidence.entry import Entry
from esign.evidence.ports import ContractKeys, LedgerStore, Vault


class AlreadyKept(Exception):
    """A message of this number is kept already: somebody else was faster."""


class Contracts(Protocol):
    """The contracts."""

    def add(self, record: ContractRecord) -> None:
        """Keep a new contract."""

    def get(self, contract_id: str) -> ContractRecord | None:
        """Return a contract."""

    def update(self, record: ContractRecord) -> None:
        """Replace a contract."""

    def newest(self, tenant: str, limit: int) -> tuple[ContractRecord, ...]:
        """Return a tenant's contracts, newest first."""


class Invitations(Protocol):
    """The invitations and the devices that are bound to them."""

    def add(self, record: InvitationRecord) -> None:
        """Keep a new invitation."""

    def by_token(self, token_digest: bytes) -> InvitationRecord | None:
        """Return the invitation of a token."""

    def get(self, invitation_id: str) -> InvitationRecord | None:
        """Return an invitation."""

    def ending(self, before: datetime) -> tuple[InvitationRecord, ...]:
        """Return the invitations that can still end with a signature and whose time is over before an instant."""

    def to_remind(self, now: datetime, *, unknown_before: datetime) -> tuple[InvitationRecord, ...]:
        """Return the live invitations whose reminder is due; of those from before reminders were kept, the ones that
        end before an instant.
        """

    def of_contract(self, contract_id: str) -> tuple[InvitationRecord, ...]:
        """Return the invitations of a contract that no other has replaced, oldest first."""

    def update(self, record: InvitationRecord) -> None:
        """Replace an invitation."""

    def bind(self, device: DeviceRecord) -> None:
        """Bind a device key to an invitation."""

    def devices(self, invitation_id: str) -> tuple[DeviceRecord, ...]:
        """Return the devices of an invitation, oldest first."""

    def add_handover(self, record: HandoverRecord) -> None:
        """Keep a new hand-over token."""

    def handover(self, token_digest: bytes) -> HandoverRecord | None:
        """Return a hand-over token."""

    def handovers(self, invitation_id: str) -> tuple[HandoverRecord, ...]:
        """Return the hand-over tokens of an invitation, oldest first."""

    def update_handover(self, record: HandoverRecord) -> None:
        """Replace a hand-over token."""


class Ceremonies(Protocol):
    """Enrolments, attempts and messages."""

    def add_enrolment(self, record: EnrolmentRecord) -> None:
        """Keep a new enrolment."""

    def enrolment(self, enrolment_id: str) -> EnrolmentRecord | None:
        """Return an enrolment."""

    def certified(self, invitation_id: str, certificate_id: str) -> EnrolmentRecord | None:
        """Return the enrolment of an invitation that led to a certificate."""

    def update_enrolment(self, record: EnrolmentRecord) -> None:
        """Replace an enrolment."""

    def add_attempt(self, record: AttemptRecord) -> None:
        """Keep a new attempt."""

    def attempt(self, tau: str) -> AttemptRecord | None:
        """Return an attempt."""

    def attempts(self, invitation_id: str) -> tuple[AttemptRecord, ...]:
        """Return the attempts of an invitation, oldest first."""

    def abandoned(self, now: datetime) -> tuple[AttemptRecord, ...]:
        """Return attempts that were being concluded and that nobody is concluding any more."""

    def overdue(self, now: datetime) -> tuple[AttemptRecord, ...]:
        """Return attempts that are open or declared although their time is over."""

    def update_attempt(self, record: AttemptRecord) -> None:
        """Replace an attempt."""

    def message(self, invitation_id: str, jti: str) -> MessageRecord | None:
        """Return a message by its number."""

    def messages(self, invitation_id: str) -> tuple[MessageRecord, ...]:
        """Return the messages of an invitation in the order of their arrival."""

    def count_messages(self, invitation_id: str, device_key_id: str) -> int:
        """Return how many messages of a device are kept; the empty name counts those that nobody verified."""

    def add_message(self, record: MessageRecord) -> None:
        """Keep a message.

        Raises:
            AlreadyKept: One of this number is kept.
        """

    def answer_message(self, invitation_id: str, jti: str, status: int, sealed_answer: bytes) -> None:
        """Keep the answer that a message gets from now on."""


class Work(Protocol):
    """Something that must reach somebody outside, leased to one worker."""

    @property
    def id(self) -> int:
        """Its number."""

    @property
    def contract_id(self) -> str:
        """The contract that it is about."""

    @property
    def kind(self) -> str:
        """What it is."""

    @property
    def payload(self) -> bytes:
        """Its sealed payload."""

    @property
    def attempt(self) -> int:
        """Which try this is, from 1."""


class Outbox(Protocol):
    """What must still reach somebody outside; work is leased, so that none is lost and none is recorded twice."""

    def add(self, contract_id: str, kind: str, payload: bytes, due_at: datetime) -> int:
        """Queue something, its payload sealed."""

    def claim(self, owner: str, now: datetime, limit: int = 1) -> Sequence[Work]:
        """Lease work that is due."""

    def bury(self, now: datetime, code: str) -> Sequence[Work]:
        """Give up work that its workers died of, try after try, and return it."""

    def finish(self, work: Any, now: datetime) -> None:
        """Record that leased work is done.

        Raises:
            EsignError: The lease was lost to somebody else: let the transaction fail with it.
        """

    def fail(self, work: Any, now: datetime, code: str) -> bool:
        """Give leased work back to be tried later; returns True if it was the last try."""


class Audit(Protocol):
    """Who did what on the company's side: an index over the ledger's entries."""

    def add(self, seq: int, *, tenant: str, actor: str, kind: str) -> None:
        """Note that a ledger entry says what somebody did."""

    def newest(self, tenant: str, *, before: int | None, limit: int, actor: str | None = None) -> tuple[Entry, ...]:
        """Return the entries about what was done on a tenant's side, newest first.

        Args:
            tenant: The company.
            before: Only entries with a smaller number; None: from the newest.
            limit: How many at the most.
            actor: Only what this one did.
        """


class Transaction(Protocol):
    """One transaction: all of it happens, or nothing."""

    @property
    def contracts(self) -> Contracts:
        """The contracts."""

    @property
    def invitations(self) -> Invitations:
        """The invitations."""

    @property
    def ceremonies(self) -> Ceremonies:
        """Enrolments, attempts and messages."""

    @property
    def ledger(self) -> LedgerStore:
        """The ledger."""

    @property
    def safe(self) -> ContractKeys:
        """The contracts' keys: seals personal content."""

    @property
    def vault(self) -> Vault:
        """The vault: seals what belongs to no contract."""

    @property
    def accounts(self) -> Accounts:
        """Accounts and how they log in."""

    @property
    def logins(self) -> Logins:
        """Sessions, challenges and failed logins."""

    @property
    def audit(self) -> Audit:
        """Who did what on the company's side."""

    @property
    def outbox(self) -> Outbox:
        """The outbox."""

    @property
    def api_keys(self) -> ApiKeys:
        """The API keys."""

    @property
    def answers(self) -> Answers:
        """Answers that are given again to the same request."""

    @property
    def webhooks(self) -> Webhooks:
        """Webhooks and what they are told."""

    @property
    def journeys(self) -> Journeys:
        """Links that the company hands on itself."""

    @property
    def pages(self) -> Pages:
        """Pages of contracts and events."""

    @property
    def uploads(self) -> Uploads:
        """The uploads."""

    @property
    def drafts(self) -> Drafts:
        """Drafts of forms."""

    @property
    def cases(self) -> Cases:
        """What became of forms that were sent in."""

    @property
    def page_templates(self) -> PageTemplates:
        """The page templates and their versions."""

    @property
    def search(self) -> SearchIndex:
        """The words by which contracts are found."""

    @property
    def bulk(self) -> BulkRuns:
        """The bulk runs."""

    @property
    def seals(self) -> SealJobs:
        """The batches of documents that are sealed for backend systems."""

    @property
    def declarations(self) -> Declarations:
        """Declarations of withdrawal and termination."""

    @property
    def performances(self) -> Performances:
        """What was stated about the performance of contracts."""

    @property
    def clocks(self) -> Clocks:
        """The acts that become due."""

    @property
    def tasks(self) -> Tasks:
        """The tasks of clerks."""

    @property
    def calendars(self) -> Calendars:
        """The links of calendars."""


class Store(Protocol):
    """Where everything is kept."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction that may write; it commits at the end of the block unless an error leaves it."""

    def reading(self) -> AbstractContextManager[Transaction]:
        """Begin a transaction that only reads."""

    def together(self, *, first: Callable[[Transaction], None] | None = None) -> AbstractContextManager[None]:
        """Let all transactions of this thread within the block be one: all of it happens, or nothing.

        It begins with the first one that may write, and commits at the end of the block unless an error leaves it.

        Args:
            first: Called at its beginning; may refuse.
        """


class Documents(Protocol):
    """Write-once storage of sealed documents, named by the digest of the sealed bytes."""

    def put(self, sealed: bytes) -> str:
        """Keep bytes and return their name. Giving the same bytes again changes nothing."""

    def get(self, name: str) -> bytes:
        """Return the bytes of a name, checked against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail to be sent."""

    to: str
    subject: str
    text: str
    attachments: tuple[tuple[str, str, bytes], ...] = ()
    """File name, media type, content."""
    identifier: str = ""
    """Name of the mail, the same at every try, so that a recipient's mailbox knows a repetition; empty: a fresh one."""


class Mailer(Protocol):
    """Sends mail."""

    def send(self, mail: Mail) -> bytes:
        """Send a mail and return the exact bytes that were handed over.

        Raises:
            EsignError: It could not be handed over; it may be tried again.
        """
