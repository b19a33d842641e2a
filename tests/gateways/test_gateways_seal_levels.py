"""A seal at B-LTA by the sandbox: key file, timestamps, lists by HTTP; and what happens when it is revoked."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from cryptography import x509

from certs.sandbox.world import Sandbox
from esign.foundation.clock import FixedClock
from esign.gateways.http import HttpCaller, RetryRule
from esign.gateways.revocation import RevocationCollector
from esign.gateways.seal_keys import open_seal_key
from esign.sealing import Sealer, SealProfile, check_sealed
from esign.sealing.key_errors import SealKeyRevoked
from esign.sealing.levels import BulkTimestamps, LongTerm
from esign.validation.certificates import TrustAnchors
from esign.validation.process import Indication, Material
from esign.validation.verdict import verify
from tests.identity.helpers.pki import NOW
from tests.pades import small_world

DRAFT = small_world.draft()


class SandboxLine:
    """A line to the sandbox's authority without a socket."""

    name = "localhost:8082"

    def __init__(self, sandbox):
        self._client = httpx.Client(transport=httpx.WSGITransport(app=sandbox.wsgi()))
        self._url = sandbox.tsa_url

    async def ask(self, request):
        headers = {"Content-Type": "application/timestamp-query"}
        answer = await asyncio.to_thread(self._client.post, self._url, content=request, headers=headers)
        return answer.content

    async def close(self):
        self._client.close()


def test_a_seal_of_the_sandbox_reaches_b_lta_and_ends_when_it_is_revoked(tmp_path):
    clock = FixedClock(at=NOW)
    sandbox = Sandbox.create(tmp_path / "sandbox", clock=clock)
    sandbox.seal_pkcs12(tmp_path / "seal.p12", tmp_path / "seal.pin")
    key = open_seal_key(f"file:{tmp_path}/seal.p12?pin-file={tmp_path}/seal.pin", clock=clock)
    fetched = []
    client = httpx.Client(transport=httpx.WSGITransport(app=sandbox.wsgi()))
    caller = HttpCaller(client, retry=RetryRule(attempts=1), record=fetched.append)
    anchors = sandbox.trust_anchors
    revocation = RevocationCollector(caller, allowed_hosts=["localhost:8082"], clock=clock, anchors=anchors)
    long_term = LongTerm(key.certificate, key.chain, anchors=anchors, revocation=revocation, clock=clock)
    sealer = Sealer(key, SealProfile(name="Muster GmbH", reserved=12_288))
    with BulkTimestamps([SandboxLine(sandbox)], anchors=anchors, clock=clock) as stamps:
        for _ in range(3):
            long_term.check_key()
            begun = sealer.begin(DRAFT, claimed_at=clock.now())
            token = stamps.stamp(begun.imprint)
            sealed = sealer.finish(begun, timestamp=token.der)
            check_sealed(DRAFT, sealed, certificate=key.certificate)
            whole = DRAFT + long_term.lengthen(DRAFT, sealed.tail, token, stamps=stamps)
    asked = len(fetched)
    verdict = verify(whole, trust=TrustAnchors(certificates=anchors), material=Material(), at=clock.now())
    (seal,) = verdict.signatures
    assert (seal.level, seal.indication, verdict.clean) == ("PAdES-BASELINE-LTA", Indication.TOTAL_PASSED, True)
    assert asked <= 3  # one list of each authority, whatever number of documents
    sandbox.revoke(x509.load_der_x509_certificate(key.certificate).serial_number)
    clock.at += timedelta(hours=2)
    with pytest.raises(SealKeyRevoked):
        long_term.check_key()
