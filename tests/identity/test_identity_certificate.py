from datetime import timedelta

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.foundation.digests import sha256
from esign.foundation.identifiers import Oid
from esign.identity.certificate import CertificateFacts, check_issued_certificate
from esign.identity.errors import (
    CertificateBindingDiffers,
    CertificateError,
    CertificateKeyDiffers,
    CertificateLifeTooLong,
    CertificateNameDiffers,
    CertificateNotValidNow,
    CertificatePoliciesDiffer,
    CertificateSandboxDiffers,
    CertificateUnreadable,
    CertificateUntrustedHere,
    CertificateUsageDiffers,
)
from esign.identity.id_token import verify_id_token
from tests.identity.helpers.people import CLIENT, Provider, Signatory, signatory_certificate
from tests.identity.helpers.pki import NOW, Authority, name, p256

PROVIDER = Provider()
ROOT = Authority("Root")
ISSUER = Authority("Signatory CA", parent=ROOT)
SIGNATORY = Signatory(passkey=p256())
REQUEST = SIGNATORY.request
PERSON = verify_id_token(
    PROVIDER.token(REQUEST.id_token_nonce), PROVIDER.keys(), audience=CLIENT, nonce=REQUEST.id_token_nonce, now=NOW
)


def check(certificate, *, request=REQUEST, chain=(ISSUER.der, ROOT.der), anchors=(ROOT.der,), now=NOW, **options):
    return check_issued_certificate(
        certificate, chain, request=request, person=PERSON, anchors=anchors, now=now, **options
    )


def test_honest_certificate_passes_and_its_facts_are_exact():
    certificate = signatory_certificate(ISSUER, REQUEST)
    facts = check(certificate, sandbox=True)
    assert facts == CertificateFacts.read(certificate)
    assert facts.digest == sha256(certificate)
    assert (facts.given_name, facts.family_name) == ("Sophie", "Müller-Lüdenscheidt")
    assert facts.name == "Sophie Müller-Lüdenscheidt"
    assert facts.common_name == "Sophie Müller-Lüdenscheidt (SANDBOX)"
    assert facts.country == "DE"
    assert facts.organisation == ""
    assert facts.held_by == "signatory-passkey"
    assert facts.identified_by_provider
    assert facts.sandbox
    assert facts.key_binding == REQUEST.key_binding
    assert facts.policies == (Oid.HELD_BY_SIGNATORY_PASSKEY, Oid.IDENTIFIED_BY_PROVIDER, Oid.SANDBOX)
    assert (facts.not_before, facts.not_after) == (NOW - timedelta(minutes=1), NOW + timedelta(minutes=59))
    assert facts.non_repudiation
    assert not facts.authority
    assert facts.spki == REQUEST.spki


def test_certificate_of_a_key_without_passkey_passes():
    signatory = Signatory()
    facts = check(signatory_certificate(ISSUER, signatory.request), request=signatory.request)
    assert facts.held_by == "signatory"
    assert facts.key_binding.passkey is None


def test_certificate_outside_the_sandbox_passes_where_none_is_expected():
    assert check(signatory_certificate(ISSUER, REQUEST, sandbox=False), sandbox=False).sandbox is False


OTHER = Signatory(passkey=p256())


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"key": p256().public_key()}, CertificateKeyDiffers, id="another key"),
        pytest.param({"binding": None}, CertificateBindingDiffers, id="no binding"),
        pytest.param({"binding": OTHER.binding}, CertificateBindingDiffers, id="another binding"),
        pytest.param({"binding": b"\x30\x00"}, CertificateBindingDiffers, id="empty binding"),
        pytest.param({"binding_critical": True}, CertificateBindingDiffers, id="critical binding"),
        pytest.param({"given_name": "Sofie"}, CertificateNameDiffers, id="given name"),
        pytest.param({"family_name": "Müller"}, CertificateNameDiffers, id="family name"),
        pytest.param({"not_before": NOW + timedelta(seconds=1)}, CertificateNotValidNow, id="not yet valid"),
        pytest.param({"not_after": NOW - timedelta(seconds=1)}, CertificateNotValidNow, id="expired"),
        pytest.param({"not_after": NOW + timedelta(minutes=61)}, CertificateLifeTooLong, id="lives too long"),
        pytest.param({"usage": {"digital_signature": True}}, CertificateUsageDiffers, id="digitalSignature"),
        pytest.param({"extended": [ExtendedKeyUsageOID.EMAIL_PROTECTION]}, CertificateUsageDiffers, id="usage"),
        pytest.param({"extended": [ExtendedKeyUsageOID.TIME_STAMPING]}, CertificateUsageDiffers, id="timestamps"),
        pytest.param({"ca": True}, CertificateUsageDiffers, id="an authority"),
        pytest.param({"held_by": Oid.HELD_BY_SIGNATORY}, CertificatePoliciesDiffer, id="held without passkey"),
        pytest.param({"held_by": Oid.HELD_BY_COMPANY}, CertificatePoliciesDiffer, id="held by the company"),
        pytest.param({"further_policies": []}, CertificatePoliciesDiffer, id="not identified"),
        pytest.param(
            {"further_policies": [Oid.IDENTIFIED_BY_PROVIDER, Oid.HELD_BY_COMPANY]},
            CertificatePoliciesDiffer,
            id="held by two",
        ),
        pytest.param({"common_name": "Sophie Müller-Lüdenscheidt"}, CertificateSandboxDiffers, id="not called sandbox"),
        pytest.param({"sandbox": False}, CertificateSandboxDiffers, id="sandbox expected"),
    ],
)
def test_each_wrong_certificate_is_refused_by_its_own_rule(changes, error):
    with pytest.raises(error):
        check(signatory_certificate(ISSUER, REQUEST, **changes), sandbox=True)


def test_sandbox_certificate_is_refused_where_none_is_trusted():
    with pytest.raises(CertificateSandboxDiffers):
        check(signatory_certificate(ISSUER, REQUEST), sandbox=False)


def test_certificate_of_another_authority_is_untrusted():
    impostor = Authority("Signatory CA", parent=Authority("Root"))
    with pytest.raises(CertificateUntrustedHere):
        check(signatory_certificate(impostor, REQUEST))


def test_incomplete_chain_is_untrusted():
    with pytest.raises(CertificateUntrustedHere):
        check(signatory_certificate(ISSUER, REQUEST), chain=())


def test_longest_life_is_configurable():
    certificate = signatory_certificate(ISSUER, REQUEST)
    with pytest.raises(CertificateLifeTooLong) as error:
        check(certificate, max_life=timedelta(minutes=10))
    assert dict(error.value.facts) == {"seconds": 3600}


def test_foreign_certificate_states_nothing_about_holder_or_sandbox():
    facts = CertificateFacts.read(ROOT.issue(name("Somebody"), p256().public_key()))
    assert (facts.held_by, facts.key_binding, facts.sandbox, facts.identified_by_provider) == (None, None, False, False)
    assert facts.name == "Somebody"
    assert not facts.non_repudiation


HONEST = signatory_certificate(ISSUER, REQUEST)


def test_no_single_changed_bit_of_a_certificate_passes():
    for position in range(len(HONEST)):
        changed = bytearray(HONEST)
        changed[position] ^= 0x01
        with pytest.raises(CertificateError):
            check(bytes(changed))


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_unreadable(data):
    with pytest.raises(CertificateUnreadable):
        CertificateFacts.read(data)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(HONEST) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_nothing_but_the_rooms_errors_escapes_from_a_damaged_certificate(changes):
    damaged = bytearray(HONEST)
    for position, value in changes:
        damaged[position] = value
    try:
        check(bytes(damaged))
    except CertificateError:
        return
    assert bytes(damaged) == HONEST
