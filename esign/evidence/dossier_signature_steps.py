"""Steps about the signature: arithmetic done again from nothing but the bytes of the document.

No PDF library is asked here: the transcript names the byte range, the hole in it holds the CMS signature.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from esign.ceremony import Transcript
from esign.evidence.dossier_chain import check_key
from esign.evidence.dossier_findings import Findings
from esign.evidence.dossier_report import present, require
from esign.evidence.dossier_tokens import verify_stamp
from esign.foundation.canonical import parse_canonical
from esign.foundation.digests import sha256
from esign.pades import (
    CeremonyEvidence,
    EmbeddedSignature,
    Statement,
    der,
    range_digest,
    read_signatures,
    read_signed_attributes,
    read_signed_data,
    seal_attributes,
    signed_data,
)
from esign.policy import LegalLevel
from esign.validation import ReleaseExpectation, TrustAnchors, check_release

DOCUMENT = "document.pdf"
TRANSCRIPT = "transcript.json"
SIGNER = "certificates/signer.der"
COMPANY_FIELD = "Company"
"""Field of the company's seal in the document."""
TOLERANCE = timedelta(minutes=5)
"""How far the company's clock and the timestamp authority's may lie apart."""

_DEMANDS_PASSKEY = re.compile(rb"user_verification:[ \t]+required\b")
_HOLE = re.compile(rb"<((?:[0-9A-Fa-f]{2})+)>")


def transcript_read(found: Findings) -> str:
    """Read the transcript: it names everything that the others are compared with."""
    found.transcript = Transcript.parse(found.dossier.transcript)
    found.tau = found.transcript.tau
    found.level = found.transcript.statement.level
    found.signatory = found.transcript.signatory.name
    found.sandbox = found.transcript.statement.trust == "sandbox"
    return "the transcript is complete and canonical"


def signature_holds(found: Findings) -> str:
    """1. Cut the signature out of the hole. 2. It is in its one form, and its value holds under its certificate."""
    found.cms = read_signed_data(_hole(found))
    own = found.cms.certificate
    check_key(own)
    again = signed_data(
        attributes=found.cms.attributes,
        signature=found.cms.signature,
        certificate=own,
        chain=[item for item in found.cms.certificates if item != own],
        signature_timestamp=found.cms.signature_timestamp,
    )
    require(again == _hole(found), "the document's signature is not in its one form", DOCUMENT)
    require(own == found.dossier.certificate, "it is not the certificate that signed", SIGNER)
    return "the signature value holds over the signed attributes under the certificate's key"


def document_is_signed(found: Findings) -> str:
    """The digest over the byte range is the one that was signed, and the one that the transcript names."""
    found.attributes = read_signed_attributes(found.cms.attributes)
    _, hole, behind, rest = found.transcript.document.byte_range
    pdf = found.dossier.document
    digest = sha256(pdf[:hole], pdf[behind : behind + rest])
    require(digest == found.attributes.document_digest, "the document is not the one that was signed", DOCUMENT)
    require(digest == found.transcript.document.sha256, "the transcript is about another document", TRANSCRIPT)
    for revision in found.transcript.document.revisions:
        prefix = sha256(pdf[: revision.length])
        require(prefix == revision.sha256, "an earlier revision is another one than was shown", DOCUMENT)
    return "the document is, byte for byte, the one that was signed"


def signing_time_is_proven(found: Findings) -> str:
    """The signature timestamp is over this signature value and leads to an anchor."""
    token = present(found.cms.signature_timestamp, "the signature has no timestamp", DOCUMENT)
    found.proven_at = verify_stamp(token, sha256(found.cms.signature), anchors=found.anchors).gen_time
    found.signed_at = found.proven_at
    issued = datetime.fromtimestamp(found.transcript.issued_at, tz=found.proven_at.tzinfo)
    require(found.proven_at >= issued - TOLERANCE, "it is signed before the transcript was made", TRANSCRIPT)
    return f"the signature existed at {found.proven_at.isoformat()}"


def evidence_binds_transcript(found: Findings) -> str:
    """What stands inside the signature is about this transcript, this certificate, this policy, this capsule."""
    evidence, said = found.attributes.evidence, found.transcript.statement
    require(evidence.transcript == found.tau, "the signature is over another transcript", TRANSCRIPT)
    certificate = sha256(found.dossier.certificate)
    require(
        found.attributes.certificate_digest == certificate,
        "the signature names another certificate",
        SIGNER,
    )
    expected = Statement(
        level=LegalLevel.parse(said.level).value,
        held_by=said.held_by,
        identified_by=said.identified_by,
        trust=said.trust,
    )
    require(evidence.statement == expected, "the signature states something else than the transcript", TRANSCRIPT)
    policy = found.transcript.policy
    same = (policy.oid, policy.sha256) == (found.attributes.policy_oid, found.attributes.policy_digest)
    require(same, "the signature is under another policy than the transcript", TRANSCRIPT)
    require(evidence.capsule == found.dossier.capsule.digest, "the signature is about another capsule", "capsule.json")
    statement = found.dossier.user_verification
    digest = None if statement is None else statement.digest
    require(
        evidence.user_verification == digest,
        "the signature is about another user verification",
        "user-verification.json",
    )
    return "the signature binds exactly this transcript"


def transcript_binds_texts(found: Findings) -> str:
    """Declaration, summary, policy, agent and contract data are those that the transcript fixes."""
    dossier, transcript = found.dossier, found.transcript
    contract = [file.sha256 for file in transcript.document.attachments if file.name == "contract.json"]
    for part, fixed in (
        ("declaration.txt", transcript.declaration.sha256),
        ("summary.json", transcript.order.summary),
        ("policy.yaml", transcript.policy.sha256),
        ("agent-manifest.json", transcript.agent),
        ("contract.json", contract[0] if len(contract) == 1 else b""),
    ):
        require(sha256(found.parts[part]) == fixed, "it is another one than the transcript fixes", part)
    met = transcript.user_verification == "passkey" or not _demands_passkey(dossier.policy)
    require(met, "it demands a verified user, and the transcript asks for none", "policy.yaml")
    further = parse_canonical(found.parts["contract.json"]).get("further_signatories", [])
    alone = found.several or not further
    require(alone, "the contract names further signatories", "contract.json")
    if transcript.statement.level != "simple":  # a transcript of the simple level names none, or cannot be read
        own = sha256(dossier.certificate)
        require(transcript.signatory.certificate == own, "it is another one than the transcript fixes", SIGNER)
    return "declaration, summary, policy, agent and contract data are those that were declared"


def document_is_valid(found: Findings, others: tuple[Findings, ...] = ()) -> str:
    """The document passes the verdict of the validation room: changes, timestamps, revocation data, level.

    It is judged as at the instant of its own timestamp: what it holds was fresh then, and the dossier may be made years
    later.
    """
    signatures = read_signatures(found.dossier.document)
    expected = [_expected(each, signatures) for each in sorted((found, *others), key=_place)]
    expected += company_seal(found, signatures)
    last = signatures[-1]
    # What follows would refuse any other kind too (no token over that digest); this says plainly what is missing.
    require(last.kind == "DocTimeStamp", "the document has no timestamp", DOCUMENT)
    digest = range_digest(found.dossier.document, last.byte_range)
    stamped_at = verify_stamp(last.cms, digest, anchors=found.anchors).gen_time
    late = found.dossier_at is not None and stamped_at > found.dossier_at + TOLERANCE
    require(not late, "the document timestamp is later than the dossier", DOCUMENT)
    judge = partial(
        check_release,
        found.dossier.document,
        expected=replace(expected[-1], timestamped=True),
        earlier=tuple(expected[:-1]),
        trust=TrustAnchors(certificates=found.anchors),
    )
    report = judge(at=found.at or stamped_at)
    words = "; ".join(f"{finding.kind}: {finding.what}" for finding in report.findings)
    if not report.passed and found.at is not None and judge(at=stamped_at).passed:
        words = (
            f"judged as at {found.at.isoformat()}, what the document holds does not suffice ({words}); as at its own "
            f"timestamp of {stamped_at.isoformat()}, which is what counts, nothing speaks against it"
        )
    require(report.passed, words, DOCUMENT)
    judged = (found.at or stamped_at).isoformat()
    return (
        "nothing was changed after signing beyond what the signature permits; chains and timestamps are good, judged "
        f"as at {judged}{'' if found.at else ', the instant of its own timestamp'}"
    )


def _demands_passkey(policy: bytes) -> bool:
    """Tell whether a line of the policy's source demands that a passkey verifies the user (docs/dossier-spec.md)."""
    return any(_DEMANDS_PASSKEY.match(line) for line in policy.split(b"\n"))


def _place(found: Findings) -> int:
    return found.transcript.document.length


def _expected(found: Findings, signatures: Sequence[EmbeddedSignature]) -> ReleaseExpectation:
    """Return what a signatory's signature in the document must be, by the transcript."""
    document = found.transcript.document
    fields = [s.field for s in signatures if s.byte_range == document.byte_range]
    # None: the release check would name a missing field; two: no two signatures can have one byte range.
    require(len(fields) == 1, "the signature is not in the document exactly once", DOCUMENT)
    evidence: CeremonyEvidence = found.attributes.evidence
    return ReleaseExpectation(
        field=fields[0],
        byte_range=document.byte_range,
        document_digest=document.sha256,
        attributes=found.cms.attributes,
        evidence=evidence,
        certificate=found.dossier.certificate,
        level=evidence.statement.level,
        timestamped=False,
    )


def company_seal(found: Findings, signatures: Sequence[EmbeddedSignature]) -> tuple[ReleaseExpectation, ...]:
    """Return what the company's seal in the document must be; nothing where the contract data ask for none."""
    if parse_canonical(found.dossier.contract).get("company_signature", "none") != "seal":
        return ()
    seals = [s for s in signatures if s.field == COMPANY_FIELD]
    require(len(seals) == 1, "the company's seal is not in the document exactly once", DOCUMENT)
    digest = range_digest(found.dossier.document, seals[0].byte_range)
    certificate = read_signed_data(seals[0].cms).certificate
    check_key(certificate)
    return (
        ReleaseExpectation(
            field=COMPANY_FIELD,
            byte_range=seals[0].byte_range,
            document_digest=digest,
            attributes=seal_attributes(document_digest=digest, certificate=certificate),
            evidence=None,
            certificate=certificate,
            level=0,
            timestamped=False,
        ),
    )


def _hole(found: Findings) -> bytes:
    _, hole, behind, _ = found.transcript.document.byte_range
    digits = _HOLE.fullmatch(found.dossier.document[hole:behind])
    raw = bytes.fromhex(present(digits, "the hole is not one hexadecimal string", DOCUMENT)[1].decode("ascii"))
    return raw[: der.element_length(raw)]
