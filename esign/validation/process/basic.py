"""The validation process for basic signatures, for signatures and timestamps alike.

1. Format (done where the object was read). 2. Identification of the signing certificate. 3. Validation context: a
signature policy is noted. 4. X.509 certificate validation. 5. Cryptographic verification. 6. Signature acceptance:
attributes and cryptographic constraints. 7. The reason is that of the first that failed; cryptography goes before
certificates (step 5).

Source: ETSI EN 319 102-1 clauses 5.2 and 5.3; clause 5.4 for timestamps.
"""

from __future__ import annotations

from dataclasses import dataclass

from esign.validation.process.algorithms import HASHES, digest
from esign.validation.process.certificate import Certificate
from esign.validation.process.chain_validation import ChainResult, validate_chain
from esign.validation.process.cms import DATA
from esign.validation.process.conditions import Condition, Problem, ordered
from esign.validation.process.context import Context
from esign.validation.process.pool import Path
from esign.validation.process.result import Outcome, Record, Step, SubIndication, outcome_of
from esign.validation.process.signed import Signed
from esign.validation.process.suites import Used
from esign.validation.process.tst import TST_INFO
from esign.validation.process.verification import Verification, verify_signed


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicResult:
    """What the process for basic signatures says.

    Args:
        reason: None if it passed.
        fatal: Whether no proof of existence can help.
        what: One sentence about the reason.
        problems: Everything that time may resolve.
        certificate: The signing certificate, if it was identified.
        path: Its path.
        chain: What became of the certificate; None if it came to nothing before.
        verification: What the cryptography says; None if it came to nothing before.
        steps: What was asked.
    """

    reason: SubIndication | None
    fatal: bool
    what: str
    problems: tuple[Problem, ...] = ()
    certificate: Certificate | None = None
    path: Path = ()
    chain: ChainResult | None = None
    verification: Verification | None = None
    steps: tuple[Step, ...] = ()

    @property
    def used(self) -> tuple[Used, ...]:
        """The algorithms that the signature rests on."""
        return self.verification.used if self.verification is not None else ()


def validate_basic(signed: Signed, context: Context) -> BasicResult:
    """Run the process for basic signatures at the current time."""
    record = Record()
    record.note("Format", "EN 319 102-1 clause 5.2.2", Outcome.PASSED)
    certificate, problem = identify(signed, context)
    reason = SubIndication.NO_SIGNING_CERTIFICATE_FOUND if certificate is None else None
    record.note("Identification of the signing certificate", "EN 319 102-1 clause 5.2.3", outcome_of(reason), problem)
    if certificate is None:
        return BasicResult(reason=reason, fatal=True, what=problem, steps=tuple(record.steps))
    policy = signed.attributes.policy
    record.note(
        "Validation context",
        "EN 319 102-1 clause 5.2.4",
        Outcome.NOTED,
        f"signature policy {policy}, not asked for by the constraints" if policy else "no signature policy",
        f"cryptographic constraints: {context.suites.name}",
    )
    fresh_at = min(signed.stamp.gen_time, context.at) if signed.stamp is not None else context.at
    chain = validate_chain(certificate, signed.purpose, context, fresh_at)
    first = chain.problems[0].reason if chain.problems else None
    record.note(
        "X.509 certificate validation",
        "EN 319 102-1 clause 5.2.6",
        outcome_of(chain.reason or first),
        chain.what,
        *(problem.what for problem in chain.problems),
        *(f"certificate {position}: {link.label}" for position, link in enumerate(chain.path)),
    )
    verification = verify_signed(signed, certificate)
    record.note(
        "Cryptographic verification",
        "EN 319 102-1 clause 5.2.7",
        outcome_of(verification.reason),
        verification.what,
        *(use.label for use in verification.used),
    )
    unacceptable, why = _accept(signed)
    weak = tuple(_weak(signed, verification, context))
    record.note(
        "Signature acceptance",
        "EN 319 102-1 clause 5.2.8",
        outcome_of(unacceptable or (weak[0].reason if weak else None)),
        why or "the signed attributes are as they should be",
        *(problem.what for problem in weak),
    )
    problems = ordered((*chain.problems, *weak))
    final = next(
        (
            (found, what)
            for found, what in (
                (verification.reason, verification.what),
                (chain.reason, chain.what),
                (unacceptable, why),
            )
            if found is not None
        ),
        None,
    )
    if final is None and problems:
        final = (problems[0].reason, problems[0].what)
    fatal = (verification.reason or chain.reason or unacceptable) is not None
    return BasicResult(
        reason=final[0] if final is not None else None,
        fatal=fatal,
        what=final[1] if final is not None else "passed",
        problems=problems,
        certificate=certificate,
        path=chain.path,
        chain=chain,
        verification=verification,
        steps=tuple(record.steps),
    )


def identify(signed: Signed, context: Context) -> tuple[Certificate | None, str]:
    """Return the signing certificate and how it was found, or None and why not.

    Source: ETSI EN 319 102-1 clause 5.2.3.4.
    """
    found = named(signed, context)
    if not found:
        return None, "the certificate that the signer's identifier names is not at hand"
    references = signed.attributes.references
    if not references:
        trusted = sorted(found, key=lambda certificate: not context.pool.paths(certificate))
        return trusted[0], "by the signer's identifier; no signed reference binds it"
    if any(reference.hash is None or reference.hash not in HASHES for reference in references):
        return None, "the signed reference uses a hash that is not known here"
    for certificate in found:
        if any(digest(each.hash or "", certificate.der) != each.digest for each in references):
            continue
        if any(each.serial not in (None, certificate.serial) for each in references):
            return None, "the signed reference names another serial number"
        if any(each.issuer not in (None, certificate.issuer_name) for each in references):
            return None, "the signed reference names another issuer"
        return certificate, f"by the signed reference, version {signed.attributes.reference_version}"
    return None, "the signed reference is to another certificate"


def named(signed: Signed, context: Context) -> list[Certificate]:
    """Return the certificates at hand that the signer's identifier names, those that came along first."""
    message = signed.message
    if message is None:
        certificate = context.pool.add(signed.certificates[0])
        return [certificate] if certificate is not None else []
    own = [c for c in (context.pool.add(der) for der in signed.certificates) if c is not None]
    everything = [*own, *context.pool.certificates()]
    if message.key_identifier is not None:
        return [c for c in everything if c.key_identifier == message.key_identifier]
    return [c for c in everything if c.serial == message.serial and c.issuer_name == message.issuer]


def _accept(signed: Signed) -> tuple[SubIndication | None, str]:
    """Return what the signed attributes must be and are not.

    Source: ETSI EN 319 102-1 clause 5.2.8; RFC 5652 section 5.3.
    """
    message, attributes = signed.message, signed.attributes
    if message is None:
        return None, ""
    wanted = TST_INFO if signed.purpose.stamps else message.content_type
    if message.signed_attributes is None:
        if signed.purpose.stamps or message.content_type != DATA:
            return SubIndication.FORMAT_FAILURE, "signed attributes are missing"
        return None, ""
    if attributes.message_digest is None:
        return SubIndication.FORMAT_FAILURE, "the message digest is missing among the signed attributes"
    if attributes.content_type != wanted:
        return SubIndication.FORMAT_FAILURE, "the signed content type is missing or another one"
    if signed.purpose.stamps and not attributes.references:
        return SubIndication.SIG_CONSTRAINTS_FAILURE, "a timestamp without signed reference to its certificate"
    return None, ""


def _weak(signed: Signed, verification: Verification, context: Context) -> list[Problem]:
    return [
        Problem(
            condition=Condition.WEAK_SIGNATURE,
            position=0,
            what=f"the {signed.purpose.value} rests on {weak.what}",
            at=weak.until,
            objects=(signed.identifier,),
        )
        for weak in context.suites.weaknesses(verification.used, context.at)
    ]
