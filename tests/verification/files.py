"""Files for the pages that verify: one of each kind, signed here and now."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

import pikepdf
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from esign.engine.verification import VerificationDesk
from esign.foundation.identifiers import Oid
from esign.pades import CeremonyEvidence, Statement
from esign.validation import TrustAnchors
from tests.validation.conftest import _small_world
from tests.validation.test_verdict_own_files import added_page

REAL = (Oid.HELD_BY_SIGNATORY_PASSKEY, Oid.IDENTIFIED_BY_PROVIDER)
EVIL = '<b onclick="x">Eve</b>\u202efdp\u2066'
"""A name that would be markup, and turn writing round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """PDFs by what must be said about them, and who is trusted."""

    good: bytes
    changed: bytes
    revoked: bytes
    sandbox: bytes
    broken: bytes
    untrusted: bytes
    repainted: bytes
    evil: bytes
    trust: TrustAnchors
    now: datetime


def with_attachment(pdf: bytes) -> bytes:
    """Return a draft with a file in it whose name would be markup."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.attachments[f"{EVIL}.xml"] = b"<x/>"
        opened.save(out)
    return out.getvalue()


def repainted(pdf: bytes) -> bytes:
    """Return a signed file whose second page shows one more stroke than was signed."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][1].get_object()
    stroke = writer.add_object(generic.StreamObject(stream_data=b"q 200 500 150 30 re f Q"))
    page["/Contents"] = generic.ArrayObject([page.raw_get("/Contents"), stroke])
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@cache
def files() -> Files:
    """Make them, once a process."""
    small = _small_world()

    class Trusted(small.World):
        """Trust services whose certificates are not called a sandbox; tests alone trust them."""

        def __post_init__(self) -> None:
            self.root = self._certify("Muster Root CA", None, ca=True)
            self.authority = self._certify("Muster Issuing CA", self.root, ca=True)
            self.tsa = self._certify("Muster TSA", self.root, purposes=[ExtendedKeyUsageOID.TIME_STAMPING])

        def named(self, name: str) -> Any:
            return self._certify(name, self.authority, policies=REAL)

    world, stranger = Trusted(), Trusted()
    one = small.EVIDENCE
    evidence = CeremonyEvidence(
        transcript=one.transcript,
        capsule=one.capsule,
        proof=one.proof,
        statement=Statement(
            level=1, held_by="signatory-passkey", identified_by="https://id.example", trust="configured"
        ),
        user_verification=one.user_verification,
    )

    def signed(where: Any, name: str = "Erika Mustermann", **options: Any) -> bytes:
        finished: bytes = small.walk(where, signer=where.named(name), evidence=evidence, **options).finished
        return finished

    good, sandbox = signed(world), small.walk()
    return Files(
        good=good,
        changed=added_page(good),
        revoked=signed(world, revoked=True),
        sandbox=sandbox.finished,
        broken=good[:3000],
        untrusted=signed(stranger),
        repainted=repainted(good),
        evil=signed(world, EVIL, base=with_attachment(small.draft())),
        trust=TrustAnchors(certificates=(world.root.der, sandbox.world.root.der)),
        now=world.now + timedelta(minutes=10),
    )


def desk() -> VerificationDesk:
    """Return a desk that trusts the makers of these files and nobody else, ten minutes after they were signed."""
    made = files()
    household = SimpleNamespace(
        trust=made.trust, clock=SimpleNamespace(now=lambda: made.now), trusted_lists=None, settings=None
    )
    return VerificationDesk(household=household, report_desk=None)  # type: ignore[arg-type]  # all it needs without a seal
