"""A second implementation's opinion of every signature: value, coverage, chains, revocation, timestamps.

Classic validation is asked, never the AdES indication alone. One pass suffices: our own verdict has proven the times
already, so the signer's chain is judged at the proven time of signing, with the revocation data of the file itself.
What was appended behind a signature is not asked: the verdict's own analysis refuses whatever the library's would
(``tests/validation/test_release_changes.py``), and more.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Coroutine, Mapping
from datetime import datetime
from typing import Any

from asn1crypto import ocsp
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from esign.pades.document import Document
from esign.pades.security_store import read_security_store
from esign.validation.certificates import TrustAnchors
from esign.validation.findings import Finding, FindingKind
from esign.validation.second_opinion import names, parsed

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
    *,
    fields: Collection[str],
    trust: TrustAnchors,
    at: datetime,
    signed_at: Mapping[str, datetime],
) -> tuple[Finding, ...]:
    """Have every signature of the document validated, offline and with hard failure where revocation data is missing.

    Args:
        document: The finished document, opened.
        fields: Those that hold a signature or document timestamp; the second implementation must find the same.
        trust: Trust anchors.
        at: The present instant.
        signed_at: Field to proven time of signing, at which the signer's chain is judged; where it is missing, the
            present instant stands in.
    """
    findings: list[Finding] = []
    certificates, crls, ocsp_responses = read_security_store(document)
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
        found = document.reader.embedded_signatures
        if sorted(signature.field_name for signature in found) != sorted(fields):
            what = "a second implementation finds other signatures"
            findings.append(Finding(kind=FindingKind.NO_USABLE_SIGNATURE, what=what))
        for signature in found:
            if signature.sig_object_type == "/DocTimeStamp":
                _judge_timestamp(await async_validate_pdf_timestamp(signature, now, skip_diff=True), findings)
                continue
            moment = signed_at.get(signature.field_name, at)
            status = await async_validate_pdf_signature(
                signature, context(moment), ts_validation_context=now, skip_diff=True
            )
            _judge(status, findings)

    _run(ask())
    return tuple(findings)


def _judge(status: Any, findings: list[Finding]) -> None:
    before = len(findings)
    _judge_value(status, findings)
    timestamp = status.timestamp_validity
    if timestamp is not None and not (timestamp.valid and timestamp.intact and timestamp.trusted):
        findings.append(Finding(kind=_problem(timestamp, FindingKind.TIMESTAMP_INVALID), what="signature timestamp"))
    _judge_coverage(status, findings)
    if not status.bottom_line and len(findings) == before:
        findings.append(Finding(kind=FindingKind.FORMAT_FAILURE, what="a second implementation refuses the signature"))


def _judge_timestamp(status: Any, findings: list[Finding]) -> None:
    if not (status.valid and status.intact and status.trusted):
        findings.append(Finding(kind=_problem(status, FindingKind.TIMESTAMP_INVALID), what="document timestamp"))
    _judge_coverage(status, findings)


def _judge_coverage(status: Any, findings: list[Finding]) -> None:
    if status.coverage not in (SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION):
        what = "a signature does not cover its whole revision"
        findings.append(Finding(kind=FindingKind.UNCOVERED_BYTES, what=what))


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
    """Run to the end, also where the calling thread runs an event loop: offline there is nothing to wait for.

    Raises:
        RuntimeError: It waited all the same.
    """
    try:
        question.send(None)
    except StopIteration:
        return
    question.close()
    raise RuntimeError("the second opinion waited for something")
