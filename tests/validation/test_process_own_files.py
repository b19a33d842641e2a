"""Our own files, from the draft to the archive: what the process and its level material say about them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from esign.validation.certificates import TrustAnchors
from esign.validation.process import Indication, Material, SignatureKind, SubIndication, shipped_suites, validate
from tests.validation.process_file import cut_out

YEAR = timedelta(days=365)


def said(pdf: bytes, walked, at, *, crls=()):
    objects, material = cut_out(pdf)
    material = Material(
        certificates=material.certificates,
        crls=(*material.crls, *crls),
        ocsp_responses=material.ocsp_responses,
        positions=material.positions,
    )
    trust = TrustAnchors(certificates=(walked.world.root.der,))
    return validate(objects, material=material, trust=trust, suites=shipped_suites(), at=at)


def test_a_finished_document_passes_with_all_that_b_lta_asks_for(walked):
    signature, stamp = said(walked.finished, walked, walked.world.now + timedelta(minutes=10))
    assert (signature.indication, stamp.indication) == (Indication.TOTAL_PASSED, Indication.TOTAL_PASSED)
    assert (signature.findings, stamp.findings) == ((), ())
    assert stamp.kind is SignatureKind.DOCUMENT_TIMESTAMP
    assert signature.proven_at == walked.world.now
    assert signature.signer == walked.signer.der
    level = signature.level
    assert (level.subfilter, level.signing_certificate, level.signing_time) == ("ETSI.CAdES.detached", 2, False)
    assert level.content_type and level.message_digest and level.certificate_included and level.detached
    assert (level.signature_timestamps, level.document_timestamps) == (1, 1)
    assert level.revocation_complete and level.material_covered
    assert level.policy is not None and level.commitments == ("1.2.840.113549.1.9.16.6.5",)


@pytest.mark.parametrize(
    ("part", "stamps", "complete", "over"), [("signed", 1, False, 0), ("stored", 1, True, 0), ("finished", 1, True, 1)]
)
def test_each_revision_has_the_material_of_its_level(walked, part, stamps, complete, over):
    signature = said(getattr(walked, part), walked, walked.world.now + timedelta(minutes=10))[0]
    level = signature.level
    assert (level.signature_timestamps, level.revocation_complete, level.document_timestamps) == (
        stamps,
        complete,
        over,
    )


def test_it_passes_three_years_later_though_the_signatory_certificate_lived_an_hour(walked):
    signature, _ = said(walked.finished, walked, walked.world.now + 3 * YEAR)
    assert signature.indication is Indication.TOTAL_PASSED


def test_without_its_lists_it_is_left_open(small):
    bare = small.walk(with_crls=False)
    signature, _ = said(bare.finished, bare, bare.world.now + timedelta(minutes=10))
    assert (signature.indication, signature.sub_indication) == (Indication.INDETERMINATE, SubIndication.TRY_LATER)


def test_a_signatory_who_was_revoked_before_is_told(small):
    revoked = small.walk(revoked=True)
    signature, _ = said(revoked.finished, revoked, revoked.world.now + timedelta(minutes=10))
    assert signature.sub_indication is SubIndication.REVOKED_NO_POE


def test_a_changed_byte_is_told(walked):
    changed = walked.finished.replace(b"/Producer", b"/Prodxcer", 1)
    if changed == walked.finished:
        changed = walked.finished[:200] + bytes((walked.finished[200] ^ 1,)) + walked.finished[201:]
    signature, stamp = said(changed, walked, walked.world.now + timedelta(minutes=10))
    assert signature.sub_indication is SubIndication.HASH_FAILURE
    assert stamp.sub_indication is SubIndication.HASH_FAILURE
