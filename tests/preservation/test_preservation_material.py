"""What a file goes up with: signers revoked later, OCSP responses, issuers handed over, a grace period."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from esign.preservation import BaselineLevel
from esign.preservation.errors import GraceNotOver, SignatureRevoked, SignatureUntrusted
from esign.validation.process import Material

LATER = timedelta(minutes=30)


@pytest.fixture(scope="module")
def stamped(small, walked):
    """A B-T file: signature and signature timestamp, nothing else."""
    return small.walk(walked.world).signed


def good(world, holder, issuer, at) -> bytes:
    """Return an OCSP response of an issuer: good."""
    builder = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=holder.certificate,
            issuer=issuer.certificate,
            algorithm=hashes.SHA256(),
            cert_status=ocsp.OCSPCertStatus.GOOD,
            this_update=at,
            next_update=at + timedelta(days=1),
            revocation_time=None,
            revocation_reason=None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, issuer.certificate)
    )
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


@pytest.mark.parametrize("level", [BaselineLevel.T, BaselineLevel.LT, BaselineLevel.LTA])
def test_5_6_2_4_a_signer_revoked_after_the_proven_time_goes_up_with_the_list_that_says_so(
    small, walked, services, level
):
    walk = small.walk(walked.world)
    services.at = walked.world.now + LATER
    services.revoked = (walk.signer,)
    made = services.augmenter().augment(walk.signed, level)
    assert made.verdict.clean
    (signature,) = made.signatures
    assert (signature.before, signature.after[-2:].strip("-")) == (
        "PAdES-BASELINE-T",
        level.name[-2:] if level is not BaselineLevel.LTA else "TA",
    )
    assert made.verdict.signatures[0].proven_at == walked.world.now


def test_the_same_signer_without_a_proven_time_is_refused(small, walked, services):
    walk = small.walk(walked.world, signature_timestamp=False)
    services.at = walked.world.now + LATER
    services.revoked = (walk.signer,)
    with pytest.raises(SignatureRevoked):
        services.augmenter().augment(walk.signed, BaselineLevel.LT)
    assert services.stamped == []


def test_the_authority_of_the_new_timestamp_must_not_be_revoked(walked, basic, services):
    services.revoked = (walked.world.tsa,)
    with pytest.raises(Exception, match="revoked") as caught:
        services.augmenter().augment(basic.signed, BaselineLevel.LTA)
    assert caught.value.code == "gateway.revocation.revoked"


def test_ocsp_responses_that_were_handed_over_are_used_and_stored(small, walked, services):
    world, walk = walked.world, small.walk(walked.world, signature_timestamp=False)
    given = Material(
        crls=(world.crl(world.root),),
        ocsp_responses=(good(world, walk.signer, world.authority, world.now),),
    )
    made = services.augmenter().augment(walk.signed, BaselineLevel.LT, material=given)
    assert made.verdict.clean
    assert made.verdict.signatures[0].level == "PAdES-BASELINE-LT"
    assert (walk.signer.der, *walk.signer.chain) not in services.asked
    assert given.ocsp_responses[0] in made.data


def test_an_issuer_that_the_file_does_not_bring_may_be_handed_over(small, walked, services):
    bare = small.walk(walked.world, signature_timestamp=False, signer=_alone(small, walked.world)).signed
    with pytest.raises(SignatureUntrusted):
        services.augmenter().augment(bare, BaselineLevel.LT)
    given = Material(certificates=(walked.world.authority.der,))
    made = services.augmenter().augment(bare, BaselineLevel.LT, material=given)
    assert made.verdict.clean


def _alone(small, world):
    signer = world.signatory()
    return small.Holder(key=signer.key, certificate=signer.certificate)


def test_the_grace_period_is_waited_for(stamped, walked, services):
    services.at = walked.world.now + LATER
    with pytest.raises(GraceNotOver) as caught:
        services.augmenter(grace=timedelta(hours=1)).augment(stamped, BaselineLevel.LT)
    assert (caught.value.code, services.stamped) == ("preservation.grace", [])
    assert caught.value.facts["again_after"] == (walked.world.now + timedelta(hours=1)).isoformat()
    assert services.augmenter(grace=timedelta(minutes=20)).augment(stamped, BaselineLevel.LT).verdict.clean


def test_a_signature_that_nothing_proves_to_be_older_has_its_grace_period_before_it(basic, services):
    with pytest.raises(GraceNotOver):
        services.augmenter(grace=timedelta(minutes=1)).augment(basic.signed, BaselineLevel.LTA)
    assert services.augmenter(grace=timedelta(minutes=1)).augment(basic.signed, BaselineLevel.T).verdict.clean
