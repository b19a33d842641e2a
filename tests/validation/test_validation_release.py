"""The gate lets the one right document through, and refuses each wrong one with its finding."""

import asyncio
import dataclasses
import datetime
import io
import logging

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from esign.foundation.identifiers import Oid
from esign.pades import (
    Statement,
    add_document_security_store,
    embed,
    prepare_document_timestamp,
    read_signatures,
)
from esign.validation import FindingKind, ReleaseExpectation, TrustAnchors, ValidationError, check_release
from esign.validation.certificates import read_certificates


@pytest.fixture(scope="module")
def walked(small):
    return small.walk()


def expectation(walk, **changes) -> ReleaseExpectation:
    expected = ReleaseExpectation(
        field="Signatory",
        byte_range=walk.prepared.byte_range,
        document_digest=walk.prepared.digest,
        attributes=walk.attributes,
        evidence=walk.evidence,
        certificate=walk.signer.der,
        level=1,
    )
    return dataclasses.replace(expected, **changes)


def check(walk, pdf=None, *, root=None, at=None, earlier=(), **changes):
    trust = TrustAnchors(certificates=(root or walk.world.root.der,))
    return check_release(
        walk.finished if pdf is None else pdf,
        expected=expectation(walk, **changes),
        trust=trust,
        at=at or walk.world.now,
        earlier=earlier,
    )


def kinds(report) -> set[str]:
    assert report.passed is (not report.findings)
    return {finding.kind.value for finding in report.findings}


def stamped(walk, pdf: bytes) -> bytes:
    prepared = prepare_document_timestamp(pdf)
    return embed(prepared, walk.world.stamp(prepared.digest))


def stored(walk, crls) -> bytes:
    certificates = (walk.signer.der, *walk.signer.chain, walk.world.tsa.der)
    return add_document_security_store(walk.signed, certificates=certificates, crls=crls, ocsp_responses=())


def test_the_right_document_passes_and_says_what_it_is(walked):
    report = check(walked)
    assert report.passed and report.findings == ()
    (signature,) = report.verdict.signatures
    assert report.verdict.clean and signature.level == "PAdES-BASELINE-LTA"
    assert (signature.legal_level, signature.held_by, signature.sandbox) == ("advanced", "signatory-passkey", True)
    assert report.signed_at == report.timestamped_at == walked.world.now


def test_a_simple_signature_by_the_company_passes_as_simple_only(small):
    world = small.World()
    statement = Statement(level=0, held_by="company", identified_by="email-address", trust="sandbox")
    evidence = dataclasses.replace(small.EVIDENCE, statement=statement, user_verification=None)
    walk = small.walk(
        world, signer=world.signatory((Oid.HELD_BY_COMPANY, Oid.SANDBOX), key_type="rsa"), evidence=evidence
    )
    assert check(walk, level=0).passed
    assert kinds(check(walk, level=1)) == {"level_contradiction"}


def test_it_passes_still_after_the_certificate_has_expired_because_the_time_is_proven(walked):
    assert check(walked, at=walked.world.now + datetime.timedelta(hours=3)).passed


def test_a_second_signatory_passes_above_the_first(small):
    world = small.World()
    first = small.walk(world)
    assert check(first, first.stored, timestamped=False).passed
    second = small.walk(world, base=first.stored, field_name="Second", box=(300.0, 90.0, 500.0, 150.0))
    before = (expectation(first),)
    assert check(second, earlier=before, field="Second").passed
    assert kinds(check(second, field="Second")) == {"no_usable_signature"}, (
        "what nobody knows of is no earlier signature"
    )


def test_it_answers_inside_a_running_event_loop(walked):
    async def inside():
        return check(walked)

    assert asyncio.run(inside()).passed


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"attributes": b"\x31\x00"}, "attributes_differ"),
        ({"byte_range": (0, 10, 20, 30)}, "byte_range_invalid"),
        ({"document_digest": bytes(32)}, "digest_mismatch"),
        ({"certificate": b"another"}, "certificate_differs"),
        ({"level": 0}, "level_contradiction"),
        ({"level": 2}, "level_contradiction"),
        ({"field": "Other"}, "no_usable_signature"),
        ({"timestamped": False}, "modified_after_signing"),
    ],
)
def test_another_expectation_is_refused_with_exactly_its_finding(walked, changes, kind):
    assert kinds(check(walked, **changes)) == {kind}


def test_other_evidence_is_refused(walked):
    evidence = dataclasses.replace(walked.evidence, proof=bytes(32))
    assert kinds(check(walked, evidence=evidence)) == {"attributes_differ"}


def test_another_root_is_untrusted(small, walked):
    assert kinds(check(walked, root=small.World().root.der)) == {"untrusted", "timestamp_invalid"}


def test_another_certificate_with_the_same_name_is_refused(small, walked):
    other = walked.world.signatory()
    assert kinds(check(walked, certificate=other.der)) == {"certificate_differs"}


def test_a_missing_signature_timestamp_is_refused(small):
    assert kinds(check(small.walk(signature_timestamp=False))) == {"timestamp_invalid"}


def test_a_missing_document_timestamp_is_refused(walked):
    assert "timestamp_invalid" in kinds(check(walked, walked.stored))


def test_a_timestamp_by_a_stranger_is_refused(small):
    world = small.World()
    found = kinds(check(small.walk(world, stamped_by=small.World().tsa)))
    assert found == {"timestamp_invalid", "untrusted", "revocation_missing"}


def test_timestamps_from_the_future_are_refused(walked):
    report = check(walked, at=walked.world.now - datetime.timedelta(minutes=10))
    assert "timestamp_invalid" in kinds(report)


def test_a_missing_security_store_is_refused(walked):
    assert {"revocation_missing"} <= kinds(check(walked, stamped(walked, walked.signed)))


def test_revocation_data_is_demanded_although_the_certificates_name_no_distribution_point(walked):
    """The library's "hard-fail" would let this pass: it looks for CRLs only where a certificate says where they are."""
    world = walked.world
    for crls in ([], [world.crl(world.root)], [world.crl(world.authority)]):
        report = check(walked, stamped(walked, stored(walked, crls)))
        assert {"revocation_missing"} < kinds(report)
        assert kinds(report) - {"revocation_missing"} <= {"untrusted", "timestamp_invalid"}


def test_a_list_signed_by_somebody_else_is_no_revocation_data(small, walked):
    stranger = small.World()
    crls = [walked.world.crl(walked.world.root), stranger.crl(stranger.authority)]
    assert "untrusted" in kinds(check(walked, stamped(walked, stored(walked, crls))))


def test_a_revoked_certificate_is_refused(small):
    assert kinds(check(small.walk(revoked=True))) == {"revoked"}


def test_outdated_revocation_data_is_refused(walked):
    report = check(walked, at=walked.world.now + datetime.timedelta(days=8))
    assert not report.passed


def test_a_certificate_that_had_expired_at_the_proven_time_is_refused(small):
    world = small.World()
    assert "expired" in kinds(check(small.walk(world, signer=world.signatory(minutes=-3))))


def test_a_key_that_may_not_sign_declarations_is_refused(small):
    world = small.World()
    assert kinds(check(small.walk(world, signer=world.signatory(non_repudiation=False)))) == {"key_usage"}


def test_a_certificate_whose_policies_contradict_the_statement_is_refused(small):
    world = small.World()
    held = small.walk(world, signer=world.signatory((Oid.HELD_BY_SIGNATORY, Oid.IDENTIFIED_BY_PROVIDER, Oid.SANDBOX)))
    assert kinds(check(held)) == {"level_contradiction"}
    company = small.walk(world, signer=world.signatory((Oid.HELD_BY_COMPANY, Oid.SANDBOX)))
    assert kinds(check(company)) == {"level_contradiction"}


def revised(pdf: bytes, change) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def page_exchanged(writer):
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    writer.update_container(page)


def annotation_added(writer):
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
            generic.pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 500, 500))),
            generic.pdf_name("/Contents"): generic.TextStringObject("Preis: 0 EUR"),
        }
    )
    page["/Annots"] = generic.ArrayObject([*page.get("/Annots", ()), writer.add_object(note)])
    writer.update_container(page)


def script_added(writer):
    action = generic.DictionaryObject(
        {
            generic.pdf_name("/S"): generic.pdf_name("/JavaScript"),
            generic.pdf_name("/JS"): generic.TextStringObject("1"),
        }
    )
    writer.root["/OpenAction"] = action
    writer.update_root()


ATTACKS = pytest.mark.parametrize("attack", [page_exchanged, annotation_added, script_added])


@ATTACKS
def test_a_revision_appended_to_the_finished_document_is_refused(walked, attack):
    assert {"modified_after_signing", "uncovered_bytes"} <= kinds(check(walked, revised(walked.finished, attack)))


@ATTACKS
def test_a_change_slipped_in_below_the_document_timestamp_is_refused(walked, attack):
    pdf = stamped(walked, revised(walked.stored, attack))
    over = {"annotation_overlays_content"} if attack is annotation_added else set()
    assert kinds(check(walked, pdf)) == {"modified_after_signing"} | over


def test_a_second_visible_signature_field_after_the_expected_one_is_refused(small, walked):
    extra = small.walk(walked.world, base=walked.stored, field_name="Uninvited", box=(300.0, 90.0, 500.0, 150.0))
    assert "modified_after_signing" in kinds(check(walked, extra.finished))


def test_bytes_behind_the_last_timestamp_are_refused(walked):
    assert "uncovered_bytes" in kinds(check(walked, walked.finished + b"\n"))


def test_something_behind_a_signature_in_its_hole_is_refused(walked):
    for number in (1, 2):
        position = [i for i in range(len(walked.finished)) if walked.finished.startswith(b"00>>>", i)][number - 1]
        changed = walked.finished[:position] + b"ff" + walked.finished[position + 2 :]
        assert "uncovered_bytes" in kinds(check(walked, changed))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_changed_byte_of_the_covered_range_is_refused(walked, data):
    _, start, end, behind = walked.prepared.byte_range
    position = data.draw(st.one_of(st.integers(0, start - 1), st.integers(end, end + behind - 1)))
    changed = bytearray(walked.finished)
    changed[position] ^= data.draw(st.integers(1, 255))
    found = kinds(check(walked, bytes(changed)))
    assert found & {"digest_mismatch", "format_failure", "byte_range_invalid", "no_usable_signature"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_no_changed_byte_that_the_document_timestamp_covers_passes(walked, data):
    _, start, end, behind = read_signatures(walked.finished)[-1].byte_range
    position = data.draw(st.one_of(st.integers(0, start - 1), st.integers(end, end + behind - 1)))
    changed = bytearray(walked.finished)
    changed[position] ^= data.draw(st.integers(1, 255))
    assert not check(walked, bytes(changed)).passed


def test_a_token_with_a_wrong_length_inside_is_refused_although_lenient_readers_skip_it(walked):
    _, start, _, _ = read_signatures(walked.finished)[-1].byte_range
    outer = walked.finished[start + 1 : start + 9]
    longer = b"%08x" % (int(outer, 16) + 4)
    changed = walked.finished[: start + 1] + longer + walked.finished[start + 9 :]
    assert kinds(check(walked, changed)) == {"signature_dictionary_inconsistent"}


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"\x00" * 100, b"<html></html>"])
def test_what_is_no_pdf_is_a_finding_not_an_exception(walked, data):
    assert kinds(check(walked, data)) == {"format_failure"}


def test_a_draft_has_no_usable_signature(small, walked):
    assert kinds(check(walked, small.draft())) == {"no_usable_signature"}


def test_an_encrypted_copy_is_a_format_failure(walked):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(walked.finished)) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="o", user=""))
    assert kinds(check(walked, out.getvalue())) == {"format_failure"}


def test_no_name_of_a_signatory_reaches_the_log(small, walked, caplog):
    with caplog.at_level(logging.DEBUG, logger=""):
        report = check(walked, root=small.World().root.der)
    assert not report.passed
    assert "Mustermann" not in caplog.text and not any("Mustermann" in f.what for f in report.findings)


def test_without_a_usable_anchor_no_question_can_be_asked():
    for certificates in ((), (b"no certificate",)):
        with pytest.raises(ValidationError) as caught:
            TrustAnchors(certificates=certificates)
        assert caught.value.code == "validation.trust_anchor"


def test_anchors_are_read_from_pem(small, walked, tmp_path):
    path = small.write_pem(tmp_path / "root.pem", walked.world.root.der)
    assert TrustAnchors.from_pem([path.read_bytes()]).certificates == (walked.world.root.der,)
    with pytest.raises(ValidationError):
        TrustAnchors.from_pem([b"nothing"])


def test_a_file_of_certificates_is_pem_or_der(small, walked, tmp_path):
    path = small.write_pem(tmp_path / "root.pem", walked.world.root.der)
    assert read_certificates(path.read_bytes()) == read_certificates(walked.world.root.der) == [walked.world.root.der]
    with pytest.raises(ValueError):
        read_certificates(b"nothing")


def test_the_kinds_of_findings_are_stable_words():
    assert all(kind.value == kind.name.lower() for kind in FindingKind)
