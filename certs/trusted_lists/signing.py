"""Signing a list: enveloped XAdES, baseline B, over the whole document. Source: ETSI TS 119 612 annex B.6."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from certs.sandbox.authority import distinguished_name

DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSigner:
    """Who signs a list: a key and its certificate, self-signed as the lists of the Union allow."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def create(cls, name: str, *, territory: str, at: datetime) -> Self:
        """Return a new signer; its name begins with SANDBOX."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = distinguished_name(country=territory, organization="SANDBOX", common_name=f"SANDBOX {name}")
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(at - timedelta(days=3650))
            .not_valid_after(at + timedelta(days=3650))
            .sign(key, hashes.SHA256())
        )
        return cls(key=key, certificate=certificate)

    @property
    def der(self) -> bytes:
        """The certificate, DER."""
        return self.certificate.public_bytes(Encoding.DER)


def sign_list(root: Any, signer: ListSigner, *, at: datetime, version: int = 6) -> bytes:
    """Return the list with its signature as the last element of the root.

    Written out here and not left to the library that verifies lists: two implementations must agree. Lists of version
    5 state the certificate in the old form, those of version 6 in the new.
    """
    digest = _digest(root)
    signature = etree.SubElement(root, f"{{{DS}}}Signature", nsmap={"ds": DS})
    signature.set("Id", "sandbox-signature")
    info = _add(signature, "SignedInfo")
    _add(info, "CanonicalizationMethod", Algorithm=EXCLUSIVE)
    _add(info, "SignatureMethod", Algorithm="http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256")
    _reference(info, digest, URI="", transforms=(ENVELOPED, EXCLUSIVE))
    value = _add(signature, "SignatureValue")
    data = _add(_add(signature, "KeyInfo"), "X509Data")
    _add(data, "X509Certificate").text = _base64(signer.der)
    properties = _properties(_add(signature, "Object"), signer, at=at, form="" if version == 5 else "V2")
    target = f"#{properties.get('Id')}"
    _reference(info, _digest(properties), URI=target, Type=SIGNED_PROPERTIES, transforms=(EXCLUSIVE,))
    encoded = signer.key.sign(etree.tostring(info, method="c14n", exclusive=True), ec.ECDSA(hashes.SHA256()))
    r, s = utils.decode_dss_signature(encoded)
    value.text = _base64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))


def _properties(holder: Any, signer: ListSigner, *, at: datetime, form: str) -> Any:
    qualifying = etree.SubElement(holder, f"{{{XADES}}}QualifyingProperties", nsmap={"xades": XADES})
    qualifying.set("Target", "#sandbox-signature")
    properties = etree.SubElement(qualifying, f"{{{XADES}}}SignedProperties")
    properties.set("Id", "sandbox-properties")
    of_signature = etree.SubElement(properties, f"{{{XADES}}}SignedSignatureProperties")
    etree.SubElement(of_signature, f"{{{XADES}}}SigningTime").text = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    certificate = etree.SubElement(of_signature, f"{{{XADES}}}SigningCertificate{form}")
    certificate = etree.SubElement(certificate, f"{{{XADES}}}Cert")
    digest = etree.SubElement(certificate, f"{{{XADES}}}CertDigest")
    _add(digest, "DigestMethod", Algorithm=SHA256)
    _add(digest, "DigestValue").text = _base64(hashlib.sha256(signer.der).digest())
    if not form:
        issuer = etree.SubElement(certificate, f"{{{XADES}}}IssuerSerial")
        _add(issuer, "X509IssuerName").text = signer.certificate.issuer.rfc4514_string()
        _add(issuer, "X509SerialNumber").text = str(signer.certificate.serial_number)
    return properties


def _reference(info: Any, digest: bytes, *, transforms: Sequence[str], **attributes: str) -> None:
    reference = _add(info, "Reference", **attributes)
    holder = _add(reference, "Transforms")
    for algorithm in transforms:
        _add(holder, "Transform", Algorithm=algorithm)
    _add(reference, "DigestMethod", Algorithm=SHA256)
    _add(reference, "DigestValue").text = _base64(digest)


def _add(parent: Any, name: str, **attributes: str) -> Any:
    element = etree.SubElement(parent, f"{{{DS}}}{name}")
    for key, value in attributes.items():
        element.set(key, value)
    return element


def _digest(element: Any) -> bytes:
    return hashlib.sha256(etree.tostring(element, method="c14n", exclusive=True)).digest()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
