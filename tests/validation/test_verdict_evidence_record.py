"""The evidence record beside a file: what it proves about the file and its signatures, and what a wrong one does."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner

from esign.cli.verify import verify as command
from esign.foundation.digests import sha256
from esign.proof.evidence_records import HashTree, evidence_record
from esign.validation.certificates import NoTrustAnchors, TrustAnchors
from esign.validation.isolation import Isolation
from esign.validation.process import Indication, Material, SubIndication
from esign.validation.reports.people import words_for_people
from esign.validation.reports.subject import Maker, Subject
from esign.validation.verdict import FileVerdict, verify
from tests.validation.verdicts import fits

LATER = timedelta(hours=3)
"""The signatory's certificate is over by then."""


@pytest.fixture(scope="module")
def bare(small):
    """A signature without any timestamp, its world, and revocation lists."""
    walked = small.walk(signature_timestamp=False)
    world = walked.world
    return walked.signed, world, (world.crl(world.root), world.crl(world.authority))


def record_for(world, data: bytes, *, others: tuple[bytes, ...] = (b"another", b"one more"), **how) -> bytes:
    tree = HashTree([sha256(data), *map(sha256, others)])
    return evidence_record(tree.reduced(0), world.stamp(tree.root, **how))


def judged(bare, record: bytes | None, *, data: bytes | None = None, trusted: bool = True) -> FileVerdict:
    signed, world, crls = bare
    verdict = verify(
        data or signed,
        trust=TrustAnchors(certificates=(world.root.der,)) if trusted else NoTrustAnchors(),
        material=Material(crls=crls),
        at=world.now + LATER,
        record=record,
        name="invoice.pdf",
    )
    fits(verdict.to_json())
    return verdict


def test_without_a_record_nothing_proves_that_the_signature_is_older_than_its_certificates_end(bare):
    verdict = judged(bare, None)
    assert verdict.signatures[0].indication is Indication.INDETERMINATE
    assert verdict.evidence_record is None
    assert verdict.to_json()["evidence_record"] is None


def test_a_record_proves_since_when_file_and_signature_exist(bare):
    _, world, _ = bare
    verdict = judged(bare, record_for(world, bare[0]))
    (signature,) = verdict.signatures
    assert signature.indication is Indication.TOTAL_PASSED
    assert signature.proven_at == world.now
    assert signature.level == "PAdES-BASELINE-B"  # the record stands beside the file: its level is its own
    record = verdict.evidence_record
    assert (record.indication, record.proven_at, record.timestamps) == (Indication.TOTAL_PASSED, world.now, 1)
    assert record.authority == "SANDBOX TSA"
    assert record.sandbox
    assert verdict.clean


def test_a_record_of_another_file_speaks_against_it_and_proves_nothing(bare):
    verdict = judged(bare, record_for(bare[1], b"another file"))
    record = verdict.evidence_record
    assert (record.indication, record.sub_indication) == (Indication.TOTAL_FAILED, SubIndication.HASH_FAILURE)
    assert record.proven_at is None
    assert verdict.signatures[0].proven_at is None
    assert "evidence_record_invalid" in verdict.to_json()["findings"]
    assert verdict.status == 1


def test_a_byte_changed_behind_the_record_is_noticed(bare):
    signed, world, _ = bare
    verdict = judged(bare, record_for(world, signed), data=signed + b"\n")
    assert verdict.evidence_record.indication is Indication.TOTAL_FAILED


def test_a_record_whose_timestamp_stamps_something_else_is_none(bare):
    signed, world, _ = bare
    tree = HashTree([sha256(signed), sha256(b"another")])
    verdict = judged(bare, evidence_record(tree.reduced(0), world.stamp(sha256(b"something else"))))
    assert verdict.evidence_record.sub_indication is SubIndication.HASH_FAILURE


def test_a_record_by_a_stranger_proves_nothing(bare, small):
    stranger = small.World()
    verdict = judged(bare, record_for(stranger, bare[0]))
    assert verdict.evidence_record.indication is Indication.INDETERMINATE
    assert verdict.evidence_record.proven_at is None
    assert verdict.signatures[0].indication is Indication.INDETERMINATE


def test_a_record_that_is_none_is_said_to_be_malformed(bare):
    verdict = judged(bare, b"\x30\x03\x02\x01\x01")
    assert verdict.evidence_record.sub_indication is SubIndication.FORMAT_FAILURE


def test_a_file_without_signature_has_its_record_judged_all_the_same(bare, small):
    draft = small.draft()
    verdict = judged(bare, record_for(bare[1], draft), data=draft)
    assert verdict.evidence_record.indication is Indication.TOTAL_PASSED
    assert verdict.status == 1


def test_the_helper_takes_the_record_along(bare):
    signed, world, crls = bare
    with Isolation(trust=TrustAnchors(certificates=(world.root.der,)), material=Material(crls=crls)) as isolation:
        verdict = isolation.verify(signed, at=world.now + LATER, record=record_for(world, signed))
    assert verdict.clean


def test_the_command_finds_the_record_beside_the_file(bare, small, tmp_path):
    signed, world, crls = bare
    file, record = tmp_path / "invoice.pdf", tmp_path / "invoice.pdf.ers"
    file.write_bytes(signed)
    record.write_bytes(record_for(world, signed))
    small.write_pem(tmp_path / "root.pem", world.root.der)
    given = ["--trust", str(tmp_path / "root.pem"), "--at", (world.now + LATER).isoformat()]
    for number, crl in enumerate(crls):
        (tmp_path / f"{number}.crl").write_bytes(crl)
        given += ["--crl", str(tmp_path / f"{number}.crl")]

    def run(*more: str) -> tuple[int, str]:
        result = CliRunner().invoke(command, [str(file), *given, *more], standalone_mode=False)
        return result.return_value, result.stdout

    status, said = run("--json")
    assert status == 0
    assert fits(json.loads(said))["evidence_record"]["indication"] == "TOTAL_PASSED"
    status, said = run("--lang", "de")
    assert "Beweisdatensatz: gültig" in said
    record.unlink()
    assert run("--json")[0] == 3
    elsewhere = tmp_path / "records"
    elsewhere.mkdir()
    (elsewhere / "invoice.pdf.ers").write_bytes(record_for(world, b"another file"))
    assert run("--json", "--evidence-record", str(elsewhere))[0] == 1
    assert run("--json", "--evidence-record", str(tmp_path / "nowhere.ers"))[0] == 2


def test_the_report_for_people_says_what_the_record_is(bare):
    good = judged(bare, record_for(bare[1], bare[0]))
    bad = judged(bare, record_for(bare[1], b"another file"))
    subject, maker = Subject.of("invoice.pdf", bare[0]), Maker(name="esign test")
    at = bare[1].now + LATER
    said, _ = words_for_people(good, subject, maker, lang="de", made_at=at)
    section = said["summary"][-1]
    assert section["heading"] == "Beweisdatensatz"
    assert [row["value"] for row in section["rows"]][:2] == ["gültig", "SANDBOX TSA"]
    said, _ = words_for_people(bad, subject, maker, lang="en", made_at=at)
    assert said["verdict"] == "NOT VALID"
    assert "evidence record" in said["meaning"][0]
