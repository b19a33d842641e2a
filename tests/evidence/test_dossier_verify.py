from __future__ import annotations

import io
import json
import random
import shutil
import subprocess
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esign.evidence.dossier import prepare_dossier
from esign.evidence.dossier_manifest import SEAL, SEALED_MANIFEST, STAMPED_MANIFEST, TIMESTAMP
from esign.evidence.dossier_parts import Dossier, PartError
from esign.evidence.dossier_report import Outcome
from esign.evidence.dossier_verify import verify_dossier
from esign.pades.errors import SignatureValueError
from tests.evidence.byte_campaign import changes, unseen
from tests.evidence.helpers.case import NOW
from tests.evidence.test_dossier_container import places
from tests.pades.small_world import World

STEPS = [
    *("container", "manifest", "timestamp", "seal", "parts", "transcript", "signature", "document", "signing_time"),
    *("evidence", "texts", "request", "identity", "provider", "certificate", "messages", "intent"),
    *("user_verification", "ledger", "commitments", "formation", "verdict", "disclosure"),
]


def skipped(report) -> list[str]:
    return [step.name for step in report.steps if step.outcome is Outcome.SKIPPED]


def failed(report) -> list[tuple[str, str | None]]:
    return [(step.name, step.part) for step in report.steps if step.outcome is Outcome.FAILED]


# What an honest dossier proves


def test_everything_about_an_advanced_signature_is_proved_from_the_file_alone(advanced, whole):
    report = advanced.verify(whole)
    assert [step.name for step in report.steps] == STEPS
    assert (failed(report), skipped(report), report.valid) == ([], ["formation"], True), "from before it was recorded"
    assert (report.level, report.signatory, report.sandbox) == ("advanced", "Erika Mustermann", True)
    assert (report.proven_at, report.dossier_at) == (NOW, NOW + timedelta(minutes=2))


def test_without_a_passkey_only_the_user_verification_is_left_out(without_passkey):
    report = without_passkey.verify(without_passkey.build())
    assert (failed(report), skipped(report), report.valid) == ([], ["user_verification", "formation"], True)


def test_a_simple_signature_identifies_nobody_and_says_so(simple):
    report = simple.verify(simple.build())
    assert (failed(report), report.valid, report.level) == ([], True, "simple")
    assert skipped(report) == ["request", "identity", "provider", "user_verification", "formation"]


def test_without_a_dispute_the_seed_stays_closed(advanced):
    report = advanced.verify(advanced.build(seed=None))
    assert (failed(report), skipped(report), report.valid) == ([], ["formation", "disclosure"], True)


def test_the_same_dossier_is_the_same_file_but_for_signature_and_token(advanced, whole):
    again = advanced.build()
    with zipfile.ZipFile(io.BytesIO(whole)) as one, zipfile.ZipFile(io.BytesIO(again)) as other:
        different = [name for name in one.namelist() if one.read(name) != other.read(name)]
    assert different == [STAMPED_MANIFEST, SEAL, TIMESTAMP]


def test_the_parts_are_read_as_they_were_written(advanced, without_passkey, simple):
    for case in (advanced, without_passkey, simple):
        assert Dossier.from_parts(case.dossier.parts()) == case.dossier


def test_no_private_word_stands_in_the_representation_of_a_dossier(advanced):
    assert "Erika" not in repr(advanced.dossier)
    assert repr(advanced.dossier.seed) not in repr(advanced.dossier)


def test_the_verdict_does_not_depend_on_when_it_is_asked(advanced, whole):
    later = datetime(2026, 11, 25, tzinfo=UTC)
    assert verify_dossier(whole, anchors=advanced.anchors, at=later).valid


def test_a_seal_whose_value_is_wrong_is_never_written(advanced):
    prepared = prepare_dossier(advanced.dossier, certificate=advanced.seal.der, at=advanced.at)
    with pytest.raises(SignatureValueError):
        prepared.sealed(advanced.seal.sign(b"something else"), advanced.seal.chain)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_verifies_seal_and_timestamp(advanced, whole, tmp_path):
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        archive.extractall(tmp_path)
    root = tmp_path / "root.pem"
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    root.write_bytes(x509.load_der_x509_certificate(advanced.anchors[0]).public_bytes(Encoding.PEM))
    instant = str(int(advanced.at.timestamp()))
    for command in (
        f"cms -verify -cades -binary -inform DER -in {tmp_path / SEAL} -content {tmp_path / SEALED_MANIFEST}"
        f" -CAfile {root} -purpose any -attime {instant}",
        f"ts -verify -token_in -in {tmp_path / TIMESTAMP} -data {tmp_path / STAMPED_MANIFEST} -CAfile {root}"
        f" -attime {instant}",
    ):
        done = subprocess.run(["openssl", *command.split()], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


# Whoever has the file only: every changed byte is noticed, and its part is named


def test_any_changed_byte_of_a_whole_dossier_is_noticed_and_its_part_is_named(advanced, whole):
    where = places(whole)
    drawn = random.Random(20261122)
    positions = {drawn.randrange(len(whole)) for _ in range(400)}
    positions |= {where.index(name) + drawn.randrange(where.count(name)) % 30 for name in set(where)}
    for position in sorted(positions):
        changed = bytearray(whole)
        changed[position] ^= 1 << drawn.randrange(8)
        report = advanced.verify(bytes(changed))
        assert not report.valid
        assert report.first_failure is not None
        assert (report.first_failure.name, report.first_failure.part) == ("container", where[position])


def test_a_part_changed_by_somebody_without_the_seal_is_named_by_the_manifest(advanced, whole):
    from esign.evidence.dossier_container import read_container, write_container

    parts = read_container(whole)
    for name in parts:
        changed = parts | {name: parts[name][:-1] + bytes([parts[name][-1] ^ 1])}
        report = advanced.verify(write_container(changed))
        assert not report.valid
        first = report.first_failure
        assert first is not None
        expected = "timestamp" if name == TIMESTAMP else "manifest"
        assert (first.name, first.part) == (expected, name)


def test_a_part_taken_out_or_put_in_is_named(advanced, whole):
    from esign.evidence.dossier_container import read_container, write_container

    parts = read_container(whole)
    for name in parts:
        less = {other: data for other, data in parts.items() if other != name}
        report = advanced.verify(write_container(less))
        assert (report.valid, report.first_failure.part) == (False, name)
    report = advanced.verify(write_container(parts | {"more.json": b"{}"}))
    assert (report.valid, report.first_failure.part) == (False, "more.json")


def test_a_dossier_of_strangers_is_not_trusted(whole):
    stranger = World()
    report = verify_dossier(whole, anchors=(stranger.root.der,))
    assert not report.valid
    assert [name for name, _ in failed(report)] == ["timestamp", "signing_time", "ledger"]


def test_without_anchors_nothing_is_trusted(whole):
    report = verify_dossier(whole, anchors=())
    assert not report.valid


def test_a_part_that_is_not_in_its_one_form_is_named(advanced):
    parts = advanced.dossier.parts()
    for name, data, named in (
        ("capsule.json", parts["capsule.json"] + b"\n", "capsule.json"),
        ("statement.json", parts["statement.json"].replace(b"advanced", b"qualified"), "statement.json"),
        ("transcript.json", b"{}", "transcript.json"),
        ("enrolment.json", b'{"csr":""}', "enrolment.json"),
        ("ledger.json", b"{}", "ledger.json"),
        ("commitments.json", b'{"openings":[{}]}', "commitments.json"),
        ("declaration.txt", b"\xff", "declaration.txt"),
        ("messages/009.jws", b"x", "messages/008.jws"),
        ("unknown.json", b"{}", "unknown.json"),
        ("disclosure.json", b"[]", "disclosure.json"),
    ):
        report = advanced.verify(advanced.build_parts(parts | {name: data}))
        assert not report.valid
        assert report.first_failure.name == "parts"
        assert report.first_failure.part in {named, name}, report.first_failure
        with pytest.raises(PartError) as refused:
            Dossier.from_parts(parts | {name: data})
        assert refused.value.code == "evidence.dossier.part"


def test_a_missing_part_is_named(advanced):
    parts = advanced.dossier.parts()
    needed = [name for name in parts if "/" not in name and name not in ("enrolment.json", "user-verification.json")]
    for name in needed:
        if name == "disclosure.json":
            continue
        less = {other: data for other, data in parts.items() if other != name}
        report = advanced.verify(advanced.build_parts(less))
        assert (report.valid, report.first_failure.name) == (False, "parts")
        assert report.first_failure.part in {name, "commitments.json"}


# Whatever the bytes are, the answer is a report


@given(st.binary(max_size=300))
def test_any_bytes_get_a_report(data):
    report = verify_dossier(data, anchors=())
    assert not report.valid
    assert len(report.steps) == len(STEPS)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_bytes_in_any_part_get_a_report_that_is_not_valid(advanced, data):
    parts = advanced.dossier.parts()
    name = data.draw(st.sampled_from(sorted(parts)))
    content = bytearray(parts[name])
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(content)))
        end = min(len(content), start + data.draw(st.integers(0, 8)))
        content[start:end] = data.draw(st.binary(max_size=8))
    if bytes(content) == parts[name]:
        return
    report = advanced.verify(advanced.build_parts(parts | {name: bytes(content)}))
    assert len(report.steps) == len(STEPS)
    assert not report.valid, name


def test_no_byte_of_any_part_changes_unseen(advanced):
    """A sample of ``python -m tests.evidence.byte_campaign``, which changes every byte."""
    drawn = random.Random(20261122)
    chosen = changes(advanced.dossier.parts(), drawn)
    assert len(chosen) > 80_000
    assert list(unseen(advanced, chosen[:30], drawn)) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["enrolment.json", "ledger.json", "commitments.json", "capsule.json", "user-verification.json"]),
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    ),
    st.integers(0, 50),
)
def test_any_json_in_any_part_gets_a_report_that_is_not_valid(advanced, name, value, place):
    parts = advanced.dossier.parts()
    table = json.loads(parts[name])
    member = sorted(table)[place % len(table)]
    if table[member] == value:
        return
    table[member] = value
    changed = json.dumps(table, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
    report = advanced.verify(advanced.build_parts(parts | {name: changed}))
    assert not report.valid
