"""``enrol``: keys, person and contract's party belong together; the certification authority certifies it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from esign.ceremony.answers import answer_enrol
from esign.ceremony.capsule import enrolment_challenge
from esign.engine.ceremony import seal_names
from esign.engine.ceremony.received import Answer, Received
from esign.engine.contents import EnrolmentContents
from esign.engine.contracts.notices import CERTIFICATE_NOTICE, queue_notice
from esign.engine.formation import declaring
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.engine.records import EnrolmentRecord
from esign.engine.refusals import EnrolmentUnknown, EnrolmentUsed, UserVerificationRequired
from esign.evidence.kinds import EntryKind
from esign.foundation.clock import seconds
from esign.foundation.digests import sha256
from esign.foundation.encoding import from_b64url
from esign.identity import (
    CertificateFacts,
    CertificateRequest,
    Enrolment,
    ExpectedPerson,
    IdentifiedPerson,
    PasskeyRegistration,
    PasskeyUse,
    ProviderKeys,
    RegisteredPasskey,
    check_issued_certificate,
    review_enrolment,
    verify_id_token,
    verify_passkey_registration,
    verify_passkey_use,
)
from esign.identity.errors import TokenKeyUnknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """An enrolment that may be sent to the certification authority."""

    record: EnrolmentRecord
    contents: EnrolmentContents


def review(house: Household, tx: Transaction, received: Received) -> Reviewed:
    """Check everything that can be checked before the certification authority is asked.

    Raises:
        EnrolmentUnknown: No such enrolment of this device.
        EnrolmentUsed: It led to a certificate already.
        UserVerificationRequired: The policy demands a passkey and there is none.
        IdentityError: Request, token, passkey or person do not fit; each with its own code.
    """
    now = house.clock.now()
    payload = received.payload
    record = tx.ceremonies.enrolment(str(payload["enrolment"]))
    if record is None or received.device is None or record.device_key_id != received.device.key_id:
        raise EnrolmentUnknown("no such enrolment of this device")
    if record.sealed is not None:
        raise EnrolmentUsed("the enrolment was used")
    request = CertificateRequest.parse(from_b64url(payload["csr"]))
    capsule_key = from_b64url(payload["capsule_key"])
    passkey = _passkey(house, received, record.nonce)
    policy = received.policy(house)
    if passkey is None and policy.user_verification == "required":
        raise UserVerificationRequired("the policy demands a passkey")
    provider, person = _identify(house, str(payload["id_token"]), request, now)
    birth_date = received.party.birth_date
    review_enrolment(
        Enrolment(
            id=record.id,
            nonce=record.nonce,
            expires_at=record.expires_at,
            device_key=bytes.fromhex(record.device_key_id),
        ),
        request=request,
        capsule_key=capsule_key,
        device_key=received.device.public_key,
        passkey=passkey,
        person=person,
        expected=ExpectedPerson(
            given_name=received.party.given_name,
            family_name=received.party.family_name,
            birth_date=date.fromisoformat(birth_date) if birth_date else None,
        ),
        now=now,
        handed_over_at=received.device.bound_at if received.admission.company_device else None,
    )
    contents = _contents(house, received, request, capsule_key, passkey, provider, person)
    return Reviewed(record=record, contents=contents)


def request_certificate(house: Household, tx: Transaction, received: Received, reviewed: Reviewed) -> None:
    """Keep the reviewed enrolment and record that a certificate is asked for."""
    current = tx.ceremonies.enrolment(reviewed.record.id)
    if current is None or current.sealed is not None:
        raise EnrolmentUsed("the enrolment was used")
    sealed = tx.safe.seal(received.contract.id, seal_names.enrolment(current.id), reviewed.contents.to_bytes())
    tx.ceremonies.update_enrolment(replace(current, sealed=sealed))
    house.record(
        tx,
        EntryKind.ENROLMENT_REQUESTED,
        received.contract.id,
        {
            "enrolment": current.id,
            "device": current.device_key_id,
            "request": sha256(reviewed.contents.request).hex(),
            "message": received.message.digest.hex(),
            "passkey": sha256(reviewed.contents.passkey_key).hex() if reviewed.contents.passkey_key else "",
        },
        {
            "id_token": reviewed.contents.id_token.encode(),
            "provider_keys": sha256(key_set(json.loads(reviewed.contents.provider)["jwks"]).encode()),
        },
    )
    if reviewed.contents.birth_date:
        born = date.fromisoformat(reviewed.contents.birth_date)
        declaring.identified(house, tx, received.contract, received.party.name, born)


def certify(house: Household, received: Received) -> Answer:
    """Have the key certified, check the certificate, and keep it; asked again, answer with what is kept.

    Raises:
        CertificateError: The authority issued something else than what was asked for.
        GatewayError: The authority did not answer; the same message may be sent again.
    """
    with house.store.reading() as tx:
        record = tx.ceremonies.enrolment(str(received.payload["enrolment"]))
        if record is None or record.sealed is None:
            raise EnrolmentUnknown("no such enrolment of this device")
        contents = opened(tx, received.contract.id, record)
    if contents.certificate:
        return Answer.of(answer_enrol(certificate=contents.certificate, chain=contents.chain))
    now = house.clock.now()
    issued = house.authority.issue(request=contents.request, id_token=contents.id_token)
    facts = _check(house, contents, issued.certificate, issued.chain)
    contents = replace(contents, certificate=issued.certificate, chain=tuple(issued.chain))
    with house.store.transaction() as tx:
        current = tx.ceremonies.enrolment(record.id)
        if current is not None and current.certificate_id is not None and current.sealed is not None:
            kept = opened(tx, received.contract.id, current)
            return Answer.of(answer_enrol(certificate=kept.certificate, chain=kept.chain))
        certificate_id = sha256(issued.certificate).hex()
        tx.ceremonies.update_enrolment(
            replace(
                record,
                certificate_id=certificate_id,
                certificate_until=facts.not_after,
                sealed=tx.safe.seal(received.contract.id, seal_names.enrolment(record.id), contents.to_bytes()),
            )
        )
        house.record(
            tx,
            EntryKind.ENROLMENT_GRANTED,
            received.contract.id,
            {
                "enrolment": record.id,
                "certificate": certificate_id,
                "held_by": facts.held_by,
                "seconds": int((facts.not_after - now).total_seconds()),
            },
        )
        party, until = received.invitation.party, seconds(facts.not_after)
        queue_notice(house, tx, received.contract.id, CERTIFICATE_NOTICE, party=party, expires_at=until)
    return Answer.of(answer_enrol(certificate=contents.certificate, chain=contents.chain))


def opened(tx: Transaction, contract_id: str, record: EnrolmentRecord) -> EnrolmentContents:
    """Open an enrolment that was used.

    Raises:
        EnrolmentUnknown: It was not.
    """
    if record.sealed is None:
        raise EnrolmentUnknown("the enrolment was not used")
    return EnrolmentContents.from_bytes(tx.safe.open(contract_id, seal_names.enrolment(record.id), record.sealed))


def _passkey(house: Household, received: Received, nonce: bytes) -> RegisteredPasskey | None:
    members = received.payload.get("passkey")
    if members is None:
        return None
    relying_party, origin = house.settings.relying_party, house.settings.agent_url
    challenge = enrolment_challenge(nonce)
    if "assertion" in members:  # the device has a passkey already
        use = PasskeyUse.from_message(members)
        return verify_passkey_use(use, challenge=challenge, relying_party=relying_party, origin=origin)
    registration = PasskeyRegistration.from_message(members)
    return verify_passkey_registration(registration, challenge=challenge, relying_party=relying_party, origin=origin)


def _identify(
    house: Household, token: str, request: CertificateRequest, now: datetime
) -> tuple[ProviderKeys, IdentifiedPerson]:
    audience, nonce = house.settings.idp_client_id, request.id_token_nonce
    provider = house.provider.keys()
    try:
        return provider, verify_id_token(token, provider, audience=audience, nonce=nonce, now=now)
    except TokenKeyUnknown:  # the provider may have changed its keys since they were fetched
        provider = house.provider.keys(fresh=True)
        return provider, verify_id_token(token, provider, audience=audience, nonce=nonce, now=now)


def key_set(jwks: Mapping[str, Any]) -> str:
    """Return the provider's key set as the text that the ledger commits to and a dossier holds."""
    return json.dumps(dict(jwks), sort_keys=True)


def _contents(
    house: Household,
    received: Received,
    request: CertificateRequest,
    capsule_key: bytes,
    passkey: RegisteredPasskey | None,
    provider: ProviderKeys,
    person: IdentifiedPerson,
) -> EnrolmentContents:
    return EnrolmentContents(
        request=request.der,
        capsule_key=capsule_key,
        device_key=received.device.public_key if received.device else b"",
        id_token=str(received.payload["id_token"]),
        provider=json.dumps({"issuer": provider.issuer, "jwks": dict(provider.jwks)}, sort_keys=True),
        audience=house.settings.idp_client_id,
        certificate=b"",
        chain=(),
        passkey_id=passkey.credential_id if passkey else b"",
        passkey_key=passkey.public_key if passkey else b"",
        passkey_algorithm=passkey.algorithm if passkey else 0,
        passkey_prf=passkey.prf if passkey else False,
        given_name=person.given_name,
        family_name=person.family_name,
        birth_date=person.birth_date.isoformat() if person.birth_date else "",
    )


def _check(
    house: Household, contents: EnrolmentContents, certificate: bytes, chain: Sequence[bytes]
) -> CertificateFacts:
    request = CertificateRequest.parse(contents.request)
    provider = json.loads(contents.provider)
    person = verify_id_token(
        contents.id_token,
        ProviderKeys(issuer=provider["issuer"], jwks=provider["jwks"], fetched_at=house.clock.now()),
        audience=contents.audience,
        nonce=request.id_token_nonce,
        now=house.clock.now(),
    )
    return check_issued_certificate(
        certificate,
        chain,
        request=request,
        person=person,
        anchors=house.trust.certificates,
        now=house.clock.now(),
        max_life=timedelta(minutes=house.settings.certificate_minutes + 1),
        sandbox=house.settings.sandbox,
    )
