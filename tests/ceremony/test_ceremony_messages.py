"""Messages: whatever is not exactly one of this protocol is refused, and with which word."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from esign import ceremony
from esign.ceremony.errors import CeremonyError
from esign.ceremony.keys import key_id, spki_of
from esign.ceremony.messages import MESSAGE_TYPES, SIZE_LIMITS
from esign.foundation.canonical import canonical
from esign.foundation.encoding import b64url

_spec = importlib.util.spec_from_file_location("ceremony_mutants", Path(__file__).with_name("mutants.py"))
assert _spec and _spec.loader
mutation = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(mutation)


def spki(private: ec.EllipticCurvePrivateKey) -> bytes:
    return spki_of(private.public_key())


def refusal(action: Any) -> str:
    with pytest.raises(CeremonyError) as refused:
        action()
    return refused.value.code


@pytest.mark.parametrize("kind", MESSAGE_TYPES)
def test_a_right_message_is_read_and_cannot_be_changed_afterwards(
    kind: str, world: Any, examples: dict[str, Any]
) -> None:
    body = world.signed(examples[kind])
    message = world.read(body, kind)
    assert (message.type, message.jti, message.raw) == (kind, examples[kind]["jti"], body)
    assert message.device_key_id == key_id(spki(world.device)).hex()
    assert isinstance(message.payload, MappingProxyType)
    with pytest.raises(TypeError):
        message.payload["jti"] = "0"  # type: ignore[index]  # it must not be possible
    assert ceremony.peek(body).type == kind
    assert dict(ceremony.verify(body, spki(world.device))) == dict(message.payload)


@pytest.mark.parametrize("kind", MESSAGE_TYPES)
def test_every_departure_from_a_schema_is_refused_although_it_is_signed(
    kind: str, world: Any, examples: dict[str, Any]
) -> None:
    right = examples[kind]
    count = 0
    for path, what, wrong in mutation.mutants(mutation.schema(kind), right):
        payload = mutation.changed(right, path, wrong)
        if not isinstance(payload, dict):
            continue
        expected = "ceremony.message.malformed"
        if path in (("type",), ("aud",), ("invitation",)) and isinstance(wrong, str):
            expected = {
                "type": "ceremony.message.wrong_type",
                "aud": "ceremony.message.foreign_audience",
                "invitation": "ceremony.message.foreign_invitation",
            }[path[0]]
        body = world.signed(payload)
        given = {expected} | ({"ceremony.message.malformed"} if kind == "hello" and path == ("type",) else set())
        assert refusal(lambda body=body: world.read(body, kind)) in given, (path, what)
        count += 1
    assert count > 40


def test_an_open_names_a_certificate_or_a_capsule_key_and_never_both(world: Any, examples: dict[str, Any]) -> None:
    capsule_key = b64url(spki(world.capsule))
    simple = {**examples["open"], "capsule_key": capsule_key}
    del simple["certificate"]
    assert world.read(world.signed(simple), "open").payload["capsule_key"] == capsule_key
    both = {**simple, "certificate": "ab" * 32}
    neither = {name: value for name, value in simple.items() if name != "capsule_key"}
    for payload in (both, neither):
        assert refusal(lambda p=payload: world.read(world.signed(p), "open")) == "ceremony.message.malformed"


@pytest.mark.parametrize(
    ("kind", "member"), [("enrol", "passkey"), ("intent", "user_verification"), ("result", "transcript")]
)
def test_some_members_may_be_absent(kind: str, member: str, world: Any, examples: dict[str, Any]) -> None:
    payload = {name: value for name, value in examples[kind].items() if name != member}
    assert member not in world.read(world.signed(payload), kind).payload


@pytest.mark.parametrize("kind", MESSAGE_TYPES)
@pytest.mark.parametrize("other", MESSAGE_TYPES)
def test_a_message_is_good_at_the_address_of_its_type_only(
    kind: str, other: str, world: Any, examples: dict[str, Any]
) -> None:
    body = world.signed(examples[other])
    if kind == other:
        assert world.read(body, kind).type == kind
    else:
        assert refusal(lambda: world.read(body, kind)) == "ceremony.message.wrong_type"


def test_another_device_s_signature_is_refused(world: Any, examples: dict[str, Any]) -> None:
    stranger = ec.generate_private_key(ec.SECP256R1())
    own_header = canonical({"alg": "ES256", "kid": key_id(spki(world.device)).hex(), "typ": "esign+jws"})
    for kind in MESSAGE_TYPES:
        for body in (
            world.signed(examples[kind], private=stranger),
            world.signed(examples[kind], private=stranger, header=own_header),
        ):
            assert refusal(lambda b=body, k=kind: world.read(b, k)) == "ceremony.message.signature"
            assert refusal(lambda b=body: ceremony.verify(b, spki(world.device))) == "ceremony.message.signature"


def test_a_device_that_nobody_looked_up_is_unknown(world: Any, examples: dict[str, Any]) -> None:
    body = world.signed(examples["open"])
    assert refusal(lambda: world.read(body, "open", device_key=None)) == "ceremony.message.unknown_device"


def test_hello_certifies_itself_with_the_key_that_it_carries(world: Any, examples: dict[str, Any]) -> None:
    other = b64url(spki(world.capsule))
    for wrong, expected in (
        (other, "ceremony.message.signature"),
        (b64url(bytes(91)), "ceremony.message.malformed"),
        ("a=", "ceremony.message.malformed"),
    ):
        body = world.signed({**examples["hello"], "device_key": wrong})
        assert refusal(lambda b=body: world.read(b, "hello")) == expected


HEADERS = {
    "another algorithm": {"alg": "none"},
    "HMAC": {"alg": "HS256"},
    "RSA": {"alg": "RS256"},
    "another type": {"typ": "JWT"},
    "no type": {"typ": None},
    "a key id of another form": {"kid": "AB" * 32},
    "a key id that is a number": {"kid": 1},
    "a key inside": {"jwk": {}},
    "a critical extension": {"crit": ["b64"]},
    "an unencoded payload": {"b64": False},
}


@pytest.mark.parametrize("what", HEADERS)
def test_only_the_one_header_is_accepted(what: str, world: Any, examples: dict[str, Any]) -> None:
    right = {"alg": "ES256", "kid": key_id(spki(world.device)).hex(), "typ": "esign+jws"}
    header = {name: value for name, value in {**right, **HEADERS[what]}.items() if value is not None}
    body = world.signed(examples["open"], header=canonical(header))
    assert refusal(lambda: world.read(body, "open")) == "ceremony.message.malformed"
    assert refusal(lambda: ceremony.peek(body)) == "ceremony.message.malformed"


@pytest.mark.parametrize("part", ["header", "payload"])
def test_header_and_payload_are_canonical(part: str, world: Any, examples: dict[str, Any]) -> None:
    header = canonical({"alg": "ES256", "kid": key_id(spki(world.device)).hex(), "typ": "esign+jws"})
    payload = canonical(examples["open"])
    spellings = {
        "blank": lambda text: text.replace(b":", b": ", 1),
        "duplicate": lambda text: text[:-1] + b"," + text[1:],
        "escape": lambda text: text.replace(b"e", b"\\u0065", 1),
        "bytes behind": lambda text: text + b" ",
        "not UTF-8": lambda text: text.replace(b'"', b'"\xff', 1),
        "not an object": lambda text: b"[]",
        "float": lambda text: text[:-1] + b',"z":1.0}',
        "nested": lambda text: b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
    }
    for spell in spellings.values():
        bodies = {
            "header": lambda spell=spell: world.signed(payload, header=spell(header)),
            "payload": lambda spell=spell: world.signed(spell(payload), header=header),
        }
        body = bodies[part]()
        assert refusal(lambda b=body: world.read(b, "open")) == "ceremony.message.malformed"


def test_the_compact_form_has_one_spelling(world: Any, examples: dict[str, Any]) -> None:
    body = world.signed(examples["open"])
    header, payload, signature = body.split(b".")
    for wrong in (
        b"",
        b"..",
        header + b"." + payload,
        body + b".",
        body + b"\n",
        b" " + body,
        body + b"=",
        header + b"=." + payload + b"." + signature,
        header + b"." + payload + b"." + signature[:-2],
        header + b".." + signature,
        body.replace(b".", "․".encode()),
        b'{"payload":""}',
    ):
        assert refusal(lambda w=wrong: world.read(w, "open")) == "ceremony.message.malformed"


@pytest.mark.parametrize("kind", MESSAGE_TYPES)
def test_a_message_is_read_up_to_its_limit_only(kind: str, world: Any) -> None:
    limit = SIZE_LIMITS[kind]
    assert limit == (131072 if kind in ("enrol", "intent") else 65536)
    assert refusal(lambda: world.read(b"a" * (limit + 1), kind)) == "ceremony.message.too_large"
    assert refusal(lambda: world.read(b"a" * limit, kind)) == "ceremony.message.malformed"


def test_refusals_name_the_place_and_never_the_value(world: Any, examples: dict[str, Any]) -> None:
    payload = {**examples["intent"], "order": {"label": "secret words\n", "summary": "ab" * 32}}
    with pytest.raises(CeremonyError) as refused:
        world.read(world.signed(payload), "intent")
    assert dict(refused.value.facts) == {"place": "$.order.label: pattern"}
    assert "secret" not in str(refused.value)


@settings(max_examples=300, deadline=None)
@given(body=st.one_of(st.binary(max_size=400), st.text(max_size=200).map(str.encode)))
def test_arbitrary_bytes_are_refused_and_nothing_else_happens(body: bytes) -> None:
    for action in (
        lambda: ceremony.peek(body),
        lambda: ceremony.verify(body, bytes(91)),
        lambda: ceremony.read_message(body, expected_type="hello", audience="https://a", invitation="0" * 64),
    ):
        assert refusal(action).startswith("ceremony.message.")


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_one_flipped_bit_makes_a_message_another_or_none(data: st.DataObject) -> None:
    private = ec.derive_private_key(9, ec.SECP256R1())
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    head = canonical({"alg": "ES256", "kid": key_id(spki(private)).hex(), "typ": "esign+jws"})
    signed = f"{b64url(head)}.{b64url(canonical({'type': 'open'}))}".encode()
    r, s = decode_dss_signature(private.sign(signed, ec.ECDSA(hashes.SHA256(), deterministic_signing=True)))
    body = signed + b"." + b64url(r.to_bytes(32, "big") + s.to_bytes(32, "big")).encode()
    assert ceremony.verify(body, spki(private))["type"] == "open"
    place = data.draw(st.integers(0, len(body) - 1))
    bit = data.draw(st.integers(0, 7))
    changed = body[:place] + bytes([body[place] ^ 1 << bit]) + body[place + 1 :]
    code = refusal(lambda: ceremony.verify(changed, spki(private)))
    assert code in ("ceremony.message.malformed", "ceremony.message.signature")
