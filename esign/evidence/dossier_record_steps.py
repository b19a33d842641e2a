"""Steps about what happened: the device's messages, the declared intent, the ledger, the disclosed seed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from esign.ceremony import check_disclosure, peek
from esign.ceremony import verify as verify_message
from esign.ceremony.limits import VERSION
from esign.evidence.dossier_findings import DeviceMessage, Findings
from esign.evidence.dossier_forms import EnrolmentEvidence, PasskeyEvidence, user_verification_form
from esign.evidence.dossier_json import check_depth
from esign.evidence.dossier_report import about, present, require
from esign.evidence.dossier_tokens import verify_lone_stamp
from esign.evidence.head import Head
from esign.evidence.kinds import EntryKind
from esign.foundation.canonical import parse_canonical
from esign.foundation.digests import sha256
from esign.foundation.encoding import b64url, from_b64url
from esign.pades import raw_to_der

LEDGER = "ledger.json"
COMMITMENTS = "commitments.json"
MESSAGES = "messages"
WALK = (
    EntryKind.ATTEMPT_OPENED,
    EntryKind.INTENT_DECLARED,
    EntryKind.SIGNATURE_EMBEDDED,
)
"""What the ledger must say about the attempt, in this order; then what followed from it for the contract."""


def messages_are_the_devices(found: Findings) -> str:
    """Every message is signed by a device that greeted; the attempt's are by the device that the transcript names."""
    keys: dict[str, bytes] = {}
    read: list[DeviceMessage] = []
    for place, raw in enumerate(found.dossier.messages, 1):
        part = f"messages/{place:03}.jws"
        with about(part):
            envelope = peek(raw)
            if envelope.type == "hello":
                keys[envelope.key_id] = _own_key(raw, envelope.key_id, part)
            payload = verify_message(raw, present(keys.get(envelope.key_id), "its device never greeted", part))
            _common_members(payload, part)
        message = DeviceMessage(part=part, device=envelope.key_id, type=envelope.type, payload=payload)
        before = read[0] if read else message
        require(payload.get("aud") == found.transcript.audience, "it is for another origin", part)
        same = payload.get("invitation") == before.payload.get("invitation")
        require(same, "it is for another invitation", part)
        fresh = all(payload.get("jti") != other.payload.get("jti") for other in read)
        require(fresh, "its number is used twice", part)
        read.append(message)
    found.messages = tuple(read)
    for greeting in _of(found, "hello"):
        same = greeting.payload.get("device") == ("company" if found.company_device else None)
        require(same, "the device says otherwise whose it is than the transcript", greeting.part)
    own = _only(found, "open", "no message of the device opened this attempt", client_nonce=_nonce(found))
    enrolment = found.dossier.enrolment
    if enrolment is None:
        key = from_b64url(own.payload["capsule_key"])
        require(sha256(key) == found.transcript.signatory.capsule_key, "it names another capsule key", own.part)
    else:
        same = own.payload.get("certificate") == sha256(found.dossier.certificate).hex()
        require(same, "it names another certificate", own.part)
        request = b64url(enrolment.request)
        enrolled = _only(found, "enrol", "no message of the device brought this request", csr=request)
        same = enrolled.payload.get("id_token") == enrolment.id_token
        require(same, "it brought another identification", enrolled.part)
        same = enrolled.payload.get("capsule_key") == b64url(enrolment.capsule_key)
        require(same, "it brought another capsule key", enrolled.part)
        require(_brought_passkey(enrolled) == enrolment.passkey, "it brought another passkey", enrolled.part)
    return f"{len(read)} messages are signed by device keys; the attempt's by the one that the transcript names"


def intent_was_declared(found: Findings) -> str:
    """The device declared exactly this intent, on exactly this label, and the proof of it stands in the signature."""
    tau, proof = found.tau.hex(), found.attributes.evidence.proof.hex()
    what = "no message of the device declared what was signed"
    intent = _only(found, "intent", what, transcript=tau, proof=proof)
    order = found.transcript.order
    same = intent.payload.get("order") == {"label": order.label, "summary": order.summary.hex()}
    require(same, "it was declared on another label or summary", intent.part)
    statement = found.dossier.user_verification
    expected = None if statement is None else user_verification_form(statement)
    sent = intent.payload.get("user_verification")
    same = sent == expected and (expected is not None or "user_verification" not in intent.payload)
    require(same, "it came with another user verification", intent.part)
    if found.dossier.enrolment is not None:
        brought = [message for message in _of(found, "signature") if message.payload.get("transcript") == tau]
        values = [raw_to_der(from_b64url(message.payload["signature"])) for message in brought]
        require(found.cms.signature in values, "no message of the device brought the signature value", MESSAGES)
    return "the device declared the intent on the label that the law asks for; its proof stands in the signature"


def ledger_tells_the_same(found: Findings) -> str:
    """The entries stand in a timestamped head, in order, and say of this attempt what the other parts say."""
    extract = found.dossier.ledger
    found.entries = extract.check()
    head = Head.parse(extract.head.head)
    stamped = verify_lone_stamp(extract.head.token, head.digest, anchors=found.anchors)
    for entry in found.entries:
        require(entry.contract == found.transcript.contract, "an entry is about another contract", LEDGER)
    tau = found.tau.hex()
    about = [entry for entry in found.entries if entry.facts.get("tau") == tau]
    places = []
    ends = EntryKind.CONTRACT_CONCLUDED if found.last else EntryKind.CONTRACT_PARTLY_SIGNED
    for kind in (*WALK, ends):
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
    _device_was_handed_over(found)
    return f"{len(about)} entries about this attempt stand in a head timestamped at {stamped.gen_time.isoformat()}"


def _device_was_handed_over(found: Findings) -> None:
    """Require that the ledger says who handed the device over exactly if it was the company's."""
    device = found.transcript.signatory.device_key.hex()
    bound = [
        entry
        for entry in found.entries
        if entry.kind is EntryKind.DEVICE_BOUND
        and entry.facts.get("device") == device
        and entry.facts.get("handed_over_by") == "company-device"
    ]
    same = len(bound) == (1 if found.company_device else 0)
    require(same, "the ledger says otherwise whose device it was than the transcript", LEDGER)


def commitments_open(found: Findings) -> str:
    """What was committed to is what is here."""
    entries = {entry.seq: entry for entry in found.entries}
    tau = found.tau.hex()
    own = "" if found.number == 1 else f"_{found.number}"
    here: dict[tuple[EntryKind, str], bytes] = {
        (EntryKind.CONTRACT_DRAWN_UP, "contract"): found.parts["contract.json"],
        (EntryKind.CONTRACT_DRAWN_UP, f"declaration{own}"): found.parts["declaration.txt"],
        (EntryKind.CONTRACT_DRAWN_UP, f"summary{own}"): found.parts["summary.json"],
        (EntryKind.CONTRACT_DRAWN_UP, "draft"): found.transcript.document.revisions[0].sha256,
        (EntryKind.ATTEMPT_OPENED, "transcript"): found.parts["transcript.json"],
        (EntryKind.INTENT_DECLARED, "attributes"): found.cms.attributes,
        (EntryKind.SIGNATURE_EMBEDDED, "document"): found.released or sha256(found.parts["document.pdf"]),
    }
    sent = set()
    opened = set()
    enrolment = found.dossier.enrolment
    for sequenced in found.dossier.openings:
        opening = sequenced.opening
        entry = present(entries.get(sequenced.seq), "it opens a commitment of an entry that is not here", COMMITMENTS)
        require(opening.name in entry.commitments, "it opens a commitment that the entry does not have", COMMITMENTS)
        opening.check(entry.commitments[opening.name])
        opened.add((entry.seq, opening.name))
        if (entry.kind, opening.name) == (EntryKind.DELIVERY_DONE, "mail"):
            sent.add(opening.content)
        expected = here.get((entry.kind, opening.name))
        if enrolment is not None and entry.facts.get("request") == sha256(enrolment.request).hex():
            expected = _identification(enrolment).get(opening.name)
        if expected is not None and entry.facts.get("tau", tau) == tau:
            same = opening.content == expected
            require(same, f"entry {entry.seq} committed to another {opening.name} than is here", COMMITMENTS)
    for entry in found.entries:
        for name in entry.commitments:
            require((entry.seq, name) in opened, f"entry {entry.seq}: its {name} is not opened", COMMITMENTS)
    for place, mail in enumerate(found.dossier.mails, 1):
        require(sha256(mail) in sent, "no entry says that this mail was sent", f"mails/{place:03}.eml")
    return f"all {len(opened)} commitments in the entries are opened, and are to what is here"


def _identification(enrolment: EnrolmentEvidence) -> Mapping[str, bytes]:
    """Return what the entry of a request commits to, by name; the provider's keys since release 0.2."""
    return {"id_token": enrolment.id_token.encode("ascii"), "provider_keys": sha256(enrolment.jwks.encode())}


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
    opened = _only(found, "open", "no message of the device opened this attempt", client_nonce=_nonce(found))
    return from_b64url(opened.payload["capsule_key"])


def _nonce(found: Findings) -> str:
    return found.transcript.client_nonce.hex()


def _of(found: Findings, kind: str) -> Iterator[DeviceMessage]:
    """Return the messages of one type by the device that the transcript names."""
    device = found.transcript.signatory.device_key.hex()
    return (message for message in found.messages if message.type == kind and message.device == device)


def _only(found: Findings, kind: str, missing: str, **members: str) -> DeviceMessage:
    """Return the one message of a type, by the device that the transcript names, that has these members."""
    matching = [
        message
        for message in _of(found, kind)
        if all(message.payload.get(name) == value for name, value in members.items())
    ]
    require(len(matching) == 1, missing, MESSAGES)
    return matching[0]


def _own_key(raw: bytes, key_id: str, part: str) -> bytes:
    payload = parse_canonical(from_b64url(raw.split(b".")[1].decode("ascii")))
    key = from_b64url(payload["device_key"])
    require(sha256(key).hex() == key_id, "it names another device key than the one that signed", part)
    return key


def _common_members(payload: Mapping[str, Any], part: str) -> None:
    """Require the members that every message has (docs/ceremony-spec.md section 4), so that they can be compared."""
    texts = [payload.get(name) for name in ("aud", "jti", "invitation")]
    formed = (
        payload.get("v") == VERSION
        and all(isinstance(text, str) for text in texts)
        and re.fullmatch(r"[0-9a-f]{32}", str(texts[1])) is not None
        and re.fullmatch(r"[0-9a-f]{64}", str(texts[2])) is not None
        and type(payload.get("iat")) is int
    )
    require(formed, "the members that every message has are of another form", part)
    check_depth(payload)


def _brought_passkey(enrolled: DeviceMessage) -> PasskeyEvidence | None:
    if "passkey" not in enrolled.payload:
        return None
    passkey = enrolled.payload["passkey"]
    require(type(passkey["prf"]) is bool, "it brought another passkey", enrolled.part)
    return PasskeyEvidence(
        credential_id=from_b64url(passkey["credential_id"]),
        public_key=from_b64url(passkey["public_key"]),
        algorithm=passkey["algorithm"],
        prf=passkey["prf"],
    )
