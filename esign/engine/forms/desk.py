"""Forms: offered, begun, filled in bit by bit, on another device, and sent in."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from esign.access import system
from esign.engine.contracts.handover import qr_code
from esign.engine.forms import drafts, settling
from esign.engine.forms import mails as form_mails
from esign.engine.forms.addresses import forms_url
from esign.engine.forms.prefill import PrefillDesk
from esign.engine.forms.records import CaseRecord, CaseState, DraftAccess, DraftContents, DraftRecord
from esign.engine.forms.refusals import (
    DraftUnknown,
    FormNotOffered,
    FormsBusy,
    MailAddressRefused,
    TooManyLinks,
)
from esign.engine.forms.settling import Submitted
from esign.engine.forms.texts import RESUME
from esign.engine.forms.views import DraftOpened, DraftView, FormView, ResumeLink
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.evidence.kinds import EntryKind
from esign.forms import Answers, Checked, FormDefinition, FormUnknown, check, form_definition
from esign.foundation.identifiers import new_id, new_token
from esign.identity import IdentifiedPerson

LINK_LIVES = timedelta(minutes=30)
"""How long a link to another device opens the draft, once."""
MOST_LINKS = 10
"""Links of one draft; each may go out by mail, to whatever address was typed."""
BEGUN_AT_ONCE, BEGUN_PER_SECOND = 300, 10.0
"""Forms of one company that are begun, on each machine."""

_EMAIL = re.compile(r"[^@\s<>\"\x00-\x1f\x7f,;]{1,64}@[^@\s<>\"\x00-\x1f\x7f,;]+[.][^@\s<>\"\x00-\x1f\x7f,;]{2,}\Z")
_log = logging.getLogger("esign.engine.forms.desk")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDesk:
    """The customer's side: nobody is logged in, whoever holds a draft's token goes on with it."""

    household: Household
    prefill: PrefillDesk

    def offered(self, tenant: str) -> tuple[FormView, ...]:
        """Return the forms that a company offers today, by name."""
        found: list[FormView] = []
        for name, offer in sorted(self.household.offers.of(tenant).items()):
            try:
                definition = form_definition(name, self.household.today())
            except FormUnknown:  # not in force today
                continue
            found.append(
                FormView(
                    name=name,
                    title=definition.title,
                    lead=definition.lead,
                    company=str(offer.company.get("name", "")),
                    languages=definition.languages,
                    prefill=self.prefill.by_identity(tenant, name),
                )
            )
        return tuple(found)

    def definition(self, tenant: str, name: str) -> FormDefinition:
        """Return a form that a company offers, as it applies today.

        Raises:
            FormNotOffered: The company offers none of this name.
        """
        drafts.offer_of(self.household, tenant, name)
        try:
            return form_definition(name, self.household.today())
        except FormUnknown as error:
            raise FormNotOffered from error

    def begin(
        self, tenant: str, name: str, prefill_token: str | None = None, *, person: IdentifiedPerson | None = None
    ) -> DraftOpened:
        """Begin to fill a form in.

        Args:
            tenant: The company.
            name: The form.
            prefill_token: A signed token that the company gave the customer; used once.
            person: Who was recognised at the identity provider, and asked to have the form filled in.

        Raises:
            FormNotOffered: The company offers none of this name.
            PrefillTokenRefused: The token is not genuine, is for another form, was used, or its time is over.
            FormsBusy: Too many forms are being begun.
        """
        house = self.household
        definition = self.definition(tenant, name)
        taken = house.rates.take(f"forms/{tenant}", capacity=BEGUN_AT_ONCE, per_second=BEGUN_PER_SECOND)
        if not taken.allowed:
            raise FormsBusy(seconds=taken.reset)
        known = self.prefill.known(tenant, definition, token=prefill_token, person=person)
        contents = DraftContents(
            answers=dict(known.answers),
            prefilled=dict(known.answers),
            source=known.source if known.answers else "",
            customer=dict(known.customer),
        )
        now = house.clock.now()
        draft_id = new_id()
        with house.store.transaction() as tx:
            self.prefill.use(tx, known)
            tx.safe.new_key(draft_id, (drafts.HOLDER,))
            record = DraftRecord(
                id=draft_id,
                tenant=tenant,
                form=name,
                created_at=now,
                expires_at=now + timedelta(days=house.settings.draft_days),
                case_id=None,
                sent=False,
                resumed=0,
                sealed=tx.safe.seal(draft_id, drafts.CONTENTS, contents.to_bytes()),
            )
            tx.drafts.add(record)
            token = drafts.let_in(tx, record)
            if known.answers:
                facts = {"draft": draft_id, "form": name, "fields": len(known.answers), "way": known.way}
                house.record(tx, EntryKind.FORM_PREFILLED, None, facts, by=system(tenant))
        return drafts.opened(record, token, contents, known.outcome)

    def read(self, token: str) -> DraftView:
        """Return what is filled in so far.

        Raises:
            DraftUnknown: There is no such draft any more.
            DraftSent: It was sent in.
        """
        with self.household.store.reading() as tx:
            record = drafts.find(self.household, tx, token)
            return drafts.view(record, drafts.contents_of(tx, record))

    def save(self, token: str, answers: Mapping[str, object]) -> DraftView:
        """Keep what is filled in, plausible or not, in place of what was there.

        Raises:
            DraftUnknown: There is no such draft any more.
            DraftSent: It was sent in.
            AnswersRefused: The answers cannot come from this form.
        """
        with self.household.store.transaction() as tx:
            record, contents = self._save(tx, token, answers)
            return drafts.view(record, contents)

    def check(self, token: str, answers: Mapping[str, object]) -> Checked:
        """Check answers without keeping them.

        Raises:
            DraftUnknown: There is no such draft any more.
            DraftSent: It was sent in.
            AnswersRefused: The answers cannot come from this form.
        """
        with self.household.store.reading() as tx:
            record = drafts.find(self.household, tx, token)
        definition = self.definition(record.tenant, record.form)
        given = Answers.parse(answers, definition)
        return check(definition, given, day=self.household.today(), reference=self.household.reference)

    def resume_link(self, token: str, email: str | None = None) -> ResumeLink:
        """Make a link with which another device goes on; one that nobody used is over.

        Args:
            token: The device's token.
            email: Where the link is sent; None: it is only shown.

        Raises:
            DraftUnknown: There is no such draft any more.
            DraftSent: It was sent in.
            MailAddressRefused: This is no address.
            TooManyLinks: As many were made as there may be.
            FormsBusy: Too many mails went to this address.
        """
        house = self.household
        if email is not None and (len(email) > 160 or not _EMAIL.match(email)):
            raise MailAddressRefused
        now = house.clock.now()
        secret = new_token()
        with house.store.transaction() as tx:
            record = drafts.find(self.household, tx, token)
            link = f"{forms_url(house.settings, record.tenant)}/weiter#{secret}"
            if record.resumed >= MOST_LINKS:
                raise TooManyLinks(limit=MOST_LINKS)
            if email is not None:
                form_mails.spare(house, tx, record.tenant, email)
            tx.drafts.revoke_links(record.id)
            expires_at = min(now + LINK_LIVES, record.expires_at)
            tx.drafts.allow(
                DraftAccess(digest=drafts.digest(secret), draft_id=record.id, kind=drafts.LINK, expires_at=expires_at)
            )
            tx.drafts.update(replace(record, resumed=record.resumed + 1))
            if email is not None:
                words = {"to": email, "link": link, "form": record.form, "tenant": record.tenant}
                form_mails.queue(house, tx, record.id, RESUME, words)
        return ResumeLink(link=link, qr=qr_code(link), expires_at=expires_at)

    def resume(self, tenant: str, secret: str) -> DraftOpened:
        """Let another device go on with a draft; the link opens nothing any more.

        Args:
            tenant: The company at whose address the link was opened.
            secret: The link's secret.

        Raises:
            DraftUnknown: The link was used, its time is over, or the company has no such draft.
        """
        with self.household.store.transaction() as tx:
            record = drafts.find(self.household, tx, secret, kind=drafts.LINK)
            if record.tenant != tenant:  # another company's is as unknown as none, and not used up
                raise DraftUnknown
            tx.drafts.revoke(drafts.digest(secret))
            return drafts.opened(record, drafts.let_in(tx, record), drafts.contents_of(tx, record))

    def discard(self, token: str) -> None:
        """Delete a draft with its key; nothing that was filled in can be read any more.

        Raises:
            DraftUnknown: There is no such draft any more.
        """
        with self.household.store.transaction() as tx:
            record = drafts.find(self.household, tx, token, sent=True)
            drafts.delete(tx, record)

    def submit(self, token: str, answers: Mapping[str, object]) -> Submitted:
        """Send a form in: it is checked again and decided, and an accepted one is drawn up and its party invited.

        However often it is sent in, one contract comes of it.

        Raises:
            DraftUnknown: There is no such draft any more.
            AnswersRefused: The answers cannot come from this form.
            FormsBusy: Too many mails went to the address that is to be invited.
        """
        house = self.household
        with house.store.reading() as tx:
            record = drafts.find(self.household, tx, token, sent=True)
            done = self._done(tx, record)
            if done is not None:
                return done
            contents = drafts.contents_of(tx, record)
        actor = system(record.tenant)
        offer = drafts.offer_of(house, record.tenant, record.form)
        judged = settling.judge(house, actor, offer, record.form, answers, case_id=record.case_id)
        judged = settling.with_corrections(
            house, judged, contents.prefilled, source=contents.source, customer=contents.customer
        )
        with house.store.transaction() as tx:
            record = drafts.find(self.household, tx, token, sent=True)
            done = self._done(tx, record)
            if done is not None:  # somebody was faster: the same form, sent in twice
                return done
            if not judged.checked.complete:
                self._save(tx, token, answers)
                return settling.incomplete(judged)
            asked = self._asked(tx, record)
            if judged.drawn is not None:
                for party in judged.drawn.contract.signatories:
                    form_mails.spare(house, tx, record.tenant, party.email)
            if asked is None and record.case_id == judged.case_id:  # it was deleted, or decided, meanwhile
                judged = replace(judged, case_id=new_id())
            case = settling.keep(house, tx, actor, judged, asked=asked)
            if case.state is CaseState.ASKED:
                record, _ = self._save(tx, token, answers)
                tx.drafts.update(replace(record, case_id=case.id))
            else:
                drafts.close(house, tx, record, case)
            return settling.submitted(house, case, judged.contents)

    def outcome(self, tenant: str, name: str, token: str) -> Submitted:
        """Return what became of a form that was sent in.

        Args:
            tenant: The company.
            name: The form.
            token: The device's token.

        Raises:
            DraftUnknown: It was not sent in for good, that is longer than a day ago, or it is another form's.
        """
        with self.household.store.reading() as tx:
            record = drafts.find(self.household, tx, token, sent=True)
            done = self._done(tx, record) if (record.tenant, record.form) == (tenant, name) else None
        if done is None:
            raise DraftUnknown
        return done

    def forget_due(self) -> int:
        """Delete drafts whose time is over, with their keys; return how many were."""
        house = self.household
        now = house.clock.now()
        with house.store.reading() as tx:
            due = tx.drafts.due(now, 200)
        gone = 0
        for draft_id in due:
            with house.store.transaction() as tx:
                record = tx.drafts.get(draft_id)
                if record is None or record.expires_at > now:
                    continue
                drafts.delete(tx, record)
                gone += 1
                if not record.sent:
                    facts = {"draft": record.id, "form": record.form}
                    house.record(tx, EntryKind.FORM_EXPIRED, None, facts, by=system(record.tenant))
        if not due:
            with house.store.transaction() as tx:
                tx.drafts.forget_tokens(now)
        return gone

    def _save(self, tx: Transaction, token: str, answers: Mapping[str, object]) -> tuple[DraftRecord, DraftContents]:
        now = self.household.clock.now()
        record = drafts.find(self.household, tx, token)
        given = Answers.parse(answers, self.definition(record.tenant, record.form))
        contents = replace(drafts.contents_of(tx, record), answers=dict(given))
        record = replace(
            record,
            expires_at=now + timedelta(days=self.household.settings.draft_days),
            sealed=tx.safe.seal(record.id, drafts.CONTENTS, contents.to_bytes()),
        )
        tx.drafts.update(record)
        return record, contents

    def _done(self, tx: Transaction, record: DraftRecord) -> Submitted | None:
        if not record.sent:
            return None
        case = tx.cases.get(record.case_id) if record.case_id else None
        if case is None:
            raise DraftUnknown
        return settling.submitted(self.household, case, settling.opened(tx, case))

    @staticmethod
    def _asked(tx: Transaction, record: DraftRecord) -> CaseRecord | None:
        case = tx.cases.get(record.case_id) if record.case_id else None
        return case if case is not None and case.state is CaseState.ASKED else None
