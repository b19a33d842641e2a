"""What cannot be augmented: each reason has its code, and nothing comes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from esign.foundation.errors import EsignError
from esign.pades import PadesError, add_document_security_store
from esign.preservation import BaselineLevel
from esign.preservation import augmenter as augmenter_module
from esign.preservation.errors import (
    FileNotReadable,
    NothingSigned,
    ResultRefused,
    SignatureExpired,
    SignatureModified,
    SignatureRevoked,
    SignatureUntrusted,
)
from esign.proof.timestamps import TimestampImprintDiffers, TimestampTimeImplausible, TimestampUntrusted
from esign.validation.certificates import NoTrustAnchors, TrustAnchors

LEVELS = [BaselineLevel.T, BaselineLevel.LT, BaselineLevel.LTA]


def refused(services, pdf, level=BaselineLevel.LTA, **changes):
    with pytest.raises(EsignError) as caught:
        services.augmenter(**changes).augment(pdf, level)
    return caught.value


@pytest.mark.parametrize("level", LEVELS)
def test_a_revoked_signer(basic, services, level):
    services.revoked = (basic.signer,)
    error = refused(services, basic.signed, level)
    assert error.code == "preservation.not_valid.revoked"
    assert services.stamped == []


def test_a_revoked_signer_by_what_the_file_says(small, walked, services):
    error = refused(services, small.walk(walked.world, revoked=True).stored)
    assert type(error) is SignatureRevoked
    assert error.code == "preservation.not_valid.revoked"
    assert (services.asked, services.stamped) == ([], [])


@pytest.mark.parametrize("level", LEVELS)
def test_a_signer_revoked_since_the_data_that_the_file_brings(basic, services, level):
    """Data of before the revocation say nothing about a signature that nothing proves to be as old."""
    world = basic.world
    crls = (world.crl(world.root), world.crl(world.authority))
    pdf = add_document_security_store(basic.signed, certificates=basic.signer.chain, crls=crls, ocsp_responses=())
    services.revoked = (basic.signer,)
    assert refused(services, pdf, level).code == "preservation.not_valid.revoked"
    services.revoked, services.asked = (), []
    assert services.augmenter().augment(pdf, level).verdict.clean
    assert (basic.signer.der, *basic.signer.chain) in services.asked


@pytest.mark.parametrize("level", LEVELS)
def test_a_signer_whom_nobody_trusts(small, basic, services, level):
    for trust in (NoTrustAnchors(), TrustAnchors(certificates=(small.World().root.der,))):
        error = refused(services, basic.signed, level, trust=trust)
        assert type(error) is SignatureUntrusted
    assert (services.asked, services.stamped) == ([], [])


@pytest.mark.parametrize("level", LEVELS)
def test_revocation_data_that_cannot_be_had(basic, services, level):
    services.silent = True
    assert refused(services, basic.signed, level).code == "gateway.revocation.unavailable"
    assert services.stamped == []


@pytest.mark.parametrize("level", LEVELS)
def test_a_timestamp_over_something_else(basic, services, level):
    services.other_digest = True
    assert type(refused(services, basic.signed, level)) is TimestampImprintDiffers


@pytest.mark.parametrize("old_by", [timedelta(minutes=6), timedelta(days=400), -timedelta(minutes=6)])
def test_a_timestamp_of_another_time(small, services_of, old_by):
    world = small.World()
    signed = small.walk(world, signature_timestamp=False).signed
    world.tsa = world._certify("SANDBOX TSA", world.root, purposes=[small.ExtendedKeyUsageOID.TIME_STAMPING])
    services = services_of(world, old_by=old_by)
    assert refused(services, signed).code in (TimestampTimeImplausible.code, "proof.timestamp.certificate_not_valid")


def test_a_timestamp_of_a_stranger(small, basic, services):
    services.authority = small.World().tsa
    assert type(refused(services, basic.signed)) is TimestampUntrusted


def test_what_was_signed_was_changed(basic, services):
    changed = basic.signed.replace(b"/Lang", b"/Lank", 1)
    assert changed != basic.signed
    error = refused(services, changed)
    assert type(error) is SignatureModified
    assert (services.asked, services.stamped) == ([], [])


def test_what_stands_behind_the_signature_is_not_permitted(basic, services):
    error = refused(services, basic.signed + b"\n1 0 obj\n<</Hidden true>>\nendobj\n")
    assert type(error) in (SignatureModified, FileNotReadable)
    assert (services.asked, services.stamped) == ([], [])


def test_a_certificate_that_expired_before_any_proof(basic, services):
    services.at = basic.world.now + timedelta(days=2)
    error = refused(services, basic.signed)
    assert type(error) is SignatureExpired
    assert services.stamped == []


@pytest.mark.parametrize("level", LEVELS)
def test_nothing_signed_and_nothing_readable(small, services, level):
    assert type(refused(services, small.draft(), level)) is NothingSigned
    assert type(refused(services, b"%PDF-1.7 and nothing", level)) is FileNotReadable
    assert type(refused(services, b"", level)) is FileNotReadable
    assert (services.asked, services.stamped) == ([], [])


def test_a_result_that_does_not_verify_is_thrown_away(basic, services):
    """An authority that is revoked by the time of its stamp: only the second verdict can know."""
    source = services.collect

    def collect(chain):
        data = source(chain)
        world = services.world
        if world.tsa.der in chain:
            return type(data)(crls=(world.crl(world.root, (world.tsa,)),), ocsp_responses=())
        return data

    services.collect = collect
    error = refused(services, basic.signed)
    assert type(error) is ResultRefused
    assert error.facts["refusal"].startswith("preservation.not_valid")


def test_a_byte_of_before_that_came_out_otherwise(basic, services, monkeypatch):
    honest = augmenter_module.embed
    monkeypatch.setattr(augmenter_module, "embed", lambda *given: honest(*given).replace(b"%PDF-1.", b"%PDF-2.", 1))
    error = refused(services, basic.signed, BaselineLevel.T)
    assert error.code == "preservation.result"


@pytest.mark.parametrize("cut", range(0, 100, 7))
def test_files_that_are_cut_off(basic, services, cut):
    pdf = basic.signed[: len(basic.signed) * cut // 100]
    assert refused(services, pdf).code.split(".")[0] == "preservation"
    assert services.stamped == []


def test_a_token_that_is_too_long_for_any_room(basic, services, monkeypatch):
    world = services.world
    monkeypatch.setattr(world.tsa, "chain", (world.root.der, *(world.signatory().der for _ in range(70))))
    assert isinstance(refused(services, basic.signed, BaselineLevel.T), PadesError)


def test_a_long_token_gets_more_room(basic, services, monkeypatch):
    world = services.world
    monkeypatch.setattr(world.tsa, "chain", (world.root.der, *(world.signatory().der for _ in range(15))))
    made = services.augmenter().augment(basic.signed, BaselineLevel.T)
    assert made.verdict.clean
