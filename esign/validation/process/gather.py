"""Everything at hand is gathered before anything is judged: signatures, their timestamps, all validation data.

The number of objects is bounded; what cannot be read is told, never raised.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from esign.validation.process.algorithms import digest
from esign.validation.process.errors import CmsUnreadable
from esign.validation.process.inputs import Material, SignatureObject
from esign.validation.process.placed import Fingerprints
from esign.validation.process.pool import CertificatePool
from esign.validation.process.signed import Purpose, Signed, read_signed, read_timestamp
from esign.validation.process.stamps import Unvalidated

MOST_OBJECTS = 500
MOST_STAMPS = 32
"""Timestamps of one signature."""
MOST_STAMPS_OF_ALL = 600
"""Timestamps of all signatures together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What was read.

    Args:
        signed: For each object, in order; None where it could not be read.
        problems: For each object, why not; or what else could not be read in it.
        stamps: Every timestamp.
        crls: DER, from everywhere.
        ocsp_responses: DER, from everywhere.
    """

    signed: tuple[Signed | None, ...]
    problems: tuple[tuple[str, ...], ...]
    stamps: tuple[Unvalidated, ...]
    crls: tuple[bytes, ...]
    ocsp_responses: tuple[bytes, ...]


@dataclass(slots=True)
class _Found:
    pool: CertificatePool
    stamps: list[Unvalidated] = field(default_factory=list)
    crls: list[bytes] = field(default_factory=list)
    ocsp_responses: list[bytes] = field(default_factory=list)


def gather(objects: Sequence[SignatureObject], material: Material, pool: CertificatePool) -> Gathered:
    """Read everything; certificates go into the pool."""
    found = _Found(pool, crls=list(material.crls), ocsp_responses=list(material.ocsp_responses))
    signed: list[Signed | None] = []
    problems: list[tuple[str, ...]] = []
    for number, source in enumerate(objects):
        if number >= MOST_OBJECTS:
            signed.append(None)
            problems.append(("too many signatures in one file",))
            continue
        one, trouble = _one(source, found)
        signed.append(one)
        problems.append(trouble)
    for der in material.certificates:
        pool.add(der)
    return Gathered(
        signed=tuple(signed),
        problems=tuple(problems),
        stamps=tuple(found.stamps),
        crls=tuple(found.crls),
        ocsp_responses=tuple(found.ocsp_responses),
    )


def _one(source: SignatureObject, found: _Found) -> tuple[Signed | None, tuple[str, ...]]:
    try:
        signed = read_signed(source)
    except CmsUnreadable as error:
        return None, (error.detail or "it cannot be read",)
    except Exception as error:  # hostile bytes: whatever breaks on them is told, never raised
        return None, (f"it cannot be read: {type(error).__name__}",)
    _take(signed, found)
    if signed.purpose.stamps:
        found.stamps.append(Unvalidated(signed=signed, owner=None))
        return signed, ()
    problems: list[str] = []
    attributes = signed.attributes
    for purpose, tokens, covered in (
        (Purpose.SIGNATURE_TIMESTAMP, attributes.signature_timestamps, _over(signed.value)),
        (Purpose.CONTENT_TIMESTAMP, attributes.content_timestamps, source.content_digest),
    ):
        most = max(0, min(MOST_STAMPS, MOST_STAMPS_OF_ALL - len(found.stamps)))
        if len(tokens) > most:
            problems.append("too many timestamps in one signature or file")
        for token in tokens[:most]:
            try:
                stamp = read_timestamp(token, covered, purpose)
            except Exception as error:  # as above
                detail = error.detail if isinstance(error, CmsUnreadable) else type(error).__name__
                problems.append(f"a {purpose.value} cannot be read: {detail}")
                continue
            _take(stamp, found)
            found.stamps.append(Unvalidated(signed=stamp, owner=signed))
    return signed, tuple(problems)


def _over(value: bytes) -> Callable[[str], bytes]:
    return lambda name: digest(name, value)


def _take(signed: Signed, found: _Found) -> None:
    for der in signed.certificates:
        found.pool.add(der)
    if signed.message is not None:
        found.crls += signed.message.crls
        found.ocsp_responses += signed.message.ocsp_responses
    found.crls += signed.attributes.crls
    found.ocsp_responses += signed.attributes.ocsp_responses


def identifiers(gathered: Gathered, material: Material, fingerprints: Fingerprints) -> tuple[bytes, ...]:
    """Return the identifiers of all validation data."""
    carried = [signed.certificates for signed in gathered.signed if signed is not None]
    carried += [stamp.signed.certificates for stamp in gathered.stamps]
    values = [*material.certificates, *gathered.crls, *gathered.ocsp_responses]
    values += [der for certificates in carried for der in certificates]
    return tuple(fingerprints[der] for der in dict.fromkeys(values))
