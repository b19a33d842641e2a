"""The level comes from the certificate and the evidence, and contradictions are named."""

import dataclasses

import pytest

from esign.foundation.identifiers import Oid
from esign.pades import Statement
from esign.validation import FindingKind, contradictions, determine_level
from esign.validation.level import seal_contradictions

PASSKEY, DEVICE, COMPANY = Oid.HELD_BY_SIGNATORY_PASSKEY, Oid.HELD_BY_SIGNATORY, Oid.HELD_BY_COMPANY
PROVIDER, SANDBOX = Oid.IDENTIFIED_BY_PROVIDER, Oid.SANDBOX
ISSUER, MAIL = "https://id.example", "email-address"


@pytest.fixture(scope="module")
def world(small):
    return small.World()


def evidence(small, level, held_by, identified_by, trust="sandbox", verified=True):
    statement = Statement(level=level, held_by=held_by, identified_by=identified_by, trust=trust)
    return dataclasses.replace(small.EVIDENCE, statement=statement, user_verification=bytes(32) if verified else None)


@pytest.mark.parametrize(
    ("policies", "stated", "level"),
    [
        ((PASSKEY, PROVIDER, SANDBOX), (1, "signatory-passkey", ISSUER), 1),
        ((DEVICE, PROVIDER, SANDBOX), (1, "signatory", ISSUER, "sandbox", False), 1),
        ((DEVICE, PROVIDER), (1, "signatory", ISSUER, "configured"), 1),
        ((COMPANY, SANDBOX), (0, "company", MAIL, "sandbox", False), 0),
        ((), (0, "company", MAIL, "configured", False), 0),
        ((DEVICE, SANDBOX), (0, "signatory", MAIL, "sandbox", False), 0),
    ],
)
def test_what_agrees_gives_a_level_without_contradiction(small, world, policies, stated, level):
    certificate = world.signatory(policies).der
    facts = determine_level(certificate, evidence(small, *stated))
    assert (facts.level, facts.held_by, facts.identified_by) == (level, stated[1], stated[2])
    assert facts.trust == ("sandbox" if SANDBOX in policies else "configured")
    assert facts.user_verified == (stated[4:] != (False,))
    assert contradictions(certificate, evidence(small, *stated), level) == ()


@pytest.mark.parametrize(
    ("policies", "stated", "promised"),
    [
        ((DEVICE, PROVIDER, SANDBOX), (1, "signatory-passkey", ISSUER), 1),
        ((COMPANY, PROVIDER, SANDBOX), (1, "company", ISSUER), 1),
        ((COMPANY, SANDBOX), (1, "signatory", ISSUER), 1),
        ((PASSKEY, SANDBOX), (1, "signatory-passkey", ISSUER), 1),
        ((PASSKEY, PROVIDER, SANDBOX), (1, "signatory-passkey", MAIL), 1),
        ((PASSKEY, PROVIDER, SANDBOX), (1, "signatory-passkey", ISSUER, "configured"), 1),
        ((PASSKEY, PROVIDER), (1, "signatory-passkey", ISSUER, "sandbox"), 1),
        ((PASSKEY, PROVIDER, SANDBOX), (1, "signatory-passkey", ISSUER, "sandbox", False), 1),
        ((PASSKEY, DEVICE, PROVIDER, SANDBOX), (1, "signatory-passkey", ISSUER), 1),
        ((PASSKEY, PROVIDER, SANDBOX), (2, "signatory-passkey", ISSUER), 2),
        ((PASSKEY, PROVIDER, SANDBOX), (1, "signatory-passkey", ISSUER), 2),
        ((COMPANY, SANDBOX), (0, "company", MAIL), 1),
        ((), (1, "signatory", ISSUER, "configured"), 1),
    ],
)
def test_every_contradiction_is_a_finding(small, world, policies, stated, promised):
    findings = contradictions(world.signatory(policies).der, evidence(small, *stated), promised)
    assert {finding.kind for finding in findings} == {FindingKind.LEVEL_CONTRADICTION}


def test_qualified_is_never_found_without_a_trusted_list(small, world):
    certificate = world.signatory((PASSKEY, PROVIDER, SANDBOX)).der
    assert determine_level(certificate, evidence(small, 2, "signatory-passkey", ISSUER)).level == 1


@pytest.mark.parametrize(
    ("policies", "stated"),
    [
        ((DEVICE, PROVIDER, SANDBOX), (1, "signatory", ISSUER, "sandbox", False)),
        ((DEVICE, PROVIDER, SANDBOX), (1, "signatory", ISSUER, "sandbox", True)),
    ],
)
def test_a_key_without_a_passkey_is_no_advanced_signature_where_the_policy_demands_one(small, world, policies, stated):
    certificate, shown = world.signatory(policies).der, evidence(small, *stated)
    assert contradictions(certificate, shown, 1) == ()
    [finding] = contradictions(certificate, shown, 1, user_verification=True)
    assert finding.kind is FindingKind.LEVEL_CONTRADICTION


def test_a_passkey_that_verified_its_user_is_what_such_a_policy_demands(small, world):
    certificate = world.signatory((PASSKEY, PROVIDER, SANDBOX)).der
    shown = evidence(small, 1, "signatory-passkey", ISSUER)
    assert contradictions(certificate, shown, 1, user_verification=True) == ()


@pytest.mark.parametrize(("policies", "good"), [((), True), ((COMPANY, SANDBOX), True), ((DEVICE, SANDBOX), False)])
def test_a_seal_certificate_need_not_know_our_policies_but_must_name_no_signatory(small, world, policies, good):
    assert (seal_contradictions(world.signatory(policies).der) == ()) is good
