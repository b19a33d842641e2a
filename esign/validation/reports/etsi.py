"""The validation report in XML that other validators read.

What the standard has no element for, our findings and what was done behind a signature, stands beside its status as
report data of our own types. The notice that the report does not come from a qualified service is part of each.

Source: ETSI TS 119 102-2 V1.4.1, clauses 4.2 to 4.5 and annex A.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from esign.foundation.digests import sha256
from esign.foundation.identifiers import Oid
from esign.policy import policies_root
from esign.validation.process import Indication, Outcome, Step, SubIndication
from esign.validation.qualification import Qualification
from esign.validation.reports.etsi_attributes import attributes_of
from esign.validation.reports.etsi_objects import Objects, name_of_object, status_of
from esign.validation.reports.etsi_xml import (
    DIGEST_SHA256,
    DIGESTS,
    DS,
    PREFIX,
    TSL,
    XADES,
    base64_of,
    child,
    digest,
    element,
    instant,
    reference,
    root,
    written,
)
from esign.validation.reports.phrases import SAYING
from esign.validation.reports.subject import Maker, Subject
from esign.validation.verdict import FileVerdict, SignatureVerdict, words

NO_SIGNATURE = "urn:cef:dss:mainindication:noSignatureFound"
"""The identifier that EU DSS uses for a file without signatures; the standard has none."""
_QUALITY = {
    Qualification.QUALIFIED_SIGNATURE: "QESig",
    Qualification.QUALIFIED_SEAL: "QESeal",
    Qualification.ADVANCED_SIGNATURE_QC: "AdESigQC",
    Qualification.ADVANCED_SEAL_QC: "AdESealQC",
    Qualification.WEB: "notApplicable",
    Qualification.NOT_QUALIFIED: "Unknown",
}
"""How the standard's *signature quality* is named: the identifiers of EU DSS, which other validators read."""
_BLOCKS = {
    "5.2.2": "formatChecking",
    "5.2.3": "identificationOfTheSigningCertificate",
    "5.2.4": "validationContextInitialization",
    "5.2.5": "revocationFreshnessChecker",
    "5.2.6": "x509CertificateValidation",
    "5.2.7": "cryptographicVerification",
    "5.2.8": "signatureAcceptanceValidation",
}
"""Building blocks by clause of EN 319 102-1."""
_OUTCOMES = {Outcome.PASSED: "passed", Outcome.FAILED: "failed", Outcome.OPEN: "indeterminate"}
_SIGNER_REVOKED = frozenset({SubIndication.REVOKED, SubIndication.REVOKED_NO_POE})
_CLAUSE = "EN 319 102-1 clause "


def etsi_report(verdict: FileVerdict, subject: Subject, maker: Maker) -> bytes:
    """Return the report as XML, without a signature.

    Args:
        verdict: What was found.
        subject: The file.
        maker: Who makes the report.
    """
    document = root("ValidationReport")
    objects = Objects(verdict)
    for number, signature in enumerate(verdict.signatures):
        document.append(_signature(number, signature, verdict, subject, objects))
    if not verdict.signatures:
        document.append(_nothing(verdict, subject))
    found = objects.write()
    if found is not None:
        document.append(found)
    document.append(_validator(maker))
    return written(document)


def _signature(
    number: int, signature: SignatureVerdict, verdict: FileVerdict, subject: Subject, objects: Objects
) -> Any:
    place, result = signature.place, signature.result
    report = element("SignatureValidationReport")
    name = sha256(place.value, str(number).encode()).hex().upper()
    identifier = child(report, "SignatureIdentifier", id=f"S-{name}")
    if place.attributes_digest:
        digest(identifier, DIGEST_SHA256, place.attributes_digest)
    if place.value:
        child(identifier, "SignatureValue", base64_of(place.value), namespace=DS)
    child(identifier, "HashOnly", "false")
    child(identifier, "DocHashOnly", "false")
    child(identifier, "DAIdentifier", signature.field)
    report.append(_constraints(result.steps))
    times = child(report, "ValidationTimeInfo")
    child(times, "ValidationTime", instant(verdict.at))
    times.append(objects.best_proof(result, signature.proven_at))
    if place.document_digest and place.digest_algorithm in DIGESTS:
        digest(child(report, "SignersDocument"), DIGESTS[place.digest_algorithm], place.document_digest)
    attributes = attributes_of(signature)
    if attributes is not None:
        report.append(attributes)
    if result.signer is not None:
        information = child(report, "SignerInformation")
        reference(information, "SignerCertificate", name_of_object("certificate", sha256(result.signer)))
        if signature.signer:
            child(information, "Signer", signature.signer)
    quality = _quality(signature)
    if quality:
        child(child(report, "SignatureQuality"), "SignatureQualityInformation", quality)
    _process(report)
    _status(report, signature, objects)
    _other(report, verdict, subject, signature)
    return report


def _constraints(steps: Iterable[Step]) -> Any:
    evaluation = element("ValidationConstraintsEvaluationReport")
    policy = child(evaluation, "SignatureValidationPolicy")
    named = child(child(policy, "SignaturePolicyIdentifier"), "SignaturePolicyId", namespace=XADES)
    child(
        child(named, "SigPolicyId", namespace=XADES), "Identifier", f"urn:oid:{Oid.VALIDATION_POLICY}", namespace=XADES
    )
    source = (policies_root() / "cryptography" / "ts-119-312.yaml").read_bytes()
    hashed = child(named, "SigPolicyHash", namespace=XADES)
    child(hashed, "DigestMethod", namespace=DS, Algorithm=DIGEST_SHA256)
    child(hashed, "DigestValue", base64_of(sha256(source)), namespace=DS)
    child(policy, "PolicyName", "esign: EN 319 102-1 with the cryptographic constraints of TS 119 312")
    for step in steps:
        block = _BLOCKS.get(step.clause.removeprefix(_CLAUSE)) if step.number.count(".") == 1 else None
        if block is None or not step.number.startswith("1."):
            continue
        constraint = child(evaluation, "ValidationConstraint")
        child(constraint, "ValidationConstraintIdentifier", f"urn:cef:dss:bbb:{block}")
        child(child(constraint, "ConstraintStatus"), "Status", f"{PREFIX}:constraintStatus:applied")
        if step.outcome in _OUTCOMES:
            status = child(constraint, "ValidationStatus")
            child(status, "MainIndication", f"{PREFIX}:mainindication:{_OUTCOMES[step.outcome]}")
    return evaluation


def _quality(signature: SignatureVerdict) -> str:
    """Return the identifier of the quality; the lists' answer is open where the signature is."""
    found = signature.qualification
    if found is None:
        return ""
    name = _QUALITY.get(found, "indeterminateUnknown")
    if signature.indication is Indication.INDETERMINATE and name not in ("notApplicable", "indeterminateUnknown"):
        name = f"indeterminate{name}"
    if signature.indication is Indication.TOTAL_FAILED:
        name = "notApplicable"
    return f"urn:cef:dss:signatureQualification:{name}"


def _process(report: Any) -> None:
    process = child(report, "SignatureValidationProcess")
    child(process, "SignatureValidationProcessID", f"{PREFIX}:validationprocess:LTA")
    child(process, "SignatureValidationServicePolicy", f"urn:oid:{Oid.VALIDATION_POLICY}")


def _status(report: Any, signature: SignatureVerdict, objects: Objects) -> None:
    result = signature.result
    status = status_of(report, signature.indication, signature.sub_indication, result.chain, signature=True)
    data = status.find(f"{{{status.nsmap[None]}}}AssociatedValidationReportData")
    if data is None:
        data = child(status, "AssociatedValidationReportData")
    if result.trusted and result.chain:
        anchor = element("TrustAnchor")
        anchor.set("VOReference", name_of_object("certificate", sha256(result.chain[-1])))
        data.insert(0, anchor)
    used = objects.used_by(result)
    if used:
        reference(data, "RelatedValidationObject", used)
    if result.revoked_at is not None and result.signer is not None and signature.sub_indication in _SIGNER_REVOKED:
        revoked = child(data, "RevocationStatusInformation")
        reference(revoked, "ValidationObjectId", name_of_object("certificate", sha256(result.signer)))
        child(revoked, "RevocationTime", instant(result.revoked_at))
    rows = [(f"finding:{one.kind.value}", one.what) for one in signature.findings]
    rows += [
        (f"change:{'permitted' if one.permitted else 'forbidden'}:{one.kind.value}", one.what)
        for one in signature.changes.changes
    ]
    if rows:
        more = child(data, "AdditionalValidationReportData")
        for kind, what in rows:
            entry = child(more, "ReportData")
            child(entry, "Type", f"urn:oid:{Oid.VALIDATION_POLICY}#{kind}")
            child(entry, "Value", what)
    if not len(data):
        status.remove(data)


def _other(report: Any, verdict: FileVerdict, subject: Subject, signature: SignatureVerdict | None) -> None:
    """Write what the standard has no place for, each with a name of our own."""
    holder = child(report, "OtherInformation")
    said = {
        "Notice": SAYING["not_qualified_short"]["en"],
        "Sandbox": words.SANDBOX["en"] if verdict.sandbox else None,
        "File": subject.name,
        "FileSha256": subject.sha256.hex(),
        "FileOutcome": verdict.outcome.value,
        "FileClean": str(verdict.clean).lower(),
        "Error": None if verdict.error is None else f"{verdict.error.code}: {verdict.error.detail}",
    }
    if signature is not None:
        said |= {"Level": signature.level, "LegalLevel": signature.legal_level, "Reason": signature.result.reason}
    for name, text in said.items():
        if text is not None:
            child(holder, name, text, namespace=f"urn:oid:{Oid.VALIDATION_POLICY}")


def _nothing(verdict: FileVerdict, subject: Subject) -> Any:
    """Return the report on a file in which no signature was found, or none could be looked for."""
    report = element("SignatureValidationReport")
    status = child(report, "SignatureValidationStatus")
    unread = verdict.error is not None
    child(status, "MainIndication", f"{PREFIX}:mainindication:indeterminate" if unread else NO_SIGNATURE)
    _other(report, verdict, subject, None)
    return report


def _validator(maker: Maker) -> Any:
    validator = element("SignatureValidator")
    identity = child(validator, "DigitalId")
    if maker.certificate is not None:
        child(identity, "X509Certificate", base64_of(maker.certificate), namespace=TSL)
    else:
        other = child(identity, "Other", namespace=TSL)
        child(other, "Program", maker.name, namespace=f"urn:oid:{Oid.VALIDATION_POLICY}")
    said = {"Operator": maker.operator, "Sandbox": SAYING["sandbox_seal"]["en"] if maker.sandbox else ""}
    if any(said.values()):
        information = child(validator, "OtherInformation")
        for name, text in said.items():
            if text:
                child(information, name, text, namespace=f"urn:oid:{Oid.VALIDATION_POLICY}")
    return validator
