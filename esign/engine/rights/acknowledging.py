"""The acknowledgement: drawn up, sealed, sent at once; whatever is out of order, it goes out.

1. The contract is looked for; where that fails, the acknowledgement is neutral.
2. The file is sealed by the company with a timestamp; where a trust service does not answer, without one; where no seal
   can be had, the file is sent without. The mail's text says everything, so it is a durable medium by itself.
3. The same file goes out at every try, and is kept.

Source: BGB §§ 126b, 312k (4), 356a (4).
"""

from __future__ import annotations

import logging
from dataclasses import replace

from esign.documents import DocumentsError
from esign.documents.notices import draw_up_notice
from esign.engine.household import Household
from esign.engine.notice_sealing import sealed
from esign.engine.ports import Mail, Transaction, Work
from esign.engine.rights import matching, notices
from esign.engine.rights.receiving import KINDS
from esign.engine.rights.records import CONTENTS, DOCUMENT, DeclarationContents, DeclarationRecord
from esign.engine.rights.refusals import DeclarationUnknown
from esign.engine.texts import SANDBOX
from esign.evidence.kinds import EntryKind
from esign.foundation.digests import labelled
from esign.foundation.errors import EsignError

__all__ = ["KINDS", "failed", "mail", "sent"]

_log = logging.getLogger("esign.engine.rights")


def mail(house: Household, work: Work) -> Mail:
    """Return the acknowledgement that queued work means; holds no transaction while the file is drawn up and sealed.

    Raises:
        DeclarationUnknown: The declaration is gone.
    """
    declaration_id = work.contract_id
    try:
        matching.settle_once(house, declaration_id)
    except Exception as error:  # an acknowledgement never waits for a contract to be found
        code = error.code if isinstance(error, EsignError) else "internal"
        _log.warning("matching failed", exc_info=error, extra={"kind": work.kind, "code": code})
    prepare_file(house, declaration_id)
    with house.store.reading() as tx:
        record, contents = _opened(tx, declaration_id)
        notice = notices.acknowledgement(house, tx, record, contents, sealed=bool(contents.sealing))
        attachments: tuple[tuple[str, str, bytes], ...] = ()
        if contents.document:
            pdf = tx.safe.open(record.id, DOCUMENT, house.documents.get(contents.document))
            attachments = ((f"{record.right.value}-{record.id}.pdf", "application/pdf", pdf),)
    identifier = labelled("mail", declaration_id.encode(), str(work.id).encode()).hex()[:32]
    warning = SANDBOX[contents.lang] if house.settings.sandbox else ""
    return Mail(
        to=contents.values["email"],
        subject=("SANDBOX: " if house.settings.sandbox else "") + notice.title,
        text=warning + notices.plain_text(notice),
        attachments=attachments,
        identifier=identifier,
    )


def sent(house: Household, tx: Transaction, work: Work, data: bytes) -> None:
    """Write down that an acknowledgement was handed over: the exact bytes are committed to, and kept sealed."""
    record, contents = _opened(tx, work.contract_id)
    tx.declarations.update(replace(record, acknowledged_at=house.clock.now()))
    facts = {
        "right": record.right.value,
        "attempts": work.attempt,
        "channel": "email",
        "sealing": contents.sealing or "none",
    }
    house.record(tx, EntryKind.RIGHT_ACKNOWLEDGED, record.id, facts, {"mail": data})


def failed(house: Household, tx: Transaction, work: Work, code: str) -> None:
    """Write down that an acknowledgement could not be handed over."""
    facts = {"kind": work.kind, "code": code, "attempts": work.attempt}
    house.record(tx, EntryKind.DELIVERY_FAILED, work.contract_id, facts)


def prepare_file(house: Household, declaration_id: str) -> None:
    """Draw up and seal the file once; the first one made is the one that is sent.

    Raises:
        DeclarationUnknown: The declaration is gone.
    """
    with house.store.reading() as tx:
        record, contents = _opened(tx, declaration_id)
        if contents.document:
            return
        notice = notices.acknowledgement(house, tx, record, contents, sealed=True)
    try:
        drawn = draw_up_notice(notice)
        pdf, how = sealed(house, declaration_id, notice.company, contents.lang, drawn)
        if how == "none":
            pdf = draw_up_notice(replace(notice, sealed=False)).pdf
    except DocumentsError as error:  # the mail's text says everything
        _log.warning("acknowledgement without a file", exc_info=error, extra={"code": error.code})
        return
    with house.store.transaction() as tx:
        record, contents = _opened(tx, declaration_id)
        if contents.document:
            return
        name = house.documents.put(tx.safe.seal(record.id, DOCUMENT, pdf))
        contents = replace(contents, document=name, sealing=how)
        tx.declarations.update(replace(record, sealed=tx.safe.seal(record.id, CONTENTS, contents.to_bytes())))


def _opened(tx: Transaction, declaration_id: str) -> tuple[DeclarationRecord, DeclarationContents]:
    record = tx.declarations.get(declaration_id)
    if record is None:
        raise DeclarationUnknown
    return record, matching.opened(tx, record)
