"""Basic, with time, long-term and past validation: each clause of EN 319 102-1 with its exact indication."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.x509 import ReasonFlags

from esign.validation.findings import FindingKind
from esign.validation.process import Indication, SignatureKind, SubIndication
from tests.validation.process_world import (
    CONTENT,
    DAY,
    T0,
    YEAR,
    File,
    World,
    attribute,
    cms,
    judge,
    signature_timestamp,
    token,
)

HOUR = timedelta(hours=1)
PASSED = (Indication.TOTAL_PASSED, None)


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def b_b(world: World, **options) -> File:
    return File().sign(cms(world.signer, **options))


def b_t(world: World, at=T0, tsa=None, **options) -> File:
    return File().sign(cms(world.signer, unsigned=signature_timestamp(tsa or world.tsa, at), **options))


def b_lt(world: World, *revoked, this=T0 + HOUR, at=T0) -> File:
    return b_t(world, at).store(certificates=(world.root.der,), crls=world.crls(*revoked, this=this))


def b_lta(world: World, *revoked, this=T0 + HOUR) -> File:
    return b_lt(world, *revoked, this=this).stamp(world.tsa, T0 + 2 * HOUR)


def said(result):
    return result.indication, result.sub_indication


def kinds(result):
    return [finding.kind for finding in result.findings]


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


# -- clause 5.6: archival data ----------------------------------------------------------------------------------------


def test_5_6_archival_data_pass_three_years_later(world):
    signature, stamp = judge(b_lta(world), world, T0 + 3 * YEAR)
    assert (said(signature), said(stamp)) == (PASSED, PASSED)
    assert signature.proven_at == T0
    assert stamp.kind is SignatureKind.DOCUMENT_TIMESTAMP and stamp.proven_at == T0 + 2 * HOUR
    assert {poe.kind for poe in signature.poes} == {"signature", "certificate", "crl", "timestamp"}
    assert (signature.level.material_covered, signature.level.document_timestamps) == (True, 1)


def test_5_6_without_renewal_nothing_passes_when_the_authorities_have_expired(world):
    signature, stamp = judge(b_lta(world), world, T0 + 15 * YEAR)
    assert said(stamp) == (Indication.INDETERMINATE, SubIndication.OUT_OF_BOUNDS_NOT_REVOKED)
    assert said(signature) == (Indication.INDETERMINATE, SubIndication.OUT_OF_BOUNDS_NO_POE)


NEWER = World()
LATER = T0 + 8 * YEAR


def renewed(world: World, *, with_data: bool = True) -> File:
    """A file whose archive timestamp was renewed after eight years, with fresh data for the older authority."""
    newer = NEWER.new_tsa("Newer TSA", T0 + 19 * YEAR, T0 + 7 * YEAR)
    file = b_lta(world)
    if with_data:
        file.store(crls=world.crls(this=LATER - HOUR))
    return file.stamp(newer, LATER).store(crls=NEWER.crls(this=LATER + HOUR))


def test_5_6_3_a_renewed_archive_passes_fifteen_years_later(world):
    signature, first, second = judge(renewed(world), world, T0 + 15 * YEAR, anchors=(world.root, NEWER.root))
    assert (said(signature), said(first), said(second)) == (PASSED, PASSED, PASSED)
    assert signature.proven_at == T0
    assert signature.findings == ()
    assert [(s.purpose, s.by_past_validation) for s in signature.timestamps] == [
        ("signature timestamp", True),
        ("document timestamp", False),
        ("document timestamp", True),
    ]
    assert "Past signature validation" in {step.title for step in signature.steps}


def test_5_6_2_2_renewal_without_data_for_the_older_authority_proves_nothing_about_it(world):
    results = judge(renewed(world, with_data=False), world, T0 + 15 * YEAR, anchors=(world.root, NEWER.root))
    assert said(results[2]) == PASSED
    assert [said(result) for result in results[:2]] == [
        (Indication.INDETERMINATE, SubIndication.OUT_OF_BOUNDS_NO_POE),
        (Indication.INDETERMINATE, SubIndication.OUT_OF_BOUNDS_NOT_REVOKED),
    ]


def test_5_6_2_2_4_sliding_to_the_issuance_asks_for_data_from_behind_the_renewal(world):
    at, anchors = T0 + 15 * YEAR, (world.root, NEWER.root)
    strict = {"sliding_to_issuance": True}
    assert judge(renewed(world), world, at, anchors=anchors, options=strict)[0].indication is Indication.INDETERMINATE
    behind = renewed(world).store(crls=world.crls(this=LATER + HOUR))
    assert said(judge(behind, world, at, anchors=anchors, options=strict)[1]) == PASSED


def test_5_6_2_4_revoked_after_the_archive_timestamp_passes(world):
    revoked = (world.signer, T0 + DAY, ReasonFlags.key_compromise)
    signature, _ = judge(b_lta(world), world, T0 + 2 * DAY, crls=world.crls(revoked, this=T0 + DAY + HOUR))
    assert said(signature) == PASSED


def test_5_6_2_4_an_authority_revoked_later_passes_with_proofs_before(world):
    revoked = (world.authority, T0 + DAY, ReasonFlags.ca_compromise)
    signature, _ = judge(b_lta(world), world, T0 + 2 * DAY, crls=world.crls(revoked, this=T0 + DAY + HOUR))
    assert said(signature) == PASSED


def test_5_6_2_3_a_document_timestamp_proves_only_what_stands_below_it(world):
    file = b_t(world).stamp(world.tsa, T0 + HOUR).store(crls=world.crls(this=T0 + 2 * HOUR))
    signature, _ = judge(file, world, T0 + 3 * HOUR)
    assert "crl" not in {poe.kind for poe in signature.poes}
    assert not signature.level.material_covered
    assert signature.level.revocation_complete


def test_5_6_2_3_a_byte_range_that_covers_nothing_proves_nothing(world):
    file = b_b(world).stamp(world.tsa, T0 + HOUR)
    last = file.objects[-1]
    file.objects[-1] = type(last)(
        cms=last.cms, content_digest=last.content_digest, kind=last.kind, covered_until=0, stands_until=9000
    )
    signature, _ = judge(file, world, T0 + 2 * HOUR, crls=world.crls())
    assert signature.proven_at is None


# -- cryptographic constraints ----------------------------------------------------------------------------------------


def test_5_5_4_step_4c_a_weak_signature_without_proof_of_existence():
    world = World(kind="rsa2048")
    late = T0 + 3 * YEAR + DAY  # 2029: RSA with 2048 bits has ended
    (result,) = judge(b_b(world), world, late, anchors=(world.signer,))
    assert said(result) == (Indication.INDETERMINATE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE)
    assert kinds(result) == [FindingKind.WEAK_CRYPTO]


def test_5_5_4_step_10_certificates_are_held_against_the_current_time():
    world, strong = World(kind="rsa2048", signer_ends=T0 + 9 * YEAR), World()
    file = b_t(world, tsa=strong.tsa).store(crls=(*world.crls(), *strong.crls()))
    (result,) = judge(file, world, T0 + 4 * YEAR, anchors=(world.root, strong.root))
    assert result.proven_at == T0
    assert said(result) == (Indication.INDETERMINATE, SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE)


def test_5_6_2_4_step_4_weak_algorithms_pass_with_proofs_from_before():
    world, strong = World(kind="rsa2048", signer_ends=T0 + 9 * YEAR), World()
    file = b_lta(world)
    second = File(**{name: getattr(file, name) for name in ("objects", "certificates", "crls", "positions", "size")})
    second.store(crls=world.crls(this=T0 + 2 * YEAR)).stamp(strong.tsa, T0 + 2 * YEAR + HOUR)
    lists = strong.crls(this=T0 + 2 * YEAR + 2 * HOUR)
    signature, first, last = judge(second, world, T0 + 4 * YEAR, crls=lists, anchors=(world.root, strong.root))
    assert (said(signature), said(first), said(last)) == (PASSED, PASSED, PASSED)
    assert signature.proven_at == T0


# -- what levels ask for ----------------------------------------------------------------------------------------------


def levels(result):
    level = result.level
    return level.signature_timestamps, level.revocation_complete, level.document_timestamps, level.material_covered


def test_en_319_142_6_3_revocation_data_from_outside_make_no_long_term_level(world):
    (outside,) = judge(b_t(world), world, T0 + 2 * HOUR, crls=world.crls())
    (inside,) = judge(b_lt(world), world, T0 + 2 * HOUR)
    assert (levels(outside), levels(inside)) == ((1, False, 0, False), (1, True, 0, False))


def test_en_319_142_6_3_the_data_of_timestamp_authorities_are_needed_as_well(world):
    (result,) = judge(b_t(world).store(crls=world.crls()[:1]), world, T0 + 2 * HOUR)
    assert levels(result) == (1, False, 0, False)


def test_en_319_142_6_3_the_data_must_stand_below_the_document_timestamp(world):
    above = b_t(world).stamp(world.tsa, T0 + HOUR).store(crls=world.crls())
    assert levels(judge(above, world, T0 + 2 * HOUR)[0]) == (1, True, 1, False)
    assert levels(judge(b_lta(world), world, T0 + 3 * HOUR)[0]) == (1, True, 1, True)


def test_iso_32000_12_8_3_3_2_data_in_the_cms_count_as_in_the_file(world):
    lists = world.crls()
    file = File().sign(cms(world.signer, unsigned=signature_timestamp(world.tsa), crls=lists))
    assert levels(judge(file, world, T0 + 2 * HOUR)[0]) == (1, True, 0, False)
    assert levels(judge(file.stamp(world.tsa, T0 + HOUR), world, T0 + 2 * HOUR)[0]) == (1, True, 1, True)


def test_levels_need_no_trust(world):
    signature, _ = judge(b_lta(world), world, T0 + 3 * HOUR, anchors=(World().root,))
    assert signature.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert levels(signature) == (1, True, 1, True)


def test_ts_119_312_until_when_everything_that_is_used_is_reliable(world):
    open_ended, _ = judge(b_lta(world), world, T0 + 3 * HOUR)
    rsa = World(kind="rsa2048")
    ends, _ = judge(b_lta(rsa), rsa, T0 + 3 * HOUR)
    assert open_ended.reliable_until is None
    assert ends.reliable_until == datetime(2029, 1, 1, tzinfo=UTC)
