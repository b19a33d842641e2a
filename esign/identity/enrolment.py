"""The review of an enrolment: everything must fit together before a certificate is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from esign.foundation.digests import equal
from esign.identity.errors import (
    EnrolmentBindingDiffers,
    EnrolmentDeviceDiffers,
    EnrolmentDeviceOwnerDiffers,
    EnrolmentExpired,
    EnrolmentIdentificationDiffers,
    EnrolmentKeyRefused,
    EnrolmentKeysNotDistinct,
    EnrolmentNonceDiffers,
    EnrolmentPasskeyDiffers,
    IdentificationNotFresh,
    PublicKeyRefused,
)
from esign.identity.passkey import RegisteredPasskey
from esign.identity.person import ExpectedPerson, IdentifiedPerson, check_person
from esign.identity.public_keys import key_id, parse_p256
from esign.identity.request import CertificateRequest

CLOCKS = timedelta(seconds=15)
"""How far the provider's clock may be behind ours where a login has to be younger than something here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """An enrolment that was begun: its nonce (32 bytes), the key id of the device it belongs to, and its end."""

    id: str
    nonce: bytes
    expires_at: datetime
    device_key: bytes


def review_enrolment(
    enrolment: Enrolment,
    *,
    request: CertificateRequest,
    capsule_key: bytes,
    device_key: bytes,
    passkey: RegisteredPasskey | None,
    person: IdentifiedPerson,
    expected: ExpectedPerson,
    now: datetime,
    handed_over_at: datetime | None = None,
) -> None:
    """Check that request, keys, passkey and person belong together and to this enrolment.

    What the values were made from is checked already: possession of the signature key by :class:`CertificateRequest`,
    the token by :func:`~esign.identity.id_token.verify_id_token`, the passkey by its registration. Here (see
    docs/ceremony-spec.md section 4):

    1. The enrolment is alive. 2. Its device signs this message. 3. The request carries its nonce. 4. Capsule and device
    key are P-256, and no key serves two purposes. 5. ``KeyBinding`` holds exactly the keys given. 6. The person was
    identified over this very request. 7. The person is the contract's party. 8. The request says that the device is the
    company's exactly if one was handed over; the person logged in at the provider behind that.

    Args:
        enrolment: The enrolment that was begun.
        request: The certificate signing request.
        capsule_key: K_enc as DER ``SubjectPublicKeyInfo``.
        device_key: K_dev as DER ``SubjectPublicKeyInfo``: the key that signs the message.
        passkey: The passkey registered with this enrolment, if any.
        person: Whom the identity provider identified.
        expected: Whom the contract names.
        now: The present instant.
        handed_over_at: When a device of the company was bound to the invitation; None: it is the signatory's own.

    Raises:
        EnrolmentError: One subclass for each of 1 to 6 and 8.
        PersonError: The person is not the contract's party.
    """
    if now >= enrolment.expires_at:
        raise EnrolmentExpired
    if not equal(key_id(device_key), enrolment.device_key):
        raise EnrolmentDeviceDiffers
    if not equal(request.nonce, enrolment.nonce):
        raise EnrolmentNonceDiffers
    _check_keys(request, capsule_key, device_key, passkey)
    _check_binding(request, capsule_key, device_key, passkey)
    if person.nonce != request.id_token_nonce:
        raise EnrolmentIdentificationDiffers
    check_person(person, expected)
    if request.key_binding.company_device != (handed_over_at is not None):
        raise EnrolmentDeviceOwnerDiffers
    if handed_over_at is not None:
        _check_freshness(person, handed_over_at)


def _check_freshness(person: IdentifiedPerson, handed_over_at: datetime) -> None:
    """Require a login behind the hand-over: whoever used the device before may still be logged in at the provider."""
    if person.authenticated_at is None or person.authenticated_at < handed_over_at - CLOCKS:
        raise IdentificationNotFresh


def _check_keys(
    request: CertificateRequest, capsule_key: bytes, device_key: bytes, passkey: RegisteredPasskey | None
) -> None:
    for purpose, key in (("capsule", capsule_key), ("device", device_key)):
        try:
            parse_p256(key)
        except PublicKeyRefused as error:
            raise EnrolmentKeyRefused(purpose=purpose) from error
    keys = [request.spki, capsule_key, device_key, *(() if passkey is None else (passkey.public_key,))]
    if len(set(keys)) != len(keys):
        raise EnrolmentKeysNotDistinct


def _check_binding(
    request: CertificateRequest, capsule_key: bytes, device_key: bytes, passkey: RegisteredPasskey | None
) -> None:
    binding = request.key_binding
    if binding.capsule_key != key_id(capsule_key) or binding.device_key != key_id(device_key):
        raise EnrolmentBindingDiffers
    if binding.passkey != (None if passkey is None else passkey.key_id):
        raise EnrolmentPasskeyDiffers
