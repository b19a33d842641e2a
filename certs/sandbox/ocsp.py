"""OCSP: a signed answer, of this very moment, about the status of certificates.

Built with asn1crypto rather than with cryptography's builder: that one stamps ``producedAt`` with the machine's clock,
and here time is the sandbox's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import algos, core, ocsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from certs.sandbox.authority import Authority, der
from certs.sandbox.errors import NotIssued
from certs.sandbox.hierarchy import EndEntity
from certs.sandbox.issuance import IssuanceLog, Revocation, RevocationList
from esign.foundation.clock import Clock

MAX_REQUESTS = 16
"""Certificates that one request may ask about."""
MAX_NONCE = 128
"""Octets. Source: RFC 9654 section 2.1."""
_HASHES = ("sha1", "sha256", "sha384", "sha512")
_REASONS = {
    x509.ReasonFlags.key_compromise: "key_compromise",
    x509.ReasonFlags.ca_compromise: "ca_compromise",
    x509.ReasonFlags.affiliation_changed: "affiliation_changed",
    x509.ReasonFlags.superseded: "superseded",
    x509.ReasonFlags.cessation_of_operation: "cessation_of_operation",
    x509.ReasonFlags.certificate_hold: "certificate_hold",
    x509.ReasonFlags.privilege_withdrawn: "privilege_withdrawn",
}


class OcspResponder:
    """Answers for one authority with a key that the authority has certified for that (RFC 6960 section 4.2.2.2).

    A serial number that the authority never issued is ``unknown``, not ``good``.
    """

    def __init__(
        self,
        authority: Authority,
        signer: EndEntity,
        *,
        log: IssuanceLog,
        revocations: RevocationList,
        lifetime: timedelta,
        clock: Clock,
    ) -> None:
        self._authority = authority
        self._signer = signer
        self._log = log
        self._revocations = revocations
        self._lifetime = lifetime
        self._clock = clock
        self._name = authority.certificate.subject.public_bytes()
        self._key = x509.SubjectKeyIdentifier.from_public_key(authority.key.public_key())
        self._key_bits = asn1_x509.Certificate.load(der(authority.certificate)).public_key["public_key"].contents[1:]
        self._responder = x509.SubjectKeyIdentifier.from_public_key(signer.key.public_key()).digest
        self._signer_certificate = asn1_x509.Certificate.load(der(signer.certificate))

    def answer(self, request: bytes) -> bytes:
        """Return the OCSP response (DER) to a request (DER); a bad request gets the protocol's own refusal."""
        try:
            tbs = ocsp.OCSPRequest.load(request, strict=True)["tbs_request"]
            asked = [item["req_cert"] for item in tbs["request_list"]]
            wanted = [item.native for item in asked]
            nonce = _nonce(tbs["request_extensions"])
        except (ValueError, TypeError, KeyError):
            return _refusal("malformed_request")
        if not 1 <= len(asked) <= MAX_REQUESTS:
            return _refusal("malformed_request")
        if not all(self._is_ours(item) for item in wanted):
            return _refusal("unauthorized")
        return self._signed([self._single(*pair) for pair in zip(asked, wanted, strict=True)], nonce)

    def _is_ours(self, wanted: Mapping[str, Any]) -> bool:
        algorithm = wanted["hash_algorithm"]["algorithm"]
        if algorithm not in _HASHES:
            return False
        ours = [hashlib.new(algorithm, part, usedforsecurity=False).digest() for part in (self._name, self._key_bits)]
        return ours == [wanted["issuer_name_hash"], wanted["issuer_key_hash"]]

    def _single(self, asked: ocsp.CertId, wanted: Mapping[str, Any]) -> ocsp.SingleResponse:
        now = self._now()
        return ocsp.SingleResponse(
            {
                "cert_id": asked,
                "cert_status": self._status(wanted["serial_number"]),
                "this_update": now,
                "next_update": now + self._lifetime,
            }
        )

    def _status(self, serial: int) -> ocsp.CertStatus:
        revocation = self._revocations.find(self._authority.name, serial)
        if revocation is not None:
            return ocsp.CertStatus(name="revoked", value=_revoked(revocation))
        try:
            known = self._log.authority_of(serial) == self._authority.name
        except NotIssued:
            known = False
        return ocsp.CertStatus(name="good" if known else "unknown", value=core.Null())

    def _signed(self, responses: list[ocsp.SingleResponse], nonce: ocsp.TBSRequestExtension | None) -> bytes:
        data: dict[str, Any] = {
            "responder_id": ocsp.ResponderId(name="by_key", value=core.OctetString(self._responder)),
            "produced_at": self._now(),
            "responses": responses,
        }
        if nonce is not None:
            data["response_extensions"] = [{"extn_id": "nonce", "extn_value": nonce["extn_value"]}]
        tbs = ocsp.ResponseData(data)
        basic = ocsp.BasicOCSPResponse(
            {
                "tbs_response_data": tbs,
                "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
                "signature": self._signer.key.sign(tbs.dump(), ec.ECDSA(hashes.SHA256())),
                "certs": [self._signer_certificate],
            }
        )
        response = {"response_type": "basic_ocsp_response", "response": basic}
        return bytes(ocsp.OCSPResponse({"response_status": "successful", "response_bytes": response}).dump())

    def _now(self) -> datetime:
        return self._clock.now().replace(microsecond=0)


def _nonce(extensions: Any) -> ocsp.TBSRequestExtension | None:
    for item in extensions:
        if item["extn_id"].native == "nonce":
            if not 1 <= len(item["extn_value"].parsed.native) <= MAX_NONCE:
                raise ValueError("nonce of a length that RFC 9654 does not allow")
            return item
    return None


def _revoked(item: Revocation) -> ocsp.RevokedInfo:
    info: dict[str, Any] = {"revocation_time": item.at.replace(microsecond=0)}
    if item.reason in _REASONS:
        info["revocation_reason"] = _REASONS[item.reason]
    return ocsp.RevokedInfo(info)


def _refusal(status: str) -> bytes:
    return bytes(ocsp.OCSPResponse({"response_status": status}).dump())
