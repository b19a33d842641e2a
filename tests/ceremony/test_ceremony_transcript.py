"""The transcript: one value, one text; every departure is refused."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.ceremony import Transcript
from esign.ceremony.errors import TranscriptMalformedError
from esign.foundation.canonical import canonical, parse_canonical

_spec = importlib.util.spec_from_file_location("ceremony_mutants", Path(__file__).with_name("mutants.py"))
assert _spec and _spec.loader
mutation = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(mutation)

VECTORS = json.loads((Path(__file__).resolve().parents[1] / "vectors" / "ceremony.json").read_text("utf-8"))
TEXT: bytes = VECTORS["ceremony"]["transcript_text"].encode()
SIMPLE = {"level": "simple", "held_by": "company", "identified_by": "email-address", "trust": "sandbox"}


def place(value: Any) -> str:
    with pytest.raises(TranscriptMalformedError) as refused:
        Transcript.parse(canonical(value))
    assert refused.value.code == "ceremony.transcript"
    return str(refused.value.facts["place"])


@pytest.mark.parametrize("passkey", [True, False])
def test_a_transcript_reads_back_as_it_was_written(passkey: bool, world: Any) -> None:
    transcript = world.transcript(passkey=passkey)
    assert Transcript.parse(transcript.canonical()) == transcript


def test_the_simple_level_has_neither_certificate_nor_passkey(world: Any) -> None:
    value = world.transcript(passkey=False).to_mapping()
    value["statement"] = SIMPLE
    value["signatory"]["certificate"] = ""
    transcript = Transcript.parse(canonical(value))
    assert transcript.signatory.certificate is None and transcript.signatory.passkey is None
    assert transcript.to_mapping() == value


def test_the_published_transcript_for_a_device_of_the_company_reads_back() -> None:
    published = VECTORS["ceremony"]["company_device"]
    transcript = Transcript.parse(published["transcript_text"].encode())
    assert transcript.statement.held_by == "signatory-company-device" and transcript.signatory.passkey is None
    assert (transcript.canonical().decode(), transcript.tau.hex()) == (published["transcript_text"], published["tau"])


def test_the_transcript_hash_changes_with_every_member(world: Any) -> None:
    value = world.transcript().to_mapping()
    seen = {world.transcript().tau}
    for change in (
        {"ceremony": "b3RoZXI"},
        {"contract": "b3RoZXI"},
        {"attempt": 2},
        {"aud": "https://other.example"},
        {"agent": "00" * 32},
        {"declaration": {**value["declaration"], "lang": "en"}},
        {"order": {**value["order"], "label": "kaufen"}},
        {"expires_at": value["expires_at"] - 1},
        {"client_nonce": "00" * 32},
        {"server_nonce": "00" * 32},
    ):
        seen.add(Transcript.parse(canonical({**value, **change})).tau)
    assert len(seen) == 11


def test_every_departure_from_the_schema_is_refused(world: Any) -> None:
    right = world.transcript().to_mapping()
    count = 0
    for path, what, wrong in mutation.mutants(mutation.schema("transcript"), right):
        value = mutation.changed(right, path, wrong)
        if not isinstance(value, dict) or not path:
            continue
        assert place(value).startswith("$"), (path, what)
        count += 1
    assert count > 250


def test_an_unknown_member_is_refused_at_every_depth(world: Any) -> None:
    right = world.transcript().to_mapping()
    for path in ((), ("document",), ("document", "revisions", 0), ("signatory",), ("statement",), ("code",)):
        value = mutation.changed(right, (*path, "extra"), 1)
        assert place(value).endswith(": additionalProperties")


RULES = {
    "the range does not begin the file": (("document", "byte_range"), [1, 61000, 93770, 1234], "byte_range"),
    "the range does not end the file": (("document", "byte_range"), [0, 61000, 93770, 1233], "byte_range"),
    "the range has no hole": (("document", "byte_range"), [0, 93770, 93770, 1234], "byte_range"),
    "an earlier revision is not earlier": (("document", "revisions", 0, "length"), 95004, "revisions"),
    "an attachment is listed twice": (
        ("document", "attachments"),
        [{"name": "a", "sha256": "ab" * 32}, {"name": "a", "sha256": "cd" * 32}],
        "attachments",
    ),
    "advanced without certificate": (("signatory", "certificate"), "", "certificate"),
    "behind a passkey that is not there": (("signatory", "passkey"), "", "held_by"),
    "held by the company above the simple level": (("statement", "held_by"), "company", "held_by"),
    "a passkey on a device of the company": (("statement", "held_by"), "signatory-company-device", "held_by"),
    "a passkey that need not verify": (("user_verification",), "none", "user_verification"),
    "expires when it begins": (("expires_at",), 1_800_000_000, "expires_at"),
    "lives longer than an hour": (("expires_at",), 1_800_003_601, "expires_at"),
}


@pytest.mark.parametrize("rule", RULES)
def test_members_fit_together(rule: str, world: Any) -> None:
    path, wrong, named = RULES[rule]
    assert place(mutation.changed(world.transcript().to_mapping(), path, wrong)).endswith(named)


def test_an_attempt_may_live_exactly_an_hour(world: Any) -> None:
    transcript = world.transcript()
    assert transcript.expires_at - transcript.issued_at == 3600
    assert Transcript.parse(transcript.canonical()) == transcript


def test_a_transcript_that_breaks_a_rule_cannot_be_written_either(world: Any) -> None:
    with pytest.raises(TranscriptMalformedError):
        replace(world.transcript(), expires_at=1_800_003_601).canonical()
    with pytest.raises(TranscriptMalformedError):
        replace(world.transcript(), agent=b"short").canonical()


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=300))
def test_arbitrary_bytes_are_no_transcript(data: bytes) -> None:
    with pytest.raises(TranscriptMalformedError):
        Transcript.parse(data)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_one_flipped_bit_is_refused_or_another_transcript(data: st.DataObject) -> None:
    text = TEXT
    position = data.draw(st.integers(0, len(text) - 1))
    changed = text[:position] + bytes([text[position] ^ 1 << data.draw(st.integers(0, 7))]) + text[position + 1 :]
    try:
        found = Transcript.parse(changed)
    except TranscriptMalformedError:
        return
    assert found.canonical() == changed and canonical(parse_canonical(changed)) == changed
