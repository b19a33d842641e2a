"""Basic validation, with time and long-term data, timestamps: each clause of EN 319 102-1 with its exact indication."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.x509 import ReasonFlags

from esign.validation.findings import FindingKind
from esign.validation.process import Indication, SubIndication
from tests.validation.process_pki import DAY, T0, YEAR
from tests.validation.process_world import (
    CONTENT,
    HOUR,
    PASSED,
    File,
    World,
    attribute,
    b_b,
    b_lt,
    b_t,
    cms,
    judge,
    kinds,
    said,
    signature_timestamp,
    token,
)


@pytest.fixture(scope="module")
def world() -> World:
    return World()


# -- clause 5.3: basic signatures -------------------------------------------------------------------------------------


def test_5_3_a_good_signature_with_fresh_lists_passes(world):
    (result,) = judge(b_b(world), world, T0 + 2 * HOUR, crls=world.crls())
    assert said(result) == PASSED
    assert result.findings == ()
    assert result.signer == world.signer.der
    assert result.chain == (world.signer.der, world.authority.der, world.root.der)
    assert result.trusted and result.intact and result.signature_verified
    assert result.proven_at is None
    assert [step.number for step in result.steps if "." not in step.number] == ["1", "2", "3", "4"]
    assert {"1.1", "1.2", "1.3", "1.4", "1.5", "1.6"} <= {step.number for step in result.steps}
    assert all(step.clause.startswith("EN 319 102-1 clause") for step in result.steps)


def test_5_2_7_other_bytes_are_a_hash_failure(world):
    (result,) = judge(File().sign(cms(world.signer), CONTENT + b"!"), world, T0 + 2 * HOUR, crls=world.crls())
    assert said(result) == (Indication.TOTAL_FAILED, SubIndication.HASH_FAILURE)
    assert kinds(result) == [FindingKind.DIGEST_MISMATCH]
    assert not result.intact


def test_5_2_7_a_changed_signature_value_is_a_crypto_failure(world):
    signature = bytearray(cms(world.signer))
    signature[-1] ^= 1
    (result,) = judge(File().sign(bytes(signature)), world, T0 + 2 * HOUR, crls=world.crls())
    assert said(result) == (Indication.TOTAL_FAILED, SubIndication.SIG_CRYPTO_FAILURE)
    assert kinds(result) == [FindingKind.SIGNATURE_VALUE_INVALID]
    assert result.intact and not result.signature_verified


def test_5_2_7_goes_before_the_certificate(world):
    (result,) = judge(File().sign(cms(world.signer), b"other"), world, T0, anchors=(World().root,))
    assert said(result) == (Indication.TOTAL_FAILED, SubIndication.HASH_FAILURE)


def test_5_2_6_4_step_2_no_anchor_no_chain(world):
    (result,) = judge(b_b(world), world, T0 + 2 * HOUR, crls=world.crls(), anchors=(World().root,))
    assert said(result) == (Indication.INDETERMINATE, SubIndication.NO_CERTIFICATE_CHAIN_FOUND)
    assert kinds(result) == [FindingKind.UNTRUSTED]
    assert result.chain == (world.signer.der, world.authority.der, world.root.der)  # it came along; that is no trust
    assert not result.trusted


def test_5_2_6_4_step_1_a_signing_certificate_that_is_itself_trusted_passes(world):
    (result,) = judge(b_b(world), world, T0 + 20 * YEAR, anchors=(world.signer,))
    assert said(result) == PASSED


def test_5_2_6_4_step_4_without_revocation_data_try_later(world):
    (result,) = judge(b_b(world), world, T0 + 2 * HOUR)
    assert said(result) == (Indication.INDETERMINATE, SubIndication.TRY_LATER)
    assert kinds(result) == [FindingKind.REVOCATION_MISSING] * 2


def test_5_2_5_4_stale_lists_try_later(world):
    (result,) = judge(b_b(world), world, T0 + 30 * DAY, crls=world.crls())
    assert said(result) == (Indication.INDETERMINATE, SubIndication.TRY_LATER)
    assert kinds(result) == [FindingKind.REVOCATION_MISSING] * 2


def test_5_2_5_4_the_policy_may_accept_older_lists(world):
    (result,) = judge(
        b_b(world), world, T0 + 30 * DAY, crls=world.crls(), options={"maximum_freshness": timedelta(days=60)}
    )
    assert said(result) == PASSED


def test_5_2_6_4_step_7_expired_without_timestamp_is_out_of_bounds(world):
    late = T0 + 3 * YEAR
    (result,) = judge(b_b(world), world, late, crls=world.crls(this=late - HOUR))
    assert said(result) == (Indication.INDETERMINATE, SubIndication.OUT_OF_BOUNDS_NO_POE)
    assert FindingKind.EXPIRED in kinds(result)


def test_5_2_6_4_step_7_expired_but_known_not_to_be_revoked(world):
    (result,) = judge(b_b(world), world, T0 + 2 * YEAR + HOUR, crls=world.crls(this=T0 + 2 * YEAR - HOUR))
    assert said(result) == (Indication.INDETERMINATE, SubIndication.OUT_OF_BOUNDS_NOT_REVOKED)


def test_5_5_4_step_4_a_clock_before_the_certificate_is_not_yet_valid(world):
    (result,) = judge(b_b(world), world, T0 - 2 * YEAR, crls=world.crls())
    assert said(result) == (Indication.TOTAL_FAILED, SubIndication.NOT_YET_VALID)
    assert FindingKind.NOT_YET_VALID in kinds(result)


# -- clause 5.5: with time and long-term data -------------------------------------------------------------------------


def test_5_5_a_signature_timestamp_proves_the_time(world):
    (result,) = judge(b_t(world), world, T0 + 2 * HOUR, crls=world.crls())
    assert said(result) == PASSED
    assert result.proven_at == T0
    assert [stamp.purpose for stamp in result.timestamps] == ["signature timestamp"]
    assert result.timestamps[0].indication is Indication.TOTAL_PASSED
    assert {poe.kind for poe in result.poes} == {"signature", "certificate"}


def test_5_5_long_term_data_pass_when_signer_has_expired_and_lists_are_old(world):
    (result,) = judge(b_lt(world), world, T0 + 3 * YEAR)
    assert said(result) == PASSED
    assert result.proven_at == T0
    assert result.findings == ()


def test_5_5_4_step_4_signed_after_expiry_stays_out_of_bounds(world):
    signed = T0 + 2 * YEAR + DAY
    late = signed + HOUR
    file = b_t(world, at=signed)
    (result,) = judge(file, world, late, crls=world.crls(this=T0 + 2 * YEAR - HOUR))
    assert said(result) == (Indication.INDETERMINATE, SubIndication.OUT_OF_BOUNDS_NOT_REVOKED)


def test_5_5_4_step_4_a_timestamp_before_the_certificate_is_not_yet_valid(world):
    early = World()
    file = b_t(world, at=T0 - 2 * YEAR, tsa=early.tsa)
    older = early.new_tsa("Old TSA", T0 + 10 * YEAR, T0 - 5 * YEAR)
    file = File().sign(cms(world.signer, unsigned=signature_timestamp(older, T0 - 2 * YEAR)))
    (result,) = judge(
        file,
        world,
        T0 + 2 * HOUR,
        crls=(*world.crls(), *early.crls(this=T0 - 2 * YEAR)),
        anchors=(world.root, early.root),
    )
    assert said(result) == (Indication.TOTAL_FAILED, SubIndication.NOT_YET_VALID)


def test_5_5_4_step_4_revoked_after_the_timestamp_passes(world):
    revoked = (world.signer, T0 + 30 * timedelta(minutes=1), ReasonFlags.key_compromise)
    (result,) = judge(b_lt(world, revoked), world, T0 + 2 * HOUR)
    assert said(result) == PASSED


def test_5_5_4_step_4_revoked_before_the_timestamp_does_not_pass(world):
    revoked = (world.signer, T0 - DAY, ReasonFlags.key_compromise)
    (result,) = judge(b_lt(world, revoked), world, T0 + 2 * HOUR)
    assert said(result) == (Indication.INDETERMINATE, SubIndication.REVOKED_NO_POE)
    assert kinds(result) == [FindingKind.REVOKED]
    assert result.revoked_at == T0 - DAY


def test_5_2_6_4_step_4_revoked_without_any_proof_of_time(world):
    revoked = (world.signer, T0 + 30 * timedelta(minutes=1), None)
    (result,) = judge(b_b(world), world, T0 + 2 * HOUR, crls=world.crls(revoked))
    assert said(result) == (Indication.INDETERMINATE, SubIndication.REVOKED_NO_POE)


def test_5_2_6_4_step_4_a_revoked_authority(world):
    revoked = (world.authority, T0 - DAY, ReasonFlags.ca_compromise)
    (result,) = judge(b_lt(world, revoked), world, T0 + 2 * HOUR)
    assert said(result) == (Indication.INDETERMINATE, SubIndication.REVOKED_CA_NO_POE)


def test_5_5_4_step_7_suspended_before_signing_try_later(world):
    hold = (world.signer, T0 - DAY, ReasonFlags.certificate_hold)
    (result,) = judge(b_lt(world, hold), world, T0 + 2 * HOUR)
    assert said(result) == (Indication.INDETERMINATE, SubIndication.TRY_LATER)
    assert kinds(result) == [FindingKind.REVOKED]


def test_5_5_4_step_7_suspended_after_the_timestamp_passes(world):
    hold = (world.signer, T0 + timedelta(minutes=5), ReasonFlags.certificate_hold)
    (result,) = judge(b_lt(world, hold), world, T0 + 2 * HOUR)
    assert said(result) == PASSED


def test_5_3_4_step_4_revoked_before_a_content_timestamp_fails_for_good(world):
    content = attribute("1.2.840.113549.1.9.16.2.20", token(world.tsa, CONTENT, T0))
    revoked = (world.signer, T0 - DAY, ReasonFlags.key_compromise)
    (result,) = judge(b_b(world, more=(content,)), world, T0 + 2 * HOUR, crls=world.crls(revoked))
    assert said(result) == (Indication.TOTAL_FAILED, SubIndication.REVOKED)


def test_5_3_4_step_4_expired_before_a_content_timestamp_fails_for_good(world):
    late = T0 + 2 * YEAR + DAY
    content = attribute("1.2.840.113549.1.9.16.2.20", token(world.tsa, CONTENT, late))
    lists = (*world.crls(this=T0 + 2 * YEAR - HOUR), *world.crls(this=late))
    (result,) = judge(b_b(world, more=(content,)), world, late + HOUR, crls=lists)
    assert said(result) == (Indication.TOTAL_FAILED, SubIndication.EXPIRED)


def test_5_5_4_step_4e_a_content_timestamp_younger_than_the_signature_timestamp(world):
    content = attribute("1.2.840.113549.1.9.16.2.20", token(world.tsa, CONTENT, T0 + timedelta(minutes=10)))
    (result,) = judge(b_t(world, more=(content,)), world, T0 + 2 * HOUR, crls=world.crls())
    assert said(result) == (Indication.INDETERMINATE, SubIndication.TIMESTAMP_ORDER_FAILURE)
    assert kinds(result) == [FindingKind.TIMESTAMP_INVALID]


def test_5_5_4_step_4e_a_document_timestamp_older_than_the_signature_timestamp_below_it(world):
    file = b_lt(world).stamp(world.tsa, T0 - timedelta(minutes=10))
    signature, stamp = judge(file, world, T0 + 2 * HOUR)
    assert said(signature) == (Indication.INDETERMINATE, SubIndication.TIMESTAMP_ORDER_FAILURE)
    assert said(stamp) == PASSED


def test_5_5_4_step_5_a_timestamp_long_after_the_claimed_time(world):
    (result,) = judge(
        b_t(world), world, T0 + 2 * HOUR, crls=world.crls(), options={"timestamp_delay": timedelta(minutes=1)}
    )
    assert said(result) == (Indication.INDETERMINATE, SubIndication.SIG_CONSTRAINTS_FAILURE)


# -- clause 5.4: timestamps -------------------------------------------------------------------------------------------


def test_5_4_a_timestamp_over_another_digest_proves_nothing(world):
    file = File().sign(cms(world.signer, unsigned=signature_timestamp(world.tsa, T0, imprint_of=b"another")))
    (result,) = judge(file, world, T0 + 2 * HOUR, crls=world.crls())
    assert said(result) == PASSED  # as a basic signature, now
    assert result.proven_at is None
    assert kinds(result) == [FindingKind.TIMESTAMP_INVALID]
    assert result.timestamps[0].sub_indication is SubIndication.HASH_FAILURE
    assert result.level.signature_timestamps == 0


def test_5_4_a_revoked_timestamp_authority_proves_nothing(world):
    revoked = (world.tsa, T0 - DAY, ReasonFlags.key_compromise)
    (result,) = judge(b_lt(world, revoked), world, T0 + 3 * YEAR)
    assert said(result) == (Indication.INDETERMINATE, SubIndication.OUT_OF_BOUNDS_NOT_REVOKED)
    assert FindingKind.TIMESTAMP_INVALID in kinds(result)
    assert result.timestamps[0].sub_indication is SubIndication.REVOKED_NO_POE


def test_5_4_a_timestamp_from_the_future_proves_nothing(world):
    (result,) = judge(b_t(world, at=T0 + DAY), world, T0 + 2 * HOUR, crls=world.crls())
    assert result.proven_at is None
    assert result.timestamps[0].sub_indication is SubIndication.TIMESTAMP_ORDER_FAILURE


def test_rfc_3161_2_3_a_certificate_that_is_not_for_timestamps_alone_proves_nothing(world):
    (result,) = judge(b_t(world, tsa=world.signer), world, T0 + 2 * HOUR, crls=world.crls())
    assert result.timestamps[0].sub_indication is SubIndication.CHAIN_CONSTRAINTS_FAILURE
    assert result.proven_at is None


def test_5_4_a_timestamp_before_its_authoritys_certificate_proves_nothing(world):
    young = world.new_tsa("Young TSA", T0 + YEAR, T0 - DAY)
    (result,) = judge(b_t(world, at=T0 - 2 * DAY, tsa=young), world, T0 + 2 * HOUR, crls=world.crls())
    assert result.timestamps[0].sub_indication is SubIndication.NOT_YET_VALID
