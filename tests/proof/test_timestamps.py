import hashlib
from datetime import UTC, datetime, timedelta

import pytest
import rfc3161_client
from asn1crypto import tsp
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID as Eku
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.proof.timestamps import (
    TimestampAlgorithmRefused,
    TimestampCertificateNotValid,
    TimestampError,
    TimestampImprintDiffers,
    TimestampKeyUsage,
    TimestampMalformed,
    TimestampNonceDiffers,
    TimestampRefused,
    TimestampRequest,
    TimestampSignatureInvalid,
    TimestampSignerMissing,
    TimestampSigningCertificateDiffers,
    TimestampTimeImplausible,
    TimestampUntrusted,
    read_reply,
    verify_token,
)
from tests.identity.helpers.pki import NOW, RSA_KEY, Authority, p256, timestamp_certificate
from tests.identity.helpers.tsa import TimestampAuthorityDouble, refusal

DIGEST = hashlib.sha256(b"signature value").digest()
NONCE = 0xF123456789ABCDEF


@pytest.fixture(scope="module")
def tsa():
    return TimestampAuthorityDouble()


@pytest.fixture(scope="module")
def honest_reply(tsa):
    return tsa.reply(TimestampRequest.new(DIGEST, NONCE).der)


def ask(tsa, **options):
    request = TimestampRequest.new(DIGEST, NONCE)
    return read_reply(tsa.reply(request.der), request, **options)


@pytest.mark.parametrize("nonce", [1, 127, 128, 255, 256, 2**63 - 1, 2**63, 2**64 - 1])
def test_request_is_the_der_of_rfc_3161(nonce):
    request = TimestampRequest.new(DIGEST, nonce)
    parsed = tsp.TimeStampReq.load(request.der, strict=True)
    assert parsed["version"].native == "v1"
    assert parsed["message_imprint"].native == {
        "hash_algorithm": {"algorithm": "sha256", "parameters": None},
        "hashed_message": DIGEST,
    }
    assert parsed["nonce"].native == nonce
    assert parsed["cert_req"].native is True
    assert parsed.dump(force=True) == request.der


@pytest.mark.parametrize("name", ["sha256", "sha384", "sha512"])
def test_the_length_of_a_digest_says_its_hash(name):
    request = TimestampRequest.new(hashlib.new(name, b"a file").digest(), 1)
    imprint = tsp.TimeStampReq.load(request.der, strict=True)["message_imprint"]
    assert imprint["hash_algorithm"].native == {"algorithm": name, "parameters": None}
    assert imprint["hashed_message"].native == request.digest
    assert imprint.dump(force=True) == imprint.dump()


@pytest.mark.parametrize(
    ("digest", "nonce"), [(b"", 1), (DIGEST + b"0", 1), (DIGEST, 0), (DIGEST, -1), (DIGEST, 2**64)]
)
def test_request_refuses_what_no_authority_understands(digest, nonce):
    with pytest.raises(ValueError):
        TimestampRequest.new(digest, nonce)


def test_token_is_kept_byte_for_byte(tsa):
    request = TimestampRequest.new(DIGEST, NONCE)
    reply = tsa.reply(request.der)
    assert reply.endswith(read_reply(reply, request).der)


def test_honest_reply_gives_a_token_with_exact_values(tsa):
    token = ask(tsa, now=NOW)
    assert (token.gen_time, token.serial, token.policy, token.digest) == (NOW, 1, "1.2.3.4.5", DIGEST)
    assert token.accuracy == timedelta(seconds=1)
    assert token.certificate == tsa.certificate
    assert set(token.certificates) == {tsa.certificate, tsa.authority.der}


def test_a_second_implementation_accepts_the_same_token(tsa):
    request = TimestampRequest.new(DIGEST, NONCE)
    reply = tsa.reply(request.der)
    verifier = rfc3161_client.VerifierBuilder()
    built = (
        verifier.add_root_certificate(tsa.authority.certificate)
        .tsa_certificate(x509.load_der_x509_certificate(tsa.certificate))
        .nonce(NONCE)
        .build()
    )
    assert built.verify(rfc3161_client.decode_timestamp_response(reply), DIGEST)
    assert read_reply(reply, request).serial == 1


@pytest.mark.parametrize("scheme", ["pkcs1v15", "pss"])
def test_rsa_signatures_are_verified(scheme):
    tsa = TimestampAuthorityDouble(key=RSA_KEY, scheme=scheme)
    assert ask(tsa).certificate == tsa.certificate


def test_reference_to_the_certificate_of_rfc_2634_is_accepted():
    assert ask(TimestampAuthorityDouble(ess="v1")).serial == 1


def test_attributes_are_checked_as_they_were_sent_even_out_of_order():
    """Authorities exist that do not sort them; written anew they would be other bytes than those that were signed."""
    tsa = TimestampAuthorityDouble(unsorted=True)
    assert ask(tsa).certificate == tsa.certificate


def test_refusal_names_status_and_reason():
    request = TimestampRequest.new(DIGEST, NONCE)
    with pytest.raises(TimestampRefused) as error:
        read_reply(refusal(), request)
    assert dict(error.value.facts) == {"status": "rejection", "failure": "bad_request"}
    assert error.value.code == "proof.timestamp.refused"


def test_token_over_another_digest_is_refused(tsa):
    request = TimestampRequest.new(hashlib.sha256(b"other").digest(), NONCE)
    with pytest.raises(TimestampImprintDiffers):
        read_reply(tsa.reply(TimestampRequest.new(DIGEST, NONCE).der), request)


def test_token_with_a_weak_imprint_is_refused():
    def sha1(info):
        info["message_imprint"] = {"hash_algorithm": {"algorithm": "sha1"}, "hashed_message": DIGEST[:20]}

    with pytest.raises(TimestampImprintDiffers):
        ask(TimestampAuthorityDouble(change=sha1))


@pytest.mark.parametrize("change", [lambda info: info.pop("nonce"), lambda info: info.update(nonce=NONCE + 1)])
def test_replayed_reply_is_refused_by_its_nonce(change):
    with pytest.raises(TimestampNonceDiffers):
        ask(TimestampAuthorityDouble(change=change))


@pytest.mark.parametrize("days", [-3000, -1, 1])
def test_authority_that_lies_about_the_time_is_refused(days):
    tsa = TimestampAuthorityDouble(now=lambda: NOW + timedelta(days=days))
    tsa.certificate = timestamp_certificate(
        tsa.authority, tsa.key, not_before=NOW - timedelta(days=4000), not_after=NOW + timedelta(days=4000)
    )
    with pytest.raises(TimestampTimeImplausible) as error:
        ask(tsa, now=NOW)
    assert error.value.facts["difference_seconds"] == days * 86400


def test_time_inside_the_tolerance_is_accepted():
    tsa = TimestampAuthorityDouble(now=lambda: NOW - timedelta(seconds=299))
    assert ask(tsa, now=NOW).gen_time == NOW - timedelta(seconds=299)


def test_fraction_of_a_second_is_kept():
    tsa = TimestampAuthorityDouble(now=lambda: NOW + timedelta(milliseconds=250))
    assert ask(tsa).gen_time == NOW + timedelta(milliseconds=250)


@pytest.mark.parametrize("ess", ["none", "other"])
def test_token_must_name_its_certificate_in_the_signed_attributes(ess):
    with pytest.raises(TimestampSigningCertificateDiffers):
        ask(TimestampAuthorityDouble(ess=ess))


def test_token_without_its_certificate_is_refused():
    with pytest.raises(TimestampSignerMissing):
        ask(TimestampAuthorityDouble(with_certificate=False))


def test_signature_of_another_key_is_refused():
    tsa = TimestampAuthorityDouble()
    tsa.key = p256()
    with pytest.raises(TimestampSignatureInvalid):
        ask(tsa)


def test_message_digest_of_other_content_is_refused():
    with pytest.raises(TimestampSignatureInvalid):
        ask(TimestampAuthorityDouble(spoil=lambda attributes: attributes.update(message_digest=DIGEST)))


def test_sha1_signature_is_refused():
    with pytest.raises(TimestampAlgorithmRefused):
        ask(TimestampAuthorityDouble(key=RSA_KEY, scheme="sha1"))


@pytest.mark.parametrize("case", ["not critical", "further use", "other use"])
def test_certificate_for_anything_but_timestamps_is_refused(case):
    authority, key = Authority("Sandbox TSA root"), p256()
    uses = {
        "not critical": [Eku.TIME_STAMPING],
        "further use": [Eku.TIME_STAMPING, Eku.CLIENT_AUTH],
        "other use": [Eku.CLIENT_AUTH],
    }
    certificate = timestamp_certificate(authority, key, eku=uses[case], critical=case != "not critical")
    with pytest.raises(TimestampKeyUsage):
        ask(TimestampAuthorityDouble(authority=authority, key=key, certificate=certificate))


def test_certificate_must_have_been_valid_at_the_time_in_the_token():
    authority, key = Authority("Sandbox TSA root"), p256()
    certificate = timestamp_certificate(authority, key, not_after=NOW - timedelta(seconds=1))
    with pytest.raises(TimestampCertificateNotValid):
        ask(TimestampAuthorityDouble(authority=authority, key=key, certificate=certificate))


def test_token_is_verified_later_without_network(tsa):
    token = ask(tsa)
    assert verify_token(token.der, DIGEST, anchors=[tsa.authority.der]) == token


def test_path_through_intermediates_that_are_not_in_the_token():
    root = Authority("Root")
    middle = Authority("Middle", parent=root)
    tsa = TimestampAuthorityDouble(authority=Authority("TSA CA", parent=middle))
    token = ask(tsa)
    assert verify_token(token.der, DIGEST, anchors=[root.der], intermediates=[middle.der]) == token
    with pytest.raises(TimestampUntrusted):
        verify_token(token.der, DIGEST, anchors=[root.der])


@pytest.mark.parametrize("anchors", [[], [Authority("Sandbox TSA root").der]])
def test_token_of_an_unknown_authority_is_untrusted(tsa, anchors):
    with pytest.raises(TimestampUntrusted):
        verify_token(ask(tsa).der, DIGEST, anchors=anchors)


def test_token_for_another_digest_is_refused_later_too(tsa):
    with pytest.raises(TimestampImprintDiffers):
        verify_token(ask(tsa).der, hashlib.sha256(b"other").digest(), anchors=[tsa.authority.der])


def test_granted_without_a_token_is_malformed():
    with pytest.raises(TimestampMalformed):
        read_reply(bytes.fromhex("30053003020100"), TimestampRequest.new(DIGEST, NONCE))


def test_no_single_changed_byte_of_a_token_passes_unless_outside_what_is_signed(tsa):
    """Bytes that no signature covers (other certificates, the list of digests) may change; the facts may not."""
    token = ask(tsa)
    survivors = 0
    for position in range(0, len(token.der), 3):
        changed = bytearray(token.der)
        changed[position] ^= 0x01
        try:
            again = verify_token(bytes(changed), DIGEST, anchors=[tsa.authority.der])
        except TimestampError:
            continue
        survivors += 1
        assert (again.gen_time, again.serial, again.policy, again.digest) == (
            token.gen_time,
            token.serial,
            token.policy,
            token.digest,
        )
        assert again.certificate == token.certificate
    assert survivors < len(token.der) / 3


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_no_other_exception_escapes_from_arbitrary_bytes(data):
    with pytest.raises(TimestampError):
        read_reply(data, TimestampRequest.new(DIGEST, NONCE))
    with pytest.raises(TimestampError):
        verify_token(data, DIGEST, anchors=[])


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_other_exception_escapes_from_a_damaged_reply(honest_reply, data):
    request = TimestampRequest.new(DIGEST, NONCE)
    reply = bytearray(honest_reply)
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(reply) - 1))
        reply[position] = data.draw(st.integers(0, 255))
    try:
        token = read_reply(bytes(reply), request, now=NOW)
    except TimestampError:
        return
    assert token.digest == DIGEST


def test_instants_are_utc(tsa):
    assert ask(tsa).gen_time.tzinfo is UTC
    assert isinstance(ask(tsa).gen_time, datetime)
