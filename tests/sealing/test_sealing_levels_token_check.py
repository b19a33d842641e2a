"""The quick reading of tokens: it accepts nothing that the long way refuses, and says the same of what it accepts."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import tsp
from hypothesis import given
from hypothesis import strategies as st

from esign.proof import timestamps as proof
from esign.proof.timestamps import TimestampRequest, read_reply, trust_token
from esign.sealing.levels import SealTimestampError
from esign.sealing.levels.token_check import TokenChecker
from esign.sealing.levels.token_reader import read_quickly
from tests.identity.helpers.pki import NOW, RSA_KEY, Authority
from tests.identity.helpers.tsa import TimestampAuthorityDouble, refusal
from tests.sealing.helpers.authorities import CLOCK, SmallAuthority

SMALL = SmallAuthority()
REQUEST = TimestampRequest.new(hashlib.sha256(b"signature value").digest(), 0x7123456789ABCDEF)
REPLY = SMALL.desk.answer(REQUEST.der)


class Serials:
    """A double whose tokens have numbers of their own."""

    def __init__(self, **options):
        self.number = 0
        self.double = TimestampAuthorityDouble(change=self.count, **options)
        self.also = lambda info: None

    def count(self, info):
        self.number += 1
        info["serial_number"] = self.number
        self.also(info)

    def reply(self, request):
        return self.double.reply(request.der)


def checker(*anchors, **options):
    return TokenChecker(anchors=[each.der for each in anchors or (SMALL.root,)], clock=CLOCK, **options)


def knowing():
    """A checker that has seen the unit."""
    found = checker()
    request = TimestampRequest.new(bytes(32), 1)
    found.check(SMALL.desk.answer(request.der), request)
    return found


KNOWING = knowing()


def values(token):
    return {name: getattr(token, name) for name in token.__slots__}


def test_both_ways_give_the_same_token():
    quick, slow = knowing().check(REPLY, REQUEST), read_reply(REPLY, REQUEST, now=NOW)
    assert values(quick) == values(slow)


@pytest.mark.parametrize("count", [32, 48, 64])
def test_the_three_hashes_are_read_quickly(count):
    request = TimestampRequest.new(bytes(range(count)), 7)
    assert knowing().check(SMALL.desk.answer(request.der), request).digest == bytes(range(count))


@given(st.data())
def test_nothing_is_accepted_that_the_long_way_refuses(data):
    place = data.draw(st.integers(0, len(REPLY) - 1))
    changed = bytearray(REPLY)
    kind = data.draw(st.sampled_from(["change", "remove", "insert"]))
    if kind == "change":
        changed[place] ^= data.draw(st.integers(1, 255))
    elif kind == "remove":
        del changed[place]
    else:
        changed.insert(place, data.draw(st.integers(0, 255)))
    KNOWING._serials.clear()
    try:
        token = KNOWING.check(bytes(changed), REQUEST)
    except SealTimestampError:
        return
    again = read_reply(bytes(changed), REQUEST, now=NOW)
    trust_token(again, anchors=[SMALL.root.der])
    assert values(token) == values(again)


@given(st.binary(max_size=200))
def test_any_bytes_are_no_token_and_nothing_worse(junk):
    assert read_quickly(junk) is None
    assert read_quickly(b"0\x80" + junk) is None
    with pytest.raises(SealTimestampError):
        KNOWING.check(junk, REQUEST)


@pytest.mark.parametrize("ess", ["v1", "v2"])
@pytest.mark.parametrize("scheme", ["ecdsa", "pkcs1v15", "pss"])
def test_tokens_of_every_scheme_are_accepted_the_first_and_the_second_time(ess, scheme):
    options = {} if scheme == "ecdsa" else {"key": RSA_KEY}
    authority = Serials(scheme=scheme, ess=ess, **options)
    check = checker(authority.double.authority)
    for nonce in (1, 2):
        request = TimestampRequest.new(REQUEST.digest, nonce)
        assert check.check(authority.reply(request), request).serial == nonce


def test_a_critical_extension_is_refused_after_a_good_token_too():
    authority = Serials()
    check = checker(authority.double.authority)
    check.check(authority.reply(REQUEST), REQUEST)
    extension = {"extn_id": "1.2.3.4", "critical": True, "extn_value": b"x"}
    authority.also = lambda info: info.update(extensions=tsp.Extensions([extension]))
    with pytest.raises(SealTimestampError) as error:
        check.check(authority.reply(REQUEST), REQUEST)
    assert error.value.code == "sealing.timestamp.malformed"


def test_a_fraction_of_a_second_and_the_accuracy_are_read():
    authority = Serials()
    instant = datetime(2026, 11, 22, 10, 0, 1, 250_000, tzinfo=UTC)
    authority.also = lambda info: info.update(
        gen_time=instant, accuracy={"seconds": 2, "millis": 300, "micros": 5}, ordering=True
    )
    check = checker(authority.double.authority)
    for _ in range(2):
        token = check.check(authority.reply(REQUEST), REQUEST)
        assert (token.gen_time, token.accuracy) == (instant, timedelta(seconds=2, milliseconds=300, microseconds=5))


def test_a_unit_is_settled_once_and_its_signature_is_checked_each_time(monkeypatch):
    check = knowing()
    monkeypatch.setattr(proof, "read_token", None)  # the long way is closed
    assert check.check(REPLY, REQUEST).digest == REQUEST.digest
    with pytest.raises(SealTimestampError) as error:
        check.check(REPLY[:-1] + bytes([REPLY[-1] ^ 1]), REQUEST)
    assert error.value.code == "sealing.timestamp.signature_invalid"


def test_of_a_unit_that_was_refused_nothing_is_remembered():
    stranger = checker(Authority("Somebody else"))
    for _ in range(2):
        with pytest.raises(SealTimestampError) as error:
            stranger.check(REPLY, REQUEST)
        assert error.value.code == "sealing.timestamp.certificate"
    assert not stranger._units


def test_a_refusal_names_status_and_reason():
    with pytest.raises(SealTimestampError) as error:
        KNOWING.check(refusal(), REQUEST)
    assert dict(error.value.facts) == {"status": "rejection", "failure": "bad_request"}
    assert error.value.code == "sealing.timestamp.refused"


def test_a_token_without_its_certificate_is_refused():
    authority = Serials(with_certificate=False)
    with pytest.raises(SealTimestampError) as error:
        checker(authority.double.authority).check(authority.reply(REQUEST), REQUEST)
    assert error.value.code == "sealing.timestamp.certificate"


def test_memory_of_serial_numbers_and_units_is_bounded(monkeypatch):
    monkeypatch.setattr("esign.sealing.levels.token_check._SERIALS", 10)
    check = knowing()
    for nonce in range(1, 30):
        request = TimestampRequest.new(REQUEST.digest, nonce)
        check.check(SMALL.desk.answer(request.der), request)
    assert (len(check._serials), len(check._units)) == (10, 1)
