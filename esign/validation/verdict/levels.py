"""The level of a signature, named as EU DSS names it; structure alone, no trust is asked.

Source: ETSI EN 319 142-1 clause 6 (baseline levels); EN 319 142-2 clauses 4 (PKCS #7) and 5 (extended profiles).
"""

from __future__ import annotations

from dataclasses import dataclass

from esign.validation.process import LevelMaterial

PKCS7 = frozenset({"adbe.pkcs7.detached", "adbe.pkcs7.sha1"})
NOT_ETSI = "PDF-NOT-ETSI"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """What the baseline asks of the signature's dictionary and of what it signs.

    Args:
        time: Whether ``/M`` holds a date.
        handler: Whether ``/Filter`` names one.
        reason: Whether ``/Reason`` says something.
        certificate: Whether ``/Cert`` is there.
        data: Whether what is signed is called plain data.
    """

    time: bool = True
    handler: bool = True
    reason: bool = False
    certificate: bool = False
    data: bool = True

    def extended(self, material: LevelMaterial) -> bool:
        """Whether a signature with these entries can be of an extended profile.

        Source: ETSI EN 319 142-2 clause 5.3: ``/Filter`` once, ``/Cert`` never, requirement a) id-data, requirement e)
        ``/Reason`` not beside a commitment type.
        """
        return self.handler and self.data and not self.certificate and not (self.reason and material.commitments)

    def baseline(self, material: LevelMaterial) -> bool:
        """Whether a signature with these entries can be of a baseline level.

        Source: ETSI EN 319 142-1 table 1: the same, ``/M`` once, requirement m) ``/Reason`` not beside a policy either.
        """
        return self.extended(material) and self.time and not (self.reason and material.policy is not None)


BASELINE_ENTRIES = Entries()


def level_of(material: LevelMaterial, *, stored: bool, entries: Entries = BASELINE_ENTRIES) -> str:
    """Return the level of one signature.

    1. ``ETSI.CAdES.detached`` with everything that the baseline asks for, of its dictionary too, is
       ``PAdES-BASELINE-…``: B; T with a timestamp over it; LT if validation data for it and its timestamps stand in the
       file; LTA if a document timestamp covers these too.
    2. Otherwise, with a reference to the signing certificate, it is of an extended profile: BES, EPES with a policy and
       without ``/Reason``, LTV with validation data under a document timestamp.
    3. PKCS #7 signatures climb the same ladder under their own name; everything else is no signature of ETSI: among it
       signatures of PAdES that bring the content along.

    Args:
        material: What levels ask for, judged by what stands in the file alone.
        stored: Whether the file itself brings validation data.
        entries: Those of the signature's dictionary.
    """
    if not material.readable:
        return NOT_ETSI
    if material.subfilter in PKCS7:
        return f"PKCS7-{_rung(material, stored)}" if _is_pkcs7(material) else NOT_ETSI
    complete = material.content_type and material.message_digest and material.signing_certificate > 0
    if material.subfilter != "ETSI.CAdES.detached" or not complete or not material.detached:
        return NOT_ETSI
    if not entries.extended(material):
        return NOT_ETSI
    if material.certificate_included and not material.signing_time and entries.baseline(material):
        return f"PAdES-BASELINE-{_rung(material, stored)}"
    if stored and material.document_timestamps:
        return "PAdES-LTV"
    return "PAdES-EPES" if material.policy is not None and not entries.reason else "PAdES-BES"


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
