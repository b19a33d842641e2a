"""The peers of the verdict: pyHanko's AdES validation with its difference analysis, and ``pdfsig`` of Poppler."""

from __future__ import annotations

import asyncio
import io
import logging
import resource
import shutil
import subprocess
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from asn1crypto import crl, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation.ades import (
    ValidationTimingInfo,
    ades_basic_validation,
    ades_lta_validation,
)
from pyhanko.sign.validation.policy_decl import LocalKnowledge, PdfSignatureValidationSpec, SignatureValidationSpec
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

PDFSIG = shutil.which("pdfsig")


@cache
def _policy(root: bytes, crls: tuple[bytes, ...]) -> PdfSignatureValidationSpec:
    """Return what is trusted; the difference analysis is the library's own (its default)."""
    certificates = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build([x509.Certificate.load(root)]),
        revinfo_policy=CertRevTrustPolicy(revocation_checking_policy=REQUIRE_REVINFO),
    )
    known = LocalKnowledge(known_crls=[CRLContainer(crl.CertificateList.load(each)) for each in crls])
    return PdfSignatureValidationSpec(
        SignatureValidationSpec(cert_validation_policy=certificates, local_knowledge=known)
    )


def pyhanko(data: bytes, *, root: bytes, at: datetime, crls: tuple[bytes, ...] = ()) -> int:
    """Validate every signature of a file: as B-LTA where document timestamps stand in it, else as basic signatures.

    Returns:
        How many signatures it accepts, its difference analysis included.
    """
    logging.disable(logging.CRITICAL)
    try:
        return asyncio.run(_accepted(data, _policy(root, crls), at))
    finally:
        logging.disable(logging.NOTSET)


async def _accepted(data: bytes, policy: PdfSignatureValidationSpec, at: datetime) -> int:
    timing = ValidationTimingInfo(validation_time=at, best_signature_time=at, point_in_time_validation=True)
    every = PdfFileReader(io.BytesIO(data)).embedded_signatures
    archived = any(each.sig_object_type == "/DocTimeStamp" for each in every)
    good = 0
    for each in every:
        if each.sig_object_type == "/DocTimeStamp":
            continue
        result: Any
        if archived:
            result = await ades_lta_validation(each, policy, timing_info=timing)
        else:
            each.compute_integrity_info()
            basic = policy.signature_validation_spec
            result = await ades_basic_validation(
                each.signed_data, basic, timing_info=timing, raw_digest=each.compute_digest()
            )
        status = result.api_status
        good += result.ades_subindic == AdESPassed.OK and status is not None and status.bottom_line
    return good


def pdfsig(path: Path) -> None:
    """Have ``pdfsig`` look at a file; it checks digests and signature values, and no certificate."""
    run([PDFSIG or "pdfsig", "-nocert", str(path)])


def run(command: Sequence[str]) -> None:
    """Run a command and forget what it prints."""
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def used_by_children() -> float:
    """Return the processor time, user and system, of all processes that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
