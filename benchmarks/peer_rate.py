"""The peer of the rate: stock pyHanko signing over and over, through the same simulated timestamp authority."""

from __future__ import annotations

import io
import os
import ssl
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime

import httpx
from asn1crypto import crl, tsp, x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from pyhanko.keys.pemder import load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import TimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from benchmarks.serving import Serving
from esign.foundation.digests import sha256

SIGNATURES = {1: 16, 8: 48, 64: 96}
"""Signatures at a time: how many in all."""

_TLS = ssl.create_default_context()


def peer_rate(house: Serving, draft: bytes, pool: ProcessPoolExecutor, at_once: int) -> float:
    """Return how many signatures a second are made, as often at a time, by as many processes as the server has."""
    settings = house.application.contracts.household.settings
    home = house.application.contracts.household
    device = home.seal()
    path = (device.certificate, *device.chain)
    authority = home.timestamp_path(home.timestamps.stamp(sha256(b"peer")))
    lists = tuple(dict.fromkeys(one for each in (path, authority) for one in home.revocation.collect(each).crls))
    processes = min(at_once, 4, os.cpu_count() or 1)
    arguments = (
        draft,
        settings.seal_file.read_bytes(),
        settings.seal_pin_file.read_bytes().strip(),
        tuple(dict.fromkeys((*path, *authority))),
        lists,
        home.trust.certificates,
        settings.tsa_urls[0],
        at_once // processes,
        SIGNATURES[at_once] // processes,
    )
    for job in [pool.submit(_sign, *arguments[:-1], 1, time.time()) for _ in range(processes)]:
        job.result()  # to warm up
    began = time.time() + 0.5
    ended = [job.result() for job in [pool.submit(_sign, *arguments, began) for _ in range(processes)]]
    return SIGNATURES[at_once] // processes * processes / (max(ended) - began)


def _sign(
    draft: bytes,
    archive: bytes,
    pin: bytes,
    certificates: tuple[bytes, ...],
    lists: tuple[bytes, ...],
    anchors: tuple[bytes, ...],
    url: str,
    threads: int,
    number: int,
    begin: float,
) -> float:
    key, certificate, _ = pkcs12.load_key_and_certificates(archive, pin)
    if key is None or certificate is None:
        raise ValueError("no key in the seal's file")
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    own = certificate.public_bytes(Encoding.DER)
    held = threading.local()

    def signer() -> signers.SimpleSigner:
        """Return this thread's signer: the library's objects are parsed lazily, and not safely by several threads."""
        if not hasattr(held, "signer"):
            store = SimpleCertificateStore()
            store.register_multiple([x509.Certificate.load(each) for each in certificates])
            loaded = load_private_key_from_pemder_data(private, passphrase=None)
            held.signer = signers.SimpleSigner(x509.Certificate.load(own), loaded, store)
        return held.signer

    def once(_: int) -> None:
        context = ValidationContext(
            trust_roots=[x509.Certificate.load(each) for each in anchors],
            other_certs=[x509.Certificate.load(each) for each in certificates],
            crls=[crl.CertificateList.load(each) for each in lists],
            allow_fetching=False,
            revocation_mode="soft-fail",
            moment=datetime.now(UTC),
        )
        meta = signers.PdfSignatureMetadata(
            field_name="Peer",
            subfilter=fields.SigSeedSubFilter.PADES,
            embed_validation_info=True,
            use_pades_lta=True,
            validation_context=context,
            signer_key_usage=set(),
        )
        with httpx.Client(trust_env=False, timeout=120, verify=_TLS) as http:
            signers.sign_pdf(
                IncrementalPdfFileWriter(io.BytesIO(draft)), meta, signer(), timestamper=_HttpTimeStamper(http, url)
            )

    time.sleep(max(0.0, begin - time.time()))
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(once, range(number)))
    return time.time()


class _HttpTimeStamper(TimeStamper):
    def __init__(self, http: httpx.Client, url: str) -> None:
        super().__init__(include_nonce=True)
        self._http, self._url = http, url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        return tsp.TimeStampResp.load(self._http.post(self._url, content=req.dump(), headers=headers).content)
