"""Revocation data: which lists and responses may be used, for whom, and what they say."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ReasonFlags
from cryptography.x509.oid import ExtendedKeyUsageOID

from esign.pades import der
from esign.validation.process import Indication, SubIndication
from esign.validation.process.pool import CertificatePool
from esign.validation.process.revocation import RevocationData, fresh
from tests.validation.process_pki import DAY, T0, YEAR, certify, crl, ocsp_answer, raw_sign
from tests.validation.process_world import File, World, cms, judge, signature_timestamp

AT = T0 + timedelta(hours=2)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def statuses(world, leaf, *, crls=(), answers=(), more=()):
    pool = CertificatePool([world.root.der])
    for party in (world.authority, *more):
        pool.add(party.der)
    certificate = pool.add(leaf.der)
    data = RevocationData(pool, crls, answers)
    (path, *_) = pool.paths(certificate)
    return data.about(path)


def responder(world, *, nocheck=True, issuer=None, purposes=(ExtendedKeyUsageOID.OCSP_SIGNING,)):
    return certify(
        "Responder",
        issuer or world.authority,
        usage=("digital_signature",),
        purposes=list(purposes),
        purposes_critical=False,
        extra=((x509.OCSPNoCheck(), False),) if nocheck else (),
    )


# -- RFC 5280 section 6.3.3 -------------------------------------------------------------------------------------------


def test_6_3_3_a_list_of_the_issuer_speaks_for_its_certificates(world):
    (status,) = statuses(world, world.signer, crls=[crl(world.authority)])
    assert (status.kind, status.revoked_at) == ("crl", None)
    assert (status.this_update, status.next_update) == (T0 + HOUR, T0 + HOUR + 7 * DAY)


def test_6_3_3_reason_and_time_of_a_revocation(world):
    at = T0 - DAY
    (status,) = statuses(world, world.signer, crls=[crl(world.authority, (world.signer, at, ReasonFlags.superseded))])
    assert (status.revoked_at, status.reason, status.on_hold) == (at, ReasonFlags.superseded, False)


def test_6_3_3_g_a_list_with_another_signature_is_not_used(world):
    lookalike = certify("Authority", authority=True)
    assert statuses(world, world.signer, crls=[crl(lookalike)], more=(lookalike,)) == ()


def test_6_3_3_f_a_key_that_may_not_sign_lists_signs_none(world):
    silent = certify("Silent", world.root, authority=True, usage=("key_cert_sign",))
    leaf = certify("Leaf", silent)
    assert statuses(world, leaf, crls=[crl(silent)], more=(silent,)) == ()


def test_5_2_an_unknown_critical_extension_of_a_list_makes_it_useless(world):
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    assert statuses(world, world.signer, crls=[crl(world.authority, extra=((unknown, True),))]) == ()
    assert len(statuses(world, world.signer, crls=[crl(world.authority, extra=((unknown, False),))])) == 1


def scope(**options) -> tuple[x509.ExtensionType, bool]:
    values = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**(values | options)), True


@pytest.mark.parametrize(
    ("options", "speaks"),
    [
        ({"only_contains_user_certs": True}, True),
        ({"only_contains_ca_certs": True}, False),
        ({"only_contains_attribute_certs": True}, False),
        ({"only_some_reasons": frozenset({ReasonFlags.key_compromise})}, False),
        ({"full_name": [x509.UniformResourceIdentifier("http://example.org/other")]}, False),
    ],
)
def test_6_3_3_b_the_scope_of_a_list_decides_whether_it_speaks(world, options, speaks):
    assert bool(statuses(world, world.signer, crls=[crl(world.authority, extra=(scope(**options),))])) is speaks


def test_6_3_3_l_lists_for_some_reasons_speak_only_together(world):
    every = set(ReasonFlags) - {ReasonFlags.unspecified, ReasonFlags.remove_from_crl}
    few = frozenset({ReasonFlags.key_compromise})
    first = crl(world.authority, extra=(scope(only_some_reasons=few),))
    rest = crl(world.authority, extra=(scope(only_some_reasons=frozenset(every - few)),))
    (status,) = statuses(world, world.signer, crls=[first, rest])
    assert status.revoked_at is None and len(status.sources) == 2


def test_6_3_3_c_a_delta_speaks_only_with_its_base(world):
    number = int((T0 + HOUR).timestamp())
    delta = crl(
        world.authority,
        (world.signer, T0 + 2 * HOUR, ReasonFlags.key_compromise),
        this=T0 + 3 * HOUR,
        extra=((x509.DeltaCRLIndicator(number), True),),
    )
    assert statuses(world, world.signer, crls=[delta]) == ()
    (status,) = statuses(world, world.signer, crls=[crl(world.authority), delta])
    assert status.revoked_at == T0 + 2 * HOUR and len(status.sources) == 2


def test_5_2_5_an_indirect_list_speaks_only_for_certificates_that_name_it(world):
    issuer = certify("List Issuer", world.root, usage=("crl_sign",))
    names = [x509.DirectoryName(issuer.certificate.subject)]
    point = x509.DistributionPoint(full_name=names, relative_name=None, reasons=None, crl_issuer=names)
    leaf = certify("Leaf", world.authority, extra=((x509.CRLDistributionPoints([point]), False),))
    entry = (
        x509.RevokedCertificateBuilder()
        .serial_number(leaf.certificate.serial_number)
        .revocation_date(T0)
        .add_extension(x509.CertificateIssuer([x509.DirectoryName(world.authority.certificate.subject)]), critical=True)
        .build()
    )
    indirect = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.certificate.subject)
        .last_update(T0 + HOUR)
        .next_update(T0 + DAY)
        .add_extension(*scope(indirect_crl=True))
        .add_revoked_certificate(entry)
        .sign(issuer.key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )
    root_list = crl(world.root)
    (status,) = statuses(world, leaf, crls=[indirect, root_list], more=(issuer,))
    assert status.revoked_at == T0
    assert statuses(world, world.signer, crls=[indirect, root_list], more=(issuer,)) == ()
    assert statuses(world, leaf, crls=[indirect], more=(issuer,)) == ()  # nothing says that its issuer is good


def test_expired_certificates_are_answered_for_only_by_lists_that_say_so(world):
    late = T0 + 2 * YEAR + DAY
    since = x509.UnrecognizedExtension(
        x509.ObjectIdentifier("2.5.29.60"), der.tlv(0x18, (T0 - YEAR).strftime("%Y%m%d%H%M%SZ").encode())
    )
    file = File().sign(cms(world.signer, unsigned=signature_timestamp(world.tsa)))
    silent = (*world.crls(this=late), *world.crls(this=T0 + HOUR)[1:])
    speaking = (crl(world.authority, this=late, extra=((since, False),)), *world.crls(this=late)[1:])
    assert judge(file, world, late + HOUR, crls=silent)[0].sub_indication is SubIndication.OUT_OF_BOUNDS_NO_POE
    assert judge(file, world, late + HOUR, crls=speaking)[0].indication is Indication.TOTAL_PASSED


def test_a_revocation_stays_one_though_a_newer_list_has_dropped_it(world):
    older = crl(world.authority, (world.signer, T0 - DAY, ReasonFlags.key_compromise))
    newer = crl(world.authority, this=T0 + 90 * timedelta(minutes=1))
    (result,) = judge(File().sign(cms(world.signer)), world, AT, crls=(older, newer, world.crls()[1]))
    assert result.sub_indication is SubIndication.REVOKED_NO_POE


def test_a_suspension_that_a_newer_list_has_lifted_is_none(world):
    older = crl(world.authority, (world.signer, T0 - DAY, ReasonFlags.certificate_hold))
    newer = crl(world.authority, this=T0 + 90 * timedelta(minutes=1))
    (result,) = judge(File().sign(cms(world.signer)), world, AT, crls=(older, newer, world.crls()[1]))
    assert result.indication is Indication.TOTAL_PASSED


def test_a_revocation_behind_the_instant_of_the_question_is_not_yet_one(world):
    lists = world.crls((world.signer, T0 + 3 * HOUR, ReasonFlags.superseded), this=T0 + 4 * HOUR)
    (result,) = judge(File().sign(cms(world.signer)), world, AT, crls=lists)
    assert result.indication is Indication.TOTAL_PASSED


# -- RFC 6960 section 4.2.2 -------------------------------------------------------------------------------------------


def test_4_2_2_2_the_issuer_itself_may_answer(world):
    (status,) = statuses(world, world.signer, answers=[ocsp_answer(world.signer, world.authority)])
    assert (status.kind, status.revoked_at) == ("ocsp", None)


def test_4_2_2_2_a_delegated_responder_may_answer(world):
    answer = ocsp_answer(world.signer, world.authority, responder=responder(world), revoked_at=T0)
    (status,) = statuses(world, world.signer, answers=[answer])
    assert status.revoked_at == T0


def test_4_2_2_2_a_responder_without_the_purpose_may_not(world):
    wrong = responder(world, purposes=[ExtendedKeyUsageOID.CLIENT_AUTH])
    assert statuses(world, world.signer, answers=[ocsp_answer(world.signer, world.authority, responder=wrong)]) == ()


def test_4_2_2_2_a_responder_of_another_authority_may_not(world):
    beside = certify("Beside", world.root, authority=True)
    foreign = responder(world, issuer=beside)
    answer = ocsp_answer(world.signer, world.authority, responder=foreign)
    assert statuses(world, world.signer, answers=[answer], more=(beside,)) == ()


def test_4_2_2_2_1_a_responder_of_the_authority_above_may_if_the_policy_says_so(world):
    answer = ocsp_answer(world.signer, world.authority, responder=responder(world, issuer=world.root))
    assert len(statuses(world, world.signer, answers=[answer])) == 1
    file = File().sign(cms(world.signer)).store(responses=(answer,))
    lists = world.crls()[1:]
    assert judge(file, world, AT, crls=lists)[0].indication is Indication.TOTAL_PASSED
    (strict,) = judge(file, world, AT, crls=lists, options={"higher_responders": False})
    assert strict.sub_indication is SubIndication.TRY_LATER


def test_4_2_2_2_1_a_responder_without_nocheck_must_be_known_not_to_be_revoked(world):
    checked = responder(world, nocheck=False)
    answer = ocsp_answer(world.signer, world.authority, responder=checked)
    lists = [crl(world.authority), crl(world.root)]
    assert statuses(world, world.signer, answers=[answer]) == ()
    found = statuses(world, world.signer, answers=[answer], crls=lists)
    assert {status.kind for status in found} == {"ocsp", "crl"}
    revoked = crl(world.authority, (checked, T0 - DAY, None))
    found = statuses(world, world.signer, answers=[answer], crls=[revoked, crl(world.root)])
    assert {status.kind for status in found} == {"crl"}


def test_4_1_1_an_answer_about_another_certificate_says_nothing(world):
    other = certify("Other", world.authority)
    assert statuses(world, world.signer, answers=[ocsp_answer(other, world.authority)]) == ()


def test_4_1_1_an_answer_about_another_issuers_certificate_says_nothing(world):
    lookalike = certify("Authority", world.root, authority=True)
    answer = ocsp_answer(world.signer, world.authority, about_issuer=lookalike)
    assert statuses(world, world.signer, answers=[answer]) == ()


def test_an_answer_with_a_changed_signature_is_not_used(world):
    answer = bytearray(ocsp_answer(world.signer, world.authority))
    answer[-1] ^= 1
    assert statuses(world, world.signer, answers=[bytes(answer)]) == ()


def basic_answer(world, *extensions: bytes, critical_response: bool = False) -> bytes:
    """Return a bare BasicOCSPResponse, as CAdES carries it, about the signatory."""
    issuer, signer = world.authority, world.signer
    key = issuer.certificate.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    about = der.sequence(
        der.sequence(der.oid("2.16.840.1.101.3.4.2.1")),
        der.octets(hashlib.sha256(issuer.certificate.subject.public_bytes()).digest()),
        der.octets(hashlib.sha256(key).digest()),
        der.integer(signer.certificate.serial_number),
    )
    when = der.tlv(0x18, (T0 + HOUR).strftime("%Y%m%d%H%M%SZ").encode())
    listed = der.tlv(0xA1, der.sequence(*extensions)) if extensions else b""
    unknown = der.sequence(der.oid("1.2.3"), b"\x01\x01\xff", der.octets(b"\x05\x00"))
    data = der.sequence(
        der.tlv(0xA1, issuer.certificate.subject.public_bytes()),
        when,
        der.sequence(der.sequence(about, b"\x80\x00", when, der.tlv(0xA0, when), listed)),
        der.tlv(0xA1, der.sequence(unknown)) if critical_response else b"",
    )
    algorithm, value = raw_sign(issuer, data, "sha256")
    return der.sequence(data, algorithm, der.tlv(der.BIT_STRING, b"\0" + value))


def single(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    return der.sequence(der.oid(oid), b"\x01\x01\xff" if critical else b"", der.octets(value))


def test_a_bare_basic_response_speaks_as_well(world):
    (status,) = statuses(world, world.signer, answers=[basic_answer(world)])
    assert (status.kind, status.this_update) == ("ocsp", T0 + HOUR)


@pytest.mark.parametrize("mine", [True, False])
def test_common_pki_certhash_binds_the_answer_to_the_very_certificate(world, mine):
    digest = hashlib.sha256(world.signer.der if mine else b"another").digest()
    value = der.sequence(der.sequence(der.oid("2.16.840.1.101.3.4.2.1")), der.octets(digest))
    assert bool(statuses(world, world.signer, answers=[basic_answer(world, single("1.3.36.8.3.13", value))])) is mine


def test_4_4_4_the_archive_cutoff_says_until_when_expired_certificates_are_answered_for(world):
    cutoff = der.tlv(0x18, (T0 - YEAR).strftime("%Y%m%d%H%M%SZ").encode())
    (status,) = statuses(world, world.signer, answers=[basic_answer(world, single("1.3.6.1.5.5.7.48.1.6", cutoff))])
    assert status.expired_from == T0 - YEAR


def test_4_4_unknown_critical_extensions_make_an_answer_useless(world):
    unknown = single("1.2.3", b"\x05\x00", critical=True)
    assert statuses(world, world.signer, answers=[basic_answer(world, unknown)]) == ()
    assert statuses(world, world.signer, answers=[basic_answer(world, critical_response=True)]) == ()
    assert len(statuses(world, world.signer, answers=[basic_answer(world, single("1.2.3", b"\x05\x00"))])) == 1


def test_5_2_5_4_without_next_update_only_newer_data_are_fresh(world):
    (status,) = statuses(world, world.signer, answers=[ocsp_answer(world.signer, world.authority, following=None)])
    assert fresh(status, T0 + HOUR) and not fresh(status, T0 + HOUR + timedelta(seconds=1))
    assert fresh(status, T0 + 2 * HOUR, timedelta(hours=1))


def test_en_319_412_1_5_2_short_term_certificates_need_no_revocation_data(world):
    mark = x509.UnrecognizedExtension(x509.ObjectIdentifier("0.4.0.194121.2.1"), b"\x05\x00")
    short = certify("Short", world.authority, extra=((mark, False),))
    (result,) = judge(File().sign(cms(short)), world, AT, crls=world.crls()[1:])
    assert result.indication is Indication.TOTAL_PASSED


def test_rfc_9608_authorities_cannot_excuse_themselves(world):
    mark = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.56"), b"\x05\x00")
    authority = certify("Excused", world.root, authority=True, extra=((mark, False),))
    leaf = certify("Leaf", authority, extra=((mark, False),))
    (result,) = judge(File().sign(cms(leaf)), world, AT)
    assert result.sub_indication is SubIndication.TRY_LATER


def test_5_2_5_one_fresh_source_is_enough_though_a_newer_one_is_stale(world):
    answer = ocsp_answer(world.signer, world.authority, this=T0 + 90 * timedelta(minutes=1), following=None)
    file = File().sign(cms(world.signer)).store(responses=(answer,))
    (alone,) = judge(file, world, AT, crls=world.crls()[1:])
    (together,) = judge(file, world, AT, crls=world.crls())
    assert alone.sub_indication is SubIndication.TRY_LATER
    assert together.indication is Indication.TOTAL_PASSED


def test_4_2_2_2_another_trust_anchor_answers_for_nobody_else(world):
    other = certify("Other Root", authority=True)
    answer = ocsp_answer(world.signer, world.authority, responder=other)
    file = File().sign(cms(world.signer)).store(responses=(answer,))
    (result,) = judge(file, world, AT, crls=world.crls()[1:], anchors=(world.root, other))
    assert result.sub_indication is SubIndication.TRY_LATER
    own = ocsp_answer(world.signer, world.authority, responder=world.root)
    (result,) = judge(File().sign(cms(world.signer)).store(responses=(own,)), world, AT, crls=world.crls()[1:])
    assert result.indication is Indication.TOTAL_PASSED
