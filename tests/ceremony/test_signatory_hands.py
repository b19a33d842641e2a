"""The sandbox signatory's own hand: DER, requests, attributes, certificate and identification checks."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from certs.sandbox import Sandbox
from certs.signatory import SignatoryRefused, der
from certs.signatory.attributes import Evidence, signed_attributes
from certs.signatory.certificate_checks import check_certificate
from certs.signatory.identification import identify
from certs.signatory.requests import KEY_BINDING, key_binding
from certs.signatory.wire import Invitation
from certs.signatory.words import new_key, spki, unb64
from esign.foundation.clock import from_seconds

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
CASES = json.loads((VECTORS / "signed-attributes.json").read_text("utf-8"))["cases"]
NOW = from_seconds(1_800_000_000)
BASE = "http://localhost:8082"
REDIRECT = "http://localhost:8081/"


def reason(action: Any) -> str:
    with pytest.raises(SignatoryRefused) as refused:
        action()
    return refused.value.reason_code


def test_the_signatory_checks_with_no_code_of_the_engine_but_canonical_json_and_the_clock() -> None:
    root = Path(__file__).resolve().parents[2] / "certs" / "signatory"
    found = set()
    for file in root.glob("*.py"):
        found |= set(re.findall(r"^(?:from|import) (esign[.\w]*)", file.read_text("utf-8"), re.MULTILINE))
    assert found == {"esign.foundation.canonical", "esign.foundation.clock"}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_signatory_builds_the_attributes_of_the_shared_vectors(case: dict[str, Any]) -> None:
    given_, evidence = case["input"], case["input"]["evidence"]
    verification = evidence["user_verification"]
    own = Evidence(
        transcript=bytes.fromhex(evidence["transcript"]),
        capsule=bytes.fromhex(evidence["capsule"]),
        proof=bytes.fromhex(evidence["proof"]),
        level=("simple", "advanced", "qualified")[evidence["level"]],
        held_by=evidence["held_by"],
        identified_by=evidence["identified_by"],
        trust=evidence["trust"],
        user_verification=None if verification is None else bytes.fromhex(verification),
    )
    assert own.to_der().hex() == case["evidence_der"]
    attributes = signed_attributes(
        document_digest=bytes.fromhex(given_["document_digest"]),
        certificate=bytes.fromhex(given_["certificate"]),
        policy_oid=given_["policy_oid"],
        policy_digest=bytes.fromhex(given_["policy_digest"]),
        evidence=own,
    )
    assert attributes.hex() == case["attributes_der"]


@given(value=st.integers(0, 2**70))
def test_integers_are_written_as_a_stranger_s_library_writes_them(value: int) -> None:
    assert der.integer(value) == core.Integer(value).dump()


@given(arcs=st.lists(st.integers(0, 2**130), min_size=1, max_size=6), first=st.integers(0, 39))
def test_object_identifiers_are_written_as_a_stranger_s_library_writes_them(arcs: list[int], first: int) -> None:
    dotted = ".".join(str(arc) for arc in (1, first, *arcs))
    assert der.oid(dotted) == core.ObjectIdentifier(dotted).dump()


@given(data=st.binary(max_size=70_000))
def test_lengths_are_written_as_a_stranger_s_library_writes_them(data: bytes) -> None:
    assert der.octets(data) == core.OctetString(data).dump()


@given(parts=st.lists(st.binary(max_size=6), max_size=6))
def test_sets_are_sorted(parts: list[bytes]) -> None:
    members = [der.octets(part) for part in parts]
    assert der.set_of(members) == der.set_of(reversed(members)) == der.tlv(0x31, *sorted(members))


def test_base64url_is_read_in_its_one_spelling() -> None:
    assert unb64("AAE") == b"\x00\x01"
    for wrong in ("AAE=", "AAF", "A", "A+", "A A", "AA\n"):
        with pytest.raises(ValueError, match="base64url"):
            unb64(wrong)


def test_an_invitation_link_is_an_origin_and_a_token() -> None:
    found = Invitation.parse("http://localhost:8081/#secret")
    assert (found.origin, found.token) == ("http://localhost:8081", "secret")
    assert "secret" not in repr(found)
    for wrong in ("http://localhost:8081/", "http://localhost:8081/other#secret", "secret", "#secret"):
        assert reason(lambda w=wrong: Invitation.parse(w)) == "agent.link.malformed"


# Certificate ------------------------------------------------------------------------------------------------------

KEY, CAPSULE, DEVICE = new_key(), new_key(), new_key()
BINDING = key_binding(capsule_key=spki(CAPSULE), device_key=spki(DEVICE), passkey=None)


def certificate(
    *, key: Any = KEY, binding: bytes | None = BINDING, critical: bool = False, given_name: str = "Jana", days: int = 0
) -> bytes:
    name = x509.Name(
        [x509.NameAttribute(NameOID.GIVEN_NAME, given_name), x509.NameAttribute(NameOID.SURNAME, "Beispiel")]
    )
    start = NOW + timedelta(days=days)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(hours=1))
    if binding is not None:
        extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(KEY_BINDING), binding)
        builder = builder.add_extension(extension, critical)
    encoded: bytes = builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)
    return encoded


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"key": DEVICE}, "agent.certificate.other_key"),
        (
            {"binding": key_binding(capsule_key=spki(DEVICE), device_key=spki(DEVICE), passkey=None)},
            "agent.certificate.other_binding",
        ),
        ({"critical": True}, "agent.certificate.other_binding"),
        ({"binding": None}, "agent.certificate.malformed"),
        ({"given_name": "Jan"}, "agent.certificate.other_person"),
        ({"days": 1}, "agent.certificate.not_valid_now"),
        ({"days": -1}, "agent.certificate.not_valid_now"),
    ],
)
def test_a_certificate_that_is_not_mine_is_refused(changes: dict[str, Any], expected: str) -> None:
    given_: dict[str, Any] = {
        "signature_key": spki(KEY),
        "binding": BINDING,
        "given_name": "Jana",
        "family_name": "Beispiel",
        "now": NOW,
    }
    check_certificate(certificate(), **given_)
    assert reason(lambda: check_certificate(certificate(**changes), **given_)) == expected
    assert reason(lambda: check_certificate(b"none", **given_)) == "agent.certificate.malformed"


# Identification ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("identification") / "sandbox"
    return Sandbox.create(folder, base_url=BASE, redirect_uris=(REDIRECT,))


def asked(provider: Any, meddle: Any = None, **changes: Any) -> str:
    application = provider.wsgi()

    class Meddling(httpx.WSGITransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            response = super().handle_request(request)
            return meddle(request, response) if meddle else response

    given_: dict[str, Any] = {
        "issuer": f"{BASE}/idp",
        "client_id": provider.identity_provider.client_id,
        "redirect": REDIRECT,
        "nonce": "bm9uY2U",
        "person_id": "jana-beispiel",
        "lang": "de",
        **changes,
    }
    with httpx.Client(transport=Meddling(app=application)) as http:
        return identify(http, **given_)


def test_a_person_is_identified_over_the_digest_of_her_request(provider: Any) -> None:
    claims = provider.identity_provider.verify(asked(provider))
    assert (claims["given_name"], claims["family_name"], claims["nonce"]) == ("Jana", "Beispiel", "bm9uY2U")


def test_identification_refuses_what_is_not_its_own(provider: Any) -> None:
    def other_state(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if "location" in response.headers:
            response.headers["location"] = response.headers["location"].replace("state=", "state=A")
        return response

    def other_issuer(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if "location" in response.headers:
            response.headers["location"] = response.headers["location"].replace("iss=http", "iss=https")
        return response

    def other_token(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        if request.url.path.endswith("/token"):
            token = provider.identity_provider.issue("jana-beispiel", "YW5vdGhlcg")
            return httpx.Response(200, json={"id_token": token})
        return response

    def no_token(request: httpx.Request, response: httpx.Response) -> httpx.Response:
        return httpx.Response(200, json={}) if request.url.path.endswith("/token") else response

    for meddle, expected in (
        (other_state, "agent.identification.foreign_answer"),
        (other_issuer, "agent.identification.foreign_answer"),
        (other_token, "agent.identification.token"),
        (no_token, "agent.identification.token"),
    ):
        assert reason(lambda m=meddle: asked(provider, m)) == expected
    assert reason(lambda: asked(provider, person_id="nobody")) == "agent.identification.unknown_person"
    assert reason(lambda: asked(provider, client_id="other")) == "agent.identification.refused"
    assert reason(lambda: asked(provider, redirect="http://evil.example/")) == "agent.identification.refused"


def test_keys_are_p256() -> None:
    assert isinstance(new_key().curve, ec.SECP256R1)
