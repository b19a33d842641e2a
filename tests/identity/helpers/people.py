"""A signatory with keys of their own, and an identity provider in memory."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import date, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from joserfc import jwk, jws

from certs.signatory.requests import certificate_request, key_binding
from esign.foundation.identifiers import Oid
from esign.identity.id_token import ProviderKeys
from esign.identity.request import CertificateRequest
from tests.identity.helpers.pki import NOW, RSA_KEY, Authority, name, p256, spki

ISSUER = "https://idp.example"
CLIENT = "esign"
NONCE = bytes(range(32))


@dataclass
class Signatory:
    """The keys of a signatory's device, without a browser."""

    signature: ec.EllipticCurvePrivateKey = field(default_factory=p256)
    capsule: ec.EllipticCurvePrivateKey = field(default_factory=p256)
    device: ec.EllipticCurvePrivateKey = field(default_factory=p256)
    passkey: ec.EllipticCurvePrivateKey | None = None
    nonce: bytes = NONCE

    @property
    def binding(self) -> bytes:
        return key_binding(
            capsule_key=spki(self.capsule),
            device_key=spki(self.device),
            passkey=None if self.passkey is None else spki(self.passkey),
        )

    @property
    def csr(self) -> bytes:
        if not hasattr(self, "_csr"):
            self._csr = certificate_request(self.signature, binding=self.binding, nonce=self.nonce)
        return self._csr

    @property
    def request(self) -> CertificateRequest:
        return CertificateRequest.parse(self.csr)


@dataclass
class Provider:
    """An identity provider: one key for each algorithm, and whatever claims a test wants."""

    issuer: str = ISSUER
    ec_key: ec.EllipticCurvePrivateKey = field(default_factory=p256)
    rsa_key: rsa.RSAPrivateKey = RSA_KEY

    def key(self, algorithm: str):
        return self.ec_key if algorithm == "ES256" else self.rsa_key

    def published(self, algorithm: str = "ES256", **members) -> dict:
        native = self.key(algorithm)
        imported = (jwk.ECKey if algorithm == "ES256" else jwk.RSAKey).import_key(native.public_key())
        return imported.as_dict(private=False) | {"kid": algorithm.lower(), "use": "sig", "alg": algorithm} | members

    def keys(self, *keys: dict) -> ProviderKeys:
        published = list(keys) or [self.published("ES256"), self.published("RS256"), self.published("PS256")]
        return ProviderKeys(issuer=self.issuer, jwks={"keys": published}, fetched_at=NOW)

    def claims(self, over: str, /, **changes) -> dict:
        now = int(NOW.timestamp())
        claims = {
            "iss": self.issuer,
            "sub": "person-1",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": over,
            "given_name": "Sophie",
            "family_name": "Müller-Lüdenscheidt",
            "birthdate": "1975-08-29",
            "acr": "http://eidas.europa.eu/LoA/substantial",
        } | changes
        return {key: value for key, value in claims.items() if value is not None}

    def token(self, over: str, /, *, algorithm: str = "ES256", header: dict | None = None, **changes) -> str:
        return self.sign(json.dumps(self.claims(over, **changes)).encode(), algorithm=algorithm, header=header)

    def sign(self, payload: bytes, *, algorithm: str = "ES256", header: dict | None = None) -> str:
        fields = {"alg": algorithm, "kid": algorithm.lower(), "typ": "JWT"} | (header or {})
        fields = {key: value for key, value in fields.items() if value is not None}
        kind = jwk.ECKey if algorithm == "ES256" else jwk.RSAKey
        return jws.serialize_compact(fields, payload, kind.import_key(self.key(algorithm)), algorithms=[algorithm])


def signatory_certificate(
    authority: Authority, request: CertificateRequest, *, sandbox: bool = True, held_by: str | None = None, **changes
) -> bytes:
    """Return what an honest authority issues for a request, unless a test changes a part of it."""
    passkey = request.key_binding.passkey is not None
    policies = [held_by or (Oid.HELD_BY_SIGNATORY_PASSKEY if passkey else Oid.HELD_BY_SIGNATORY)]
    policies += changes.pop("further_policies", [Oid.IDENTIFIED_BY_PROVIDER])
    policies += [Oid.SANDBOX] if sandbox else []
    given = changes.pop("given_name", "Sophie")
    family = changes.pop("family_name", "Müller-Lüdenscheidt")
    common = changes.pop("common_name", f"{given} {family} (SANDBOX)" if sandbox else f"{given} {family}")
    subject = name(
        common,
        (NameOID.COUNTRY_NAME, "DE"),
        (NameOID.GIVEN_NAME, given),
        (NameOID.SURNAME, family),
        (NameOID.SERIAL_NUMBER, "S-1"),
    )
    usage = changes.pop("usage", {"content_commitment": True})
    flags = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    extended = changes.pop("extended", [ObjectIdentifier("1.3.6.1.5.5.7.3.36"), ExtendedKeyUsageOID.EMAIL_PROTECTION])
    binding = changes.pop("binding", request.key_binding.encode())
    extensions = [
        (x509.BasicConstraints(ca=changes.pop("ca", False), path_length=None), True),
        (x509.KeyUsage(**(flags | usage)), True),
        (x509.ExtendedKeyUsage(extended), False),
        (
            x509.CertificatePolicies([x509.PolicyInformation(ObjectIdentifier(oid), None) for oid in policies]),
            False,
        ),
    ]
    if binding is not None:
        extension = x509.UnrecognizedExtension(ObjectIdentifier(Oid.KEY_BINDING), binding)
        extensions.append((extension, changes.pop("binding_critical", False)))
    key = changes.pop("key", None) or x509.load_der_x509_csr(request.der).public_key()
    window = {"not_before": NOW - timedelta(minutes=1), "not_after": NOW + timedelta(minutes=59)} | changes
    return authority.issue(subject, key, extensions, **window)


def x5c(*chain: bytes) -> list[str]:
    return [base64.b64encode(certificate).decode() for certificate in chain]


BIRTH_DATE = date(1975, 8, 29)
