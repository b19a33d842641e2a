"""Augmentation in the small world: each level from each lower one, and again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esign.pades import read_security_store, read_signatures
from esign.preservation import BaselineLevel
from esign.preservation.errors import SignatureExpired
from esign.validation.certificates import TrustAnchors
from esign.validation.process import Indication, Material
from esign.validation.verdict import verify

B, T, LT, LTA = BaselineLevel
STAMP, STORE = "document_timestamp", "security_store"


def judged(pdf, services, **options):
    trust = TrustAnchors(certificates=(services.world.root.der,))
    return verify(pdf, **{"trust": trust, "material": Material(), "at": services.now(), **options})


@pytest.mark.parametrize(
    ("level", "added", "name"),
    [
        (B, [], "PAdES-BASELINE-B"),
        (T, [STAMP], "PAdES-BASELINE-T"),
        (LT, [STAMP, STORE], "PAdES-BASELINE-LT"),
        (LTA, [STAMP, STORE, STAMP], "PAdES-BASELINE-LTA"),
    ],
)
def test_a_bare_signature_is_brought_to_a_level(basic, services, level, added, name):
    made = services.augmenter().augment(basic.signed, level)
    assert list(made.added) == added
    assert made.data.startswith(basic.signed)
    assert made.changed is bool(added)
    assert [(one.field, one.before, one.after) for one in made.signatures] == [("Signatory", "PAdES-BASELINE-B", name)]
    assert made.verdict.clean
    later = judged(made.data, services, at=services.now() + timedelta(minutes=10))
    assert later.signatures[0].proven_at == (services.now() if level >= LT else None)


@pytest.mark.parametrize(
    ("stage", "level", "added"),
    [
        ("signed", T, []),
        ("signed", LT, [STORE]),
        ("signed", LTA, [STORE, STAMP]),
        ("stored", LT, []),
        ("finished", LT, []),
        ("finished", LTA, [STORE, STAMP]),
    ],
)
def test_what_is_there_is_not_made_again(walked, services, stage, level, added):
    pdf = getattr(walked, stage)
    made = services.augmenter().augment(pdf, level)
    assert list(made.added) == added
    assert made.data.startswith(pdf)
    assert (made.data == pdf) is not made.changed
    assert made.verdict.clean


def test_a_long_term_file_verifies_by_itself(basic, services):
    made = services.augmenter().augment(basic.signed, LT)
    verdict = judged(made.data, services)
    assert verdict.clean
    certificates, crls, _ = read_security_store(made.data)
    assert len(crls) == 2
    assert {basic.signer.der, basic.world.tsa.der, basic.world.root.der} <= set(certificates)


def test_again_and_again(basic, services):
    made = services.augmenter().augment(basic.signed, LTA)
    for number in range(2, 5):
        services.at = services.now() + timedelta(minutes=1)
        again = services.augmenter().augment(made.data, LTA)
        assert again.added == (STORE, STAMP)
        assert again.data.startswith(made.data)
        assert again.verdict.clean
        assert len(again.verdict.timestamps) == number + 1
        made = again
    assert [s.after for s in made.signatures] == ["PAdES-BASELINE-LTA"]


def test_the_caller_brings_revocation_lists(basic, services):
    services.silent = True
    lists = Material(crls=(basic.world.crl(basic.world.root), basic.world.crl(basic.world.authority)))
    services.collect, asked = _only_the_authority(services), services.asked
    made = services.augmenter().augment(basic.signed, LT, material=lists)
    assert made.verdict.clean
    assert all(basic.signer.der not in chain for chain in asked)
    assert set(lists.crls) <= set(read_security_store(made.data)[1])


def _only_the_authority(services):
    silent = services.collect

    def collect(chain):
        services.silent = services.world.tsa.der not in chain
        return silent(chain)

    return collect


def test_a_renewed_file_outlives_the_authority_of_its_first_timestamp(small, services_of):
    world = small.World()
    purposes = [small.ExtendedKeyUsageOID.TIME_STAMPING]
    old = world._certify("SANDBOX old TSA", world.root, purposes=purposes, minutes=90)
    signed = small.walk(world, signature_timestamp=False).signed
    services = services_of(world, authority=old)
    made = services.augmenter().augment(signed, LTA)
    assert made.renew_before == old.certificate.not_valid_after_utc
    services.authority, services.at = None, world.now + timedelta(minutes=80)
    renewed = services.augmenter().augment(made.data, LTA)
    assert renewed.renew_before == world.tsa.certificate.not_valid_after_utc
    years = world.now + timedelta(days=365)
    crls = (world.crl(world.root),)
    world.now = years
    late = Material(crls=(*crls, world.crl(world.root)))
    assert judged(made.data, services, at=years, material=late).signatures[0].indication is not Indication.TOTAL_PASSED
    verdict = judged(renewed.data, services, at=years, material=late)
    assert verdict.clean
    assert verdict.signatures[0].proven_at == small.NOW


def test_a_renewal_does_not_ask_about_a_signer_who_is_settled(walked, services):
    services.revoked = (walked.signer,)
    made = services.augmenter().augment(walked.finished, LTA)
    assert made.verdict.clean
    assert all(walked.signer.der not in chain for chain in services.asked)


def test_after_the_authority_ended_it_is_too_late_for_a_renewal(small, services_of):
    world = small.World()
    purposes = [small.ExtendedKeyUsageOID.TIME_STAMPING]
    old = world._certify("SANDBOX old TSA", world.root, purposes=purposes, minutes=90)
    services = services_of(world, authority=old)
    made = services.augmenter().augment(small.walk(world, signature_timestamp=False).signed, LTA)
    services.authority, services.at, services.stamped = None, made.renew_before + timedelta(seconds=1), []
    with pytest.raises(SignatureExpired):
        services.augmenter().augment(made.data, LTA)
    assert services.stamped == []


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(levels=st.lists(st.sampled_from([B, T, LT, LTA]), min_size=1, max_size=4))
def test_in_whichever_order_a_file_only_grows_and_rises(basic, services, levels):
    pdf, stands = basic.signed, B
    for level in levels:
        made = services.augmenter().augment(pdf, level)
        assert made.data.startswith(pdf)
        assert made.verdict.clean
        stands = max(stands, level)
        assert [one.after for one in made.signatures] == [f"PAdES-BASELINE-{stands.name}"]
        assert made.changed is (made.data != pdf)
        again = services.augmenter().augment(made.data, level)
        assert again.changed is (level is LTA)
        pdf = made.data


def test_every_other_signature_stays_valid(small, basic, services):
    second = small.walk(
        basic.world, base=basic.signed, field_name="Second", box=(300.0, 90.0, 500.0, 150.0), signature_timestamp=False
    )
    made = services.augmenter().augment(second.signed, LTA)
    assert [(one.field, one.after) for one in made.signatures] == [
        ("Signatory", "PAdES-BASELINE-LTA"),
        ("Second", "PAdES-BASELINE-LTA"),
    ]
    assert made.verdict.clean
    assert not [finding for part in made.verdict.parts for finding in part.changes.findings]
    assert {s.cms for s in read_signatures(second.signed)} <= {s.cms for s in read_signatures(made.data)}
