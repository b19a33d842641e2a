"""Each rule of a dossier by itself: everything fits together but one thing, and both verifiers name the same step.

Most of what is forged here takes the company, its authorities and the signatory's own key together; a rule that nobody
can break without all of them is a rule all the same. What is not here is in ``test_verifiers_agree.py``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from esign.evidence.dossier import PreparedDossier
from esign.evidence.dossier_manifest import SEAL, SEAL_TYPE, write_manifest
from esign.evidence.dossier_seal import seal_attributes
from esign.foundation.canonical import canonical
from esign.foundation.clock import seconds
from esign.foundation.encoding import b64url, from_b64url
from tests.evidence.helpers.case import ASSERTED, ISSUED, NOW, Case, jws, make_case, message, p256, spki
from tests.evidence.test_dossier_dishonest import with_token
from tests.evidence.test_dossier_strict import in_key, keys_of_provider, passkey_with, reworded
from tests.verifier.helpers.both import Sample, differences, needs_node

pytestmark = needs_node

Expected = tuple[str, str, str]
"""The step, the part, and the words of the reason."""


def told(case: Case, label: str, data: bytes) -> Sample:
    return Sample(label=label, data=data, anchors=case.anchors)


def found_out(samples: list[Sample], expected: list[Expected], folder: Path) -> None:
    """Require that both verifiers fail at the step, and the Python one for the reason."""
    found, answers = differences(samples, folder / "asked")
    assert found == []
    for sample, (step, part, words), answer in zip(samples, expected, answers, strict=True):
        assert (answer["valid"], answer["first"]) == (False, step), sample.label
        assert words in answer["why"], sample.label
        assert answer["why"].endswith(f"[{part}]"), sample.label


SIGNER, POLICY, LEDGER = "certificates/signer.der", "policy.yaml", "ledger.json"
WORD, ENROLMENT, COMMITMENTS = "user-verification.json", "enrolment.json", "commitments.json"
OTHER_NAME = ("certificate", SIGNER, "identity.certificate.name")
OTHER_USAGE = ("certificate", SIGNER, "identity.certificate.usage")
OTHER_BINDING = ("certificate", SIGNER, "identity.certificate.binding")
NOT_VALID = ("certificate", SIGNER, "identity.certificate.validity")
NO_POLICIES = ("certificate", SIGNER, "identity.certificate.policies")
FORGED: dict[str, tuple[dict[str, Any], Expected]] = {
    "digest": ({}, ("document", "document.pdf", "not the one that was signed")),
    "unstamped": ({}, ("signing_time", "document.pdf", "has no timestamp")),
    "demand": ({"passkey": False}, ("texts", POLICY, "demands a verified user")),
    "further": ({}, ("texts", "contract.json", "names further signatories")),
    "contract": ({}, ("ledger", LEDGER, "about another contract")),
    "unverified": ({}, ("user_verification", WORD, "missing although the transcript asks for it")),
    "unasked": ({"passkey": False}, ("user_verification", WORD, "although the transcript asks for none")),
    "twice": ({}, ("user_verification", WORD, "a name stands twice")),
    "encoding": ({}, ("user_verification", ENROLMENT, "not in its one form")),
    "unsealed": ({}, ("verdict", "document.pdf", "seal is not in the document exactly once")),
    "committed": ({}, ("disclosure", "disclosure.json", "code_committed")),
    "sealed": ({}, ("disclosure", "disclosure.json", "capsule_recomputed")),
    "proved": ({}, ("disclosure", "disclosure.json", "intent_proved")),
    **{each: ({}, ("user_verification", WORD, "ceremony.user_verification")) for each in ASSERTED if each != "twice"},
    "ledger contract": ({}, ("commitments", COMMITMENTS, "committed to another contract ")),
    "ledger declaration": ({}, ("commitments", COMMITMENTS, "committed to another declaration ")),
    "ledger summary": ({}, ("commitments", COMMITMENTS, "committed to another summary ")),
    "ledger document": ({}, ("commitments", COMMITMENTS, "committed to another document ")),
    "ledger keys": ({}, ("commitments", COMMITMENTS, "committed to another provider_keys ")),
    "ledger token": ({}, ("commitments", COMMITMENTS, "committed to another id_token ")),
    "seal holder": ({"level": "simple"}, ("certificate", SIGNER, "no seal's certificate")),
    "seal binding": ({"level": "simple"}, ("certificate", SIGNER, "no seal's certificate")),
    "seal key": ({"level": "simple"}, ("signature", "document.pdf", "not every verifier knows")),
    "seal of a stranger": ({"level": "simple"}, ("certificate", SIGNER, "path")),
    "issued key": ({}, ("certificate", SIGNER, "identity.certificate.key")),
    "issued by a stranger": ({}, ("certificate", SIGNER, "identity.certificate.untrusted")),
    "issued for another binding": ({}, OTHER_BINDING),
    "issued with a critical binding": ({}, OTHER_BINDING),
    "issued without a binding": ({}, OTHER_BINDING),
    "issued to another given name": ({}, OTHER_NAME),
    "issued to another family name": ({}, OTHER_NAME),
    "issued later": ({}, NOT_VALID),
    "issued long before": ({}, NOT_VALID),
    "issued for long": ({}, ("certificate", SIGNER, "identity.certificate.life")),
    "issued for another usage": ({}, OTHER_USAGE),
    "issued to an authority": ({}, OTHER_USAGE),
    "issued for no documents": ({}, OTHER_USAGE),
    "issued for no mail": ({}, OTHER_USAGE),
    "issued with two holders": ({}, NO_POLICIES),
    "issued to somebody unidentified": ({}, NO_POLICIES),
    "issued without the word": ({}, ("certificate", SIGNER, "identity.certificate.sandbox")),
}
"""What ``make_case`` forges, and where it is found out."""


def test_what_is_forged_with_everybodys_help_is_found_out_by_both(tmp_path: Path) -> None:
    assert ISSUED.keys() | ASSERTED.keys() <= FORGED.keys()
    cases = {}
    for number, (swapped, (options, _)) in enumerate(FORGED.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        cases[swapped] = make_case(folder, swapped=swapped, **options)
    samples = [told(case, label, case.build()) for label, case in cases.items()]
    found_out(samples, [expected for _, expected in FORGED.values()], tmp_path)


# Messages, tokens, keys and openings


def payload_of(case: Case, place: int) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(from_b64url(case.dossier.messages[place].decode().split(".")[1]))
    return members


def once_more(case: Case, place: int, **members: Any) -> dict[str, Any]:
    """Return the messages and, behind them, one of them again under another number."""
    payload = payload_of(case, place) | {"jti": f"{9:032x}"} | members
    header = json.loads(from_b64url(case.dossier.messages[place].decode().split(".")[0]))
    return {"messages": (*case.dossier.messages, jws(case.keys.device, header, payload))}


def taken_name(case: Case) -> dict[str, Any]:
    """Return the messages and one more by a key that calls itself the signatory's device."""
    key = p256()
    payload = payload_of(case, 0) | {"device_key": b64url(spki(key)), "jti": f"{9:032x}"}
    header = json.loads(from_b64url(case.dossier.messages[0].decode().split(".")[0]))
    return {"messages": (*case.dossier.messages, jws(key, header, payload))}


def other_passkey(case: Case, **members: Any) -> dict[str, Any]:
    return reworded(case, 1, passkey=payload_of(case, 1)["passkey"] | members)


def other_opening(case: Case, **changes: Any) -> dict[str, Any]:
    first, *rest = case.dossier.openings
    return {"openings": (replace(first, opening=replace(first.opening, **changes)), *rest)}


def with_rsa_provider(case: Case, modulus: Callable[[bytes], bytes]) -> dict[str, Any]:
    """Return the identification by a provider with an RSA key, whose modulus it publishes in its own way."""
    key = rsa.generate_private_key(65537, 2048)
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding

    number = modulus(key.public_key().public_numbers().n.to_bytes(256, "big"))
    public = {"kty": "RSA", "kid": "rsa-1", "n": b64url(number), "e": "AQAB"}
    enrolment = case.dossier.enrolment
    assert enrolment is not None
    claims = from_b64url(enrolment.id_token.split(".")[1])
    signed = f"{b64url(canonical({'alg': 'RS256', 'kid': 'rsa-1'}))}.{b64url(claims)}"
    value = key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    token = f"{signed}.{b64url(value)}"
    return {"enrolment": replace(enrolment, id_token=token, jwks=json.dumps({"keys": [public]}))}


def loose_bits(text: str) -> str:
    """Return other base64 of the same bytes: the last digit has bits that nobody reads."""
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    body = text.rstrip("=")
    assert body != text, "without padding there are no loose bits"
    return body[:-1] + digits[digits.index(body[-1]) + 1] + "=" * (len(text) - len(body))


def padded_chain(case: Case) -> dict[str, Any]:
    """Return the provider's keys with one certificate more, in base64 with loose bits."""
    from tests.evidence.helpers.case import certify

    while True:
        other = certify(case.world, p256().public_key(), given="A", family="B", binding=None, policies=("1.2.3",))
        if len(other.der) % 3:
            break
    import base64

    text = loose_bits(base64.b64encode(other.der).decode())
    return keys_of_provider(case, in_key(x5c=lambda key: [*key["x5c"], text]))


Altered = tuple[Callable[[Case], dict[str, Any]], Expected]
PROVIDER_FORM = ("identity", ENROLMENT, "not in its one form")
ALTERED: dict[str, Altered] = {
    "identified long after the signature": (
        lambda c: {"enrolment": with_token(c, iat=seconds(NOW) + 301, exp=seconds(NOW) + 900)},
        ("identity", ENROLMENT, "not from shortly before"),
    ),
    "a modulus with a leading zero": (lambda c: with_rsa_provider(c, lambda n: b"\0" + n), PROVIDER_FORM),
    "base64 with loose bits": (padded_chain, ("provider", ENROLMENT, "certificates cannot be read")),
    "somebody who calls himself the device": (
        taken_name,
        ("messages", "messages/008.jws", "another device key than the one that signed"),
    ),
    "a number for a truth": (
        lambda c: other_passkey(c, prf=1),
        ("messages", "messages/002.jws", "another passkey"),
    ),
    "another algorithm than was enrolled": (
        lambda c: other_passkey(c, algorithm=-257),
        ("messages", "messages/002.jws", "another passkey"),
    ),
    "another passkey key than was enrolled": (
        lambda c: other_passkey(c, public_key=b64url(spki(p256()))),
        ("messages", "messages/002.jws", "another passkey"),
    ),
    "a chain without its root": (
        lambda c: {"chain": c.dossier.chain[:-1]},
        ("certificate", SIGNER, "carries other certificates than those here"),
    ),
    "another device key in the enrolment": (
        lambda c: {"enrolment": replace(c.dossier.enrolment, device_key=spki(p256()))},
        ("request", ENROLMENT, "other keys than those given"),
    ),
    "another passkey in the enrolment": (
        lambda c: passkey_with(c, public_key=spki(p256())),
        ("request", ENROLMENT, "other keys than those given"),
    ),
    "no passkey in the enrolment": (
        lambda c: {"enrolment": replace(c.dossier.enrolment, passkey=None)},
        ("request", ENROLMENT, "other keys than those given"),
    ),
    "the enrolment twice": (lambda c: once_more(c, 1), ("messages", "messages", "brought this request")),
    "the intent twice": (lambda c: once_more(c, 5), ("intent", "messages", "declared what was signed")),
    "an intent for another label": (
        lambda c: reworded(c, 5, order=payload_of(c, 5)["order"] | {"label": "weiter"}),
        ("intent", "messages/006.jws", "another label or summary"),
    ),
    "an intent for another summary": (
        lambda c: reworded(c, 5, order=payload_of(c, 5)["order"] | {"summary": "00" * 32}),
        ("intent", "messages/006.jws", "another label or summary"),
    ),
    "an intent with another word of the passkey": (
        lambda c: reworded(c, 5, user_verification=payload_of(c, 5)["user_verification"] | {"signature": "AAAA"}),
        ("intent", "messages/006.jws", "another user verification"),
    ),
    "another signature value": (
        lambda c: reworded(c, 6, signature=b64url(bytes(31) + b"\1" + bytes(31) + b"\1")),
        ("intent", "messages", "brought the signature value"),
    ),
    "a signature value about another transcript": (
        lambda c: reworded(c, 6, transcript="00" * 32),
        ("intent", "messages", "brought the signature value"),
    ),
    "an opening under another name": (
        lambda c: other_opening(c, name="other"),
        ("commitments", COMMITMENTS, "a commitment that the entry does not have"),
    ),
}
SIMPLE: dict[str, Altered] = {
    "another capsule key": (
        lambda c: reworded(c, 1, capsule_key=b64url(spki(p256()))),
        ("messages", "messages/002.jws", "another capsule key"),
    ),
}
WITHOUT_PASSKEY: dict[str, Altered] = {
    "an empty list for no word": (
        lambda c: reworded(c, 5, user_verification=[]),
        ("intent", "messages/006.jws", "another user verification"),
    ),
    "nothing at all for no word": (
        lambda c: reworded(c, 5, user_verification=None),
        ("intent", "messages/006.jws", "another user verification"),
    ),
    "a passkey in the message alone": (
        lambda c: reworded(c, 1, passkey={"credential_id": "AA", "public_key": "AA", "algorithm": -7, "prf": True}),
        ("messages", "messages/002.jws", "another passkey"),
    ),
}


def test_what_is_altered_before_sealing_is_found_out_by_both(
    advanced: Case, simple: Case, without_passkey: Case, tmp_path: Path
) -> None:
    samples, expected = [], []
    for case, table in ((advanced, ALTERED), (simple, SIMPLE), (without_passkey, WITHOUT_PASSKEY)):
        for label, (change, reason) in table.items():
            samples.append(told(case, label, case.build(**change(case))))
            expected.append(reason)
    found_out(samples, expected, tmp_path)


# The frame


def test_manifest_and_seal_are_found_out_by_both(advanced: Case, tmp_path: Path) -> None:
    parts = advanced.dossier.parts()
    listed = write_manifest(parts | {"declaration.txt": b"another"}, signature=SEAL, kind=SEAL_TYPE)
    attributes = seal_attributes(listed, certificate=advanced.seal.der, at=advanced.at)
    prepared = PreparedDossier(parts=parts, manifest=listed, certificate=advanced.seal.der, attributes=attributes)
    sealed = prepared.sealed(advanced.seal.sign(attributes), advanced.seal.chain)
    other_list = sealed.finished(advanced.world.stamp(sealed.digest, at=advanced.at))

    signatorys = replace(advanced.seal)
    signatorys.key = advanced.keys.signature
    signatorys.certificate = x509.load_der_x509_certificate(advanced.dossier.certificate)
    by_the_signatory = replace(advanced, seal=signatorys).build()

    found_out(
        [told(advanced, "other list", other_list), told(advanced, "a signatory's seal", by_the_signatory)],
        [("manifest", "declaration.txt", "another digest"), ("seal", SEAL, "signatory's certificate")],
        tmp_path,
    )


def without_certificates(text: str) -> str:
    (key,) = json.loads(text)["keys"]
    return json.dumps({"keys": [{name: value for name, value in key.items() if name != "x5c"}]})


def test_what_nobody_forbids_is_accepted_by_both(without_passkey: Case, tmp_path: Path) -> None:
    more = message(without_passkey.keys, 9, "result", {})
    old = make_case(tmp_path, swapped="release 0.1")
    samples = [
        told(
            without_passkey,
            "a message that says nothing about the attempt",
            without_passkey.build(messages=(*without_passkey.dossier.messages, more)),
        ),
        told(
            old,
            "a provider that publishes no certificates",
            old.build(**keys_of_provider(old, without_certificates)),
        ),
    ]
    found, answers = differences(samples, tmp_path / "asked")
    assert (found, [answer["why"] for answer in answers]) == ([], [None] * 2)
