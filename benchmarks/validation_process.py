"""The validation process: what it costs beside pyHanko's validation of the same file, and how it grows.

Peer: pyHanko's ``ades_lta_validation`` of the same file, which reads the PDF as well; ours begins with the CMS. Run by
itself: ``python -m benchmarks.validation_process``.
"""

from __future__ import annotations

import asyncio
import io
import logging
from datetime import timedelta

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.ades import ValidationTimingInfo, ades_lta_validation
from pyhanko.sign.validation.policy_decl import PdfSignatureValidationSpec, SignatureValidationSpec
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

from benchmarks.figures import Row, table
from benchmarks.trusted_lists import _times
from esign.validation.certificates import TrustAnchors
from esign.validation.process import shipped_suites, validate
from tests.pades import small_world
from tests.validation.process_file import cut_out
from tests.validation.process_pki import T0
from tests.validation.process_world import File, World, cms, judge, signature_timestamp

REPETITIONS = 100


def measure() -> str:
    """Return the section."""
    walked = small_world.walk()
    rows = [_own_file(walked), _peer(walked)]
    for kind in ("p256", "rsa2048"):
        rows += [_grown(kind, count) for count in (1, 8, 32)]
    words = (
        "CPU of one process for all steps from the CMS on: chains, revocation lists, timestamps, proofs of existence, "
        "report steps. Signatures and certificates are read anew each time; nothing is kept between runs."
    )
    return "\n".join(["## Validation process", "", words, "", table(rows)])


def _own_file(walked: small_world.Walk) -> Row:
    objects, material = cut_out(walked.finished)
    trust, suites = TrustAnchors(certificates=(walked.world.root.der,)), shipped_suites()
    at = walked.world.now + timedelta(minutes=10)

    def run() -> object:
        return validate(objects, material=material, trust=trust, suites=suites, at=at)

    size = len(walked.finished) // 1024
    return Row(f"our own B-LTA file of {size} KB, digest included", "ms", _times(run, REPETITIONS))


def _peer(walked: small_world.Walk) -> Row:
    trust = SimpleTrustManager.build([x509.Certificate.load(walked.world.root.der)])
    certificates = CertValidationPolicySpec(
        trust_manager=trust, revinfo_policy=CertRevTrustPolicy(revocation_checking_policy=REQUIRE_REVINFO)
    )
    policy = PdfSignatureValidationSpec(SignatureValidationSpec(cert_validation_policy=certificates))
    at = walked.world.now + timedelta(minutes=10)
    timing = ValidationTimingInfo(validation_time=at, best_signature_time=at, point_in_time_validation=True)

    def run() -> object:
        signature = PdfFileReader(io.BytesIO(walked.finished)).embedded_signatures[0]
        return asyncio.run(ades_lta_validation(signature, policy, timing_info=timing))

    logging.disable(logging.CRITICAL)
    try:
        return Row("the same file, pyHanko's ades_lta_validation, PDF included", "ms", _times(run, 20))
    finally:
        logging.disable(logging.NOTSET)


def _grown(kind: str, count: int) -> Row:
    world = World(kind=kind)
    file = File()
    for _ in range(count):
        file.sign(cms(world.signer, unsigned=signature_timestamp(world.tsa)))
    file.store(crls=world.crls()).stamp(world.tsa, T0 + timedelta(hours=2))

    def run() -> object:
        return judge(file, world, T0 + timedelta(hours=3))

    return Row(f"B-LTA, {count} signature(s), {kind}", "ms", _times(run, max(10, REPETITIONS // count)))


if __name__ == "__main__":
    print(measure())
