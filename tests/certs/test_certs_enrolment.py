"""Enrolment over EST: the name comes from the ID token, the key from the request, and nothing else gets in."""

import base64
import json
from datetime import timedelta

import pytest
from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import ECKey

from certs.sandbox import EnrolmentRefused, Sandbox
from esign.foundation.identifiers import Oid

URL = "/.well-known/est/signatories"


def post(client, request, token, **headers):
    return client.post(
        f"{URL}/simpleenroll",
        data=base64.encodebytes(request),
        content_type="application/pkcs10",
        headers={"Authorization": f"Bearer {token}", **headers},
    )


def certificates(response):
    message = cms.ContentInfo.load(base64.b64decode(response.data))
    assert message["content_type"].native == "signed_data"
    return [x509.load_der_x509_certificate(item.dump()) for item in message["content"]["certificates"]]


def leaf(response, key):
    return next(item for item in certificates(response) if item.public_key() == key.public_key())


def extension(certificate, kind):
    return certificate.extensions.get_extension_for_class(kind)


def value(certificate, oid):
    return certificate.extensions.get_extension_for_oid(x509.ObjectIdentifier(oid)).value.value


def policies(certificate):
    return {item.policy_identifier.dotted_string for item in extension(certificate, x509.CertificatePolicies).value}


def test_a_person_gets_a_certificate_for_the_key_they_were_identified_for(
    sandbox, client, clock, request_maker, binding_maker
):
    request = request_maker()
    token = sandbox.identity_provider.issue("mehmet-yilmaz-gross", request.nonce)
    response = post(client, request.der, token)
    assert response.status_code == 200
    assert response.content_type == "application/pkcs7-mime; smime-type=certs-only"
    issued = certificates(response)
    certificate = leaf(response, request.key)
    authority = sandbox.pki.authorities["signatories"]
    assert {item.subject for item in issued} == {
        certificate.subject,
        authority.certificate.subject,
        sandbox.pki.root.certificate.subject,
    }
    certificate.verify_directly_issued_by(authority.certificate)
    subject = {item.oid: item.value for item in certificate.subject}
    assert subject.pop(NameOID.SERIAL_NUMBER).startswith("SANDBOX-")
    assert subject == {
        NameOID.COUNTRY_NAME: "DE",
        NameOID.GIVEN_NAME: "Mehmet",
        NameOID.SURNAME: "Yılmaz-Groß",
        NameOID.COMMON_NAME: "Mehmet Yılmaz-Groß (SANDBOX)",
    }
    assert certificate.not_valid_before_utc == clock.now() - timedelta(minutes=1)
    assert certificate.not_valid_after_utc == clock.now() + timedelta(minutes=60)
    usage = extension(certificate, x509.KeyUsage)
    assert usage.critical and usage.value.content_commitment
    others = (
        "digital_signature",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
    )
    assert not any(getattr(usage.value, name) for name in others)
    purposes = [item.dotted_string for item in extension(certificate, x509.ExtendedKeyUsage).value]
    assert purposes == ["1.3.6.1.5.5.7.3.36", "1.3.6.1.5.5.7.3.4"]
    assert value(certificate, Oid.KEY_BINDING) == binding_maker()
    assert not certificate.extensions.get_extension_for_oid(x509.ObjectIdentifier(Oid.KEY_BINDING)).critical
    assert value(certificate, "0.4.0.194121.2.1") == b"\x05\x00"
    assert (
        extension(certificate, x509.CRLDistributionPoints).value[0].full_name[0].value.endswith("/crl/signatories.crl")
    )
    assert len(list(extension(certificate, x509.AuthorityInformationAccess).value)) == 2
    assert extension(certificate, x509.AuthorityKeyIdentifier).value.key_identifier
    assert extension(certificate, x509.SubjectKeyIdentifier).value.digest


def test_the_policies_say_who_holds_the_key(sandbox, client, request_maker, binding_maker):
    for passkey, held_by in ((True, Oid.HELD_BY_SIGNATORY_PASSKEY), (False, Oid.HELD_BY_SIGNATORY)):
        request = request_maker(binding=binding_maker(passkey=passkey))
        token = sandbox.identity_provider.issue("jana-beispiel", request.nonce)
        certificate = leaf(post(client, request.der, token), request.key)
        assert policies(certificate) == {Oid.SANDBOX, Oid.IDENTIFIED_BY_PROVIDER, held_by}


def test_the_pseudonym_is_the_same_for_the_same_person_and_another_for_another(sandbox, request_maker):
    def serial(person):
        request = request_maker()
        token = sandbox.identity_provider.issue(person, request.nonce)
        issued = sandbox.enrolment.issue(request=request.der, id_token=token)
        name = x509.load_der_x509_certificate(issued.certificate).subject
        return name.get_attributes_for_oid(NameOID.SERIAL_NUMBER)[0].value

    assert serial("jana-beispiel") == serial("jana-beispiel")
    assert serial("jana-beispiel") != serial("emil-jungblut")
    assert len(serial("jana-beispiel")) == len("SANDBOX-") + 16


def test_a_long_name_keeps_the_word_sandbox(sandbox, request_maker, monkeypatch):
    request = request_maker()
    token = forge(sandbox, request, {"given_name": "Maximiliane " * 8, "family_name": "von und zu Beispiel"})
    issued = x509.load_der_x509_certificate(sandbox.enrolment.issue(request=request.der, id_token=token).certificate)
    common_name = issued.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    assert common_name.endswith(" (SANDBOX)") and len(common_name) <= 64
    assert issued.subject.get_attributes_for_oid(NameOID.GIVEN_NAME)[0].value == "Maximiliane " * 8


def forge(sandbox, request, changes=None, *, key=None, header=None):
    """A token with other claims, signed with the provider's own key unless another is given."""
    provider = sandbox.identity_provider
    token = provider.issue("jana-beispiel", request.nonce)
    genuine = jwt.decode(token, provider._key, algorithms=["ES256"])
    claims = {name: value for name, value in {**genuine.claims, **(changes or {})}.items() if value is not None}
    return jwt.encode({**genuine.header, **(header or {})}, claims, key or provider._key)


def refused(sandbox, client, response, status, words):
    """Check the refusal, and that nothing was issued."""
    assert response.status_code == status
    assert response.content_type.startswith("text/plain")
    assert words in response.get_data(as_text=True)
    assert [row for row in sandbox.issuance.entries() if row["request"]] == []
    assert ("WWW-Authenticate" in response.headers) == (status == 401)


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"iss": "https://elsewhere.example"}, 401, "another issuer"),
        ({"aud": "another-client"}, 401, "another audience"),
        ({"aud": ["esign", "other"]}, 401, "another audience"),
        ({"aud": None}, 401, "another audience"),
        ({"exp": 1}, 401, "not valid now"),
        ({"exp": None}, 401, "not valid now"),
        ({"exp": "tomorrow"}, 401, "not valid now"),
        ({"exp": True}, 401, "not valid now"),
        ({"iat": 4102444800}, 401, "not valid now"),
        ({"nonce": "another-request"}, 403, "not identified for this request"),
        ({"nonce": None}, 403, "not identified for this request"),
        ({"nonce": 7}, 403, "not identified for this request"),
        ({"given_name": None}, 403, "names nobody"),
        ({"family_name": ""}, 403, "names nobody"),
        ({"family_name": 1}, 403, "names nobody"),
    ],
)
def test_a_token_that_does_not_identify_for_this_request_is_refused(
    sandbox, client, request_maker, changes, status, words
):
    request = request_maker()
    refused(sandbox, client, post(client, request.der, forge(sandbox, request, changes)), status, words)


def test_a_token_is_refused_in_the_second_in_which_it_expires(sandbox, client, clock, request_maker):
    request = request_maker()
    token = sandbox.identity_provider.issue("jana-beispiel", request.nonce)
    clock.at += timedelta(minutes=5)
    refused(sandbox, client, post(client, request.der, token), 401, "not valid now")
    clock.at -= timedelta(seconds=1)
    assert post(client, request.der, token).status_code == 200


def test_tokens_of_strangers_are_refused(sandbox, client, tmp_path, clock, request_maker):
    request = request_maker()
    stranger = Sandbox.create(tmp_path / "stranger", clock=clock).identity_provider.issue(
        "jana-beispiel", request.nonce
    )
    own = ECKey.generate_key("P-256")
    genuine = sandbox.identity_provider.issue("jana-beispiel", request.nonce)
    head, body, signature = genuine.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    tokens = [
        stranger,
        forge(sandbox, request, key=own),
        f"{none}.{body}.",
        f"{head}.{body}.{signature[:-8]}AAAAAAAA",
        f"{head}.{body}",
        "garbage",
        "a.b.c",
        "x" * 9000,
    ]
    for token in tokens:
        refused(sandbox, client, post(client, request.der, token), 401, "ID token")


def test_a_token_made_with_the_public_key_as_hmac_secret_is_refused(sandbox, client, request_maker):
    from joserfc.jwk import OctKey

    request = request_maker()
    public = json.dumps(sandbox.identity_provider.key_set()["keys"][0]).encode()
    claims = jwt.decode(forge(sandbox, request), sandbox.identity_provider._key, algorithms=["ES256"]).claims
    token = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(public))
    refused(sandbox, client, post(client, request.der, token), 401, "not signed by this identity provider")


def test_without_a_bearer_token_nothing_is_looked_at(sandbox, client, request_maker):
    request = request_maker()
    for header in ({}, {"Authorization": ""}, {"Authorization": "Bearer "}, {"Authorization": "Basic YTpi"}):
        response = client.post(
            f"{URL}/simpleenroll",
            data=base64.b64encode(request.der),
            content_type="application/pkcs10",
            headers=header,
        )
        refused(sandbox, client, response, 401, "bearer")


def cases():
    name = x509.NameAttribute(NameOID.COMMON_NAME, "Jana Beispiel")
    extra = x509.BasicConstraints(ca=True, path_length=None)
    return {
        "RSA key": ({"key": rsa.generate_private_key(65537, 2048)}, "not ECDSA P-256"),
        "P-384 key": ({"key": ec.generate_private_key(ec.SECP384R1())}, "not ECDSA P-256"),
        "other hash": ({"algorithm": hashes.SHA384()}, "possession"),
        "a subject": ({"subject": [name]}, "subject must be empty"),
        "no key binding": ({"binding": b""}, "exactly one extension"),
        "one more extension": ({"extra": [extra]}, "exactly one extension"),
        "only another extension": ({"binding": b"", "extra": [extra]}, "exactly one extension"),
        "critical key binding": ({"critical": True}, "exactly one extension"),
    }


@pytest.mark.parametrize("case", list(cases()))
def test_a_request_of_another_shape_is_refused(sandbox, client, request_maker, case):
    arguments, words = cases()[case]
    request = request_maker(**arguments)
    token = sandbox.identity_provider.issue("jana-beispiel", request.nonce)
    refused(sandbox, client, post(client, request.der, token), 400, words)


@pytest.mark.parametrize(
    "change",
    [
        lambda good: good[:-1],
        lambda good: good + b"\x00",
        lambda good: good.replace(b"\x02\x01\x01", b"\x02\x01\x02"),
        lambda good: good.replace(b"\x02\x01\x01", b"\x02\x02\x00\x01").replace(b"\x30\x69", b"\x30\x6a"),
        lambda good: b"\x30\x03\x02\x01\x01",
        lambda good: good.replace(b"\x80\x20", b"\x81\x20"),
        lambda good: good.replace(b"\x04\x20" + b"c" * 32, b"\x04\x1f" + b"c" * 31).replace(b"\x30\x69", b"\x30\x68"),
        lambda good: b"\x04\x20" + b"c" * 32,
        lambda good: b"\x31" + good[1:],
    ],
)
def test_a_key_binding_that_is_not_its_one_encoding_is_refused(sandbox, client, request_maker, binding_maker, change):
    binding = change(binding_maker())
    assert binding != binding_maker()
    request = request_maker(binding=binding)
    token = sandbox.identity_provider.issue("jana-beispiel", request.nonce)
    refused(sandbox, client, post(client, request.der, token), 400, "KeyBinding is malformed")


def test_possession_of_the_key_must_be_proven(sandbox, client, request_maker):
    request = request_maker()
    changed = request.der[:-4] + bytes(4)
    import hashlib

    nonce = base64.urlsafe_b64encode(hashlib.sha256(changed).digest()).rstrip(b"=").decode()
    token = sandbox.identity_provider.issue("jana-beispiel", nonce)
    assert post(client, changed, token).status_code == 400
    other = request_maker()
    swapped = request.der.replace(
        request.key.public_key().public_bytes(*point()), other.key.public_key().public_bytes(*point())
    )
    nonce = base64.urlsafe_b64encode(hashlib.sha256(swapped).digest()).rstrip(b"=").decode()
    token = sandbox.identity_provider.issue("jana-beispiel", nonce)
    refused(sandbox, client, post(client, swapped, token), 400, "possession")


def point():
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return Encoding.X962, PublicFormat.UncompressedPoint


def test_a_stolen_token_is_of_no_use_for_another_key(sandbox, client, request_maker):
    victim, thief = request_maker(), request_maker()
    token = sandbox.identity_provider.issue("jana-beispiel", victim.nonce)
    refused(sandbox, client, post(client, thief.der, token), 403, "not identified for this request")


@pytest.mark.parametrize(
    ("body", "media_type", "words"),
    [
        (b"%%%", "application/pkcs10", "not base64"),
        (b"", "application/pkcs10", "not a PKCS #10 request"),
        (base64.b64encode(b"garbage"), "application/pkcs10", "not a PKCS #10 request"),
        (base64.b64encode(b"\x30" * 9000), "application/pkcs10", "too large"),
        (b"MIIB", "application/octet-stream", "send application/pkcs10"),
    ],
)
def test_a_body_that_is_no_request_is_refused(sandbox, client, body, media_type, words):
    token = sandbox.identity_provider.issue("jana-beispiel", "n")
    headers = {"Authorization": f"Bearer {token}"}
    response = client.post(f"{URL}/simpleenroll", data=body, content_type=media_type, headers=headers)
    refused(sandbox, client, response, 400, words)


def test_the_log_names_request_and_serial_number_but_nobody(sandbox, client, clock, request_maker):
    import hashlib

    request = request_maker()
    token = sandbox.identity_provider.issue("karl-heinz-oesterreicher", request.nonce)
    certificate = leaf(post(client, request.der, token), request.key)
    entry = dict(sandbox.issuance.entries()[-1])
    assert len(entry.pop("subject")) == 64
    assert entry == {
        "authority": "signatories",
        "serial": f"{certificate.serial_number:x}",
        "at": "2026-11-22T10:00:00.000000Z",
        "request": hashlib.sha256(request.der).hexdigest(),
    }
    text = (sandbox.directory / "issued.jsonl").read_text()
    assert "sterreicher" not in text and "Karl" not in text
    assert sandbox.issuance.authority_of(certificate.serial_number) == "signatories"


def test_a_refusal_without_http_carries_its_status(sandbox, request_maker):
    with pytest.raises(EnrolmentRefused) as caught:
        sandbox.enrolment.issue(request=request_maker().der, id_token="x")
    assert caught.value.status == 401


def test_the_authorities_certificates_are_to_be_had(sandbox, client):
    response = client.get(f"{URL}/cacerts")
    chain = {sandbox.pki.authorities["signatories"].certificate, sandbox.pki.root.certificate}
    assert set(certificates(response)) == chain
