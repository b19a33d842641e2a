"""All timestamps of a file: each validated in itself, then, from the newest back, in the light of the newer ones.

1. Basic validation of every token at the current time (clause 5.4). 2. From the newest to the oldest: one that passed
proves the existence of what it covers; one that time may still help goes through past validation with the proofs
collected so far, and if it passes it proves as well (clause 5.6.3.4 step 5).

What a document timestamp covers: everything that stands in the file below it, among it earlier signatures with all that
is in them, earlier timestamps, and the validation data of the document security store that stands below it. A timestamp
of an evidence record covers the whole file, and those of the record before it.

Source: ETSI EN 319 102-1 clauses 5.4, 5.6.2.3, 5.6.3.4; RFC 4998 section 5.3.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from esign.validation.process.basic import BasicResult, validate_basic
from esign.validation.process.context import Context
from esign.validation.process.past import PastResult, validate_past
from esign.validation.process.placed import Fingerprints, Placed
from esign.validation.process.poe import ProofsOfExistence
from esign.validation.process.result import SubIndication
from esign.validation.process.signed import Purpose, Signed
from esign.validation.process.tst import StampInfo

_PAST_MAY_HELP = frozenset(
    {
        SubIndication.REVOKED_NO_POE,
        SubIndication.REVOKED_CA_NO_POE,
        SubIndication.OUT_OF_BOUNDS_NO_POE,
        SubIndication.OUT_OF_BOUNDS_NOT_REVOKED,
        SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
        SubIndication.REVOCATION_OUT_OF_BOUNDS_NO_POE,
        SubIndication.TRY_LATER,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Token:
    """A timestamp of the file.

    Args:
        signed: As it was read.
        stamp: What it states.
        owner: Of signature and content timestamps, the signature that it belongs to.
        basic: What basic validation says.
        past: What past validation says; None if it was not needed.
    """

    signed: Signed
    stamp: StampInfo
    owner: Signed | None
    basic: BasicResult
    past: PastResult | None = None

    @property
    def passed_now(self) -> bool:
        """Whether it passed by itself."""
        return self.basic.reason is None

    @property
    def passed(self) -> bool:
        """Whether it passed, perhaps by past validation."""
        return self.passed_now or (self.past is not None and self.past.reason is None)

    @property
    def reason(self) -> SubIndication | None:
        """Why it did not pass."""
        if self.passed:
            return None
        return self.past.reason if self.past is not None else self.basic.reason


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Unvalidated:
    """A timestamp that was read, and whose it is."""

    signed: Signed
    owner: Signed | None


def validate_stamps(
    found: Sequence[Unvalidated],
    signatures: Sequence[Signed],
    placed: Placed,
    poes: ProofsOfExistence,
    context: Context,
) -> tuple[Token, ...]:
    """Validate all timestamps of a file and collect the proofs of existence that they give.

    Args:
        found: Every timestamp that could be read.
        signatures: Every signature that could be read.
        placed: Validation data beside them.
        poes: Takes the proofs.
        context: Shared by all blocks.

    Returns:
        The timestamps, the newest first.
    """
    everything = [*signatures, *(item.signed for item in found if item.owner is None)]
    tokens: list[Token] = []
    stamped = [(item, item.signed.stamp) for item in found]
    dated = [(item, stamp) for item, stamp in stamped if stamp is not None]
    for item, stamp in sorted(dated, key=lambda pair: (pair[1].gen_time, pair[0].signed.covered_until), reverse=True):
        basic = _basic(item.signed, stamp, context)
        past = None
        if basic.reason in _PAST_MAY_HELP:
            past = validate_past(basic, basic.reason, item.signed.identifier, poes, context)
        token = Token(signed=item.signed, stamp=stamp, owner=item.owner, basic=basic, past=past)
        tokens.append(token)
        reliable = poes.lowest(item.signed.identifier) < context.suites.hash_until(stamp.imprint_hash)
        if token.passed and reliable:
            for kind, identifier in covered_by(token, everything, placed):
                poes.add(kind, identifier, stamp.gen_time, item.signed.identifier)
    return tuple(tokens)


def _basic(signed: Signed, stamp: StampInfo, context: Context) -> BasicResult:
    basic = validate_basic(signed, context)
    if stamp.gen_time > context.at + context.constraints.tolerance + stamp.accuracy:
        what = "the timestamp states a time behind that of the validation"
        return replace(basic, reason=SubIndication.TIMESTAMP_ORDER_FAILURE, fatal=True, what=what)
    certificate = basic.certificate
    if basic.reason is None and certificate is not None and not certificate.valid_at(stamp.gen_time):
        what = "the authority's certificate was not valid at the time that the timestamp states"
        reason = SubIndication.NOT_YET_VALID if stamp.gen_time < certificate.not_before else SubIndication.EXPIRED
        return replace(basic, reason=reason, fatal=True, what=what)
    return basic


def covered_by(token: Token, everything: Sequence[Signed], placed: Placed) -> Iterator[tuple[str, bytes]]:
    """Yield kind and identifier of what a timestamp proves to have existed.

    Source: ETSI EN 319 102-1 clause 5.6.2.3.4; ETSI EN 319 142-1 clause 5.4.3.
    """
    if token.signed.purpose is Purpose.SIGNATURE_TIMESTAMP and token.owner is not None:
        yield from _signed_objects(token.owner, placed.fingerprints)
    elif token.signed.purpose.archives:
        limit = token.signed.covered_until
        for item in everything:
            if item is not token.signed and item.stands_until < limit:
                yield from _all_objects(item, placed.fingerprints)
        yield from placed.below(limit)


def _signed_objects(item: Signed, fingerprints: Fingerprints) -> Iterator[tuple[str, bytes]]:
    """Yield the signature itself and what its signed attributes name by digest or hold."""
    yield "signature", item.identifier
    for der in item.certificates:
        if any(r.hash is not None and _matches(r.hash, r.digest, der) for r in item.attributes.references):
            yield "certificate", fingerprints[der]
    for kind, values in (("crl", item.attributes.crls), ("ocsp", item.attributes.ocsp_responses)):
        for der in values:
            yield kind, fingerprints[der]


def _matches(name: str, value: bytes, der: bytes) -> bool:
    return name in ("sha256", "sha384", "sha512") and hashlib.new(name, der).digest() == value


def _all_objects(item: Signed, fingerprints: Fingerprints) -> Iterator[tuple[str, bytes]]:
    """Yield everything that stands in the bytes of a signature or timestamp."""
    yield "timestamp" if item.purpose.stamps else "signature", item.identifier
    for der in item.certificates:
        yield "certificate", fingerprints[der]
    message = item.message
    crls = (*item.attributes.crls, *(message.crls if message is not None else ()))
    responses = (*item.attributes.ocsp_responses, *(message.ocsp_responses if message is not None else ()))
    for kind, values in (("crl", crls), ("ocsp", responses)):
        for der in values:
            yield kind, fingerprints[der]
    for der in item.attributes.signature_timestamps:
        yield "timestamp", fingerprints[der]
