from dataclasses import replace
from datetime import date, timedelta

import pytest

from certs.signatory.requests import certificate_request, key_binding
from esign.foundation.digests import sha256
from esign.identity.enrolment import Enrolment, review_enrolment
from esign.identity.errors import (
    BirthDateDiffers,
    EnrolmentBindingDiffers,
    EnrolmentDeviceDiffers,
    EnrolmentExpired,
    EnrolmentIdentificationDiffers,
    EnrolmentKeyRefused,
    EnrolmentKeysNotDistinct,
    EnrolmentNonceDiffers,
    EnrolmentPasskeyDiffers,
    NameDiffers,
)
from esign.identity.id_token import verify_id_token
from esign.identity.passkey import ES256, RegisteredPasskey
from esign.identity.person import ExpectedPerson
from esign.identity.request import CertificateRequest
from tests.identity.helpers.people import CLIENT, NONCE, Provider, Signatory
from tests.identity.helpers.pki import NOW, RSA_KEY, p256, spki

PROVIDER = Provider()
EXPECTED = ExpectedPerson(given_name="Sophie", family_name="Müller-Lüdenscheidt", birth_date=date(1975, 8, 29))


def identified(request):
    token = PROVIDER.token(request.id_token_nonce)
    return verify_id_token(token, PROVIDER.keys(), audience=CLIENT, nonce=request.id_token_nonce, now=NOW)


def registered(key):
    return RegisteredPasskey(credential_id=b"c", public_key=spki(key), algorithm=ES256, prf=True, sign_count=0)


def honest(signatory: Signatory) -> dict:
    request = signatory.request
    return {
        "enrolment": Enrolment(
            id="e", nonce=NONCE, expires_at=NOW + timedelta(minutes=15), device_key=sha256(spki(signatory.device))
        ),
        "request": request,
        "capsule_key": spki(signatory.capsule),
        "device_key": spki(signatory.device),
        "passkey": None if signatory.passkey is None else registered(signatory.passkey),
        "person": identified(request),
        "expected": EXPECTED,
        "now": NOW,
    }


PLAIN = honest(Signatory())
WITH_PASSKEY = honest(Signatory(passkey=p256()))


def review(values):
    values = dict(values)
    return review_enrolment(values.pop("enrolment"), **values)


@pytest.mark.parametrize("values", [PLAIN, WITH_PASSKEY], ids=["plain", "passkey"])
def test_honest_enrolment_passes(values):
    assert review(values) is None


@pytest.mark.parametrize(
    ("change", "error"),
    [
        pytest.param({"now": NOW + timedelta(minutes=15)}, EnrolmentExpired, id="too late"),
        pytest.param({"enrolment": replace(PLAIN["enrolment"], nonce=bytes(32))}, EnrolmentNonceDiffers, id="nonce"),
        pytest.param(
            {"enrolment": replace(PLAIN["enrolment"], device_key=bytes(32))}, EnrolmentDeviceDiffers, id="other device"
        ),
        pytest.param({"device_key": spki(p256())}, EnrolmentDeviceDiffers, id="device that signs is another"),
        pytest.param({"capsule_key": spki(p256())}, EnrolmentBindingDiffers, id="capsule key not bound"),
        pytest.param({"capsule_key": spki(RSA_KEY)}, EnrolmentKeyRefused, id="capsule key RSA"),
        pytest.param({"capsule_key": b"x"}, EnrolmentKeyRefused, id="capsule key rubbish"),
        pytest.param({"capsule_key": PLAIN["capsule_key"] + b"\x00"}, EnrolmentKeyRefused, id="trailing byte"),
        pytest.param({"capsule_key": PLAIN["request"].spki}, EnrolmentKeysNotDistinct, id="capsule is signature key"),
        pytest.param({"capsule_key": PLAIN["device_key"]}, EnrolmentKeysNotDistinct, id="capsule is device key"),
        pytest.param({"passkey": registered(p256())}, EnrolmentPasskeyDiffers, id="passkey not bound"),
        pytest.param({"person": WITH_PASSKEY["person"]}, EnrolmentIdentificationDiffers, id="identified elsewhere"),
        pytest.param({"expected": replace(EXPECTED, given_name="Sofie")}, NameDiffers, id="somebody else identified"),
        pytest.param(
            {"expected": replace(EXPECTED, birth_date=date(1975, 8, 28))}, BirthDateDiffers, id="born on another day"
        ),
    ],
)
def test_each_rule_refuses_with_its_own_error(change, error):
    with pytest.raises(error):
        review(PLAIN | change)


def test_bound_passkey_that_was_not_registered_is_refused():
    with pytest.raises(EnrolmentPasskeyDiffers):
        review(WITH_PASSKEY | {"passkey": None})


def test_another_passkey_than_the_bound_one_is_refused():
    with pytest.raises(EnrolmentPasskeyDiffers):
        review(WITH_PASSKEY | {"passkey": registered(p256())})


def test_passkey_must_be_a_key_of_its_own():
    signatory = Signatory(passkey=p256())
    signatory.passkey = signatory.capsule
    with pytest.raises(EnrolmentKeysNotDistinct):
        review(honest(signatory))


def test_signature_key_bound_as_device_key_is_refused():
    signatory = Signatory()
    signatory.device = signatory.signature
    with pytest.raises(EnrolmentKeysNotDistinct):
        review(honest(signatory))


def test_binding_of_another_device_key_is_refused():
    signatory, other = Signatory(), p256()
    binding = key_binding(capsule_key=spki(signatory.capsule), device_key=spki(other), passkey=None)
    request = CertificateRequest.parse(certificate_request(signatory.signature, binding=binding, nonce=NONCE))
    values = honest(signatory) | {"request": request, "person": identified(request)}
    with pytest.raises(EnrolmentBindingDiffers):
        review(values)
