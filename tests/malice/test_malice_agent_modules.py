"""The lies of the two server tests once more, against the browser agent's own modules under Node.

Here they are made; ``agent_modules.test.mjs`` walks with each of them as the agent does, pdf.js included.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as io

from certs.signatory import SignatoryRefused
from certs.signatory.attempt import SignatoryAttempt
from certs.signatory.document_checks import check_finished
from certs.signatory.words import h, spki
from tests.malice.server import Offer, b64
from tests.malice.test_malice_server_transcript import Stage, reasons
from tests.malice.variants import PDF_LIES, RAW_LIES, SWAPS, appended, attribute_lies, lies, named, rewritten

ROOT = Path(__file__).parents[2]
BROWSERS_WORDS = {
    "agent.capsule.unopened": "agent.capsule.not_for_us",
    "agent.document.hidden_layer": "agent.document.active",
}
"""Where the two agents have different words for the same."""


def offers(stage: Stage) -> Iterator[tuple[str, Offer, set[str]]]:
    """Yield name, offer and the reasons that are right; ``accepted`` where the leaf is the server's own."""
    honest = stage.honest
    yield "honest", honest, {"accepted"}
    for place, kind, claims in lies("transcript", honest.claims):
        lie = copy.copy(honest)
        lie.claims = claims
        wanted = reasons(place, kind)
        if isinstance(claims, dict) and place and place[0] in ("issued_at", "expires_at"):
            wanted = wanted - {"agent.attempt.expired"}
        yield f"{named(place)} {kind}", lie, wanted or {"accepted"}
    for member, value in (("declaration", "Ich bestelle zwei."), ("summary", b"{}"), ("policy", b"x")):
        lie = copy.copy(honest)
        setattr(lie, member, value)
        yield f"other {member}", lie, {f"agent.transcript.{member}"}
    for name, key in (("for somebody else", stage.signatory.wire.device_key), ("for another offer", None)):
        lie, source = copy.copy(honest), copy.copy(honest)
        source.claims = {**honest.claims, "attempt": 7} if key is None else honest.claims
        sealed = source.answer(spki(key or stage.signatory.capsule_key))
        lie.capsule = json.loads(sealed)["capsule"]
        yield f"capsule {name}", lie, {"agent.capsule.not_for_us"}
    draft = honest.draft()
    yield "prepared anew", copy.copy(honest).with_document(rewritten(draft, lambda pdf: None)), {"accepted"}
    for what, (hide, why) in PDF_LIES.items():
        yield what, copy.copy(honest).with_document(rewritten(draft, hide), swap=SWAPS.get(what)), why
    for what, (change, why) in RAW_LIES.items():
        yield what, copy.copy(honest).with_document(change(draft)), why
    yield (
        "extra revision",
        copy.copy(honest).with_document(appended(draft)),
        {"agent.document.revisions"},
    )
    yield "longer file", _with(honest, appended(honest.document)), {"agent.document.length"}
    changed = bytearray(honest.document)
    changed[len(draft) // 2] ^= 1
    yield "one bit", _with(honest, bytes(changed)), {"agent.document.revisions", "agent.document.other"}


def _with(offer: Offer, document: bytes) -> Offer:
    lie = copy.copy(offer)
    lie.document = document
    return lie


def finished_lies(
    attempt: SignatoryAttempt, right: bytes, signature: bytes, attributes: bytes
) -> Iterator[tuple[str, bytes, set[str]]]:
    """Yield name, file and reasons for files that are handed over instead of the finished one."""
    _, hole, behind, _ = attempt.claims["document"]["byte_range"]
    yield "not signed", attempt.document or b"", {"agent.result.not_signed"}
    for place in (9, hole // 2, behind + 1):
        yield (
            f"byte {place}",
            right[:place] + bytes([right[place] ^ 1]) + right[place + 1 :],
            {"agent.result.other_document"},
        )
    cms = right[hole:behind].lower()
    ours, theirs = signature.hex().encode(), (signature[:-1] + bytes([signature[-1] ^ 1])).hex().encode()
    assert ours in cms
    yield (
        "another signature",
        right[:hole] + cms.replace(ours, theirs) + right[behind:],
        {"agent.result.other_signature", "agent.result.not_signed"},
    )
    inside = attributes[4:].hex().encode()
    assert inside in cms
    bent = (attributes[4:-1] + bytes([attributes[-1] ^ 1])).hex().encode()
    yield (
        "another proof",
        right[:hole] + cms.replace(inside, bent) + right[behind:],
        {"agent.result.other_attributes"},
    )
    yield "cut off", right[: behind + 5], {"agent.document.byte_range", "agent.result.other_document"}


def test_the_browser_agents_modules_refuse_every_lie_for_its_reason(shared_world: Any, tmp_path: Path) -> None:
    if shutil.which("node") is None or not (ROOT / "web/agent/node_modules/pdfjs-dist").is_dir():
        pytest.skip("Node.js with the agent's packages is needed: npm ci in web/agent")
    stage = Stage(shared_world)
    signatory, claims = stage.signatory, stage.honest.claims
    files: list[bytes] = []

    def filed(data: bytes) -> int:
        if data not in files:
            files.append(data)
        return files.index(data)

    key = signatory.capsule_key
    person = signatory.greeting["signatory"]
    table: dict[str, Any] = {
        "capsule_key": {
            "pkcs8": b64(key.private_bytes(io.Encoding.DER, io.PrivateFormat.PKCS8, io.NoEncryption())),
            "spki": b64(spki(key)),
        },
        "own": {
            "origin": signatory.origin,
            "manifest": claims["agent"],
            "contract": claims["contract"],
            "ceremony": claims["ceremony"],
            "givenName": person["given_name"],
            "familyName": person["family_name"],
            "role": person["role"],
            "represents": person["represents"] or "",
            "level": "advanced",
            "sandbox": True,
            "issuer": claims["statement"]["identified_by"],
            "certificate": claims["signatory"]["certificate"],
            "capsuleKey": claims["signatory"]["capsule_key"],
            "deviceKey": claims["signatory"]["device_key"],
            "passkey": claims["signatory"]["passkey"],
            "heldBy": "signatory-passkey",
            "clientNonce": claims["client_nonce"],
        },
        "offers": [],
    }
    for name, offer, why in offers(stage):
        written = json.loads(offer.answer(spki(key)))
        why = {BROWSERS_WORDS.get(each, each) for each in why}
        table["offers"].append({**written, "name": name, "document": filed(offer.document), "reasons": sorted(why)})

    signatory.open()
    signatory.document()
    attributes = signatory.declare() or b""
    signature = signatory.sign()
    right = signatory.result().document
    attempt = signatory._attempt
    assert attempt is not None and attempt.proof is not None and attempt.digest is not None
    first, hole, behind, rest = attempt.claims["document"]["byte_range"]
    table["values"] = {
        "documentDigest": attempt.digest.hex(),
        "certificateDigest": attempt.claims["signatory"]["certificate"],
        "policyOid": attempt.claims["policy"]["oid"],
        "policyDigest": attempt.claims["policy"]["sha256"],
        "transcript": attempt.tau.hex(),
        "capsule": h(*attempt.capsule).hex(),
        "proof": attempt.proof.hex(),
        "statement": attempt.claims["statement"],
        "userVerification": (attempt.user_verification or b"").hex(),
    }
    wrong = [(name, der) for name, der in attribute_lies(attributes) if der != attributes]
    table["attributes"] = {
        "right": b64(attributes),
        "wrong": [{"name": name, "der": b64(der)} for name, der in wrong],
    }
    others = list(finished_lies(attempt, right, signature, attributes))
    table["finished"] = {
        "range": [first, hole, behind, rest],
        "length": attempt.claims["document"]["length"],
        "attributes": b64(attributes),
        "signature": b64(signature),
        "right": filed(right),
        "wrong": [{"name": name, "file": filed(data), "reasons": sorted(why)} for name, data, why in others],
    }
    table["files"] = [b64(data) for data in files]
    path = tmp_path / "lies.json"
    path.write_text(json.dumps(table), "utf-8")
    ran = subprocess.run(
        ["node", "--test", "--test-reporter=tap", str(Path(__file__).with_name("agent_modules.test.mjs"))],
        env={**os.environ, "ESIGN_LIES": str(path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    assert "# pass 3" in ran.stdout
    assert len(table["offers"]) > 110 and len(wrong) > 150

    for name, data, why in others:  # and the browserless signatory on the same files
        with pytest.raises(SignatoryRefused) as refused:
            check_finished(
                data,
                (first, hole, behind, rest),
                digest=attempt.digest,
                attributes=attempt.own_attributes,
                certificate=signatory.certificate,
                signature=signature,
            )
        assert refused.value.reason_code in why | {"agent.result.not_signed"}, name
