from __future__ import annotations

import io
import json
import random
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esign.ceremony import Sealed, Transcript
from esign.evidence.dossier import prepare_dossier
from esign.evidence.dossier_manifest import SEAL, SEALED_MANIFEST, STAMPED_MANIFEST, TIMESTAMP
from esign.evidence.dossier_parts import Dossier, PartError
from esign.evidence.dossier_report import Outcome
from esign.evidence.dossier_verify import verify_dossier
from esign.evidence.head import Head, StampedHead
from esign.foundation.digests import sha256
from esign.foundation.encoding import b64url
from esign.pades.errors import SignatureValueError
from tests.evidence.helpers.case import NOW, Keys, identify, jws, make_case, message, p256, spki
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


# Whoever has the company's seal too: the dossier is sealed again, and what was changed is found out all the same


def changed_transcript(case, **changes) -> bytes:
    return replace(Transcript.parse(case.dossier.transcript), **changes).canonical()


def without(items, index):
    return tuple(item for place, item in enumerate(items) if place != index)


def flipped(data: bytes, position: int) -> bytes:
    return data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]


def hole_flipped(case) -> bytes:
    """Change one digit of the signature value inside the document."""
    pdf = case.dossier.document
    _, hole, behind, _ = Transcript.parse(case.dossier.transcript).document.byte_range
    attribute = sha256(case.dossier.certificate).hex().encode()
    start = hole + pdf[hole:behind].lower().index(attribute)
    return pdf[:start] + (b"1" if pdf[start : start + 1] == b"0" else b"0") + pdf[start + 1 :]


DISHONEST = {
    "another document": (lambda c: {"document": flipped(c.dossier.document, 600)}, "document", "document.pdf"),
    "another attribute": (lambda c: {"document": hole_flipped(c)}, "signature", "document.pdf"),
    "another attempt": (
        lambda c: {"transcript": changed_transcript(c, attempt=2)},
        "evidence",
        "transcript.json",
    ),
    "another declaration": (
        lambda c: {"declaration": c.dossier.declaration + "Und mehr."},
        "texts",
        "declaration.txt",
    ),
    "another summary": (lambda c: {"summary": b"{}"}, "texts", "summary.json"),
    "another policy": (lambda c: {"policy": b"level: none"}, "texts", "policy.yaml"),
    "another agent": (lambda c: {"agent_manifest": b"{}"}, "texts", "agent-manifest.json"),
    "other contract data": (lambda c: {"contract": b'{"a":2}'}, "texts", "contract.json"),
    "another capsule": (
        lambda c: {"capsule": Sealed(enc=c.dossier.capsule.enc, ct=flipped(c.dossier.capsule.ct, 3))},
        "evidence",
        "capsule.json",
    ),
    "another certificate": (lambda c: {"certificate": c.seal.der}, "signature", "certificates/signer.der"),
    "a certificate without its chain": (lambda c: {"chain": ()}, "certificate", "certificates/signer.der"),
    "no enrolment": (lambda c: {"enrolment": None}, "request", "enrolment.json"),
    "another capsule key": (
        lambda c: {"enrolment": replace(c.dossier.enrolment, capsule_key=spki(p256()))},
        "request",
        "enrolment.json",
    ),
    "a token over another key": (
        lambda c: {"enrolment": with_token(c, c.dossier.enrolment.request + b"x")},
        "identity",
        "enrolment.json",
    ),
    "a token about somebody else": (
        lambda c: {"enrolment": with_token(c, given_name="Max")},
        "identity",
        "enrolment.json",
    ),
    "a token of another provider": (
        lambda c: {"enrolment": with_token(c, iss="https://other.example")},
        "identity",
        "enrolment.json",
    ),
    "a token from long before": (
        lambda c: {"enrolment": with_token(c, iat=1_700_000_000, exp=1_700_000_300)},
        "identity",
        "enrolment.json",
    ),
    "a token signed by somebody else": (
        lambda c: {"enrolment": with_token(c, key=p256())},
        "identity",
        "enrolment.json",
    ),
    "a provider that nobody certified": (
        lambda c: {"enrolment": with_stranger_as_provider(c)},
        "provider",
        "enrolment.json",
    ),
    "no greeting": (
        lambda c: {"messages": without(c.dossier.messages, 0)},
        "messages",
        "messages/001.jws",
    ),
    "no opening": (lambda c: {"messages": without(c.dossier.messages, 2)}, "messages", "messages"),
    "no enrolment message": (lambda c: {"messages": without(c.dossier.messages, 1)}, "messages", "messages"),
    "no declared intent": (lambda c: {"messages": without(c.dossier.messages, 5)}, "intent", "messages"),
    "no signature message": (lambda c: {"messages": without(c.dossier.messages, 6)}, "intent", "messages"),
    "a message of somebody else": (
        lambda c: {"messages": (*c.dossier.messages, message(c.keys, 9, "result", {}, key=p256()))},
        "messages",
        "messages/008.jws",
    ),
    "a message with a changed word": (
        lambda c: {"messages": (*c.dossier.messages[:-1], reworded(c.dossier.messages[-1]))},
        "messages",
        "messages/007.jws",
    ),
    "a message twice": (
        lambda c: {"messages": (*c.dossier.messages, c.dossier.messages[0])},
        "messages",
        "messages/008.jws",
    ),
    "another origin": (
        lambda c: {"messages": (*c.dossier.messages, message(c.keys, 9, "result", {"aud": "https://evil.example"}))},
        "messages",
        "messages/008.jws",
    ),
    "another invitation": (
        lambda c: {"messages": (*c.dossier.messages, message(c.keys, 9, "result", {"invitation": "00" * 32}))},
        "messages",
        "messages/008.jws",
    ),
    "no user verification": (lambda c: {"user_verification": None}, "evidence", "user-verification.json"),
    "another user verification": (
        lambda c: {"user_verification": replace(c.dossier.user_verification, signature=b"x")},
        "evidence",
        "user-verification.json",
    ),
    "a step left out of the ledger": (
        lambda c: {"ledger": left_out(c, b"intent.declared"), "openings": ()},
        "ledger",
        "ledger.json",
    ),
    "a changed entry": (lambda c: {"ledger": rewritten(c)}, "ledger", "ledger.json"),
    "a head of somebody else's clock": (lambda c: {"ledger": restamped(c)}, "ledger", "ledger.json"),
    "entries in another order": (lambda c: {"ledger": turned_round(c)}, "ledger", "ledger.json"),
    "a wrong salt": (lambda c: {"openings": salted(c)}, "commitments", "commitments.json"),
    "a commitment that nothing opens": (
        lambda c: {"openings": c.dossier.openings[1:]},
        "commitments",
        "commitments.json",
    ),
    "an opening of nothing": (
        lambda c: {"openings": (replace(c.dossier.openings[0], seq=99),)},
        "commitments",
        "commitments.json",
    ),
    "another mail": (lambda c: {"mails": (b"something else",)}, "commitments", "mails/001.eml"),
    "another seed": (lambda c: {"seed": bytes(32)}, "disclosure", "disclosure.json"),
    "no seed at all": (lambda c: {"seed": b""}, "disclosure", "disclosure.json"),
}


def with_token(case, request=None, key=None, **claims):
    enrolment = case.dossier.enrolment
    token, jwks = identify(case.world, case.keys, request or enrolment.request, key, **claims)
    return replace(enrolment, id_token=token, jwks=jwks)


def with_stranger_as_provider(case):
    keys = Keys(provider=p256())
    token, jwks = identify(World(), keys, case.dossier.enrolment.request)
    return replace(case.dossier.enrolment, id_token=token, jwks=jwks)


def reworded(raw: bytes) -> bytes:
    head, _, signature = raw.split(b".")
    return b".".join((head, b64url(b'{"type":"signature"}').encode(), signature))


def left_out(case, kind: bytes):
    extract = case.dossier.ledger
    place = next(i for i, entry in enumerate(extract.entries) if kind in entry)
    return replace(extract, entries=without(extract.entries, place), paths=without(extract.paths, place))


def rewritten(case):
    extract = case.dossier.ledger
    changed = tuple(entry.replace(b'"attempt":1', b'"attempt":2') for entry in extract.entries)
    return replace(extract, entries=changed)


def restamped(case):
    extract = case.dossier.ledger
    head = Head.parse(extract.head.head)
    return replace(extract, head=StampedHead(head=extract.head.head, token=World().stamp(head.digest)))


def turned_round(case):
    extract = case.dossier.ledger
    return replace(extract, entries=extract.entries[::-1], paths=extract.paths[::-1])


def salted(case):
    first, *rest = case.dossier.openings
    return (replace(first, opening=replace(first.opening, salt=bytes(32))), *rest)


@pytest.mark.parametrize("name", DISHONEST)
def test_what_a_dishonest_company_changes_before_sealing_is_named(advanced, name):
    change, step, part = DISHONEST[name]
    report = advanced.verify(advanced.build(**change(advanced)))
    assert not report.valid
    assert (report.first_failure.name, report.first_failure.part) == (step, part), report.first_failure
    assert [step.outcome for step in report.steps[:5]] == [Outcome.PASSED] * 5


def test_a_document_changed_after_signing_is_named_by_the_verdict_on_the_whole_document(advanced):
    longer = advanced.dossier.document + b"\n"
    report = advanced.verify(advanced.build(document=longer))
    assert failed(report) == [("commitments", "commitments.json"), ("verdict", "document.pdf")]


def test_a_key_that_the_company_enrolled_in_the_customers_name_is_found_out(tmp_path, advanced):
    """Who controls certification can certify a key of its own, but gets no identification over it."""
    forged = make_case(tmp_path, identified=advanced.dossier.enrolment.request)
    report = forged.verify(forged.build())
    assert not report.valid
    assert failed(report) == [("identity", "enrolment.json")]


@pytest.mark.parametrize("swapped", ["capsule", "device", "passkey"])
def test_a_key_that_was_exchanged_after_the_certificate_is_named(tmp_path, swapped):
    """The transcript, and all that follows from it, with a key of somebody who was never certified."""
    forged = make_case(tmp_path, swapped=swapped)
    report = forged.verify(forged.build())
    assert not report.valid
    assert (report.first_failure.name, report.first_failure.part) == ("request", "transcript.json")


@pytest.mark.parametrize(
    ("swapped", "step", "part"),
    [
        ("document", "document", "transcript.json"),
        ("provider", "identity", "enrolment.json"),
        ("time", "signing_time", "transcript.json"),
        ("certificate", "evidence", "certificates/signer.der"),
        ("statement", "evidence", "transcript.json"),
        ("policy", "evidence", "transcript.json"),
        ("revision", "document", "document.pdf"),
        ("named", "texts", "certificates/signer.der"),
        ("holder", "certificate", "certificates/signer.der"),
        ("trust", "certificate", "certificates/signer.der"),
        ("word", "user_verification", "user-verification.json"),
        ("ledger capsule", "ledger", "ledger.json"),
        ("ledger proof", "ledger", "ledger.json"),
        ("ledger message", "ledger", "ledger.json"),
        ("ledger order", "ledger", "ledger.json"),
        ("ledger twice", "ledger", "ledger.json"),
        ("ledger draft", "commitments", "commitments.json"),
        ("ledger transcript", "commitments", "commitments.json"),
        ("ledger attributes", "commitments", "commitments.json"),
    ],
)
def test_what_was_signed_about_something_else_than_what_is_there_is_named(tmp_path, swapped, step, part):
    """Everything fits together but one thing, and the signatory's own signature covers it."""
    forged = make_case(tmp_path, swapped=swapped)
    report = forged.verify(forged.build())
    assert not report.valid
    assert (report.first_failure.name, report.first_failure.part) == (step, part)


def test_a_dossier_sealed_with_a_signatorys_certificate_is_refused(advanced):
    holder = replace(advanced.seal)
    holder.key = advanced.keys.signature
    from cryptography import x509

    holder.certificate = x509.load_der_x509_certificate(advanced.dossier.certificate)
    forged = replace(advanced, seal=holder)
    report = advanced.verify(forged.build())
    assert failed(report) == [("seal", SEAL)]


def test_a_declaration_on_another_label_is_named(without_passkey):
    case = without_passkey
    intent = json.loads(_payload(case.dossier.messages[5]))
    intent["order"] = intent["order"] | {"label": "weiter"}
    raw = jws(case.keys.device, json.loads(_header(case.dossier.messages[5])), intent)
    messages = (*case.dossier.messages[:5], raw, *case.dossier.messages[6:])
    report = case.verify(case.build(messages=messages))
    assert failed(report) == [("intent", "messages/006.jws")]


def _payload(raw: bytes) -> bytes:
    from esign.foundation.encoding import from_b64url

    return from_b64url(raw.split(b".")[1].decode())


def _header(raw: bytes) -> bytes:
    from esign.foundation.encoding import from_b64url

    return from_b64url(raw.split(b".")[0].decode())


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
