"""The peer of the ceremony's measurement: one signature as stock pyHanko makes it."""

from __future__ import annotations

import asyncio
import io
import time
from datetime import UTC, datetime, timedelta

from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore


def pyhanko_lta(draft: bytes, *, rounds: int) -> tuple[float, ...]:
    """Return CPU milliseconds of ``sign_pdf`` at B-LTA with a P-256 key, the timestamps' own cost left out."""
    root_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    tsa_key = rsa.generate_private_key(65537, 2048)
    root = certificate("root", root_key.public_key(), "root", root_key, authority=True)
    leaf = certificate("leaf", leaf_key.public_key(), "root", root_key)
    tsa = certificate("tsa", tsa_key.public_key(), "root", root_key, usage=ExtendedKeyUsageOID.TIME_STAMPING)
    crl = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(datetime.now(UTC) - timedelta(minutes=1))
        .next_update(datetime.now(UTC) + timedelta(days=1))
        .sign(root_key, hashes.SHA256())
    )
    store = SimpleCertificateStore()
    store.register(_asn1(root))
    stamper = _Timed(_asn1(tsa), keys.PrivateKeyInfo.load(_pkcs8(tsa_key)), certs_to_embed=store)
    signer = signers.SimpleSigner(_asn1(leaf), keys.PrivateKeyInfo.load(_pkcs8(leaf_key)), store)
    taken = []
    for _ in range(rounds + 1):
        context = ValidationContext(
            trust_roots=[_asn1(root)],
            crls=[crl.public_bytes(Encoding.DER)],
            allow_fetching=False,
            revocation_mode="soft-fail",
        )
        meta = signers.PdfSignatureMetadata(
            field_name="Peer",
            subfilter=fields.SigSeedSubFilter.PADES,
            embed_validation_info=True,
            use_pades_lta=True,
            validation_context=context,
            signer_key_usage={"non_repudiation"},
        )
        stamper.spent = 0.0
        began = time.process_time()
        signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(draft)), meta, signer, timestamper=stamper)
        taken.append((time.process_time() - began - stamper.spent) * 1000)
    return tuple(taken[1:])


class _Timed(DummyTimeStamper):
    spent = 0.0

    async def async_request_tsa_response(self, req: object) -> object:
        began = time.process_time()
        try:
            return await super().async_request_tsa_response(req)
        finally:
            self.spent += time.process_time() - began
            await asyncio.sleep(0)


def _pkcs8(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def certificate(
    name: str, key: object, issuer: str, issuer_key: object, *, authority: bool = False, usage: object = None
) -> x509.Certificate:
    """Return a certificate of a small world that is valid now."""

    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"bench {text}")])

    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key)  # type: ignore[arg-type]  # our keys are RSA or ECDSA
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(authority, None), True)
        .add_extension(
            x509.KeyUsage(not authority, not authority, False, False, False, authority, authority, False, False), True
        )
    )
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), True)  # type: ignore[list-item]  # usage is given wherever it is asked
    return builder.sign(issuer_key, hashes.SHA256())  # type: ignore[arg-type]  # our keys are RSA or ECDSA
