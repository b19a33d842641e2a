"""Past validation, proofs of existence, weak algorithms, what levels ask for: by the clauses of EN 319 102-1."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.x509 import ReasonFlags

from esign.validation.findings import FindingKind
from esign.validation.process import Indication, SignatureKind, SubIndication
from tests.validation.process_pki import DAY, T0, YEAR
from tests.validation.process_world import (
    HOUR,
    PASSED,
    File,
    World,
    b_b,
    b_lt,
    b_lta,
    b_t,
    cms,
    judge,
    kinds,
    said,
    signature_timestamp,
)


@pytest.fixture(scope="module")
def world() -> World:
    return World()


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


def test_5_6_3_4_step_5_a_timestamp_over_a_weak_hash_needs_a_proof_from_before():
    then = datetime(2011, 6, 1, tzinfo=UTC)
    world = World(begins=then - YEAR)
    signature = cms(world.signer, unsigned=signature_timestamp(world.tsa, then, hash_name="sha1"))
    lists = world.crls(this=then + HOUR)
    (alone,) = judge(File().sign(signature).store(crls=lists), world, T0)
    assert [stamp.sub_indication for stamp in alone.timestamps] == [SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE]
    assert alone.proven_at is None

    below = File().sign(signature).store(crls=lists).stamp(world.tsa, then + 2 * HOUR)
    covered, _ = judge(below, world, T0)
    assert said(covered) == PASSED
    assert covered.proven_at == then
    assert covered.timestamps[0].by_past_validation

    late = File().sign(signature).store(crls=lists).stamp(world.tsa, datetime(2012, 9, 1, tzinfo=UTC))
    too_late, _ = judge(late, world, T0)
    assert too_late.timestamps[0].sub_indication is SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE


def test_en_319_142_6_3_the_newest_document_timestamp_needs_no_data_but_those_below_it_do(world):
    once = b_b(world).store(crls=world.crls()[:1]).store(crls=world.crls()[1:]).stamp(NEWER.tsa, T0 + 2 * HOUR)
    assert levels(judge(once, world, T0 + 3 * HOUR, anchors=(world.root, NEWER.root))[0]) == (0, True, 1, True)
    twice = once.stamp(world.tsa, T0 + 3 * HOUR)
    assert levels(judge(twice, world, T0 + 4 * HOUR, anchors=(world.root, NEWER.root))[0]) == (0, False, 2, False)
