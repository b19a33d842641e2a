"""What is put into the file behind a signature: timestamp, security store, the company's seal, one last timestamp.

Nothing here is kept: each step takes a file and returns a longer one.

Source: ETSI EN 319 142-1 clauses 5.4 and 6.3; docs/ceremony-spec.md section 8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cryptography import x509

from esign.ceremony.attempt import SignedAttempt
from esign.documents import seal_appearance
from esign.engine.ceremony import attempts
from esign.engine.contents import ContractContents, RevisionContents
from esign.engine.contracts import turns
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import AttemptState, ContractRecord
from esign.engine.refusals import ClocksDisagree
from esign.evidence.kinds import EntryKind
from esign.foundation.digests import sha256
from esign.pades import (
    PreparedDocument,
    add_document_security_store,
    embed,
    prepare,
    prepare_document_timestamp,
    read_signed_attributes,
    seal_attributes,
    signed_data,
)
from esign.policy import LegalLevel, SignaturePolicy
from esign.signing import grant
from esign.validation import ReleaseExpectation

CLOCK_TOLERANCE = timedelta(minutes=5)
"""How far the timestamp authority's clock may be ahead of ours: as the release check has it."""

SEAL_REASON = {"de": "Elektronisches Siegel des Unternehmens", "en": "Electronic seal of the company"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A file, and the revisions that were added to it."""

    data: bytes
    added: tuple[RevisionContents, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealPlace:
    """Where the company's seal belongs; without a contract on what stands alone, such as a report."""

    contract_id: str | None
    company: str
    lang: str
    field: str
    page: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealSignature:
    """The company's signature over a prepared file, not yet in it."""

    prepared: PreparedDocument
    attributes: bytes
    signature: bytes
    certificate: bytes
    chain: tuple[bytes, ...]


def finish(house: Household, prepared: PreparedDocument, signed: SignedAttempt, chain: Sequence[bytes]) -> Finished:
    """Return the file with a party's signature at B-LT: signature timestamp and security store.

    Raises:
        EsignError: A trust service did not answer as it must, or a certificate was revoked.
    """
    return _embedded(
        house,
        prepared,
        attributes=signed.attributes,
        signature=signed.signature,
        certificate=signed.certificate,
        chain=chain,
    )


def seal(house: Household, finished: Finished, place: SealPlace) -> tuple[Finished, ReleaseExpectation]:
    """Return the file with the company's seal at B-LT, and what the release check must find.

    The permission to use the key is recorded and committed before the key is used.

    Raises:
        EsignError: No seal is configured, or a trust service did not answer as it must.
    """
    made = sign_seal(house, finished.data, place)
    sealed = _embedded(
        house,
        made.prepared,
        attributes=made.attributes,
        signature=made.signature,
        certificate=made.certificate,
        chain=made.chain,
    )
    expected = ReleaseExpectation(
        field=place.field,
        byte_range=made.prepared.byte_range,
        document_digest=made.prepared.digest,
        attributes=made.attributes,
        evidence=None,
        certificate=made.certificate,
        level=LegalLevel.SIMPLE.value,
        timestamped=False,
    )
    return replace(sealed, added=(*finished.added, *sealed.added)), expected


def sign_seal(house: Household, pdf: bytes, place: SealPlace) -> SealSignature:
    """Prepare a file for the company's seal and sign its attributes; the permission is recorded before the key is used.

    Raises:
        EsignError: No seal is configured, or the file cannot be prepared.
    """
    device = house.seal()
    left, bottom, right, top = place.box
    prepared = prepare(
        pdf,
        field=place.field,
        page=place.page,
        box=place.box,
        appearance=seal_appearance(
            company=place.company,
            sandbox=house.settings.sandbox,
            lang=place.lang,
            size_points=(right - left, top - bottom),
        ),
        name=place.company,
        reason=SEAL_REASON[place.lang],
        claimed_at=house.clock.now(),
    )
    attributes = seal_attributes(document_digest=prepared.digest, certificate=device.certificate)
    with house.store.transaction() as tx:
        facts = {"party": "company", "key": sha256(device.certificate).hex(), "digest": sha256(attributes).hex()}
        receipt = house.record(tx, EntryKind.PERMISSION_GRANTED, place.contract_id, facts)
    permission = grant(receipt, certificate=device.certificate, data=attributes)
    return SealSignature(
        prepared=prepared,
        attributes=attributes,
        signature=device.sign(attributes, permission),
        certificate=device.certificate,
        chain=tuple(device.chain),
    )


def archive(house: Household, finished: Finished) -> Finished:
    """Return the file with one document timestamp over everything (B-LTA).

    Raises:
        EsignError: The timestamp authority did not answer as it must.
    """
    prepared = prepare_document_timestamp(finished.data)
    stamp = house.timestamps.stamp(prepared.digest)
    _require_time(house, stamp.gen_time)
    return replace(finished, data=embed(prepared, stamp.der))


def seal_place(contract: ContractRecord, contents: ContractContents) -> SealPlace | None:
    """Return where the company's seal belongs; None where the contract has none."""
    if not contents.seal_field:
        return None
    left, bottom, right, top = (float(number) for number in contents.seal_box)
    return SealPlace(
        contract_id=contract.id,
        company=contract.company,
        lang=contents.lang,
        field=contents.seal_field,
        page=contents.seal_page,
        box=(left, bottom, right, top),
    )


def expectation(signed: SignedAttempt, field: str, *, policy: SignaturePolicy) -> ReleaseExpectation:
    """Return what the release check must find of a party's signature.

    Args:
        signed: The attempt.
        field: Name of the party's signature field.
        policy: The attempt's signature policy: what was promised.
    """
    document = signed.transcript.document
    return ReleaseExpectation(
        field=field,
        byte_range=document.byte_range,
        document_digest=document.sha256,
        attributes=signed.attributes,
        evidence=read_signed_attributes(signed.attributes).evidence,
        certificate=signed.certificate,
        level=policy.level.value,
        user_verification=policy.user_verification == "required",
        timestamped=False,
    )


def signatures_so_far(
    house: Household, tx: Transaction, contents: ContractContents, contract_id: str
) -> tuple[ReleaseExpectation, ...]:
    """Return what the release check must find of each signature in the current file, in the order of signing."""
    found = []
    for invitation in tx.invitations.of_contract(contract_id):
        for record in tx.ceremonies.attempts(invitation.id):
            if record.state is AttemptState.SIGNED:
                kept = attempts.opened(tx, record)
                if isinstance(kept.attempt, SignedAttempt):
                    field = turns.party_of(contents, invitation.party).field
                    policy = attempts.policy_of(house, kept, contents)
                    found.append(
                        (kept.attempt.transcript.document.length, expectation(kept.attempt, field, policy=policy))
                    )
    return tuple(expected for _, expected in sorted(found, key=lambda pair: pair[0]))


def _embedded(
    house: Household,
    prepared: PreparedDocument,
    *,
    attributes: bytes,
    signature: bytes,
    certificate: bytes,
    chain: Sequence[bytes],
) -> Finished:
    stamp = house.timestamps.stamp(sha256(signature))
    _require_time(house, stamp.gen_time, certificate)
    cms = signed_data(
        attributes=attributes,
        signature=signature,
        certificate=certificate,
        chain=chain,
        signature_timestamp=stamp.der,
    )
    signed = embed(prepared, cms)
    path = (certificate, *chain)
    authority = house.timestamp_path(stamp)
    revocation = [house.revocation.collect(path), house.revocation.collect(authority)]
    stored = add_document_security_store(
        signed,
        certificates=tuple(dict.fromkeys((*path, *authority))),
        crls=tuple(dict.fromkeys(crl for data in revocation for crl in data.crls)),
        ocsp_responses=tuple(dict.fromkeys(ocsp for data in revocation for ocsp in data.ocsp_responses)),
    )
    added = [_revision("signature", signed)]
    if len(stored) > len(signed):
        added.append(_revision("security_store", stored))
    return Finished(data=stored, added=tuple(added))


def _require_time(house: Household, proven: datetime, certificate: bytes | None = None) -> None:
    """Refuse a time with which the release check would fail the contract for good, although waiting mends it.

    Raises:
        ClocksDisagree: This server's clock is behind the authority's, or the authority's is behind the certificate's.
    """
    if proven > house.clock.now() + CLOCK_TOLERANCE:
        raise ClocksDisagree("the timestamp lies in this server's future")
    if certificate is not None and proven < x509.load_der_x509_certificate(certificate).not_valid_before_utc:
        raise ClocksDisagree("the timestamp is older than the certificate")


def _revision(kind: str, data: bytes) -> RevisionContents:
    return RevisionContents(kind=kind, length=len(data), sha256=sha256(data))
