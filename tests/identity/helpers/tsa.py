"""A timestamp authority in memory that can be honest, silent about things, late or wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from certs.signatory.der import tlv
from tests.identity.helpers.pki import NOW, Authority, p256, timestamp_certificate


@dataclass
class TimestampAuthorityDouble:
    authority: Authority = field(default_factory=lambda: Authority("Sandbox TSA root"))
    key: object = field(default_factory=p256)
    now: Callable[[], datetime] = lambda: NOW
    serial: int = 1
    scheme: str = "ecdsa"  # or pkcs1v15, pss
    ess: str = "v2"  # or v1, none, other
    with_certificate: bool = True
    unsorted: bool = False
    certificate: bytes | None = None
    change: Callable[[dict], None] = lambda info: None
    spoil: Callable[[dict], None] = lambda attributes: None

    def __post_init__(self) -> None:
        if self.certificate is None:
            self.certificate = timestamp_certificate(self.authority, self.key)

    def token(self, imprint: bytes, nonce: int | None) -> bytes:
        info = {
            "version": "v1",
            "policy": "1.2.3.4.5",
            "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": imprint},
            "serial_number": self.serial,
            "gen_time": self.now(),
            "accuracy": {"seconds": 1},
        }
        if nonce is not None:
            info["nonce"] = nonce
        self.change(info)
        content = tsp.TSTInfo(info).dump()
        certificate = x509.Certificate.load(self.certificate)
        attributes = {
            "content_type": "tst_info",
            "message_digest": hashlib.sha256(content).digest(),
        }
        if self.ess == "v2":
            certs = [{"cert_hash": hashlib.sha256(self.certificate).digest()}]
            attributes["signing_certificate_v2"] = tsp.SigningCertificateV2({"certs": certs})
        elif self.ess == "v1":
            certs = [{"cert_hash": hashlib.sha1(self.certificate).digest()}]
            attributes["signing_certificate"] = tsp.SigningCertificate({"certs": certs})
        elif self.ess == "other":
            certs = [{"cert_hash": hashlib.sha256(b"another certificate").digest()}]
            attributes["signing_certificate_v2"] = tsp.SigningCertificateV2({"certs": certs})
        self.spoil(attributes)
        signed = cms.CMSAttributes([cms.CMSAttribute({"type": t, "values": [v]}) for t, v in attributes.items()])
        if self.unsorted:
            attributes_der = sorted((attribute.dump() for attribute in signed), reverse=True)
            signed = cms.CMSAttributes.load(tlv(0x31, *attributes_der))
        algorithm, signature = self._sign(signed.dump())
        return cms.ContentInfo(
            {
                "content_type": "signed_data",
                "content": cms.SignedData(
                    {
                        "version": "v3",
                        "digest_algorithms": [{"algorithm": "sha256"}],
                        "encap_content_info": {
                            "content_type": "tst_info",
                            "content": core.ParsableOctetString(content),
                        },
                        "certificates": [certificate, x509.Certificate.load(self.authority.der)]
                        if self.with_certificate
                        else [],
                        "signer_infos": [
                            {
                                "version": "v1",
                                "sid": cms.SignerIdentifier(
                                    name="issuer_and_serial_number",
                                    value=cms.IssuerAndSerialNumber(
                                        {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
                                    ),
                                ),
                                "digest_algorithm": {"algorithm": "sha256"},
                                "signed_attrs": signed,
                                "signature_algorithm": algorithm,
                                "signature": signature,
                            }
                        ],
                    }
                ),
            }
        ).dump()

    def reply(self, request: bytes) -> bytes:
        """Answer a request as an authority does over HTTP."""
        asked = tsp.TimeStampReq.load(request, strict=True)
        token = self.token(asked["message_imprint"]["hashed_message"].native, asked["nonce"].native)
        return tsp.TimeStampResp(
            {"status": {"status": "granted"}, "time_stamp_token": cms.ContentInfo.load(token)}
        ).dump()

    def _sign(self, data: bytes):
        if self.scheme == "ecdsa":
            return {"algorithm": "sha256_ecdsa"}, self.key.sign(data, ec.ECDSA(hashes.SHA256()))
        if self.scheme == "pkcs1v15":
            return {"algorithm": "rsassa_pkcs1v15"}, self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        if self.scheme == "sha1":
            return {"algorithm": "sha1_rsa"}, self.key.sign(data, padding.PKCS1v15(), hashes.SHA1())
        parameters = algos.RSASSAPSSParams(
            {
                "hash_algorithm": {"algorithm": "sha256"},
                "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": "sha256"}},
                "salt_length": 32,
            }
        )
        signature = self.key.sign(data, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        return {"algorithm": "rsassa_pss", "parameters": parameters}, signature


def refusal() -> bytes:
    """Return a reply that declines: badRequest, no token."""
    status = tsp.PKIStatusInfo({"status": "rejection", "fail_info": {"bad_request"}}).dump()
    return b"\x30" + bytes((len(status),)) + status
