"""Hostile bytes: whatever comes in, the answer is a value; nothing escapes, and nothing changed passes."""

from __future__ import annotations

import contextlib
import time
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esign.validation.certificates import TrustAnchors
from esign.validation.process import Indication, Material, SignatureKind, SignatureObject, shipped_suites, validate
from esign.validation.process import process as process_module
from esign.validation.process.ber import Cursor, element_at
from esign.validation.process.certificate import read_certificate
from esign.validation.process.cms import read_signed_message
from esign.validation.process.crl import read_crl
from esign.validation.process.errors import CmsUnreadable
from esign.validation.process.ocsp import read_ocsp
from tests.validation.process_pki import T0, certify, crl, name, ocsp_answer
from tests.validation.process_world import (
    CONTENT,
    File,
    World,
    attribute,
    cms,
    digester,
    judge,
    signature_timestamp,
    token,
)

AT = T0 + timedelta(hours=2)
WORLD = World()
LISTS = WORLD.crls()
ANSWER = ocsp_answer(WORLD.signer, WORLD.authority)
SIGNATURE = cms(
    WORLD.signer,
    unsigned=signature_timestamp(WORLD.tsa),
    more=(attribute("1.2.840.113549.1.9.16.2.20", token(WORLD.tsa, CONTENT, T0)),),
    crls=LISTS,
)
EASY = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def judged(signature: bytes, *, kind=SignatureKind.SIGNATURE, subfilter="ETSI.CAdES.detached", crls=LISTS, answers=()):
    source = SignatureObject(
        cms=signature,
        content_digest=digester(CONTENT),
        kind=kind,
        covered_until=2000,
        subfilter=subfilter,
        certificates=(WORLD.signer.der,),
    )
    (result,) = validate(
        [source],
        material=Material(crls=crls, ocsp_responses=answers),
        trust=TrustAnchors(certificates=(WORLD.root.der,)),
        suites=shipped_suites(),
        at=AT,
    )
    return result


def unbroken(result):
    """Return a result that no check broke on: the last fence is for what nobody thought of."""
    assert result.sub_indication != "POLICY_PROCESSING_ERROR", result.reason
    return result


@given(position=st.integers(0, len(SIGNATURE) - 1), value=st.integers(0, 255))
@EASY
def test_a_changed_byte_never_raises_and_passes_only_outside_of_what_counts(position, value):
    changed = SIGNATURE[:position] + bytes((value,)) + SIGNATURE[position + 1 :]
    result = unbroken(judged(changed))
    if result.indication is Indication.TOTAL_PASSED:
        assert result.signature_verified and result.signer == WORLD.signer.der


@given(st.data())
@EASY
def test_cut_doubled_and_moved_bytes_never_raise(data):
    start = data.draw(st.integers(0, len(SIGNATURE)))
    stop = data.draw(st.integers(start, min(len(SIGNATURE), start + 300)))
    where = data.draw(st.integers(0, len(SIGNATURE)))
    rest = SIGNATURE[:start] + SIGNATURE[stop:]
    unbroken(judged(rest))
    unbroken(judged(rest[:where] + SIGNATURE[start:stop] + rest[where:]))


@given(st.binary(max_size=300), st.sampled_from(["ETSI.CAdES.detached", "adbe.x509.rsa_sha1", "adbe.pkcs7.sha1", ""]))
@EASY
def test_any_bytes_are_an_answer(data, subfilter):
    assert unbroken(judged(data, subfilter=subfilter)).indication is not Indication.TOTAL_PASSED
    assert unbroken(judged(data, kind=SignatureKind.DOCUMENT_TIMESTAMP)).indication is not Indication.TOTAL_PASSED


@given(st.integers(0, 2000), st.integers(0, 255), st.sampled_from([0, 1, 2]))
@EASY
def test_changed_validation_data_never_raise_and_never_help(position, value, which):
    values = [*LISTS, ANSWER]
    at = position % len(values[which])
    values[which] = values[which][:at] + bytes((value,)) + values[which][at + 1 :]
    unbroken(judged(cms(WORLD.signer), crls=tuple(values[:2]), answers=(values[2],)))


@pytest.mark.parametrize("read", [read_signed_message, read_certificate, read_crl, read_ocsp])
@given(data=st.binary(max_size=200))
@EASY
def test_readers_raise_one_kind_of_error(read, data):
    with contextlib.suppress(CmsUnreadable):
        read(data)


def test_nesting_without_end_is_refused():
    for data in (b"\x30\x80" * 100_000, b"\x24\x80" * 60 + b"\0\0" * 60, b"\x30\x84\xff\xff\xff\xff"):
        with pytest.raises(CmsUnreadable):
            element_at(data, 0, len(data)) and Cursor(data).octets()
        assert judged(data).indication is Indication.TOTAL_FAILED


def test_thousands_of_certificates_end_in_time():
    many = tuple(WORLD.authority.der[:-4] + number.to_bytes(4, "big") for number in range(3000))
    started = time.process_time()
    (result,) = judge(File().sign(cms(WORLD.signer)).store(certificates=many), WORLD, AT, crls=LISTS)
    assert time.process_time() - started < 5
    assert result.indication is Indication.TOTAL_PASSED
    assert "limit_exceeded" in {finding.kind.value for finding in result.findings}


def test_a_check_that_breaks_is_a_finding(monkeypatch):
    def broken(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(process_module, "validate_basic", broken)
    result = judged(SIGNATURE)
    assert result.indication is Indication.INDETERMINATE
    assert result.sub_indication == "POLICY_PROCESSING_ERROR"
    assert [finding.kind.value for finding in result.findings] == ["format_failure"]
    assert "secret" not in result.reason
    monkeypatch.setattr(process_module, "gather", broken)
    assert judged(SIGNATURE).indication is Indication.INDETERMINATE


def test_too_many_signatures_are_told():
    source = SignatureObject(cms=b"", content_digest=digester(CONTENT))
    results = validate(
        [source] * 600,
        material=Material(),
        trust=TrustAnchors(certificates=(WORLD.root.der,)),
        suites=shipped_suites(),
        at=AT,
    )
    assert len(results) == 600
    assert {result.indication for result in results} == {Indication.TOTAL_FAILED}


def test_authorities_that_all_sign_each_other_cost_no_exponential_time():
    keys = [certify(f"{number}", authority=True) for number in range(14)]
    every = [
        certify("Same", above, authority=True, key=below.key, issuer_name=name("Same"))
        for above in keys
        for below in keys
        if above is not below
    ]
    leaf = certify("Leaf", keys[0], issuer_name=name("Same"))
    started = time.process_time()
    (result,) = judge(File().sign(cms(leaf)).store(certificates=[party.der for party in every]), WORLD, AT)
    assert time.process_time() - started < 5
    assert result.indication is Indication.INDETERMINATE
    assert "limit_exceeded" in {finding.kind.value for finding in result.findings}


def test_many_lists_of_many_signers_of_one_name_cost_no_exponential_time():
    signers = [certify("Authority", WORLD.root, authority=True) for _ in range(25)]
    lists = [crl(signer, this=T0 + timedelta(minutes=number)) for number, signer in enumerate(signers)]
    started = time.process_time()
    file = File().sign(cms(WORLD.signer)).store(certificates=[party.der for party in signers], crls=lists)
    (result,) = judge(file, WORLD, AT, crls=LISTS)
    assert time.process_time() - started < 5
    assert result.indication is Indication.TOTAL_PASSED
