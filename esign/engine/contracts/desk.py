"""From contract data to an invitation on its way: stations 2 and 3."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from esign.access import Actor, Permission
from esign.contracts import ContractData
from esign.documents import Draft, Enclosure, OwnPages, draw_up
from esign.engine.company import search as desk_search
from esign.engine.contents import ContractContents
from esign.engine.contracts import invitations, own_documents, reminding, turns
from esign.engine.contracts.admission import policy_for
from esign.engine.contracts.corrections import with_address, with_other_person
from esign.engine.contracts.drafting import committed, contract_contents
from esign.engine.contracts.ending import UNDER_WAY, refuse_if_ended
from esign.engine.contracts.invitations import Invited
from esign.engine.contracts.notices import CANCELLATION, queue_notice
from esign.engine.contracts.reminding import Reminded
from esign.engine.contracts.validity import NONE, Validity, same_time, wished
from esign.engine.contracts.views import ContractView, Corrected, view_of
from esign.engine.duties import delivering, drawing
from esign.engine.formation import keeping
from esign.engine.household import Household
from esign.engine.own import known
from esign.engine.ports import Transaction
from esign.engine.records import ContractRecord, ContractState
from esign.engine.refusals import ContractStateRefused
from esign.evidence.kinds import EntryKind
from esign.foundation.identifiers import new_id
from esign.policy import SignaturePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A contract that is drawn up and not kept yet."""

    contract: ContractData
    policy: SignaturePolicy
    draft: Draft
    own: OwnPages | None
    at: datetime
    enclosed: tuple[Enclosure, ...] = ()
    validity: Validity = NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractDesk:
    """Draws up contracts and invites their parties.

    Every use case is somebody's on the company's side: the actor comes first. Who lacks the permission is refused with
    :class:`~esign.access.AccessDenied`; a contract of another tenant is as unknown as one that does not exist.
    """

    household: Household

    def draw_up(self, actor: Actor, data: Mapping[str, Any], validity: Validity | None = None) -> str:
        """Draw up a contract from its data and keep it.

        A contract on the company's own document (template ``own-document``) names an upload, ``terms.document =
        {"upload": id}``, or a page template, ``{"page_template": id, "version": n, "values": {…}}``; name, number of
        pages and digest are filled in.

        Args:
            actor: Who draws up.
            data: Contract data.
            validity: Until when it can be signed, and when its parties are reminded; None: as the installation is set.

        Returns:
            The identifier of the contract.

        Raises:
            ValidityRefused: The validity is not within the bounds.
            UploadUnknown: There is no such upload.
            TemplateUnknown, TemplateArchived: There is no such page template in use, or not in this version.
            TemplateRefused: What is to be filled into the page template is refused.
            PagesDiffer: The data name another file than the upload.
            ContractsError: The data is incomplete or contradicts itself.
            NoQualifiedDevice: The contract asks for a qualified signature and no qualified device is configured.
            FormNotOffered: The law asks for one; the facts carry the clause and the consequence.
            NoSealDevice: The contract needs the company's seal and none is configured.
            PolicyLevelDiffers: The policy that is configured for the level is one of another level.
            PolicyNotFound: No signature policy for the level is in force on the contract's day.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        validity = wished(self.household, validity)
        drawn = replace(self._draw(actor, data), validity=validity)
        with self.household.store.transaction() as tx:
            return self._keep(tx, actor, drawn)

    def invite(self, actor: Actor, contract_id: str, party: str | None = None) -> Invited:
        """Invite the contract's parties: the mails go to the outbox in the same transaction.

        Args:
            actor: Who invites.
            contract_id: The contract.
            party: Whom; None: everybody whose turn it is. In a given order the next one is invited by itself when
                the one before has signed; who is invited earlier is told to wait.

        Raises:
            ContractUnknown: There is no such contract.
            PartyUnknown: There is no such party.
            ContractStateRefused: The party was invited already, or the contract has ended.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.transaction() as tx:
            return self._invite(tx, actor, known(tx, actor, contract_id), party)

    def resend(self, actor: Actor, contract_id: str, party: str = "signatory-1") -> Invited:
        """Send a party a new invitation; the old one's tokens and devices lose their right.

        A contract that expired goes on with it, and whoever else was invited is invited anew (``further``), unless
        somebody had signed or it is more than thirty days ago.

        Raises:
            ContractUnknown: There is no such contract.
            ContractExpired: It expired and cannot go on; it has to be drawn up anew.
            ContractStateRefused: Nobody is invited, or the contract has ended.
            PartyUnknown: The party has no invitation.
            AlreadySigned: The party has signed; the signed copy is on its way or there.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.transaction() as tx:
            return invitations.send_anew(self.household, tx, known(tx, actor, contract_id), party, by=actor)

    def remind(self, actor: Actor, contract_id: str, party: str = "signatory-1") -> Reminded:
        """Remind a party by mail, at most once a day.

        Raises:
            ContractUnknown: There is no such contract.
            PartyUnknown: The party has no invitation.
            ContractStateRefused: Nobody is invited, or the contract has ended.
            NotYet: Somebody else has to sign first.
            AlreadySigned: The party has signed.
            InvitationExpired: The invitation's time is over.
            RemindedAlready: The party was reminded within the last day.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.transaction() as tx:
            return reminding.remind(self.household, tx, known(tx, actor, contract_id), party, by=actor)

    def cancel(self, actor: Actor, contract_id: str, reason: str = "") -> None:
        """Cancel a contract: its invitations are closed, and everybody who was invited is told.

        Args:
            actor: Who cancels.
            contract_id: The contract.
            reason: Words for the mail; kept sealed, the ledger commits to them.

        Raises:
            ContractUnknown: There is no such contract.
            ContractStateRefused: It is concluded or has failed.
            ContractDeclined: A party declined it already.
            ContractCancelled: It was cancelled already.
            AlreadySigned: A signature is being concluded.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.transaction() as tx:
            invitations.cancel(self.household, tx, known(tx, actor, contract_id), reason, by=actor)

    def correct_address(self, actor: Actor, contract_id: str, party: str, email: str) -> Corrected:
        """Correct a party's e-mail address while nobody has signed.

        The address stands in the document: the contract is drawn up anew under a new identifier, the old one is
        cancelled without a word to the wrong address, and none of its tokens lives on. Whoever was invited is invited
        again.

        Raises:
            ContractUnknown: There is no such contract.
            PartyUnknown: The contract has no such party.
            ContractsError: The address is none.
            ContractStateRefused: The contract has ended.
            AlreadySigned: Somebody has signed.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.reading() as tx:
            record = known(tx, actor, contract_id)
            contents = self.household.contract_contents(tx, record)
        data = with_address(json.loads(contents.data), party, email)
        refuse_if_ended(record)
        return self._replace(actor, contract_id, data, cause="address_corrected")

    def delegate(self, actor: Actor, contract_id: str, party: str, person: Mapping[str, Any]) -> Corrected:
        """Put another person in a party's place while nobody has signed; only the company does this.

        Whoever signs instead stands in the document, identifies himself or herself, and has an invitation of his or
        her own: the contract is drawn up anew under a new identifier, and none of the old tokens lives on. The person
        replaced is told that the old document is gone.

        Args:
            actor: Who delegates.
            contract_id: The contract.
            party: ``signatory-1``, ``signatory-2``, …
            person: The other person, as contract data names a signatory; may represent the person replaced.

        Raises:
            ContractUnknown: There is no such contract.
            PartyUnknown: The contract has no such party.
            ContractsError: The data about the person are incomplete or contradict the contract.
            ContractStateRefused: The contract has ended.
            AlreadySigned: Somebody has signed.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        with self.household.store.reading() as tx:
            record = known(tx, actor, contract_id)
            contents = self.household.contract_contents(tx, record)
        refuse_if_ended(record)
        data = with_other_person(json.loads(contents.data), party, person)
        return self._replace(actor, contract_id, data, cause="delegated", told=party)

    def prepare(self, actor: Actor, data: Mapping[str, Any], *, again: str | None = None) -> Drawn:
        """Draw up a contract without keeping it; refuses what :meth:`draw_up` refuses.

        Args:
            actor: Who draws up.
            data: Contract data.
            again: The contract in whose place it is drawn up; its own pages are still there.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        return self._draw(actor, data, again)

    def enter(
        self, tx: Transaction, actor: Actor, drawn: Drawn, *, invite: bool = True, **facts: str
    ) -> tuple[str, Invited | None]:
        """Keep what was prepared and invite its parties, within the transaction of what led to it.

        Args:
            tx: The transaction.
            actor: Who does it, or in whose name it happens by itself.
            drawn: What was prepared.
            invite: Whether its parties are invited.
            facts: What the ledger says beside it, such as the case.
        """
        contract_id = self._keep(tx, actor, drawn, **facts)
        invited = self._invite(tx, actor, known(tx, actor, contract_id)) if invite else None
        return contract_id, invited

    def list(self, actor: Actor, limit: int = 100) -> tuple[ContractView, ...]:
        """Return the newest contracts, newest first."""
        actor.require(Permission.CONTRACTS_READ)
        with self.household.store.reading() as tx:
            return tuple(view_of(record) for record in tx.contracts.newest(actor.tenant, limit))

    def view(self, actor: Actor, contract_id: str) -> ContractView:
        """Return what may be shown of a contract.

        Raises:
            ContractUnknown: There is no such contract.
        """
        actor.require(Permission.CONTRACTS_READ)
        with self.household.store.reading() as tx:
            return view_of(known(tx, actor, contract_id))

    def signed_document(self, actor: Actor, contract_id: str) -> bytes:
        """Return the signed document of a concluded contract.

        Raises:
            ContractUnknown: There is no such contract.
            ContractStateRefused: The contract is not concluded.
        """
        actor.require(Permission.DOCUMENTS_READ)
        with self.household.store.reading() as tx:
            record = known(tx, actor, contract_id)
            if record.state is not ContractState.CONCLUDED:
                raise ContractStateRefused("the contract is not concluded", state=record.state.value)
            return self.household.signed_document(tx, record)

    def mails(self, actor: Actor, contract_id: str) -> tuple[bytes, ...]:
        """Return the mails that were sent about a contract, as the exact bytes handed over.

        They are evidence: an invitation's link stands in its mail.

        Raises:
            ContractUnknown: There is no such contract.
        """
        actor.require(Permission.EVIDENCE_READ)
        with self.household.store.reading() as tx:
            record = known(tx, actor, contract_id)
            names = self.household.contract_contents(tx, record).mails
            return tuple(tx.safe.open(contract_id, "mail", self.household.documents.get(name)) for name in names)

    def _replace(
        self, actor: Actor, contract_id: str, data: Mapping[str, Any], *, cause: str, told: str = ""
    ) -> Corrected:
        """Draw a contract up anew in the place of another; whoever was invited is invited again."""
        drawn = self._draw(actor, data, contract_id)
        with self.household.store.transaction() as tx:
            record = known(tx, actor, contract_id)
            invited = record.state is not ContractState.DRAWN_UP
            knew = told in turns.invitations(tx, contract_id)
            new = self._keep(tx, actor, drawn, replaces=contract_id)
            tx.contracts.update(same_time(known(tx, actor, new), record))
            invitations.replace_contract(self.household, tx, record, new=new, cause=cause, by=actor)
            if knew:
                queue_notice(self.household, tx, contract_id, CANCELLATION, party=told, reason="")
            again = self._invite(tx, actor, known(tx, actor, new)) if invited else None
            return Corrected(contract_id=new, invited=again)

    def _draw(self, actor: Actor, data: Mapping[str, Any], again: str | None = None) -> Drawn:
        house = self.household
        now = house.clock.now()
        complete = own_documents.complete(house, actor, data, kept=self._kept(actor, again) if again else None)
        contract = ContractData.parse(complete.data)
        policy = policy_for(house, contract)
        enclosed = drawing.enclosures(house, contract, now)
        before = [each for each in enclosed if not (contract.summary_later and each.kind == delivering.SUMMARY)]
        draft = draw_up(contract, drawn_up_at=now, own=complete.own, enclosed=before)
        return Drawn(contract=contract, policy=policy, draft=draft, own=complete.own, at=now, enclosed=enclosed)

    def _kept(self, actor: Actor, contract_id: str) -> tuple[ContractRecord, ContractContents]:
        with self.household.store.reading() as tx:
            record = known(tx, actor, contract_id)
            return record, self.household.contract_contents(tx, record)

    def _keep(self, tx: Transaction, actor: Actor, drawn: Drawn, **facts: str) -> str:
        house = self.household
        contract, policy, draft, now = drawn.contract, drawn.policy, drawn.draft, drawn.at
        contract_id = new_id()
        tx.safe.new_key(contract_id, ("company", "signatory"))
        blob = house.documents.put(tx.safe.seal(contract_id, "draft", draft.pdf))
        information = drawing.kept(house, tx, contract_id, drawn.enclosed)
        contents = replace(contract_contents(contract, draft, policy, blob), information=information)
        if drawn.own is not None:
            pages = house.documents.put(tx.safe.seal(contract_id, own_documents.PAGES, drawn.own.pdf))
            contents = replace(contents, pages=pages)
        tx.contracts.add(
            ContractRecord(
                id=contract_id,
                tenant=actor.tenant,
                template=contract.template,
                reference=contract.reference,
                title=contract.title,
                company=contract.company.name,
                level=contract.level,
                policy=policy.name,
                state=ContractState.DRAWN_UP,
                created_at=now,
                sealed=tx.safe.seal(contract_id, "contract", contents.to_bytes()),
                **drawn.validity.of_record(house.settings, contract.accept_until),
            )
        )
        desk_search.index(tx, actor.tenant, contract_id, contents)
        house.record(
            tx,
            EntryKind.CONTRACT_DRAWN_UP,
            contract_id,
            {"template": contract.template, "level": contract.level.word, "policy": policy.name, **facts},
            committed(contents),
            by=actor,
        )
        keeping.begin(house, tx, contract_id, contract)
        return contract_id

    def _invite(self, tx: Transaction, actor: Actor, record: ContractRecord, party: str | None = None) -> Invited:
        if record.state not in (ContractState.DRAWN_UP, *UNDER_WAY):
            raise ContractStateRefused("the contract has ended", state=record.state.value)
        contents = self.household.contract_contents(tx, record)
        names = turns.uninvited(tx, contents, record.id)
        if party is not None:
            known = turns.invitations(tx, record.id)
            names = tuple({turns.party_of(contents, party).name} - known.keys())
        if not names:
            raise ContractStateRefused("the party was invited already", state=record.state.value)
        first, *others = [invitations.make(self.household, tx, record.id, name, by=actor) for name in names]
        if record.state is ContractState.DRAWN_UP:
            tx.contracts.update(replace(record, state=ContractState.INVITED))
        return replace(first, further=tuple(others))
