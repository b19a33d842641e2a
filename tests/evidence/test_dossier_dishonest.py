"""Whoever has the company's seal too: the dossier is sealed again, and what was changed is found out all the same."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from esign.ceremony import Sealed, Transcript
from esign.evidence.dossier_manifest import SEAL
from esign.evidence.dossier_report import Outcome
from esign.evidence.head import Head, StampedHead
from esign.foundation.digests import sha256
from esign.foundation.encoding import b64url
from tests.evidence.helpers.case import Keys, identify, jws, make_case, message, p256, spki
from tests.evidence.test_dossier_verify import failed
from tests.pades.small_world import World


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
