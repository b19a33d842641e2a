"""A draft and the secrets that open it, within a transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from esign.engine.forms.ports import Offer
from esign.engine.forms.records import CaseRecord, DraftAccess, DraftContents, DraftRecord
from esign.engine.forms.refusals import DraftSent, DraftUnknown, FormNotOffered
from esign.engine.forms.views import DraftOpened, DraftView
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.foundation.digests import labelled
from esign.foundation.identifiers import new_token

HOLDER, CONTENTS = "customer", "draft"
DEVICE, LINK = "device", "link"
SENT_SHOWN = timedelta(days=1)
"""How long the device is told what became of the form."""
_FOR_EVER = datetime.fromisoformat("9999-12-31T00:00:00+00:00")


def offer_of(house: Household, tenant: str, form: str) -> Offer:
    """Return a company's offer of a form.

    Raises:
        FormNotOffered: The company offers none of this name.
    """
    offer = house.offers.of(tenant).get(form)
    if offer is None:
        raise FormNotOffered
    return offer


def let_in(tx: Transaction, record: DraftRecord) -> str:
    """Return a fresh token for one device."""
    token = new_token()
    # opens the draft for as long as there is one: the draft's own time counts
    tx.drafts.allow(DraftAccess(digest=digest(token), draft_id=record.id, kind=DEVICE, expires_at=_FOR_EVER))
    return token


def digest(token: str) -> bytes:
    """Return what is kept of a secret."""
    return labelled("form/token", token.encode())


def contents_of(tx: Transaction, record: DraftRecord) -> DraftContents:
    """Open what is filled in so far."""
    return DraftContents.from_bytes(tx.safe.open(record.id, CONTENTS, record.sealed))


def view(record: DraftRecord, contents: DraftContents) -> DraftView:
    """Return what is shown of a draft."""
    return DraftView(
        tenant=record.tenant,
        form=record.form,
        answers=contents.answers,
        prefilled=contents.prefilled,
        expires_at=record.expires_at,
    )


def opened(record: DraftRecord, token: str, contents: DraftContents, prefill: str = "none") -> DraftOpened:
    """Return what a device gets that may go on."""
    return DraftOpened(
        token=token,
        tenant=record.tenant,
        form=record.form,
        expires_at=record.expires_at,
        prefilled=contents.prefilled,
        prefill=prefill,
    )


def delete(tx: Transaction, record: DraftRecord) -> None:
    """Delete a draft with its key: nothing that was filled in can be read any more."""
    tx.drafts.remove(record.id)
    tx.safe.destroy(record.id, HOLDER)


def find(house: Household, tx: Transaction, token: str, *, kind: str = DEVICE, sent: bool = False) -> DraftRecord:
    """Return the draft that a secret opens.

    Args:
        house: The household.
        tx: The transaction.
        token: The secret.
        kind: ``device`` or ``link``.
        sent: Whether it may have been sent in for good.

    Raises:
        DraftUnknown: It opens none, or the time is over.
        DraftSent: It was sent in.
    """
    now = house.clock.now()
    access = tx.drafts.access(digest(token))
    record = None if access is None or access.kind != kind else tx.drafts.get(access.draft_id)
    if access is None or record is None or record.expires_at <= now or access.expires_at <= now:
        raise DraftUnknown
    if record.sent and not sent:
        if kind == LINK:
            raise DraftUnknown
        raise DraftSent
    return record


def close(house: Household, tx: Transaction, record: DraftRecord, case: CaseRecord) -> None:
    """Let nothing remain of a draft but which case came of it."""
    tx.safe.destroy(record.id, HOLDER)
    tx.drafts.revoke_links(record.id)
    until = house.clock.now() + SENT_SHOWN
    tx.drafts.update(replace(record, case_id=case.id, sent=True, sealed=b"", expires_at=until))
