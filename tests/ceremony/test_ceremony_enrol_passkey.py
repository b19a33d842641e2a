"""The two forms of ``enrol.passkey``: made now, or used again; never both and never neither."""

import pytest

from certs.signatory.passkey import SandboxAuthenticator
from esign.ceremony.schema import fault
from esign.foundation.encoding import b64url

NONCE = bytes(32)
AUTHENTICATOR = SandboxAuthenticator(origin="https://sign.example")


def message(passkey):
    return {
        "v": "esign/1",
        "type": "enrol",
        "aud": "https://sign.example",
        "iat": 1_800_000_000,
        "jti": "00" * 16,
        "invitation": "0" * 64,
        "enrolment": "enrolment",
        "csr": b64url(b"request"),
        "capsule_key": b64url(bytes(91)),
        "id_token": "a.b.c",
        "passkey": passkey,
    }


@pytest.mark.parametrize("form", [AUTHENTICATOR.register, AUTHENTICATOR.use], ids=["made", "used again"])
def test_each_form_is_accepted(form):
    assert fault("enrol", message(form(NONCE))) is None


def test_both_forms_at_once_are_refused():
    assert fault("enrol", message(AUTHENTICATOR.register(NONCE) | AUTHENTICATOR.use(NONCE))) is not None


@pytest.mark.parametrize("drop", ["credential_id", "public_key", "algorithm", "assertion", "prf"])
def test_a_use_without_a_member_is_refused(drop):
    passkey = AUTHENTICATOR.use(NONCE)
    del passkey[drop]
    assert fault("enrol", message(passkey)) is not None


@pytest.mark.parametrize("drop", ["authenticator_data", "client_data", "signature"])
def test_an_assertion_without_a_part_is_refused(drop):
    passkey = AUTHENTICATOR.use(NONCE)
    del passkey["assertion"][drop]
    assert fault("enrol", message(passkey)) is not None


def test_an_assertion_with_more_is_refused():
    passkey = AUTHENTICATOR.use(NONCE)
    passkey["assertion"]["more"] = "AA"
    assert fault("enrol", message(passkey)) is not None
