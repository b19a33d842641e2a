"""Verifying a dossier: one file in, a report out. Without network, without database, without us."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from esign.evidence import dossier_identity_steps as identity
from esign.evidence import dossier_record_steps as record
from esign.evidence import dossier_signature_steps as signature
from esign.evidence.dossier_chain import chain_above, check_key
from esign.evidence.dossier_container import read_container
from esign.evidence.dossier_findings import Findings
from esign.evidence.dossier_formation_ends import FORMATION
from esign.evidence.dossier_formation_step import formation_concludes, is_recorded
from esign.evidence.dossier_manifest import (
    SEAL,
    SEAL_TYPE,
    SEALED_MANIFEST,
    STAMPED_MANIFEST,
    TIMESTAMP,
    TIMESTAMP_TYPE,
    check_manifest,
)
from esign.evidence.dossier_parts import Dossier, PartError
from esign.evidence.dossier_party import seen_by, whole_name
from esign.evidence.dossier_report import DossierReport, PrefixedSteps, Steps, present, require
from esign.evidence.dossier_seal import check_seal
from esign.evidence.dossier_together import signatories_belong_together
from esign.evidence.dossier_tokens import verify_lone_stamp
from esign.foundation.digests import sha256
from esign.identity import CertificateFacts
from esign.proof.certificate_path import verify_path

FRAME = (SEALED_MANIFEST, SEAL, STAMPED_MANIFEST, TIMESTAMP)


def verify_dossier(data: bytes, *, anchors: tuple[bytes, ...], at: datetime | None = None) -> DossierReport:
    """Return what a dossier proves. Never raises, whatever the bytes are.

    1. ``container``: every byte is where it must be. 2. ``manifest``: the parts are those that were sealed.
    3. ``timestamp``: the dossier existed then. 4. ``seal``: the company sealed it. 5. ``parts``: each is in its one
    form. 6. ``transcript``: readable. 7. ``signature``: its value holds. 8. ``document``: it is the one signed.
    9. ``signing_time``: proven by a timestamp. 10. ``evidence``: the signature binds the transcript.
    11. ``texts``: the transcript binds declaration, summary, policy, agent, contract data. 12. ``request``: possession
    of the key. 13. ``identity``: the provider's word over this key. 14. ``provider``: whose keys. 15. ``certificate``.
    16. ``messages``: by the device's key. 17. ``intent``: declared and proved. 18. ``user_verification``.
    19. ``ledger``: the same story, in a timestamped head. 20. ``commitments``. 21. ``formation``: declarations in
    form, by the order control, received in time. 22. ``verdict``: the whole document, by a second implementation.
    23. ``disclosure``: what the seed settles, if it is disclosed.

    Where several signed, steps 6 to 20 and 23 are taken for each – names begin with ``signatory-2.`` and so on for all
    but the first – and before step 19 ``signatories`` holds them against the contract data and each other.

    What it cannot show: that no further entries about the contract exist in the ledger, and that certificates were not
    revoked after the signature (revocation data are those in the document).

    Args:
        data: The file.
        anchors: Trusted certificates (DER) for signatories, seals, timestamps and identity providers.
        at: The instant of the verdict on the document; by default that of the dossier's own timestamp.
    """
    found = Findings(anchors=tuple(anchors), at=at)
    steps = Steps()
    _frame(steps, found, data)
    everybody = _everybody(found)
    several = len(everybody) > 1
    views = [(steps if each.number == 1 else _view(steps, each.number), each) for each in everybody]
    for view, each in views:
        _signature(view, each)
        _identity(view, each)
    if several:
        transcripts = tuple(f"{_prefix(each.number)}transcript" for each in everybody)
        steps.run("signatories", partial(signatories_belong_together, everybody), after=transcripts)
    for view, each in views:
        _record(view, each, after=("signatories",) if several else ())
    _formation(steps, everybody)
    _verdict(steps, everybody)
    for view, each in views:
        _disclosure(view, each)
    times = [each.signed_at for each in everybody]
    return DossierReport(
        valid=steps.hold,
        sandbox=any(each.sandbox for each in everybody),
        level=found.level,
        signatory=found.signatory,
        proven_at=max((time for time in times if time is not None), default=None) if None not in times else None,
        dossier_at=found.dossier_at,
        steps=steps.all,
        signatories=tuple(each.signatory for each in everybody if each.signatory is not None),
    )


def _prefix(number: int) -> str:
    return "" if number == 1 else f"signatory-{number}."


def _view(steps: Steps, number: int) -> PrefixedSteps:
    return steps.of(_prefix(number), partial(whole_name, number=number))


def _everybody(found: Findings) -> tuple[Findings, ...]:
    """Return findings for each signatory; each sees the own parts and the shared ones under their plain names."""
    dossier = getattr(found, "dossier", None)
    if dossier is None or dossier.signatories == 1:
        return (found,)
    others = []
    for number in range(2, dossier.signatories + 1):
        other = Findings(anchors=found.anchors, at=found.at, parts=seen_by(found.parts, number), number=number)
        other.dossier, other.dossier_at = dossier.of(number), found.dossier_at
        others.append(other)
    found.parts, found.dossier = seen_by(found.parts, 1), dossier.of(1)
    for each in (found, *others):
        each.several = True
    return (found, *others)


def _frame(steps: Steps, found: Findings, data: bytes) -> None:
    steps.run("container", partial(_container, found, data))
    steps.run("manifest", partial(_manifest, found), after=("container",))
    steps.run("timestamp", partial(_timestamp, found), part=TIMESTAMP, after=("container",))
    steps.run("seal", partial(_seal, found), part=SEAL, after=("manifest", "timestamp"))
    steps.run("parts", partial(_parts, found), after=("container",))


def _signature(steps: Steps | PrefixedSteps, found: Findings) -> None:
    def run(name: str, check: Callable[[Findings], str], part: str, *after: str) -> None:
        steps.run(name, partial(check, found), part=part, after=after)

    run("transcript", signature.transcript_read, signature.TRANSCRIPT, "parts")
    run("signature", signature.signature_holds, signature.DOCUMENT, "transcript")
    run("document", signature.document_is_signed, signature.DOCUMENT, "signature")
    run("signing_time", signature.signing_time_is_proven, signature.DOCUMENT, "signature")
    run("evidence", signature.evidence_binds_transcript, signature.TRANSCRIPT, "document")
    run("texts", signature.transcript_binds_texts, signature.TRANSCRIPT, "evidence")


def _identity(steps: Steps | PrefixedSteps, found: Findings) -> None:
    simple = "at the simple level nobody but the mail's recipient is identified"
    names = ("request", "identity", "provider")
    checks = (identity.request_shows_possession, identity.person_is_identified, identity.provider_is_trusted)
    after = (("evidence",), ("request", "signing_time"), ("identity",))
    for name, check, before in zip(names, checks, after, strict=True):
        if found.level == "simple":
            steps.skip(name, simple)
        else:
            steps.run(name, partial(check, found), part=identity.ENROLMENT, after=before)
    steps.run(
        "certificate",
        partial(identity.certificate_is_the_signatorys, found),
        part=identity.SIGNER,
        after=("evidence", "identity", "signing_time"),
    )


def _record(steps: Steps | PrefixedSteps, found: Findings, after: tuple[str, ...]) -> None:
    steps.run("messages", partial(record.messages_are_the_devices, found), part="messages", after=("evidence",))
    steps.run("intent", partial(record.intent_was_declared, found), part="messages", after=("messages",))
    claimed = found.level is None or found.transcript.user_verification != "none"
    if not claimed and found.dossier.user_verification is None:
        steps.skip("user_verification", "the device had no passkey, and the signature does not claim one")
    else:
        check = partial(identity.user_was_verified, found)
        steps.run("user_verification", check, part="user-verification.json", after=("evidence", "request"))
    check = partial(record.ledger_tells_the_same, found)
    steps.run("ledger", check, part=record.LEDGER, after=("evidence", *after))
    steps.run("commitments", partial(record.commitments_open, found), part=record.COMMITMENTS, after=("ledger",))


def _formation(steps: Steps, everybody: tuple[Findings, ...]) -> None:
    needed = tuple(f"{_prefix(each.number)}commitments" for each in everybody)
    if steps.passed("parts", *needed) and not is_recorded(everybody[0].entries, everybody[0].parts):
        steps.skip("formation", "the contract is from before it was recorded how contracts come about")
        return
    check = partial(formation_concludes, everybody)
    steps.run("formation", check, part=FORMATION, after=needed)


def _verdict(steps: Steps, everybody: tuple[Findings, ...]) -> None:
    first, *others = everybody
    steps.run(
        "verdict",
        partial(signature.document_is_valid, first, tuple(others)),
        part=signature.DOCUMENT,
        after=tuple(f"{_prefix(each.number)}{name}" for each in everybody for name in ("signing_time", "document")),
    )


def _disclosure(steps: Steps | PrefixedSteps, found: Findings) -> None:
    if "disclosure.json" in found.parts:
        check = partial(record.seed_settles_the_dispute, found)
        steps.run("disclosure", check, part="disclosure.json", after=("messages", "evidence"))
    else:
        steps.skip("disclosure", "the seed is not disclosed: there is no dispute")


def _container(found: Findings, data: bytes) -> str:
    found.parts = read_container(data)
    for name in FRAME:
        if name not in found.parts:
            raise PartError("missing", part=name)
    return f"{len(found.parts)} parts, every byte in its place"


def _manifest(found: Findings) -> str:
    inner = {name: data for name, data in found.parts.items() if name not in FRAME}
    check_manifest(found.parts[SEALED_MANIFEST], inner, signature=SEAL, kind=SEAL_TYPE, own_name=SEALED_MANIFEST)
    outer = {**inner, SEALED_MANIFEST: found.parts[SEALED_MANIFEST], SEAL: found.parts[SEAL]}
    check_manifest(
        found.parts[STAMPED_MANIFEST], outer, signature=TIMESTAMP, kind=TIMESTAMP_TYPE, own_name=STAMPED_MANIFEST
    )
    return "the parts are exactly those that were sealed and timestamped"


def _timestamp(found: Findings) -> str:
    digest = sha256(found.parts[STAMPED_MANIFEST])
    found.dossier_at = verify_lone_stamp(found.parts[TIMESTAMP], digest, anchors=found.anchors).gen_time
    return f"the dossier existed at {found.dossier_at.isoformat()}"


def _seal(found: Findings) -> str:
    seal = check_seal(found.parts[SEAL], found.parts[SEALED_MANIFEST])
    at = present(found.dossier_at, "the dossier has no time", TIMESTAMP)
    check_key(seal.certificate)
    chain_above(seal.certificate, seal.certificates)
    verify_path(seal.certificate, intermediates=seal.certificates, anchors=found.anchors, at=at)
    facts = CertificateFacts.read(seal.certificate)
    require(facts.key_binding is None, "it is made with a signatory's certificate", SEAL)
    return "the seal holds and its certificate leads to an anchor"


def _parts(found: Findings) -> str:
    inner = {name: data for name, data in found.parts.items() if name not in FRAME}
    found.dossier = Dossier.from_parts(inner)
    return "every part is there and in its one form"
