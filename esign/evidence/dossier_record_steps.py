"""Steps about what happened: the device's messages, the declared intent, the ledger, the disclosed seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from esign.ceremony import check_disclosure, peek
from esign.ceremony import verify as verify_message
from esign.evidence.dossier_findings import Findings
from esign.evidence.dossier_report import require
from esign.evidence.head import Head
from esign.evidence.kinds import EntryKind
from esign.foundation.canonical import parse_canonical
from esign.foundation.digests import sha256
from esign.foundation.encoding import b64url, from_b64url
from esign.pades import raw_to_der
from esign.proof.timestamps import verify_token

LEDGER = "ledger.json"
COMMITMENTS = "commitments.json"
WALK = (
    EntryKind.ATTEMPT_OPENED,
    EntryKind.INTENT_DECLARED,
    EntryKind.SIGNATURE_EMBEDDED,
    EntryKind.CONTRACT_CONCLUDED,
)
"""What the ledger must say about the attempt, in this order."""


def messages_are_the_devices(found: Findings) -> str:
    """Every message is signed by a device that greeted; the attempt's are by the device that the transcript names."""
    keys: dict[str, bytes] = {}
    payloads: list[Mapping[str, Any]] = []
    numbers: set[str] = set()
    for place, message in enumerate(found.dossier.messages, 1):
        part = f"messages/{place:03}.jws"
        envelope = peek(message)
        if envelope.type == "hello":
            key = _own_key(message, envelope.key_id, part)
            keys[envelope.key_id] = key
        require(envelope.key_id in keys, "its device never greeted", part)
        payload = verify_message(message, keys[envelope.key_id])
        require(payload.get("aud") == found.transcript.audience, "it is for another origin", part)
        require(payload.get("invitation") == _first(payloads, payload), "it is for another invitation", part)
        require(payload.get("jti") not in numbers, "its number is used twice", part)
        numbers.add(str(payload.get("jti")))
        payloads.append({**payload, "#part": part, "#device": envelope.key_id})
    found.payloads = tuple(payloads)
    opened = [p for p in _of(found, "open") if p.get("client_nonce") == found.transcript.client_nonce.hex()]
    require(len(opened) == 1, "no message of the device opened this attempt", "messages")
    own = opened[0]
    if found.dossier.enrolment is None:
        key = from_b64url(own["capsule_key"])
        require(sha256(key) == found.transcript.signatory.capsule_key, "it names another capsule key", own["#part"])
    else:
        same = own.get("certificate") == sha256(found.dossier.certificate).hex()
        require(same, "it names another certificate", own["#part"])
        request = b64url(found.dossier.enrolment.request)
        enrolled = [p for p in _of(found, "enrol") if p.get("csr") == request]
        require(len(enrolled) == 1, "no message of the device brought this request", "messages")
        same = enrolled[0].get("id_token") == found.dossier.enrolment.id_token
        require(same, "it brought another identification", enrolled[0]["#part"])
    return f"{len(payloads)} messages are signed by the device key that the transcript names, or an earlier device's"


def intent_was_declared(found: Findings) -> str:
    """The device declared exactly this intent, on exactly this label, and the proof of it stands in the signature."""
    proof = found.attributes.evidence.proof.hex()
    tau = found.tau.hex()
    declared = [p for p in _of(found, "intent") if p.get("transcript") == tau and p.get("proof") == proof]
    require(len(declared) == 1, "no message of the device declared what was signed", "messages")
    intent, order = declared[0], found.transcript.order
    same = dict(intent["order"]) == {"label": order.label, "summary": order.summary.hex()}
    require(same, "it was declared on another label or summary", intent["#part"])
    statement = found.dossier.user_verification
    expected = None
    if statement is not None:
        expected = {
            "authenticator_data": b64url(statement.authenticator_data),
            "client_data": b64url(statement.client_data),
            "signature": b64url(statement.signature),
        }
    sent = intent.get("user_verification")
    require(
        (None if sent is None else dict(sent)) == expected, "it came with another user verification", intent["#part"]
    )
    if found.dossier.enrolment is not None:
        values = [p["signature"] for p in _of(found, "signature") if p.get("transcript") == tau]
        same = any(raw_to_der(from_b64url(value)) == found.signature for value in values)
        require(same, "no message of the device brought the signature value", "messages")
    return "the device declared the intent on the label that the law asks for; its proof stands in the signature"


def ledger_tells_the_same(found: Findings) -> str:
    """The entries stand in a timestamped head, in order, and say of this attempt what the other parts say."""
    extract = found.dossier.ledger
    found.entries = extract.check()
    head = Head.parse(extract.head.head)
    stamped = verify_token(extract.head.token, head.digest, anchors=found.anchors)
    for entry in found.entries:
        require(entry.contract == found.transcript.contract, "an entry is about another contract", LEDGER)
    tau = found.tau.hex()
    about = [entry for entry in found.entries if entry.facts.get("tau") == tau]
    places = []
    for kind in WALK:
        seqs = [entry.seq for entry in about if entry.kind is kind]
        require(len(seqs) == 1, f"the ledger does not say {kind} exactly once about this attempt", LEDGER)
        places.append(seqs[0])
    require(places == sorted(places), "the ledger tells another order", LEDGER)
    known = {sha256(message).hex() for message in found.dossier.messages}
    facts = {"capsule": found.dossier.capsule.digest.hex(), "proof": found.attributes.evidence.proof.hex()}
    for entry in about:
        for name, value in facts.items():
            require(entry.facts.get(name, value) == value, f"entry {entry.seq} names another {name}", LEDGER)
        message = entry.facts.get("message")
        require(message is None or message in known, f"entry {entry.seq} names a message that is not here", LEDGER)
    return f"{len(about)} entries about this attempt stand in a head timestamped at {stamped.gen_time.isoformat()}"


def commitments_open(found: Findings) -> str:
    """What was committed to is what is here."""
    entries = {entry.seq: entry for entry in found.entries}
    tau = found.tau.hex()
    here: dict[tuple[EntryKind, str], bytes] = {
        (EntryKind.CONTRACT_DRAWN_UP, "contract"): found.parts["contract.json"],
        (EntryKind.CONTRACT_DRAWN_UP, "declaration"): found.parts["declaration.txt"],
        (EntryKind.CONTRACT_DRAWN_UP, "summary"): found.parts["summary.json"],
        (EntryKind.CONTRACT_DRAWN_UP, "draft"): found.transcript.document.revisions[0].sha256,
        (EntryKind.ATTEMPT_OPENED, "transcript"): found.parts["transcript.json"],
        (EntryKind.INTENT_DECLARED, "attributes"): found.signed_attributes,
        (EntryKind.SIGNATURE_EMBEDDED, "document"): sha256(found.parts["document.pdf"]),
    }
    opened = set()
    for sequenced in found.dossier.openings:
        entry, opening = entries.get(sequenced.seq), sequenced.opening
        if entry is None or opening.name not in entry.commitments:
            require(False, "it opens a commitment that no entry has", COMMITMENTS)
            raise AssertionError
        opening.check(entry.commitments[opening.name])
        opened.add((entry.seq, opening.name))
        expected = here.get((entry.kind, opening.name))
        if expected is not None and entry.facts.get("tau", tau) == tau:
            same = opening.content == expected
            require(same, f"entry {entry.seq} committed to another {opening.name} than is here", COMMITMENTS)
    total = sum(len(entry.commitments) for entry in found.entries)
    return f"{len(opened)} of {total} commitments in the entries are opened and are to what is here"


def seed_settles_the_dispute(found: Findings) -> str:
    """With the seed: the capsule was sealed to the certified key for this transcript and held this very code."""
    seed = found.dossier.seed or b""
    checks = check_disclosure(
        transcript=found.dossier.transcript,
        capsule=found.dossier.capsule,
        capsule_key=_capsule_key(found),
        proof=found.attributes.evidence.proof,
        seed=seed,
    )
    failed = [check.name for check in checks if not check.ok]
    require(not failed, f"does not hold: {', '.join(failed)}", "disclosure.json")
    return "the capsule was sealed to the signatory's key for exactly this transcript and held exactly the code typed"


def _capsule_key(found: Findings) -> bytes:
    if found.dossier.enrolment is not None:
        return found.dossier.enrolment.capsule_key
    nonce = found.transcript.client_nonce.hex()
    return next(from_b64url(p["capsule_key"]) for p in _of(found, "open") if p.get("client_nonce") == nonce)


def _of(found: Findings, kind: str) -> Iterator[Mapping[str, Any]]:
    """Return the messages of one type by the device that the transcript names."""
    device = found.transcript.signatory.device_key.hex()
    return (p for p in found.payloads if p.get("type") == kind and p["#device"] == device)


def _own_key(message: bytes, key_id: str, part: str) -> bytes:
    payload = parse_canonical(from_b64url(message.split(b".")[1].decode("ascii")))
    key = from_b64url(payload["device_key"])
    require(sha256(key).hex() == key_id, "it names another device key than the one that signed", part)
    return key


def _first(payloads: list[Mapping[str, Any]], payload: Mapping[str, Any]) -> Any:
    return (payloads[0] if payloads else payload).get("invitation")
