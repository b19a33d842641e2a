"""The engine's store: one transaction over all tables."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property

from sqlalchemy import Connection

from esign.evidence.ports import Vault
from esign.foundation.clock import Clock
from esign.store.accounts import SqlAccounts
from esign.store.api_keys import SqlAnswers, SqlApiKeys, SqlJourneys
from esign.store.audit import SqlAudit
from esign.store.ceremonies import SqlCeremonies
from esign.store.clocks import SqlCalendars, SqlClocks, SqlPerformances, SqlTasks
from esign.store.contract_keys import SqlContractKeys
from esign.store.contracts import SqlContracts, SqlInvitations
from esign.store.database import Database
from esign.store.desk import SqlBulkRuns, SqlSearchIndex
from esign.store.errors import StoreError
from esign.store.forms import SqlCases, SqlDrafts
from esign.store.ledger import SqlLedger
from esign.store.outbox import SqlOutbox
from esign.store.pages import SqlPages
from esign.store.rights import SqlDeclarations
from esign.store.seal_jobs import SqlSealJobs
from esign.store.sessions import SqlLogins
from esign.store.templates import SqlPageTemplates, SqlUploads
from esign.store.webhooks import SqlWebhooks


class SqlTransaction:
    """Everything that one transaction may touch."""

    def __init__(self, connection: Connection, vault: Vault, clock: Clock) -> None:
        self._connection = connection
        self._vault = vault
        self._clock = clock

    @cached_property
    def contracts(self) -> SqlContracts:
        """The contracts."""
        return SqlContracts(self._connection)

    @cached_property
    def invitations(self) -> SqlInvitations:
        """The invitations."""
        return SqlInvitations(self._connection)

    @cached_property
    def ceremonies(self) -> SqlCeremonies:
        """Enrolments, attempts and messages."""
        return SqlCeremonies(self._connection)

    @cached_property
    def safe(self) -> SqlContractKeys:
        """The contracts' keys."""
        return SqlContractKeys(self._connection, self._vault)

    @cached_property
    def ledger(self) -> SqlLedger:
        """The ledger."""
        return SqlLedger(self._connection, self.safe, self._clock)

    @cached_property
    def accounts(self) -> SqlAccounts:
        """Accounts and how they log in."""
        return SqlAccounts(self._connection)

    @cached_property
    def logins(self) -> SqlLogins:
        """Sessions, challenges and failed logins."""
        return SqlLogins(self._connection)

    @cached_property
    def audit(self) -> SqlAudit:
        """Who did what on the company's side."""
        return SqlAudit(self._connection)

    @property
    def vault(self) -> Vault:
        """The vault: seals what belongs to no contract."""
        return self._vault

    @cached_property
    def outbox(self) -> SqlOutbox:
        """The outbox."""
        return SqlOutbox(self._connection)

    @cached_property
    def api_keys(self) -> SqlApiKeys:
        """The API keys."""
        return SqlApiKeys(self._connection)

    @cached_property
    def answers(self) -> SqlAnswers:
        """Answers that are given again to the same request."""
        return SqlAnswers(self._connection, self._vault)

    @cached_property
    def webhooks(self) -> SqlWebhooks:
        """Webhooks and what they are told."""
        return SqlWebhooks(self._connection, self._vault)

    @cached_property
    def journeys(self) -> SqlJourneys:
        """Links that the company hands on itself."""
        return SqlJourneys(self._connection, self._vault)

    @cached_property
    def pages(self) -> SqlPages:
        """Pages of contracts and events."""
        return SqlPages(self._connection)

    @cached_property
    def uploads(self) -> SqlUploads:
        """The uploads."""
        return SqlUploads(self._connection)

    @cached_property
    def drafts(self) -> SqlDrafts:
        """Drafts of forms."""
        return SqlDrafts(self._connection)

    @cached_property
    def cases(self) -> SqlCases:
        """What became of forms that were sent in."""
        return SqlCases(self._connection)

    @cached_property
    def page_templates(self) -> SqlPageTemplates:
        """The page templates and their versions."""
        return SqlPageTemplates(self._connection)

    @cached_property
    def search(self) -> SqlSearchIndex:
        """The words by which contracts are found."""
        return SqlSearchIndex(self._connection)

    @cached_property
    def bulk(self) -> SqlBulkRuns:
        """The bulk runs."""
        return SqlBulkRuns(self._connection)

    @cached_property
    def seals(self) -> SqlSealJobs:
        """The batches of documents that are sealed for backend systems."""
        return SqlSealJobs(self._connection)

    @cached_property
    def declarations(self) -> SqlDeclarations:
        """Declarations of withdrawal and termination."""
        return SqlDeclarations(self._connection)

    @cached_property
    def performances(self) -> SqlPerformances:
        """What was stated about the performance of contracts."""
        return SqlPerformances(self._connection)

    @cached_property
    def clocks(self) -> SqlClocks:
        """The acts that become due."""
        return SqlClocks(self._connection)

    @cached_property
    def tasks(self) -> SqlTasks:
        """The tasks of clerks."""
        return SqlTasks(self._connection)

    @cached_property
    def calendars(self) -> SqlCalendars:
        """The links of calendars."""
        return SqlCalendars(self._connection)


class _Joined:
    """One transaction made of several: the first part begins it, nobody but its owner ends it."""

    def __init__(self, begin: Callable[[], SqlTransaction], first: Callable[[SqlTransaction], None] | None) -> None:
        self._begin = begin
        self._first = first
        self._tx: SqlTransaction | None = None
        self.broken = False

    @property
    def begun(self) -> bool:
        return self._tx is not None

    @contextmanager
    def part(self) -> Iterator[SqlTransaction]:
        try:
            if self._tx is None:
                self._tx = self._begin()
                if self._first is not None:
                    self._first(self._tx)
            yield self._tx
        except BaseException:
            self.broken = True  # whatever it had done is undone only with all the rest
            raise


class SqlStore:
    """Where the engine keeps everything but documents."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._joined = threading.local()

    @contextmanager
    def transaction(self) -> Iterator[SqlTransaction]:
        """Begin a transaction that may write."""
        joined: _Joined | None = getattr(self._joined, "now", None)
        if joined is not None:
            with joined.part() as tx:
                yield tx
            return
        with self._database.transaction() as connection:
            yield SqlTransaction(connection, self._vault, self._clock)

    @contextmanager
    def reading(self) -> Iterator[SqlTransaction]:
        """Begin a transaction that only reads."""
        joined: _Joined | None = getattr(self._joined, "now", None)
        if joined is not None and joined.begun:
            with joined.part() as tx:  # sees what was written so far
                yield tx
            return
        with self._database.reading() as connection:
            yield SqlTransaction(connection, self._vault, self._clock)

    @contextmanager
    def together(self, *, first: Callable[[SqlTransaction], None] | None = None) -> Iterator[None]:
        """Let all transactions of this thread within the block be one, which begins with the first that may write."""
        if getattr(self._joined, "now", None) is not None:
            raise StoreError("transactions are joined once, not twice")

        def begin(stack: ExitStack) -> SqlTransaction:
            connection = stack.enter_context(self._database.transaction())
            return SqlTransaction(connection, self._vault, self._clock)

        with ExitStack() as stack:
            self._joined.now = _Joined(lambda: begin(stack), first)
            try:
                yield
                if self._joined.now.broken:
                    raise StoreError("a part of a joined transaction failed, and the rest went on")
            finally:
                self._joined.now = None

    def close(self) -> None:
        """Close all connections."""
        self._database.close()
