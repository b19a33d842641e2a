"""What the engine queues for delivery, and the mails that it becomes."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from esign.contracts.rights import Right, function
from esign.engine.ceremony import admission, seal_names
from esign.engine.consents import mails as consent_mails
from esign.engine.contents import ContractContents, PartyContents
from esign.engine.contracts import notices
from esign.engine.duties import delivering, drawing
from esign.engine.duties.texts import enclosed
from esign.engine.formation import accepting, approving, confirming, offering
from esign.engine.forms import mails as form_mails
from esign.engine.household import BERLIN, Household
from esign.engine.ports import Mail, Transaction, Work
from esign.engine.records import ContractRecord
from esign.engine.refusals import ContractUnknown, DeliveryAbandoned, InvitationClosed
from esign.engine.rights import acknowledging
from esign.engine.texts import mail_text, reason_text
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import from_seconds, seconds
from esign.foundation.digests import labelled, sha256
from esign.foundation.errors import EsignError
from esign.foundation.identifiers import new_id
from esign.policy import LegalLevel

_log = logging.getLogger("esign.engine.deliveries")

INVITATION = "invitation"
SIGNED_COPY = "signed_copy"
PDF = "application/pdf"
_WITH_DOCUMENT = (
    *(notices.CONSENT_REQUEST, notices.APPROVAL_REQUEST),
    *(notices.OWN_APPROVAL_REQUEST, notices.APPROVAL_DEMAND),
)
"""Mails with the document that somebody consents to or approves."""


def invitation_payload(*, link: str, expires_at: datetime, party: str = "signatory-1") -> bytes:
    """Return the payload of an invitation; it holds the token until the mail is on its way."""
    return json.dumps({"link": link, "expires_at": seconds(expires_at), "party": party}).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryDesk:
    """Hands over what is in the outbox: each once, none lost."""

    household: Household
    worker: str = field(default_factory=new_id)

    def deliver_due(self, limit: int = 50) -> int:
        """Deliver what is due and return how many were handed over."""
        done = 0
        for _ in range(limit):
            with self.household.store.transaction() as tx:
                self._bury(tx)
                claimed = tx.outbox.claim(self.worker, self.household.clock.now())
            if not claimed:
                break
            done += self._deliver(claimed[0])
        return done

    def _bury(self, tx: Transaction) -> None:
        """Give up work that its workers died of, try after try, and record that."""
        for work in tx.outbox.bury(self.household.clock.now(), DeliveryAbandoned.code):
            self._record_failure(tx, work, DeliveryAbandoned.code)

    def _record_failure(self, tx: Transaction, work: Work, code: str) -> None:
        if work.kind in form_mails.KINDS:
            form_mails.note(self.household, tx, work, EntryKind.DELIVERY_FAILED, {"code": code})
            return
        if work.kind in acknowledging.KINDS:
            acknowledging.failed(self.household, tx, work, code)
            return
        facts = {"kind": work.kind, "code": code, "attempts": work.attempt}
        self.household.record(tx, EntryKind.DELIVERY_FAILED, work.contract_id, facts)
        confirming.failed(self.household, tx, work, code)
        accepting.failed(self.household, tx, work)

    def _deliver(self, work: Work) -> bool:
        house = self.household
        try:
            if self._is_moot(work):
                with house.store.transaction() as tx:
                    tx.outbox.finish(work, house.clock.now())
                    self._record_failure(tx, work, InvitationClosed.code)
                return False
            sent = house.mailer.send(self._mail(work))
        except Exception as error:  # whatever is wrong with this mail, the next one has its turn
            code = error.code if isinstance(error, EsignError) else "internal"
            _log.warning("delivery failed", exc_info=error, extra={"kind": work.kind, "code": code})
            with house.store.transaction() as tx:
                if tx.outbox.fail(work, house.clock.now(), code):
                    self._record_failure(tx, work, code)
            return False
        with house.store.transaction() as tx:
            tx.outbox.finish(work, house.clock.now())
            if work.kind in acknowledging.KINDS:
                acknowledging.sent(house, tx, work, sent)
                return True
            record = tx.contracts.get(work.contract_id)
            if record is None:
                form_mails.note(house, tx, work, EntryKind.DELIVERY_DONE, {"channel": "email"})
                return work.kind in form_mails.KINDS
            name = house.documents.put(tx.safe.seal(record.id, "mail", sent))
            contents = house.contract_contents(tx, record)
            contents = replace(contents, mails=(*contents.mails, name))
            tx.contracts.update(replace(record, sealed=tx.safe.seal(record.id, "contract", contents.to_bytes())))
            house.record(
                tx,
                EntryKind.DELIVERY_DONE,
                record.id,
                {"kind": work.kind, "attempts": work.attempt, "channel": "email"},
                {"mail": sha256(sent)},
            )
            if work.kind in (INVITATION, notices.INFORMATION):
                party, mailed = str(_payload(tx, work)["party"]), sha256(sent)
                delivering.mailed(house, tx, record, party, mailed)
            confirming.sent(house, tx, record, work, str(_payload(tx, work)["party"]), sent)
            self._arrived(tx, record, work)
        return True

    def _arrived(self, tx: Transaction, record: ContractRecord, work: Work) -> None:
        """Note what a declaration's arrival means for how the contract comes about (BGB § 130 (1))."""
        house, party = self.household, str(_payload(tx, work)["party"])
        if work.kind == INVITATION:
            offering.arrived(house, tx, record, party, way="smtp")
        elif work.kind == notices.ACCEPTANCE:
            accepting.arrived(house, tx, record, party)
        elif work.kind == notices.APPROVAL_DEMAND:
            approving.demand_arrived(house, tx, record, party)
        elif work.kind == notices.SUMMARY_REQUEST:
            approving.summary_came(house, tx, record, party)

    def _is_moot(self, work: Work) -> bool:
        """Tell whether what waits in the outbox is over: the invitation has ended, what it is about is deleted."""
        if work.kind in form_mails.KINDS or work.kind in acknowledging.KINDS:
            with self.household.store.reading() as tx:
                return not tx.safe.holders(work.contract_id)
        if work.kind != INVITATION:
            return False
        with self.household.store.reading() as tx:
            payload = _payload(tx, work)
            admitted = admission.find(tx, str(payload["link"]).partition("#")[2])
            return admitted is None or admitted.invitation.state not in admission.LIVE

    def _mail(self, work: Work) -> Mail:
        house = self.household
        if work.kind in acknowledging.KINDS:
            return acknowledging.mail(house, work)
        with house.store.reading() as tx:
            if work.kind in form_mails.KINDS:
                return form_mails.mail(house, tx, work)
            record = tx.contracts.get(work.contract_id)
            if record is None:
                raise ContractUnknown("the contract of a delivery is gone")
            payload = _payload(tx, work)
            contents = house.contract_contents(tx, record)
            signed = house.signed_document(tx, record) if work.kind == SIGNED_COPY else b""
            told = delivering.told_before(contents) if work.kind in (INVITATION, notices.INFORMATION) else ()
            if work.kind == notices.SUMMARY_REQUEST:
                told = tuple(each for each in contents.information if each.kind == delivering.SUMMARY)
            files = [(each.name, PDF, drawing.opened(house, tx, record.id, each)) for each in told]
            invites = work.kind in (INVITATION, notices.INFORMATION)
            link = consent_mails.link(house, tx, record, contents, str(payload["party"])) if invites else ""
            more = consent_mails.said(house, tx, record, payload) if work.kind == notices.CONSENT_RECEIPT else {}
            if work.kind in _WITH_DOCUMENT:
                files.append((record.file_name, PDF, approving.held(house, tx, record, contents)))
        if work.kind == notices.ACCEPTANCE:
            files = [*accepting.enclosure(house, record.id)]
        if signed:
            files = [(record.file_name, PDF, signed), *confirming.enclosures(house, record.id)]
        words = self._words(record, contents, payload) | more
        names = [each.name for each in told]
        words["enclosed"] = enclosed(contents.lang, names, company=record.company, consents=link)
        subject, text = mail_text(work.kind, contents.lang, words)
        identifier = labelled("mail", work.contract_id.encode(), str(work.id).encode()).hex()[:32]
        return Mail(
            to=_address(work.kind, contents, payload),
            subject=subject,
            text=text,
            attachments=tuple(files),
            identifier=identifier,
        )

    def _words(self, record: ContractRecord, contents: ContractContents, payload: dict[str, Any]) -> dict[str, str]:
        until = payload.get("expires_at")
        company = notices.company(contents.data)
        return {
            "name": str(payload.get("to_name") or _party(contents, payload).full_name),
            "declarant": _party(contents, payload).full_name,
            "words": str(payload.get("words", "")),
            "title": record.title,
            "company": record.company,
            "reference": record.reference,
            "link": str(payload.get("link", "")),
            "until": from_seconds(until).astimezone(BERLIN).strftime("%d.%m.%Y, %H:%M") if until else "",
            "at": _instant(payload.get("at")),
            "level": _LEVEL[contents.lang][record.level],
            "reason": reason_text(contents.lang, str(payload.get("reason", ""))),
            "contact": f"{company['email']}, {company['phone']}",
            "withdraw": _withdraw(contents, self.household.today()),
            "sandbox": "yes" if self.household.settings.sandbox else "",
        }


def _withdraw(contents: ContractContents, day: date) -> str:
    """Return the line that leads to the withdrawal function; empty where there is no right (BGB § 356a (1))."""
    right = json.loads(contents.data)["withdrawal"]
    if not right["right"]:
        return ""
    return f"{function(Right.WITHDRAWAL, day).label('open', contents.lang)}: {right['function_url']}\n"


def _payload(tx: Transaction, work: Work) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads(tx.safe.open(work.contract_id, seal_names.delivery(work.kind), work.payload))
    return payload


def _instant(at: int | None) -> str:
    return "" if at is None else from_seconds(at).astimezone(BERLIN).strftime("%d.%m.%Y, %H:%M:%S")


def _address(kind: str, contents: ContractContents, payload: dict[str, Any]) -> str:
    if kind == notices.DECLINE_NOTICE:
        return str(notices.company(contents.data)["email"])
    return str(payload.get("to") or _party(contents, payload).email)


def _party(contents: ContractContents, payload: dict[str, Any]) -> PartyContents:
    return contents.party(str(payload["party"]))


_LEVEL = {
    "de": {
        LegalLevel.SIMPLE: "einfache elektronische Signatur",
        LegalLevel.ADVANCED: "fortgeschrittene elektronische Signatur",
        LegalLevel.QUALIFIED: "qualifizierte elektronische Signatur",
    },
    "en": {
        LegalLevel.SIMPLE: "simple electronic signature",
        LegalLevel.ADVANCED: "advanced electronic signature",
        LegalLevel.QUALIFIED: "qualified electronic signature",
    },
}
