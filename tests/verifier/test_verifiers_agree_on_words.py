"""The provider's word and the device's messages: one claim, member or byte is another one, for both verifiers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from esign.foundation.clock import seconds
from esign.foundation.encoding import b64url, from_b64url
from tests.evidence.helpers.case import NOW, Case, jws, message, p256, spki
from tests.evidence.test_dossier_dishonest import with_token
from tests.evidence.test_dossier_strict import in_key, keys_of_provider, token_with_header
from tests.verifier.helpers.both import differences, needs_node
from tests.verifier.test_verifiers_agree_on_rules import found_out, told

pytestmark = needs_node

BEGUN = seconds(NOW) - 120
CLAIMS: dict[str, dict[str, Any]] = {
    "good only later": {"nbf": BEGUN + 61},
    "over before it began": {"exp": BEGUN - 60},
    "for two, and nobody asked for it": {"aud": ["esign", "other"]},
    "asked for by somebody else": {"azp": "other"},
    "for a number": {"aud": ["esign", 1], "azp": "esign"},
    "for nobody": {"aud": []},
    "over nothing": {"nonce": ""},
    "about nobody": {"sub": ""},
    "about a number": {"sub": 1},
    "about somebody with a long name for it": {"sub": "a" * 256},
    "with a time as text": {"iat": str(BEGUN)},
    "with a time as truth": {"exp": True},
    "with a time before time": {"nbf": -1},
    "born on no day": {"birthdate": "2001-02-29"},
    "born in no form": {"birthdate": "29.02.2004"},
    "with a name of blanks": {"given_name": "  "},
    "with a name that is none": {"family_name": 1},
    "with a letter that nobody sees": {"given_name": "Erika\u200b"},
}
GOOD_CLAIMS: dict[str, dict[str, Any]] = {
    "good a minute later": {"nbf": BEGUN + 60},
    "for one of a list": {"aud": ["esign"]},
    "for two, asked for by us": {"aud": ["esign", "other"], "azp": "esign"},
    "born in a year": {"birthdate": "1990"},
    "born on a day": {"birthdate": "0000-02-29"},
    "born nobody says when": {"birthdate": None},
}
IN_KEY: dict[str, dict[str, Callable[[Any], Any]]] = {
    "for secrets": {"use": lambda _: "enc"},
    "for making signatures": {"key_ops": lambda _: ["sign"]},
    "for another algorithm": {"alg": lambda _: "ES384"},
    "on another curve": {"crv": lambda _: "P-384"},
    "of another kind": {"kty": lambda _: "OKP"},
    "with a short number": {"y": lambda key: b64url(from_b64url(key["y"])[:31])},
    "under another name": {"kid": lambda _: "idp-2"},
}
IN_HEADER: dict[str, dict[str, Any]] = {
    "without algorithm": {"alg": "none"},
    "with a shared secret": {"alg": "HS256"},
    "by another algorithm": {"alg": "RS256"},
    "by nobody": {"kid": "idp-2"},
}


def test_each_rule_about_the_providers_word_is_kept_by_both(advanced: Case, tmp_path: Path) -> None:
    enrolment = advanced.dossier.enrolment
    assert enrolment is not None
    changes = {label: {"enrolment": with_token(advanced, **claims)} for label, claims in CLAIMS.items()}
    changes |= {label: keys_of_provider(advanced, in_key(**members)) for label, members in IN_KEY.items()}
    changes |= {label: token_with_header(advanced, **members) for label, members in IN_HEADER.items()}
    twice = keys_of_provider(advanced, lambda text: json.dumps({"keys": json.loads(text)["keys"] * 2}))
    changes["of a key that is there twice"] = twice
    changes["of four parts"] = {"enrolment": replace(enrolment, id_token=enrolment.id_token + ".AA")}
    changes["with another end"] = {"enrolment": replace(enrolment, id_token=enrolment.id_token[:-8] + "AAAAAAAA")}
    good = {label: {"enrolment": with_token(advanced, **claims)} for label, claims in GOOD_CLAIMS.items()}
    samples = [told(advanced, label, advanced.build(**change)) for label, change in (changes | good).items()]
    found, answers = differences(samples, tmp_path / "asked")
    assert found == []
    # another good token than the device sent is noticed where the messages are held against it
    expected = dict.fromkeys(changes, "identity") | dict.fromkeys(good, "messages")
    assert {s.label: answer["first"] for s, answer in zip(samples, answers, strict=True)} == expected


IN_MESSAGE: dict[str, dict[str, Any]] = {
    "for a number": {"aud": 1},
    "at no time": {"iat": None},
    "of an unknown type": {"type": "other"},
    "of no type": {"type": None},
    "with a short number": {"jti": "0" * 31},
    "with a number in capitals": {"jti": "A" * 32},
    "of a short invitation": {"invitation": "0" * 63},
}
IN_MESSAGE_HEADER: dict[str, dict[str, Any]] = {
    "of another form": {"typ": "JWT"},
    "by another algorithm": {"alg": "ES384"},
    "with more in its header": {"more": 1},
    "by a name in capitals": {"kid": "A" * 64},
}


def test_each_form_of_a_message_is_kept_by_both(without_passkey: Case, tmp_path: Path) -> None:
    case = without_passkey
    key = p256()
    hello = message(case.keys, 8, "hello", {"device_key": b64url(spki(key)), "lang": "de"}, key=key)
    last = message(case.keys, 9, "result", {}, key=key)
    header, payload = (json.loads(from_b64url(part)) for part in last.decode().split(".")[:2])
    changed = {label: jws(key, header, payload | members) for label, members in IN_MESSAGE.items()}
    changed |= {label: jws(key, header | members, payload) for label, members in IN_MESSAGE_HEADER.items()}
    changed["of four parts"] = last + b".AA"
    changed["of two parts"] = last.rpartition(b".")[0]
    changed["with a short signature"] = last[:-2]
    changed["with another signature"] = last[:-8] + b"AAAAAAAA"
    changed["with blanks in it"] = last.replace(b".", b". ", 1)
    changed["larger than any"] = jws(key, header, payload | {"more": "a" * 131_072})
    samples = [
        told(case, label, case.build(messages=(*case.dossier.messages, hello, each))) for label, each in changed.items()
    ]
    found_out(samples, [("messages", "messages/009.jws", "")] * len(samples), tmp_path)
