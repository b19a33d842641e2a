"""What levels ask for, from what stands in the file: structure, not trust.

Source: ETSI EN 319 142-1 clause 6; EN 319 142-2 clauses 5 and 6; ISO 32000-2 clause 12.8.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from esign.validation.process.basic import BasicResult, named
from esign.validation.process.chain_validation import untrusted_chain
from esign.validation.process.context import Context, needs_revocation
from esign.validation.process.placed import Placed
from esign.validation.process.pool import Path
from esign.validation.process.signed import Purpose, Signed
from esign.validation.process.stamps import Token
from esign.validation.process.validated import LevelMaterial


def level_material(
    signed: Signed, basic: BasicResult, tokens: Sequence[Token], placed: Placed, context: Context
) -> LevelMaterial:
    """Return what levels ask for of one signature.

    Args:
        signed: The signature.
        basic: What basic validation says.
        tokens: All timestamps of the file.
        placed: Validation data beside the signatures.
        context: Shared by all blocks.
    """
    attributes, message = signed.attributes, signed.message
    at_hand = bool(named(signed, context))  # a reference that differs from the certificate at hand binds nothing
    own = [token for token in tokens if token.owner is signed]
    stamps = [token for token in own if token.signed.purpose is Purpose.SIGNATURE_TIMESTAMP and _intact(token)]
    around = [token for token in tokens if covers(token, signed) and token.signed.purpose is Purpose.DOCUMENT_TIMESTAMP]
    over = [token for token in around if _intact(token)]
    older = [
        token for token in around[1:] if _intact(token)
    ]  # the newest has nothing above it that would need its data
    used = tuple(_sources(basic, [*stamps, *older], placed, context))
    complete = basic.certificate is not None and all(found is not None for found in used)
    revocation = {identifier for found in used if found is not None for identifier in found}
    return LevelMaterial(
        readable=True,
        subfilter=signed.subfilter,
        content_type=attributes.content_type is not None,
        message_digest=attributes.message_digest is not None,
        signing_certificate=0 if basic.certificate is None and at_hand else attributes.reference_version,
        signing_time=attributes.signing_time is not None,
        certificate_included=basic.certificate is not None
        and message is not None
        and basic.certificate.der in message.certificates,
        detached=message is None or message.content is None,
        policy=attributes.policy,
        commitments=attributes.commitments,
        content_timestamps=len(attributes.content_timestamps),
        signature_timestamps=len(stamps),
        revocation_in_cms=bool(attributes.crls or attributes.ocsp_responses or (message and message.crls)),
        revocation_complete=complete,
        document_timestamps=len(over),
        material_covered=complete
        and any(
            all(placed.covered(identifier, token.signed.covered_until) for identifier in revocation) for token in over
        ),
        archive_timestamps=attributes.archive_timestamps,
    )


def covers(token: Token, signed: Signed) -> bool:
    """Tell whether a document timestamp, or one of an evidence record, covers a signature or timestamp."""
    other = token.signed
    return other.purpose.archives and other is not signed and signed.stands_until < other.covered_until


def _intact(token: Token) -> bool:
    verification = token.basic.verification
    return verification is not None and verification.reason is None


def _sources(
    basic: BasicResult, stamps: Sequence[Token], placed: Placed, context: Context
) -> Iterator[tuple[bytes, ...] | None]:
    """Yield for every certificate that needs them the revocation data at hand; None where there are none."""
    for result in (basic, *(token.basic for token in stamps)):
        if result.certificate is None:
            continue
        path: Path = result.path if len(result.path) > 1 else untrusted_chain(result.certificate, context)
        for position, certificate in enumerate(path):
            if context.pool.is_anchor(certificate) or (certificate.self_issued and position == len(path) - 1):
                break
            if not needs_revocation(certificate):
                continue
            if position == len(path) - 1:
                yield None  # its issuer is not at hand
                break
            statuses = context.revocation.about(path[position:])
            yield next((s.sources for s in statuses if all(placed.in_file(source) for source in s.sources)), None)
