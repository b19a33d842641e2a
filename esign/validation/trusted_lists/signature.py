"""The signature of a trusted list: enveloped XAdES over the whole document, by a certificate that was named for it.

1. One ``ds:Signature``, the last child of the root. 2. Exactly two references: the document, through *enveloped
signature* and *exclusive canonicalisation* and nothing else, and the signed properties of this very signature.
3. Algorithms that still prove something. 4. The certificate in ``ds:KeyInfo`` is one of those named, byte for byte.
5. ``signxml`` verifies digests, value and signing-certificate property. 6. What is read afterwards is what was
digested, not what was sent: a wrapped or moved element is never seen.

Source: ETSI TS 119 612 clause 5.7 and annex B.6, ETSI EN 319 132-1 (XAdES), XML Signature 1.1 section 4.4.3.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESVerifier

from esign.validation.trusted_lists.errors import ListMalformed, ListSignatureInvalid, ListSignerUnknown
from esign.validation.trusted_lists.xml import (
    DS,
    TSL,
    XADES,
    Element,
    binary,
    children,
    instant,
    optional,
    parse,
    parser,
    required,
)

ROOT = f"{{{TSL}}}TrustServiceStatusList"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"

METHODS = frozenset(
    {
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
        SignatureMethod.SHA256_RSA_MGF1,
        SignatureMethod.SHA384_RSA_MGF1,
        SignatureMethod.SHA512_RSA_MGF1,
    }
)
"""Signature methods that are accepted. Source: ETSI TS 119 312."""
DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
"""Digests that are accepted. Source: ETSI TS 119 312."""
MIN_RSA = 2048
MIN_EC = 256
MAX_SIGNERS = 4
"""Most certificates of one signature that are tried."""
_ID = ("Id", "ID", "id", "{http://www.w3.org/XML/1998/namespace}id")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedList:
    """A list whose signature was verified.

    ``content`` is the canonical document without its signature, that is: what was digested. ``signer`` is the
    certificate, DER. ``certificate_property`` is 1 or 2: ``SigningCertificate`` or ``SigningCertificateV2``.
    """

    content: bytes
    signer: bytes
    certificate_property: int


def verify_list(data: bytes, *, signers: Sequence[bytes]) -> VerifiedList:
    """Return what the signature of a trusted list covers, after verifying it.

    The certificate must have been valid when the list says that it was issued; whether the list is still fresh is
    judged by its ``NextUpdate``, and whether the certificate is still trusted by who names it.

    Args:
        data: The list as it was received.
        signers: Certificates (DER) that may sign it; nothing else is trusted.

    Raises:
        ListTooLarge, ListMalformed: It cannot be read.
        ListSignerUnknown: Another certificate signed it.
        ListSignatureInvalid: Any other reason.
    """
    root = parse(data)
    if root.tag != ROOT:
        raise ListMalformed("the root is no trusted list")
    signature = _the_signature(root)
    _check_references(root, signature)
    candidates = _signers(signature, signers)
    property_version = _certificate_property(signature)
    issued_at = _issued_at(root)
    for number, signer in enumerate(candidates, 1):
        try:
            content = _verify(root, signer, issued_at)
        except ListSignatureInvalid:
            if number == len(candidates):
                raise
        else:
            break
    return VerifiedList(content=content, signer=signer, certificate_property=property_version)


def _the_signature(root: Element) -> Element:
    found = list(root.iter(f"{{{DS}}}Signature"))
    if len(found) != 1 or found[0].getparent() is not root:
        raise ListSignatureInvalid("not exactly one signature below the root", signatures=len(found))
    if any(True for _ in found[0].itersiblings(tag=etree.Element)):
        raise ListSignatureInvalid("elements stand after the signature")
    return found[0]


def _check_references(root: Element, signature: Element) -> None:
    info = _only(signature, DS, "SignedInfo")
    if _only(info, DS, "CanonicalizationMethod").get("Algorithm") != EXCLUSIVE:
        raise ListSignatureInvalid("the signed information is not canonicalised as prescribed")
    references = list(children(info, DS, "Reference"))
    properties = [item for item in references if item.get("Type") == SIGNED_PROPERTIES]
    whole = [item for item in references if item.get("Type") != SIGNED_PROPERTIES]
    if len(properties) != 1 or len(whole) != 1:
        raise ListSignatureInvalid("not exactly two references", references=len(references))
    uri = whole[0].get("URI")
    if uri is None or (uri != "" and _target(root, uri) is not root):
        raise ListSignatureInvalid("the reference does not cover the whole document")
    if _transforms(whole[0]) != (ENVELOPED, EXCLUSIVE):
        raise ListSignatureInvalid("the document is transformed otherwise than prescribed")
    target = _target(root, properties[0].get("URI") or "")
    if target.tag != f"{{{XADES}}}SignedProperties" or signature not in target.iterancestors():
        raise ListSignatureInvalid("the signed properties are not those of this signature")
    if _transforms(properties[0]) not in ((EXCLUSIVE,), ()):
        raise ListSignatureInvalid("the signed properties are transformed otherwise than prescribed")


def _transforms(reference: Element) -> tuple[str, ...]:
    holder = optional(reference, DS, "Transforms")
    if holder is None:
        return ()
    if any(len(item) for item in holder):  # parameters: prefix lists, expressions
        raise ListSignatureInvalid("a transform has parameters")
    return tuple(item.get("Algorithm") or "" for item in holder)


def _target(root: Element, uri: str) -> Element:
    name = uri[1:]
    if not uri.startswith("#") or not name:
        raise ListSignatureInvalid("a reference leads outside")
    found = [item for item in root.iter(etree.Element) if any(item.get(key) == name for key in _ID)]
    if len(found) != 1:
        raise ListSignatureInvalid("a reference is ambiguous or leads nowhere", elements=len(found))
    return found[0]


def _signers(signature: Element, signers: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return the certificates in ``ds:KeyInfo`` that are named for the list; more than the signer's may stand there."""
    info = _only(signature, DS, "KeyInfo")
    carried = [
        binary(item) for data in children(info, DS, "X509Data") for item in children(data, DS, "X509Certificate")
    ]
    named = tuple(dict.fromkeys(der for der in carried if der in frozenset(signers)))
    if not named:
        raise ListSignerUnknown
    return named[:MAX_SIGNERS]


def _certificate_property(signature: Element) -> int:
    first = list(signature.iter(f"{{{XADES}}}SigningCertificate"))
    second = list(signature.iter(f"{{{XADES}}}SigningCertificateV2"))
    if len(first) + len(second) != 1:
        raise ListSignatureInvalid("the signing certificate is not stated exactly once")
    return 1 if first else 2


def _issued_at(root: Element) -> datetime:
    return instant(required(required(root, TSL, "SchemeInformation"), TSL, "ListIssueDateTime"))


def _verify(root: Element, signer: bytes, issued_at: datetime) -> bytes:
    try:
        certificate = x509.load_der_x509_certificate(signer)
        key = certificate.public_key()
    except Exception as error:  # hostile bytes: not all of it is a ValueError
        raise ListSignatureInvalid("the signer's certificate cannot be read") from error
    _check_key(key)
    settings = XAdESSignatureConfiguration(
        require_x509=True,
        location="./",
        expect_references=2,
        signature_methods=METHODS,
        digest_algorithms=DIGESTS,
        verification_time=issued_at,
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results = XAdESVerifier().verify(root, x509_cert=certificate, expect_config=settings, parser=parser())
    except SignXMLException as error:
        raise ListSignatureInvalid("the signature does not verify") from error
    except Exception as error:  # hostile markup inside the signature breaks the library in many ways
        raise ListSignatureInvalid("the signature cannot be verified") from error
    return _covered(results)


def _covered(results: Sequence[Any]) -> bytes:
    lists = [item for item in results if item.signed_xml is not None and item.signed_xml.tag == ROOT]
    if len(lists) != 1:
        raise ListSignatureInvalid("the signature does not cover the list")
    return bytes(lists[0].signed_data)


def _check_key(key: object) -> None:
    strong = (isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA) or (
        isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size >= MIN_EC
    )
    if not strong:
        raise ListSignatureInvalid("the signer's key is of a kind or size that proves nothing")


def _only(element: Element, namespace: str, name: str) -> Element:
    found = list(children(element, namespace, name))
    if len(found) != 1:
        raise ListSignatureInvalid("the signature is malformed", element=name)
    return found[0]
