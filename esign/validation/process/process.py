"""The validation process for signatures with archival data, which holds all others in it.

1. Everything is read (:mod:`esign.validation.process.gather`). 2. All timestamps are validated, the newest first, and
give proofs of existence (:mod:`esign.validation.process.stamps`). 3. Each signature goes through basic validation, then
validation with time and long-term data, and, where that leaves it open and a document timestamp covers it, through past
signature validation with all proofs. 4. The earliest proof is the time since when the signature is proven to exist.

Whatever bytes come in, the answer is a value for each object.

Source: ETSI EN 319 102-1 clause 5.6.3.4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from esign.validation.certificates import TrustAnchors
from esign.validation.findings import Finding, FindingKind
from esign.validation.process.basic import validate_basic
from esign.validation.process.context import Context
from esign.validation.process.gather import gather, identifiers
from esign.validation.process.inputs import Constraints, Material, SignatureKind, SignatureObject
from esign.validation.process.one import signature_result, stamp_result
from esign.validation.process.placed import Fingerprints, Placed
from esign.validation.process.poe import ProofsOfExistence
from esign.validation.process.pool import CertificatePool
from esign.validation.process.result import Indication, Record, SubIndication, outcome_of
from esign.validation.process.revocation import RevocationData
from esign.validation.process.signed import Signed
from esign.validation.process.stamps import Token, validate_stamps
from esign.validation.process.suites import CryptographicSuites
from esign.validation.process.validated import LevelMaterial, Validated


def validate(
    objects: Sequence[SignatureObject],
    *,
    material: Material,
    trust: TrustAnchors,
    suites: CryptographicSuites,
    at: datetime,
    constraints: Constraints | None = None,
) -> tuple[Validated, ...]:
    """Return what the process says about every signature and document timestamp of a file.

    Args:
        objects: In the order of the file.
        material: Validation data beside them.
        trust: Trust anchors; nothing else is trusted.
        suites: Cryptographic constraints.
        at: The instant of the validation.
        constraints: What the standard leaves to the policy.
    """
    at = at.astimezone(UTC)
    try:
        return _validate(objects, material, trust, suites, at, constraints or Constraints())
    except Exception as error:  # the last fence: a check that broke is no proof of anything
        return tuple(_broken(source, f"a check broke: {type(error).__name__}") for source in objects)


def _validate(
    objects: Sequence[SignatureObject],
    material: Material,
    trust: TrustAnchors,
    suites: CryptographicSuites,
    at: datetime,
    constraints: Constraints,
) -> tuple[Validated, ...]:
    pool = CertificatePool(trust.certificates)
    gathered = gather(objects, material, pool)
    revocation = RevocationData(
        pool, gathered.crls, gathered.ocsp_responses, higher_responders=constraints.higher_responders
    )
    context = Context(pool=pool, revocation=revocation, suites=suites, constraints=constraints, at=at)
    poes = ProofsOfExistence(at)
    signatures = [signed for signed in gathered.signed if signed is not None and not signed.purpose.stamps]
    everything = [*(signed for signed in gathered.signed if signed is not None), *(s.signed for s in gathered.stamps)]
    placed = Placed(material, Fingerprints(), everything)
    known = identifiers(gathered, material, placed.fingerprints)
    tokens = validate_stamps(gathered.stamps, signatures, placed, poes, context)
    results = []
    for source, signed, problems in zip(objects, gathered.signed, gathered.problems, strict=True):
        if signed is None:
            results.append(_unreadable(source, problems))
            continue
        try:
            result = _one(signed, tokens, known, placed, poes, context)
        except Exception as error:  # as above, for one object
            results.append(_broken(source, f"a check broke: {type(error).__name__}"))
            continue
        results.append(_with(result, _side_findings(signed, problems, context)))
    return tuple(results)


def _one(
    signed: Signed,
    tokens: Sequence[Token],
    known: tuple[bytes, ...],
    placed: Placed,
    poes: ProofsOfExistence,
    context: Context,
) -> Validated:
    own = next((token for token in tokens if token.signed is signed), None)
    if own is not None:
        return stamp_result(own, tokens, known, poes, context)
    basic = validate_basic(signed, context)
    return signature_result(signed, basic, tokens, known, placed, poes, context)


def _side_findings(signed: Signed, problems: tuple[str, ...], context: Context) -> tuple[Finding, ...]:
    found = [Finding(kind=FindingKind.TIMESTAMP_INVALID, what=what) for what in problems]
    if signed.message is not None and signed.message.rest:
        what = "something other than zeros stands behind the signature's CMS"
        found.append(Finding(kind=FindingKind.SIGNATURE_DICTIONARY_INCONSISTENT, what=what))
    if context.pool.exhausted:
        what = "there are more certificates or paths than are tried"
        found.append(Finding(kind=FindingKind.LIMIT_EXCEEDED, what=what))
    return tuple(found)


def _with(result: Validated, more: tuple[Finding, ...]) -> Validated:
    if not more:
        return result
    return replace(result, findings=tuple(dict.fromkeys((*result.findings, *more))))


def _unreadable(source: SignatureObject, problems: tuple[str, ...]) -> Validated:
    what = problems[0] if problems else "it cannot be read"
    record = Record()
    reason = SubIndication.FORMAT_FAILURE
    record.note("Format", "EN 319 102-1 clause 5.2.2", outcome_of(reason), what)
    return Validated(
        kind=source.kind,
        indication=Indication.TOTAL_FAILED,
        sub_indication=reason,
        reason=what,
        signed_at=source.claimed_at if source.kind is SignatureKind.SIGNATURE else None,
        steps=tuple(record.steps),
        findings=(Finding(kind=FindingKind.FORMAT_FAILURE, what=what),),
        level=LevelMaterial(readable=False, subfilter=source.subfilter),
    )


def _broken(source: SignatureObject, what: str) -> Validated:
    return Validated(
        kind=source.kind,
        indication=Indication.INDETERMINATE,
        sub_indication=SubIndication.POLICY_PROCESSING_ERROR,
        reason=what,
        findings=(Finding(kind=FindingKind.FORMAT_FAILURE, what=what),),
        level=LevelMaterial(readable=False, subfilter=source.subfilter),
    )
