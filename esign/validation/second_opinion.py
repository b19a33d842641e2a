"""A second implementation's opinion of every signature: chains, revocation, timestamps, changes made after signing.

Classic validation with difference analysis is asked, never the AdES indication alone: that one passes documents whose
pages were exchanged after signing. One pass suffices: our own code has verified the timestamps already, so the
signer's chain is judged at the proven time of signing, with the revocation data of the file itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from asn1crypto import ocsp
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from esign.pades.document import Document
from esign.pades.security_store import read_security_store
from esign.validation import names, parsed
from esign.validation.certificates import TrustAnchors
from esign.validation.findings import Finding, FindingKind
from esign.validation.later_revisions import LaterRevisions
from esign.validation.revocation_data import missing_revocation_data

names.install()

for _library in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_library).setLevel(logging.CRITICAL)  # its warnings hold the names of signatories

_PROBLEMS = {
    "REVOKED": FindingKind.REVOKED,
    "REVOKED_NO_POE": FindingKind.REVOKED,
    "REVOKED_CA_NO_POE": FindingKind.REVOKED,
    "OUT_OF_BOUNDS_NO_POE": FindingKind.EXPIRED,
    "OUT_OF_BOUNDS_NOT_REVOKED": FindingKind.EXPIRED,
    "EXPIRED": FindingKind.EXPIRED,
    "NOT_YET_VALID": FindingKind.NOT_YET_VALID,
    "TRY_LATER": FindingKind.REVOCATION_MISSING,
    "CHAIN_CONSTRAINTS_FAILURE": FindingKind.KEY_USAGE,
    "CRYPTO_CONSTRAINTS_FAILURE": FindingKind.WEAK_CRYPTO,
    "CRYPTO_CONSTRAINTS_FAILURE_NO_POE": FindingKind.WEAK_CRYPTO,
}
"""Sub-indications of ETSI EN 319 102-1 table 6; everything else is untrusted."""


def second_opinion(
    document: Document,
    field: str,
    *,
    trust: TrustAnchors,
    at: datetime,
    signed_at: Mapping[str, datetime],
    embedded: tuple[bytes, ...] = (),
) -> tuple[Finding, ...]:
    """Have every signature of the document validated, offline and with hard failure where revocation data is missing.

    Args:
        document: The finished document, opened.
        field: The signature after which only security store and document timestamp may follow; earlier signatures may
            be followed by further signature fields too.
        trust: Trust anchors.
        at: The present instant.
        signed_at: Field to proven time of signing, at which the signer's chain is judged; where it is missing, the
            present instant stands in.
        embedded: Certificates of the signatures themselves (DER).
    """
    findings: list[Finding] = []
    certificates, crls, ocsp_responses = read_security_store(document)
    findings += missing_revocation_data((*certificates, *embedded), crls, ocsp_responses)

    anchors = [parsed.certificate(c) for c in trust.certificates]
    others = [parsed.certificate(c) for c in certificates]
    lists = [parsed.revocation_list(c) for c in crls]
    responses = [ocsp.OCSPResponse.load(o) for o in ocsp_responses]

    def context(moment: datetime) -> ValidationContext:
        return ValidationContext(
            trust_roots=anchors,
            other_certs=others,
            crls=lists,
            ocsps=responses,
            allow_fetching=False,
            revocation_mode="require",  # "hard-fail" ignores CRLs of certificates without a distribution point
            moment=moment,
            retroactive_revinfo=True,
        )

    async def ask() -> None:
        now = context(at)
        for signature in document.reader.embedded_signatures:
            changes = LaterRevisions(document.data[: signature.byte_range[2] + signature.byte_range[3]])
            if signature.sig_object_type == "/DocTimeStamp":
                _judge_timestamp(await async_validate_pdf_timestamp(signature, now, diff_policy=changes), findings)
                continue
            own = signature.field_name == field
            moment = signed_at.get(signature.field_name, at)
            status = await async_validate_pdf_signature(
                signature, context(moment), ts_validation_context=now, diff_policy=changes
            )
            _judge(status, findings, ModificationLevel.LTA_UPDATES if own else ModificationLevel.FORM_FILLING)

    _run(ask())
    return tuple(findings)


def _judge(status: Any, findings: list[Finding], permitted: ModificationLevel) -> None:
    before = len(findings)
    _judge_value(status, findings)
    timestamp = status.timestamp_validity
    if timestamp is not None and not (timestamp.valid and timestamp.intact and timestamp.trusted):
        findings.append(Finding(kind=_problem(timestamp, FindingKind.TIMESTAMP_INVALID), what="signature timestamp"))
    level = status.modification_level
    if not status.docmdp_ok or level is None or level > permitted:
        what = "something was changed after signing that is neither security store nor timestamp"
        findings.append(Finding(kind=FindingKind.MODIFIED_AFTER_SIGNING, what=what))
    if status.coverage not in (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION):
        what = "a signature does not cover its whole revision"
        findings.append(Finding(kind=FindingKind.UNCOVERED_BYTES, what=what))
    if not status.bottom_line and len(findings) == before:
        findings.append(Finding(kind=FindingKind.FORMAT_FAILURE, what="a second implementation refuses the signature"))


def _judge_timestamp(status: Any, findings: list[Finding]) -> None:
    if not (status.valid and status.intact and status.trusted):
        findings.append(Finding(kind=_problem(status, FindingKind.TIMESTAMP_INVALID), what="document timestamp"))
    level = status.modification_level
    if level is None or level > ModificationLevel.FORM_FILLING:
        what = "something was changed after a document timestamp"
        findings.append(Finding(kind=FindingKind.MODIFIED_AFTER_SIGNING, what=what))


def _judge_value(status: Any, findings: list[Finding]) -> None:
    if not status.intact:
        what = "the signed digest is not that of the file"
        findings.append(Finding(kind=FindingKind.DIGEST_MISMATCH, what=what))
    if not status.valid:
        findings.append(Finding(kind=FindingKind.SIGNATURE_VALUE_INVALID, what="the signature value does not verify"))
    if not status.trusted:
        findings.append(Finding(kind=_problem(status, FindingKind.UNTRUSTED), what="the signer's certificate"))


def _problem(status: Any, otherwise: FindingKind) -> FindingKind:
    problem = getattr(status, "trust_problem_indic", None)
    return _PROBLEMS.get(getattr(problem, "name", ""), otherwise)


def _run(question: Coroutine[Any, Any, None]) -> None:
    """Run to the end, also where the calling thread runs an event loop of its own."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(question)
        return
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, question).result()
