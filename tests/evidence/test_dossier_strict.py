"""One form for everything: what a lenient reader would let pass is found out, and named."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from esign.ceremony import AttachedFile, Transcript, UserVerificationStatement
from esign.evidence.dossier_chain import ChainError, chain_above, check_key, readable
from esign.evidence.dossier_findings import Findings
from esign.evidence.dossier_identity_steps import user_was_verified
from esign.evidence.dossier_json import DEEPEST, JsonError, read_json
from esign.evidence.dossier_report import Outcome, StepFailed
from esign.evidence.dossier_signature_steps import signature_holds, transcript_binds_texts
from esign.evidence.dossier_tokens import TokenFormError, verify_lone_stamp, verify_stamp
from esign.foundation.digests import sha256
from esign.foundation.encoding import b64url, from_b64url
from esign.pades import der
from esign.proof.certificate_path import CertificateMalformed
from tests.evidence.helpers.case import Case, certify, identify, jws, message, p256, spki
from tests.pades.small_world import NOW, World

Change = Callable[[Case], dict[str, Any]]


def own_device(case: Case, **members: Any) -> dict[str, Any]:
    """Return the messages, and behind them those of a device that the company made up."""
    key = p256()
    hello = message(case.keys, 8, "hello", {"device_key": b64url(spki(key)), "lang": "de"}, key=key)
    return {"messages": (*case.dossier.messages, hello, message(case.keys, 9, "result", members, key=key))}


def reworded(case: Case, place: int, **members: Any) -> dict[str, Any]:
    """Return the messages with other members in one that the device signs again."""
    header, payload = (json.loads(from_b64url(part)) for part in case.dossier.messages[place].decode().split(".")[:2])
    again = jws(case.keys.device, header, payload | members)
    return {"messages": (*case.dossier.messages[:place], again, *case.dossier.messages[place + 1 :])}


def keys_of_provider(case: Case, change: Callable[[str], str]) -> dict[str, Any]:
    enrolment = case.dossier.enrolment
    assert enrolment is not None
    return {"enrolment": replace(enrolment, jwks=change(enrolment.jwks))}


def in_key(**members: Any) -> Callable[[str], str]:
    def change(text: str) -> str:
        key = json.loads(text)["keys"][0]
        return json.dumps({"keys": [key | {name: make(key) for name, make in members.items()}]})

    return change


def token_with_header(case: Case, **members: Any) -> dict[str, Any]:
    enrolment = case.dossier.enrolment
    assert enrolment is not None
    header, payload = (json.loads(from_b64url(part)) for part in enrolment.id_token.split(".")[:2])
    return {"enrolment": replace(enrolment, id_token=jws(case.keys.provider, header | members, payload).decode())}


def passkey_with(case: Case, **changes: Any) -> dict[str, Any]:
    enrolment = case.dossier.enrolment
    assert enrolment is not None
    assert enrolment.passkey is not None
    return {"enrolment": replace(enrolment, passkey=replace(enrolment.passkey, **changes))}


def changed_root(case: Case) -> dict[str, Any]:
    *between, root = case.dossier.chain
    return {"chain": (*between, root[:-1] + bytes([root[-1] ^ 1]))}


def pairs(case: Case) -> list[list[str]]:
    order = Transcript.parse(case.dossier.transcript).order
    return [["label", order.label], ["summary", order.summary.hex()]]


STRICT: dict[str, tuple[Change, str]] = {
    "a list for a message's number": (lambda c: own_device(c, jti=["1"]), "messages"),
    "no number at all": (lambda c: own_device(c, jti=None), "messages"),
    "an invitation in capitals": (lambda c: own_device(c, invitation="AB" * 32), "messages"),
    "another version of the protocol": (lambda c: own_device(c, v="esign/2"), "messages"),
    "true for a time": (lambda c: own_device(c, iat=True), "messages"),
    "a message nested too deeply": (lambda c: own_device(c, x=nested(DEEPEST)), "messages"),
    "an order as a list of pairs": (lambda c: reworded(c, 5, order=pairs(c)), "intent"),
    "another capsule key than was enrolled": (lambda c: reworded(c, 1, capsule_key="AAAA"), "messages"),
    "no passkey in the enrolment's message": (lambda c: reworded(c, 1, passkey=None), "messages"),
    "another certificate than signed in the offer's message": (
        lambda c: reworded(c, 2, certificate="00" * 32),
        "messages",
    ),
    "two messages that opened the attempt": (
        lambda c: {
            "messages": (
                *c.dossier.messages,
                message(
                    c.keys,
                    9,
                    "open",
                    json.loads(from_b64url(c.dossier.messages[2].decode().split(".")[1])) | {"jti": f"{9:032x}"},
                ),
            )
        },
        "messages",
    ),
    "a greeting that names another device's key": (
        lambda c: reworded(c, 0, device_key=b64url(spki(p256()))),
        "messages",
    ),
    "another credential than was enrolled": (lambda c: passkey_with(c, credential_id=b"other"), "messages"),
    "another word about PRF than was enrolled": (lambda c: passkey_with(c, prf=False), "messages"),
    "a passkey of an unknown kind": (lambda c: passkey_with(c, algorithm=-8), "parts"),
    "a name twice in the provider's keys": (
        lambda c: keys_of_provider(c, lambda text: text.replace('"kid"', '"kid": "other", "kid"')),
        "identity",
    ),
    "no number in the provider's keys": (
        lambda c: keys_of_provider(c, lambda text: text.replace('"keys"', '"more": NaN, "keys"')),
        "identity",
    ),
    "a coordinate with a leading zero": (
        lambda c: keys_of_provider(c, in_key(x=lambda key: b64url(b"\0" + from_b64url(key["x"])))),
        "identity",
    ),
    "certificates of the provider that are none": (
        lambda c: keys_of_provider(c, in_key(x5c=lambda _: [])),
        "provider",
    ),
    "one certificate of the provider as text": (
        lambda c: keys_of_provider(c, in_key(x5c=lambda key: key["x5c"][0])),
        "provider",
    ),
    "a certificate of the provider in other base64": (
        lambda c: keys_of_provider(c, in_key(x5c=lambda key: [text + "\n" for text in key["x5c"]])),
        "provider",
    ),
    "a token with more in its header": (lambda c: token_with_header(c, jku="https://id.example/keys"), "identity"),
    "a token with a number in its header": (lambda c: token_with_header(c, typ=1), "identity"),
    "a certificate more than the chain has": (
        lambda c: {"chain": (*c.dossier.chain, World().root.der)},
        "certificate",
    ),
    "a chain in another order": (lambda c: {"chain": tuple(reversed(c.dossier.chain))}, "certificate"),
    "a root that does not sign itself": (changed_root, "certificate"),
}


def nested(depth: int) -> Any:
    value: Any = 0
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("label", STRICT)
def test_what_a_lenient_reader_lets_pass_is_found_out(advanced: Case, label: str) -> None:
    change, step = STRICT[label]
    report = advanced.verify(advanced.build(**change(advanced)))
    assert report.first_failure is not None
    assert (report.valid, report.first_failure.name) == (False, step), report.first_failure


def test_an_empty_list_is_no_missing_user_verification(without_passkey: Case) -> None:
    report = without_passkey.verify(without_passkey.build(**reworded(without_passkey, 5, user_verification=[])))
    assert [step.name for step in report.steps if step.outcome is Outcome.FAILED] == ["intent"]


def test_a_provider_s_key_set_is_the_one_that_the_ledger_commits_to(advanced: Case) -> None:
    """What no step needs – another key, another member, a blank – is covered by the commitment alone."""
    for change in (
        lambda text: text.replace('{"keys": [', '{"keys":  ['),
        lambda text: text.replace('"use": "sig"', '"usf": "sig"'),
        lambda text: text.replace("]}", ', {"kid": "other"}]}'),
    ):
        report = advanced.verify(advanced.build(**keys_of_provider(advanced, change)))
        failed = [(step.name, step.part) for step in report.steps if step.outcome is Outcome.FAILED]
        assert failed == [("commitments", "commitments.json")]


def test_a_passkeys_word_that_the_transcript_does_not_ask_for_is_not_believed(without_passkey: Case) -> None:
    statement = UserVerificationStatement(authenticator_data=b"", client_data=b"", signature=b"")
    found: Any = SimpleNamespace(
        transcript=Transcript.parse(without_passkey.dossier.transcript),
        dossier=replace(without_passkey.dossier, user_verification=statement),
    )
    with pytest.raises(StepFailed, match="although the transcript asks for none"):
        user_was_verified(found)
    report = without_passkey.verify(without_passkey.build(user_verification=statement))
    outcomes = {step.name: step.outcome for step in report.steps}
    assert outcomes["evidence"] is Outcome.FAILED
    assert not report.valid


def test_a_dossier_holds_everybody_whom_the_contract_names(advanced: Case) -> None:
    transcript = Transcript.parse(advanced.dossier.transcript)
    for data, holds in (
        (b'{"a":1}', True),
        (b'{"further_signatories":[]}', True),
        (b'{"further_signatories":[{}]}', False),
    ):
        attachments = (AttachedFile(name="contract.json", sha256=sha256(data)),)
        found = Findings(anchors=(), at=None, parts=advanced.dossier.parts() | {"contract.json": data})
        found.dossier = advanced.dossier
        found.transcript = replace(transcript, document=replace(transcript.document, attachments=attachments))
        if holds:
            transcript_binds_texts(found)
            continue
        with pytest.raises(StepFailed, match="further signatories") as refused:
            transcript_binds_texts(found)
        assert refused.value.facts["part"] == "contract.json"


@pytest.mark.parametrize("turned", [b" ", b"\n", b"g", b">"])
def test_the_hole_is_one_hexadecimal_string(advanced: Case, turned: bytes) -> None:
    transcript = Transcript.parse(advanced.dossier.transcript)
    place = transcript.document.byte_range[1] + 3
    document = advanced.dossier.document[:place] + turned + advanced.dossier.document[place + 1 :]
    found = Findings(anchors=advanced.anchors, at=None)
    found.dossier, found.transcript = replace(advanced.dossier, document=document), transcript
    with pytest.raises(StepFailed, match="hexadecimal"):
        signature_holds(found)


def test_a_dossier_made_long_after_the_conclusion_is_valid(advanced: Case) -> None:
    """The revocation lists in the document are a week old at the most; the dossier may be made a year later."""
    later = replace(advanced, at=NOW + timedelta(days=365))
    assert later.verify(later.build()).valid


# Tokens


def token(world: World, digest: bytes) -> bytes:
    return world.stamp(digest)


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
def test_a_token_has_one_form() -> None:
    """Every bit of what is wrapped around a token's statement is looked at, in certificates that nobody needs too."""
    world = World()
    digest = sha256(b"something")
    good = token(world, digest)
    verify_lone_stamp(good, digest, anchors=(world.root.der,))
    for position in range(len(good)):
        for bit in (0, 5, 7):
            turned = good[:position] + bytes([good[position] ^ 1 << bit]) + good[position + 1 :]
            with pytest.raises(Exception, match=r"evidence\.dossier|proof\.(timestamp|certificate_path\.malformed)"):
                verify_lone_stamp(turned, digest, anchors=(world.root.der,))


def test_a_certificate_in_a_documents_token_that_cannot_be_read_and_is_not_needed_is_left_out() -> None:
    """The ledger commits to the document; a token that nothing else covers carries nothing of the kind."""
    world = World()
    digest = sha256(b"something")
    good = token(world, digest)
    root = world.root.der
    broken = good.replace(root, root.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x09", 1))
    assert broken != good
    assert verify_stamp(broken, digest, anchors=(root,)).gen_time == NOW
    assert readable([root, b"x", world.tsa.der]) == (root, world.tsa.der)
    with pytest.raises(CertificateMalformed):
        verify_lone_stamp(broken, digest, anchors=(root,))


@pytest.mark.parametrize("bad", [b"", b"\x30\x00", b"\x30\x80\x00\x00", der.sequence(der.oid("1.2.3"))])
def test_what_is_no_token_at_all_is_refused(bad: bytes) -> None:
    with pytest.raises(TokenFormError) as refused:
        verify_stamp(bad, bytes(32), anchors=())
    assert refused.value.code == "evidence.dossier.token"


# Chains


def test_a_chain_is_found_in_any_order_and_holds_nothing_else() -> None:
    world = World()
    signer = world.signatory()
    above = (world.authority.der, world.root.der)
    assert chain_above(signer.der, above) == above
    assert chain_above(signer.der, (signer.der, *reversed(above))) == above
    assert chain_above(signer.der, ()) == ()
    for others, place in (((world.tsa.der,), 0), ((world.root.der,), 0), ((*above, world.tsa.der), 2)):
        with pytest.raises(ChainError) as refused:
            chain_above(signer.der, others)
        assert refused.value.facts["place"] == place


def test_a_signers_key_is_one_that_every_verifier_knows() -> None:
    world = World()
    check_key(world.signatory().der)
    check_key(world.signatory(key_type="rsa").der)
    for key in (ec.generate_private_key(ec.BrainpoolP256R1()), rsa.generate_private_key(65537, 1024)):
        with pytest.raises(ChainError) as refused:
            check_key(certify(world, key.public_key(), given="A", family="B", binding=None, policies=("1.2.3",)).der)
        assert refused.value.code == "evidence.dossier.chain"


# JSON of others


def test_json_of_others_is_read_strictly() -> None:
    assert read_json('{"a": [1, 2.5, null, {"b": "\\u00e4"}]}') == {"a": [1, 2.5, None, {"b": "ä"}]}
    deep = "[" * DEEPEST + "]" * DEEPEST
    for text in ("", "[]", "1", '{"a":1,"a":1}', '{"a":NaN}', '{"a":Infinity}', "{'a':1}", f'{{"a":{deep}}}'):
        with pytest.raises(JsonError) as refused:
            read_json(text)
        assert refused.value.code == "evidence.dossier.json"


def test_a_token_about_the_same_person_by_the_same_provider_is_no_other_form(advanced: Case) -> None:
    """The strictness is about form: another token over the same request is as good as the one that was sent."""
    enrolment = advanced.dossier.enrolment
    assert enrolment is not None
    id_token, jwks = identify(advanced.world, advanced.keys, enrolment.request, acr="high")
    report = advanced.verify(advanced.build(enrolment=replace(enrolment, id_token=id_token, jwks=jwks)))
    failed = [step.name for step in report.steps if step.outcome is Outcome.FAILED]
    assert failed == ["messages", "commitments"]
