"""The company's seal on a notice, which goes out whatever is out of order: with a timestamp, without one, unsealed."""

from __future__ import annotations

import logging

from esign.documents.notices import NoticeDocument
from esign.engine.ceremony.finishing import Finished, SealPlace, seal, sign_seal
from esign.engine.household import Household
from esign.foundation.errors import EsignError
from esign.pades import embed, signed_data

_log = logging.getLogger("esign.engine.notices")


def sealed(house: Household, owner: str, company: str, lang: str, drawn: NoticeDocument) -> tuple[bytes, str]:
    """Return a notice with the company's seal, and how: ``timestamped``, ``plain``, or ``none`` where there is no seal.

    Args:
        house: The household.
        owner: The contract or declaration under whose name the permission is recorded.
        company: Whose seal it is, in words.
        lang: Language of the seal's words.
        drawn: The notice, with a place for the seal.
    """
    field = drawn.field
    place = SealPlace(contract_id=owner, company=company, lang=lang, field=field.name, page=field.page, box=field.box)
    try:
        finished, _ = seal(house, Finished(data=drawn.pdf, added=()), place)
        return finished.data, "timestamped"
    except EsignError as error:
        _log.warning("notice without a timestamp", exc_info=error, extra={"code": error.code})
    try:
        return _plainly(house, place, drawn.pdf), "plain"
    except EsignError as error:
        _log.warning("notice without a seal", exc_info=error, extra={"code": error.code})
        return drawn.pdf, "none"


def _plainly(house: Household, place: SealPlace, pdf: bytes) -> bytes:
    """Return the file with a seal that asks nobody outside (B-B)."""
    made = sign_seal(house, pdf, place)
    cms = signed_data(
        attributes=made.attributes,
        signature=made.signature,
        certificate=made.certificate,
        chain=made.chain,
        signature_timestamp=None,
    )
    return embed(made.prepared, cms)
