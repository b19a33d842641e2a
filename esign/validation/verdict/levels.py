"""The level of a signature, named as EU DSS names it; structure alone, no trust is asked.

Source: ETSI EN 319 142-1 clause 6 (baseline levels); EN 319 142-2 clauses 4 (PKCS #7) and 5 (extended profiles).
"""

from __future__ import annotations

from esign.validation.process import LevelMaterial

PKCS7 = frozenset({"adbe.pkcs7.detached", "adbe.pkcs7.sha1"})
NOT_ETSI = "PDF-NOT-ETSI"


def level_of(material: LevelMaterial, *, stored: bool) -> str:
    """Return the level of one signature.

    1. ``ETSI.CAdES.detached`` with everything that the baseline asks for is ``PAdES-BASELINE-…``: B; T with a timestamp
       over it; LT if validation data for it and its timestamps stand in the file; LTA if a document timestamp covers
       these too.
    2. Otherwise, with a reference to the signing certificate, it is of an extended profile: BES, EPES with a policy,
       LTV with validation data under a document timestamp.
    3. PKCS #7 signatures climb the same ladder under their own name; everything else is no signature of ETSI: among it
       signatures of PAdES that bring the content along.

    Args:
        material: What levels ask for, judged by what stands in the file alone.
        stored: Whether the file itself brings validation data.
    """
    if not material.readable:
        return NOT_ETSI
    if material.subfilter in PKCS7:
        return f"PKCS7-{_rung(material, stored)}" if _is_pkcs7(material) else NOT_ETSI
    complete = material.content_type and material.message_digest and material.signing_certificate > 0
    if material.subfilter != "ETSI.CAdES.detached" or not complete or not material.detached:
        return NOT_ETSI
    if material.certificate_included and not material.signing_time:
        return f"PAdES-BASELINE-{_rung(material, stored)}"
    if stored and material.document_timestamps:
        return "PAdES-LTV"
    return "PAdES-EPES" if material.policy is not None else "PAdES-BES"


def _is_pkcs7(material: LevelMaterial) -> bool:
    """Whether it is what ISO 32000-2 clause 12.8.3.3 describes: with certificate, and the digest where it belongs."""
    if not material.certificate_included:
        return False
    if material.subfilter == "adbe.pkcs7.sha1":
        return not material.detached
    return material.detached and material.message_digest


def _rung(material: LevelMaterial, stored: bool) -> str:
    if not material.signature_timestamps and not material.document_timestamps:
        return "B"
    if not (stored or material.revocation_in_cms) or not material.revocation_complete:
        return "T"
    return "LTA" if material.document_timestamps and material.material_covered else "LT"
