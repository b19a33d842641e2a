"""The verdict on our own files: each promise of ``docs/verify.md`` by name."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from esign.foundation.identifiers import Oid
from esign.pades import Statement
from esign.pdf import PdfLimitError
from esign.sealing import Sealer, SealProfile, sealed_document
from esign.validation.certificates import NoTrustAnchors, TrustAnchors
from esign.validation.process import Indication, Material, SubIndication
from esign.validation.verdict import Outcome, Status, verify
from tests.validation.verdicts import kinds, said

BY_COMPANY = (Oid.HELD_BY_COMPANY, Oid.SANDBOX)
IN_PERSON = (Oid.HELD_BY_SIGNATORY_COMPANY_DEVICE, Oid.IDENTIFIED_BY_PROVIDER, Oid.SANDBOX)
SECOND_BOX, THIRD_BOX = (300.0, 90.0, 500.0, 150.0), (72.0, 20.0, 272.0, 80.0)


def added_page(pdf: bytes) -> bytes:
    """Return the file with one more page behind everything."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = generic.DictionaryObject({generic.NameObject("/Type"): generic.NameObject("/Page")})
    page["/MediaBox"] = generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842)))
    writer.insert_page(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def changed_byte(pdf: bytes) -> bytes:
    """Return the file with another language: one byte of the signed revision."""
    place = pdf.index(b"/Lang") + 7
    return pdf[:place] + bytes((pdf[place] ^ 1,)) + pdf[place + 1 :]


def evidence_for(small, held_by: str, level: int, identified_by: str = "https://id.sandbox.example"):
    statement = Statement(level=level, held_by=held_by, identified_by=identified_by, trust="sandbox")
    one = small.EVIDENCE
    return type(one)(
        transcript=one.transcript,
        capsule=one.capsule,
        proof=one.proof,
        statement=statement,
        user_verification=one.user_verification if held_by == "signatory-passkey" else None,
    )


def test_a_finished_contract_is_clean_and_says_everything(walked):
    verdict = said(walked.finished, walked)
    assert (verdict.status, verdict.clean, verdict.sandbox) == (Status.VALID, True, True)
    found = verdict.to_json()
    (signature,) = found.pop("signatures")
    (attachment,) = found.pop("attachments")
    assert found == {
        "file": "contract.pdf",
        "outcome": "ok",
        "clean": True,
        "sandbox": True,
        "error": None,
        "findings": [],
        "evidence_record": None,
        "hidden": [],
    }
    assert attachment == {
        "name": "contract.json",
        "sha256": hashlib.sha256(b'{"a":1}').hexdigest(),
        "af_relationship": "/Source",
        "signed": True,
    }
    assert [(change["kind"], change["permitted"]) for change in signature.pop("changes_after")] == [
        ("security_store", True),
        ("document_timestamp", True),
    ]
    assert signature == {
        "field": "Signatory",
        "indication": "TOTAL_PASSED",
        "sub_indication": None,
        "level": "PAdES-BASELINE-LTA",
        "legal_level": "advanced",
        "qualification": None,
        "signed_at": "2026-11-22T12:00:00Z",
        "proven_at": "2026-11-22T12:00:00Z",
        "signer": "Erika Mustermann SANDBOX",
        "sandbox": True,
        "integrity": True,
        "covers_whole_file": False,
        "held_by": "signatory-passkey",
        "identified_by": "https://id.sandbox.example",
        "findings": [],
    }
    (stamp,) = verdict.timestamps
    assert (stamp.indication, stamp.authority, stamp.sandbox) == (Indication.TOTAL_PASSED, "SANDBOX TSA", True)


@pytest.mark.parametrize(
    ("part", "level"),
    [("signed", "PAdES-BASELINE-T"), ("stored", "PAdES-BASELINE-LT"), ("finished", "PAdES-BASELINE-LTA")],
)
def test_each_step_has_its_level(walked, part, level):
    crls = (walked.world.crl(walked.world.root), walked.world.crl(walked.world.authority))
    verdict = said(getattr(walked, part), walked, crls=crls)
    assert [(s.level, s.indication) for s in verdict.signatures] == [(level, Indication.TOTAL_PASSED)]
    assert verdict.clean


def test_without_a_timestamp_it_is_level_b(small):
    bare = small.walk(signature_timestamp=False)
    verdict = said(bare.signed, bare, crls=(bare.world.crl(bare.world.root), bare.world.crl(bare.world.authority)))
    assert (verdict.signatures[0].level, verdict.signatures[0].proven_at, verdict.clean) == (
        "PAdES-BASELINE-B",
        None,
        True,
    )


def test_two_parties_and_the_company_are_named_with_what_holds_for_each(walked, small):
    world = walked.world
    second = small.walk(
        world,
        base=walked.stored,
        field_name="Second",
        box=SECOND_BOX,
        signer=world.signatory(IN_PERSON),
        evidence=evidence_for(small, "signatory-company-device", 1),
    )
    third = small.walk(
        world,
        base=second.stored,
        field_name="Company",
        box=THIRD_BOX,
        signer=world.signatory(BY_COMPANY),
        evidence=evidence_for(small, "company", 0, "email-address"),
    )
    verdict = said(third.finished, walked)
    assert verdict.clean
    assert [(s.field, s.legal_level, s.held_by, s.identified_by, s.level) for s in verdict.signatures] == [
        ("Signatory", "advanced", "signatory-passkey", "https://id.sandbox.example", "PAdES-BASELINE-LTA"),
        ("Second", "advanced", "signatory-company-device", "https://id.sandbox.example", "PAdES-BASELINE-LTA"),
        ("Company", "simple", "company", "email-address", "PAdES-BASELINE-LTA"),
    ]
    assert [change.kind.value for change in verdict.signatures[0].changes.changes].count("signature") == 1


@pytest.mark.parametrize(("organisation", "level"), [("NTRDE-SANDBOX.HRB1", "advanced"), ("", "simple")])
def test_a_seal_on_the_company_s_own_behalf_is_advanced_where_the_certificate_names_a_legal_person(
    small, organisation, level
):
    """Regulation (EU) No 910/2014 Art. 36: without a ceremony behind it the seal speaks for the company alone."""
    world = small.World()
    holder = world.company(organisation=organisation)
    sealed = Sealer(Key(holder), SealProfile(name="Muster GmbH")).seal(small.draft(), claimed_at=world.now)
    verdict = verify(
        sealed_document(small.draft(), sealed),
        trust=TrustAnchors(certificates=(world.root.der,)),
        material=Material(crls=(world.crl(world.root), world.crl(world.authority))),
        at=world.now + timedelta(minutes=10),
    )
    (seal,) = verdict.signatures
    assert (verdict.clean, seal.legal_level, seal.held_by) == (True, level, "company")


class Key:
    """A holder of the small world as a seal key."""

    def __init__(self, holder) -> None:
        self.certificate, self.chain, self.sign = holder.der, holder.chain, holder.sign


def test_a_changed_byte_fails_signature_and_timestamp(walked):
    verdict = said(changed_byte(walked.finished), walked)
    assert (verdict.status, verdict.clean) == (Status.NOT_VALID, False)
    (signature,) = verdict.signatures
    assert (signature.indication, signature.sub_indication) == (Indication.TOTAL_FAILED, SubIndication.HASH_FAILURE)
    assert not signature.integrity
    assert (signature.legal_level, signature.held_by) == (None, None)
    assert "digest_mismatch" in kinds(verdict)
    assert [attachment.signed for attachment in verdict.attachments] == [False]


def test_an_added_page_leaves_the_signature_valid_and_the_file_modified(walked):
    verdict = said(added_page(walked.finished), walked)
    assert (verdict.status, verdict.clean) == (Status.NOT_VALID, False)
    assert [part.indication for part in verdict.parts] == [Indication.TOTAL_PASSED] * 2
    assert verdict.signatures[0].integrity
    assert kinds(verdict) == ["modified_after_signing"]


def test_a_revoked_signatory_is_not_valid_and_says_so(small):
    revoked = small.walk(revoked=True)
    verdict = said(revoked.finished, revoked)
    assert (verdict.status, kinds(verdict)) == (Status.INDETERMINATE, ["revoked"])
    assert verdict.signatures[0].sub_indication is SubIndication.REVOKED_NO_POE
    (signature,) = verdict.signatures
    assert (signature.integrity, signature.legal_level, signature.held_by) == (True, None, "signatory-passkey")


def test_expired_without_any_proof_of_time_stays_open(small):
    bare = small.walk(signature_timestamp=False)
    verdict = said(bare.signed, bare, at=bare.world.now + timedelta(days=3))
    assert (verdict.status, verdict.signatures[0].indication) == (Status.INDETERMINATE, Indication.INDETERMINATE)
    assert kinds(verdict)[0] == "expired"


def test_years_later_the_document_timestamp_still_proves_it(walked):
    verdict = said(walked.finished, walked, at=walked.world.now + timedelta(days=3 * 365))
    assert (verdict.status, verdict.signatures[0].proven_at) == (Status.VALID, walked.world.now)


def test_who_trusts_nobody_gets_an_open_verdict_without_a_level(walked):
    verdict = said(walked.finished, walked, trust=NoTrustAnchors())
    (signature,) = verdict.signatures
    assert (verdict.status, signature.sub_indication) == (
        Status.INDETERMINATE,
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
    )
    assert (signature.integrity, signature.legal_level, signature.held_by) == (True, None, None)
    assert verdict.sandbox  # whoever says sandbox of himself is believed


def test_a_certificate_of_another_world_gives_no_level(walked, small):
    stranger = small.World()
    verdict = said(walked.finished, walked, trust=TrustAnchors(certificates=(stranger.root.der,)))
    assert (verdict.status, kinds(verdict)[0]) == (Status.INDETERMINATE, "untrusted")


def test_a_statement_that_contradicts_its_certificate_is_told(small):
    world = small.World()
    boast = small.walk(world, signer=world.signatory(BY_COMPANY), evidence=small.EVIDENCE)
    verdict = said(boast.finished, boast)
    assert (verdict.status, kinds(verdict)) == (Status.NOT_VALID, ["signature_dictionary_inconsistent"])
    assert (verdict.signatures[0].legal_level, verdict.signatures[0].held_by) == ("simple", "company")


def test_without_a_signature_there_is_nothing_to_be_valid(walked, small):
    verdict = said(small.draft(), walked)
    assert (verdict.outcome, verdict.status, kinds(verdict)) == (
        Outcome.NO_SIGNATURE,
        Status.NOT_VALID,
        ["no_usable_signature"],
    )
    assert [(a.name, a.signed) for a in verdict.attachments] == [("contract.json", False)]


@pytest.mark.parametrize(
    ("data", "code", "kind"),
    [
        (b"", "validation.format_failure", "format_failure"),
        (b"not a PDF at all", "validation.format_failure", "format_failure"),
        (b"%PDF-1.7\n", "validation.format_failure", "format_failure"),
        (
            b"%PDF-1.7\nxref\n0 1\n0000000000 65535 f \ntrailer\n<</Size 1/Root 1 0 R/Encrypt 2 0 R/ID[<01><02>]>>\n"
            b"startxref\n9\n%%EOF\n",
            "validation.encrypted",
            "format_failure",
        ),
    ],
)
def test_what_cannot_be_read_has_a_typed_error(walked, data, code, kind):
    verdict = said(data, walked)
    assert (verdict.outcome, verdict.status, verdict.error.code) == (Outcome.CLEAN_ERROR, Status.UNREADABLE, code)
    assert kinds(verdict) == [kind]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ZeroDivisionError(), "validation.format_failure"),
        (MemoryError(), "validation.limit_exceeded"),
        (RecursionError(), "validation.limit_exceeded"),
        (PdfLimitError(), "validation.limit_exceeded"),
    ],
)
def test_whatever_breaks_inside_is_a_verdict(walked, monkeypatch, error, code):
    def broken(_: bytes) -> None:
        raise error

    monkeypatch.setitem(verify.__globals__, "open_file", broken)
    assert said(walked.finished, walked).error.code == code
