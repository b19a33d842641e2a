import base64
import json
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.foundation.encoding import b64url
from esign.identity.errors import (
    IdentityError,
    ProviderChainDiffers,
    ProviderChainMissing,
    ProviderUntrusted,
    TokenAlgorithmRefused,
    TokenAudienceDiffers,
    TokenBirthDateMalformed,
    TokenError,
    TokenExpired,
    TokenIssuerDiffers,
    TokenKeyUnknown,
    TokenKeyUnsuitable,
    TokenMalformed,
    TokenNameMissing,
    TokenNonceDiffers,
    TokenNotYetValid,
    TokenSignatureInvalid,
    TokenTooOld,
)
from esign.identity.id_token import ProviderKeys, verify_id_token
from esign.identity.person import AssuranceLevel
from esign.identity.provider_chain import provider_chain, verify_provider_chain
from tests.identity.helpers.people import CLIENT, ISSUER, Provider, x5c
from tests.identity.helpers.pki import NOW, Authority, name, p256

PROVIDER = Provider()
NONCE = b64url(bytes(32))
SECONDS = int(NOW.timestamp())


def verify(token, keys=None, *, nonce=NONCE, audience=CLIENT, now=NOW, **options):
    return verify_id_token(token, keys or PROVIDER.keys(), audience=audience, nonce=nonce, now=now, **options)


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "PS256"])
def test_each_accepted_algorithm_identifies_the_person_exactly(algorithm):
    token = PROVIDER.token(NONCE, algorithm=algorithm)
    person = verify(token)
    assert person.issuer == ISSUER
    assert person.subject == "person-1"
    assert (person.given_name, person.family_name) == ("Sophie", "Müller-Lüdenscheidt")
    assert person.birth_date == date(1975, 8, 29)
    assert person.assurance is AssuranceLevel.SUBSTANTIAL
    assert person.token == token
    assert person.nonce == NONCE


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({"iss": "https://idp.example/"}, TokenIssuerDiffers),
        ({"iss": None}, TokenIssuerDiffers),
        ({"iss": [ISSUER]}, TokenIssuerDiffers),
        ({"aud": "other"}, TokenAudienceDiffers),
        ({"aud": None}, TokenAudienceDiffers),
        ({"aud": []}, TokenAudienceDiffers),
        ({"aud": ["other"], "azp": CLIENT}, TokenAudienceDiffers),
        ({"aud": [CLIENT, "other"]}, TokenAudienceDiffers),
        ({"aud": [CLIENT, "other"], "azp": "other"}, TokenAudienceDiffers),
        ({"aud": [CLIENT, 7], "azp": CLIENT}, TokenAudienceDiffers),
        ({"aud": CLIENT, "azp": "other"}, TokenAudienceDiffers),
        ({"aud": {"esign": 1}}, TokenAudienceDiffers),
        ({"exp": SECONDS - 60}, TokenExpired),
        ({"exp": None}, TokenMalformed),
        ({"exp": True}, TokenMalformed),
        ({"exp": "2030-01-01"}, TokenMalformed),
        ({"exp": -1}, TokenMalformed),
        ({"iat": SECONDS + 61}, TokenNotYetValid),
        ({"nbf": SECONDS + 61}, TokenNotYetValid),
        ({"iat": None}, TokenMalformed),
        ({"iat": SECONDS - 661, "exp": SECONDS + 3600}, TokenTooOld),
        ({"nonce": b64url(b"1" * 32)}, TokenNonceDiffers),
        ({"nonce": None}, TokenNonceDiffers),
        ({"nonce": [NONCE]}, TokenNonceDiffers),
        ({"given_name": None}, TokenNameMissing),
        ({"given_name": ""}, TokenNameMissing),
        ({"given_name": "  "}, TokenNameMissing),
        ({"given_name": 7}, TokenNameMissing),
        ({"given_name": "So\nphie"}, TokenNameMissing),
        ({"given_name": "So\u200bphie"}, TokenNameMissing),
        ({"family_name": None}, TokenNameMissing),
        ({"family_name": "x" * 201}, TokenNameMissing),
        ({"family_name": "\ud800"}, TokenNameMissing),
        ({"sub": None}, TokenMalformed),
        ({"sub": "s" * 256}, TokenMalformed),
        ({"birthdate": "29.08.1975"}, TokenBirthDateMalformed),
        ({"birthdate": "1975-02-30"}, TokenBirthDateMalformed),
        ({"birthdate": 19750829}, TokenBirthDateMalformed),
    ],
)
def test_each_wrong_claim_is_refused_by_its_own_rule(claims, error):
    with pytest.raises(error):
        verify(PROVIDER.token(NONCE, **claims))


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": [CLIENT]},
        {"aud": [CLIENT, "other"], "azp": CLIENT},
        {"aud": CLIENT, "azp": CLIENT},
        {"exp": SECONDS - 59, "iat": SECONDS - 600},
        {"iat": SECONDS + 60},
        {"iat": SECONDS - 660},
        {"nbf": SECONDS},
        {"acr": None},
        {"family_name": "von\u00a0Bülow"},
    ],
)
def test_what_the_standards_allow_is_accepted(claims):
    assert verify(PROVIDER.token(NONCE, **claims)).subject == "person-1"


@pytest.mark.parametrize("birth_date", [None, "1975", "0000-08-29"])
def test_an_incomplete_date_of_birth_is_none(birth_date):
    assert verify(PROVIDER.token(NONCE, birthdate=birth_date)).birth_date is None


@pytest.mark.parametrize(
    ("acr", "level"),
    [
        ("low", AssuranceLevel.LOW),
        ("http://eidas.europa.eu/LoA/high", AssuranceLevel.HIGH),
        ("urn:something", AssuranceLevel.UNSTATED),
        (None, AssuranceLevel.UNSTATED),
        (["high"], AssuranceLevel.UNSTATED),
    ],
)
def test_assurance_is_only_what_the_provider_states(acr, level):
    assert verify(PROVIDER.token(NONCE, acr=acr)).assurance is level


def test_an_old_token_is_checked_again_at_its_own_instant():
    token = PROVIDER.token(NONCE, iat=SECONDS - 3600, exp=SECONDS + 60)
    with pytest.raises(TokenTooOld):
        verify(token)
    assert verify(token, max_age=None).subject == "person-1"


def forge(header: dict, payload: dict | None = None, signature: bytes = b"x") -> str:
    claims = PROVIDER.claims(NONCE) if payload is None else payload
    return ".".join([b64url(json.dumps(header).encode()), b64url(json.dumps(claims).encode()), b64url(signature)])


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "ES384", "RS512", "EdDSA", "", 7, None, ["ES256"]])
def test_no_other_algorithm_is_accepted_least_of_all_none(algorithm):
    with pytest.raises(TokenAlgorithmRefused):
        verify(forge({"alg": algorithm, "kid": "es256"}, signature=b""))


def test_a_public_key_is_never_used_as_a_shared_secret():
    import hashlib
    import hmac

    header = b64url(b'{"alg":"HS256","kid":"rs256"}')
    payload = b64url(json.dumps(PROVIDER.claims(NONCE)).encode())
    from tests.identity.helpers.pki import RSA_KEY, spki

    mac = hmac.new(spki(RSA_KEY), f"{header}.{payload}".encode(), hashlib.sha256).digest()
    with pytest.raises(TokenAlgorithmRefused):
        verify(f"{header}.{payload}.{b64url(mac)}")


@pytest.mark.parametrize("kid", [None, "other", 7])
def test_a_token_must_name_a_published_key(kid):
    with pytest.raises(TokenKeyUnknown):
        verify(forge({"alg": "ES256", "kid": kid}))


def test_two_keys_of_one_name_are_none():
    keys = PROVIDER.keys(PROVIDER.published(), PROVIDER.published())
    with pytest.raises(TokenKeyUnknown) as error:
        verify(PROVIDER.token(NONCE), keys)
    assert dict(error.value.facts) == {"keys": 2}


@pytest.mark.parametrize("jwks", [{}, {"keys": None}, {"keys": "es256"}, {"keys": [7, None, "x"]}, {"keys": {}}])
def test_a_broken_key_set_holds_no_key(jwks):
    with pytest.raises(TokenKeyUnknown):
        verify(PROVIDER.token(NONCE), ProviderKeys(issuer=ISSUER, jwks=jwks, fetched_at=NOW))


@pytest.mark.parametrize(
    "members",
    [
        {"use": "enc"},
        {"alg": "ES384"},
        {"kty": "RSA"},
        {"kty": "oct", "k": "AAAA"},
        {"crv": "P-384"},
        {"crv": "secp256k1"},
        {"x": "AAAA"},
        {"x": 7},
        {"y": None},
        {"key_ops": ["encrypt"]},
        {"key_ops": 7},
    ],
)
def test_a_key_for_something_else_is_unsuitable(members):
    with pytest.raises(TokenKeyUnsuitable):
        verify(PROVIDER.token(NONCE), PROVIDER.keys(PROVIDER.published(**members)))


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_short_rsa_keys_are_unsuitable():
    from cryptography.hazmat.primitives.asymmetric import rsa

    weak = Provider(rsa_key=rsa.generate_private_key(public_exponent=65537, key_size=1024))
    token = weak.token(NONCE, algorithm="RS256")
    with pytest.raises(TokenKeyUnsuitable):
        verify(token, weak.keys(weak.published("RS256")))


def test_signature_of_another_provider_is_refused():
    with pytest.raises(TokenSignatureInvalid):
        verify(Provider().token(NONCE))


def test_keys_inside_the_token_are_not_looked_at():
    stranger = Provider()
    token = stranger.token(NONCE, header={"jwk": stranger.published()})
    with pytest.raises(TokenSignatureInvalid):
        verify(token)


@pytest.mark.parametrize("header", [{"crit": ["b64"], "b64": False}, {"b64": False}, {"crit": ["exp"], "exp": 1}])
def test_extensions_of_the_header_are_refused(header):
    with pytest.raises(TokenMalformed):
        verify(forge({"alg": "ES256", "kid": "es256", **header}))


@pytest.mark.parametrize(
    "token",
    ["", "a", "a.b", "a.b.c", "....", "e30.e30.", "e30=.e30.e30", "W10.W10.W10", "\ud800.e30.e30", "x" * 16_385],
)
def test_what_is_no_token_is_malformed(token):
    with pytest.raises((TokenMalformed, TokenAlgorithmRefused)):
        verify(token)


@pytest.mark.parametrize("payload", [b"[]", b"7", b"{", b"\xff", b'{"iss":"a","iss":"b"}', b"[" * 100_000])
def test_a_signed_payload_that_is_no_object_is_malformed(payload):
    if len(payload) > 12_000:
        payload = payload[:12_000]
    with pytest.raises(TokenMalformed):
        verify(PROVIDER.sign(payload))


def test_duplicate_members_of_the_header_are_refused():
    header = b64url(b'{"alg":"none","alg":"ES256","kid":"es256"}')
    token = PROVIDER.token(NONCE)
    with pytest.raises(TokenMalformed):
        verify(".".join([header, *token.split(".")[1:]]))


def test_no_single_changed_character_of_a_token_passes():
    token = PROVIDER.token(NONCE)
    for position in range(len(token)):
        changed = token[:position] + ("A" if token[position] != "A" else "B") + token[position + 1 :]
        with pytest.raises(TokenError):
            verify(changed)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200) | st.binary(max_size=60).map(lambda b: ".".join([b64url(b)] * 3)))
def test_nothing_but_the_rooms_errors_escapes(text):
    with pytest.raises(IdentityError):
        verify(text)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["iss", "sub", "aud", "azp", "iat", "exp", "nbf", "nonce", "given_name", "birthdate", "acr"]),
    JSON_VALUES,
)
def test_nothing_but_the_rooms_errors_escapes_whatever_a_provider_claims(claim, value):
    claims = PROVIDER.claims(NONCE) | {claim: value}
    token = PROVIDER.sign(json.dumps(claims).encode())
    try:
        person = verify(token)
    except TokenError:
        return
    assert person.nonce == NONCE
    assert person.issuer == ISSUER


ROOT = Authority("Provider root")
TOKEN_CERTIFICATE = ROOT.issue(name("Provider"), PROVIDER.ec_key.public_key())


def with_chain(*chain):
    return PROVIDER.keys(PROVIDER.published(x5c=list(chain)))


def test_published_chain_is_returned_and_leads_to_an_anchor():
    keys = with_chain(*x5c(TOKEN_CERTIFICATE, ROOT.der))
    chain = provider_chain(keys, PROVIDER.token(NONCE))
    assert chain == (TOKEN_CERTIFICATE, ROOT.der)
    assert verify_provider_chain(chain, anchors=[ROOT.der], at=NOW) == (TOKEN_CERTIFICATE, ROOT.der)


def test_chain_of_another_root_is_untrusted():
    with pytest.raises(ProviderUntrusted):
        verify_provider_chain([TOKEN_CERTIFICATE], anchors=[Authority("Provider root").der], at=NOW)


def test_chain_is_judged_at_the_instant_of_the_token():
    with pytest.raises(ProviderUntrusted):
        verify_provider_chain([TOKEN_CERTIFICATE], anchors=[ROOT.der], at=NOW + timedelta(days=1))


def test_empty_chain_is_missing():
    with pytest.raises(ProviderChainMissing):
        verify_provider_chain([], anchors=[ROOT.der], at=NOW)


@pytest.mark.parametrize("published", [None, [], "AAAA", 7, ["AAAA"] * 7])
def test_key_without_certificates_has_no_chain(published):
    keys = PROVIDER.keys(PROVIDER.published(x5c=published))
    with pytest.raises(ProviderChainMissing):
        provider_chain(keys, PROVIDER.token(NONCE))


@pytest.mark.parametrize(
    "published",
    [["AAAA"], ["*"], [7], [base64.b64encode(ROOT.issue(name("Other"), p256().public_key())).decode()]],
)
def test_certificate_must_certify_the_published_key(published):
    keys = PROVIDER.keys(PROVIDER.published(x5c=published))
    with pytest.raises(ProviderChainDiffers):
        provider_chain(keys, PROVIDER.token(NONCE))
