"""The seal on the XML report: an enveloped XAdES signature, made in three steps: prepare, sign elsewhere, embed.

Source: ETSI EN 319 132-1 clauses 5 and 6.3 (XAdES-B-B, -B-T); W3C XML Signature 1.1; ETSI TS 119 102-2 clause 4.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree

from esign.foundation.digests import sha256
from esign.foundation.errors import EsignError
from esign.validation.reports.etsi_xml import DIGEST_SHA256, DS, XADES, base64_of, child, element, instant

_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ENVELOPED = f"{DS}enveloped-signature"
_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"
_RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
_ECDSA = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"


class ReportNotSealed(EsignError):
    """The report could not be sealed; nothing was written."""

    code = "validation.report_not_sealed"
    source = "ETSI EN 319 132-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedXml:
    """A report with its seal, to which a timestamp can be added once.

    Args:
        data: The report with the seal.
        digest: SHA-256 over the seal's value as XAdES wants it stamped (canonical, 32 bytes).
    """

    data: bytes
    digest: bytes

    def stamped(self, token: bytes) -> bytes:
        """Return the report with a timestamp over the seal (XAdES-B-T).

        Args:
            token: RFC 3161 token (DER) over ``digest``.

        Source: ETSI EN 319 132-1 clause 5.3.
        """
        document = etree.fromstring(self.data, _parser())
        qualifying = document.find(f".//{{{XADES}}}QualifyingProperties")
        unsigned = child(
            child(qualifying, "UnsignedProperties", namespace=XADES), "UnsignedSignatureProperties", namespace=XADES
        )
        stamp = child(unsigned, "SignatureTimeStamp", namespace=XADES)
        child(stamp, "CanonicalizationMethod", namespace=DS, Algorithm=_EXCLUSIVE)
        child(stamp, "EncapsulatedTimeStamp", base64_of(token), namespace=XADES)
        return _bytes(document)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedXml:
    """A report and what the key of the seal signs.

    Args:
        signed: The bytes to be signed with SHA-256.
    """

    signed: bytes
    _document: bytes = field(repr=False)
    _certificate: bytes = field(repr=False)

    def sealed(self, signature: bytes, chain: Sequence[bytes]) -> SealedXml:
        """Return the sealed report.

        Args:
            signature: Over ``signed``: ECDSA as DER, or RSA PKCS #1 v1.5.
            chain: Certificates above the seal's, DER.

        Raises:
            ReportNotSealed: The signature does not verify.
        """
        document = etree.fromstring(self._document, _parser())
        signature_element = document.find(f"{{{DS}}}Signature")
        value = signature_element.find(f"{{{DS}}}SignatureValue")
        value.text = base64_of(_as_xml(self._certificate, self.signed, signature))
        holder = signature_element.find(f".//{{{DS}}}X509Data")
        for der in chain:
            child(holder, "X509Certificate", base64_of(der), namespace=DS)
        return SealedXml(data=_bytes(document), digest=sha256(_canonical(value)))


def prepare_xml_seal(report: bytes, *, certificate: bytes, at: datetime) -> PreparedXml:
    """Return a report with an empty seal as its last element.

    Args:
        report: The report, unsealed.
        certificate: Of the seal (DER).
        at: Claimed time of sealing.
    """
    document = etree.fromstring(report, _parser())
    whole = sha256(_canonical(document))
    name = f"seal-{sha256(whole, certificate).hex()[:16]}"
    signature = element("Signature", DS)
    signature.set("Id", name)
    info = child(signature, "SignedInfo", namespace=DS)
    child(signature, "SignatureValue", "", namespace=DS)
    keys = child(child(signature, "KeyInfo", namespace=DS), "X509Data", namespace=DS)
    child(keys, "X509Certificate", base64_of(certificate), namespace=DS)
    properties = _properties(child(signature, "Object", namespace=DS), name, certificate, at)
    document.append(signature)  # what is canonical depends on where it stands
    child(info, "CanonicalizationMethod", namespace=DS, Algorithm=_EXCLUSIVE)
    child(info, "SignatureMethod", namespace=DS, Algorithm=_ECDSA if _elliptic(certificate) else _RSA)
    _reference(info, "", whole, (_ENVELOPED, _EXCLUSIVE), Id=f"{name}-report")
    _reference(info, f"#{name}-properties", sha256(_canonical(properties)), (_EXCLUSIVE,), Type=_PROPERTIES)
    return PreparedXml(signed=_canonical(info), _document=_bytes(document), _certificate=certificate)


def _properties(holder: Any, name: str, certificate: bytes, at: datetime) -> Any:
    qualifying = child(holder, "QualifyingProperties", namespace=XADES, Target=f"#{name}")
    properties = child(qualifying, "SignedProperties", namespace=XADES, Id=f"{name}-properties")
    signed = child(properties, "SignedSignatureProperties", namespace=XADES)
    child(signed, "SigningTime", instant(at), namespace=XADES)
    named = child(child(signed, "SigningCertificateV2", namespace=XADES), "Cert", namespace=XADES)
    digest = child(named, "CertDigest", namespace=XADES)
    child(digest, "DigestMethod", namespace=DS, Algorithm=DIGEST_SHA256)
    child(digest, "DigestValue", base64_of(sha256(certificate)), namespace=DS)
    data = child(properties, "SignedDataObjectProperties", namespace=XADES)
    form = child(data, "DataObjectFormat", namespace=XADES, ObjectReference=f"#{name}-report")
    child(form, "MimeType", "text/xml", namespace=XADES)
    return properties


def _reference(info: Any, target: str, digest: bytes, transforms: Sequence[str], **attributes: str) -> None:
    found = child(info, "Reference", namespace=DS, URI=target, **attributes)
    holder = child(found, "Transforms", namespace=DS)
    for transform in transforms:
        child(holder, "Transform", namespace=DS, Algorithm=transform)
    child(found, "DigestMethod", namespace=DS, Algorithm=DIGEST_SHA256)
    child(found, "DigestValue", base64_of(digest), namespace=DS)


def _as_xml(certificate: bytes, data: bytes, signature: bytes) -> bytes:
    """Return the value as XML Signature has it, after verifying it."""
    key = x509.load_der_x509_certificate(certificate).public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
            size = (key.curve.key_size + 7) // 8
            return b"".join(number.to_bytes(size, "big") for number in decode_dss_signature(signature))
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
            return signature
    except InvalidSignature as error:
        raise ReportNotSealed("the signature does not verify under the seal's certificate") from error
    raise ReportNotSealed("the seal's key is of a kind that reports are not sealed with")


def _elliptic(certificate: bytes) -> bool:
    return isinstance(x509.load_der_x509_certificate(certificate).public_key(), ec.EllipticCurvePublicKey)


def _canonical(node: Any) -> bytes:
    found: bytes = etree.tostring(node, method="c14n", exclusive=True, with_comments=False)
    return found


def _bytes(document: Any) -> bytes:
    found: bytes = etree.tostring(document, xml_declaration=True, encoding="UTF-8")
    return found


def _parser() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
