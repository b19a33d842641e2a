"""The specification is enough: a client written from it alone meets every vector, and signs a contract."""

import json
import os
import struct
from pathlib import Path

from certs.signatory.identification import identify  # the person's hands at the identity provider's pages
from tests.conftest import AGENT, WEB
from tests.journeys.helpers import stranger as s

VECTORS = Path(__file__).parents[1] / "vectors"


def read(name):
    return json.loads((VECTORS / name).read_text("utf-8"))


def test_the_strangers_values_are_those_of_the_vectors():
    found = read("ceremony.json")
    keys = {name: s.load_key(s.unb64(key["pkcs8"])) for name, key in found["keys"].items()}
    for each in found["codes"]:
        seed = bytes.fromhex(each["seed"])
        ephemeral = s.b64(s.spki(s.derive_key(s.from_seed(seed, "ephemeral"))))
        values = (s.from_seed(seed, "nonce").hex(), s.code_of(seed).decode(), ephemeral)
        assert values == (each["nonce"], each["code"], each["ephemeral_spki"])
    run = found["ceremony"]
    transcript, seed = s.unb64(run["transcript"]), bytes.fromhex(run["seed"])
    tau, nonce, code = s.h(s.label("transcript"), transcript), s.from_seed(seed, "nonce"), s.code_of(seed)
    assert s.canonical(json.loads(transcript)) == transcript
    info = s.label("capsule") + tau
    enc, ct = s.seal(keys["capsule"].public_key(), s.derive_key(s.from_seed(seed, "ephemeral")), info, nonce + code)
    assert (tau.hex(), s.b64(enc), s.b64(ct), s.h(enc, ct).hex()) == (
        run["tau"],
        run["enc"],
        run["ct"],
        run["capsule_digest"],
    )
    assert s.open_sealed(keys["capsule"], enc, ct, info) == nonce + code
    assert s.h(s.label("commit"), nonce, code).hex() == run["commitment"]
    assert s.mac(nonce, s.label("have"), tau).hex() == run["have"]
    assert s.mac(nonce, s.label("intent"), tau, code).hex() == run["proof"]
    word = run["user_verification"]
    assert s.b64(s.h(s.label("user-verification"), tau)) == word["challenge"]
    parts = (s.unb64(word[name]) for name in ("authenticator_data", "client_data", "signature"))
    assert s.verification_digest(*parts).hex() == word["digest"]
    token = found["invitation"]["token"].encode()
    assert s.h(s.label("invitation"), token).hex() == found["invitation"]["invitation"]
    assert s.h(s.label("invitation-token"), token).hex() == found["invitation"]["stored"]
    assert s.b64(s.h(s.label("prf-salt"))) == found["prf"]["salt"]
    kek = s.expand(s.mac(bytes(32), s.unb64(found["prf"]["output"])), s.label("kek"), 32)
    assert s.b64(kek) == found["prf"]["kek"]
    for each in found["messages"]:
        assert s.signing_input(json.loads(each["header"]), json.loads(each["payload"])) == each["signing_input"]
    capsule, device, passkey = (s.spki(keys[name]) for name in ("capsule", "device", "passkey"))
    csr = found["csr"]
    binding = s.key_binding(capsule, device, passkey)
    assert s.b64(binding) == csr["key_binding"]
    assert s.b64(s.key_binding(capsule, device)) == csr["key_binding_without_passkey"]
    assert s.b64(s.request_info(keys["signature"], binding, s.unb64(csr["enrolment_nonce"]))) == csr["request_info"]


def test_the_strangers_attributes_are_those_of_the_vectors():
    for each in read("signed-attributes.json")["cases"]:
        given = each["input"]
        said = given["evidence"]
        statement = {**said, "level": ("simple", "advanced", "qualified")[said["level"]]}
        values = (bytes.fromhex(said[name] or "") for name in ("transcript", "capsule", "proof", "user_verification"))
        tau, capsule, proof, verified = values
        made = s.attributes(
            bytes.fromhex(given["document_digest"]),
            bytes.fromhex(given["certificate"]),
            given["policy_oid"],
            bytes.fromhex(given["policy_digest"]),
            s.evidence(tau, capsule, proof, statement, verified),
        )
        assert made.hex() == each["attributes_der"], each["name"]


def test_a_stranger_signs_a_contract(world):
    contract, link = world.invite("electricity-supply")
    origin, _, token = link.partition("/#")
    device, signature, capsule_key, passkey = (s.new_key() for _ in range(4))

    def ask(kind, **members):
        now = int(world.clock.now().timestamp())
        headers = {"Content-Type": "application/jose", "Authorization": f"Bearer {token}"}
        body = s.message(device, kind, origin, token, now, **members)
        answer = world.http.post(f"{WEB}/ceremony/v1/{kind}", content=body, headers=headers)
        assert answer.status_code == 200, (kind, answer.text)
        return answer

    def client_data(kind, challenge):
        value = {"type": kind, "challenge": s.b64(challenge), "origin": origin, "crossOrigin": False}
        return json.dumps(value).encode()

    # hello, identification, enrol
    hello = ask("hello", device_key=s.b64(s.spki(device)), lang="de").json()
    nonce = s.unb64(hello["enrolment"]["nonce"])
    binding = s.key_binding(s.spki(capsule_key), s.spki(device), s.spki(passkey))
    csr = s.request(signature, binding, nonce)
    provider = {name: hello["identification"][name] for name in ("issuer", "client_id")}
    id_nonce = s.b64(s.h(csr))
    id_token = identify(
        world.http, **provider, redirect=f"{origin}/", nonce=id_nonce, person_id="jana-beispiel", lang="de"
    )
    party, where, name = s.h(b"localhost"), s.point(passkey.public_key()), os.urandom(16)
    cose = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + where[1:33] + b"\x22\x58\x20" + where[33:]
    data = party + b"\x45" + bytes(20) + struct.pack(">H", len(name)) + name + cose
    attested = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58" + bytes([len(data)]) + data
    registration = {
        "credential_id": s.b64(name),
        "public_key": s.b64(s.spki(passkey)),
        "algorithm": -7,
        "attestation_object": s.b64(attested),
        "client_data": s.b64(client_data("webauthn.create", s.h(s.label("enrolment"), nonce))),
        "prf": False,
    }
    keys = {"csr": s.b64(csr), "capsule_key": s.b64(s.spki(capsule_key)), "passkey": registration}
    issued = ask("enrol", enrolment=hello["enrolment"]["id"], id_token=id_token, **keys).json()
    certificate = s.unb64(issued["certificate"])
    assert s.h(certificate).hex() == issued["certificate_id"]

    # open, document
    client_nonce = os.urandom(32).hex()
    offer = ask("open", client_nonce=client_nonce, certificate=issued["certificate_id"]).json()
    transcript = s.unb64(offer["transcript"])
    terms, tau = json.loads(transcript), s.h(s.label("transcript"), transcript)
    assert s.canonical(terms) == transcript
    assert (terms["aud"], terms["client_nonce"]) == (AGENT, client_nonce)
    assert terms["agent"] == s.h(world.application.agent_manifest).hex()
    assert terms["declaration"]["sha256"] == s.h(offer["declaration"].encode()).hex()
    assert terms["order"]["summary"] == s.h(s.unb64(offer["summary"])).hex()
    assert terms["policy"]["sha256"] == s.h(s.unb64(offer["policy"])).hex()
    document = ask("document", transcript=tau.hex()).content
    _, hole, behind, rest = terms["document"]["byte_range"]
    digest = s.h(document[:hole], document[behind : behind + rest])
    assert digest.hex() == terms["document"]["sha256"]

    # scratch, intent
    enc, ct = (s.unb64(offer["capsule"][part]) for part in ("enc", "ct"))
    opened = s.open_sealed(capsule_key, enc, ct, s.label("capsule") + tau)
    secret, code = opened[:32], opened[32:]
    assert s.h(s.label("commit"), secret, code).hex() == terms["code"]["commitment"]
    proof = s.mac(secret, s.label("intent"), tau, code)
    seen, said = party + b"\x05" + bytes(4), client_data("webauthn.get", s.h(s.label("user-verification"), tau))
    word = (seen, said, s.sign(passkey, seen + s.h(said)))
    answer = ask(
        "intent",
        transcript=tau.hex(),
        have=s.mac(secret, s.label("have"), tau).hex(),
        proof=proof.hex(),
        order=terms["order"],
        user_verification=dict(zip(("authenticator_data", "client_data", "signature"), map(s.b64, word), strict=True)),
        telemetry={"mode": "keyboard", "coverage": 100, "typos": 0, "pages": 1},
        clock_skew=0,
    ).json()
    ceremony = s.evidence(tau, s.h(enc, ct), proof, terms["statement"], s.verification_digest(*word))
    policy = terms["policy"]
    mine = s.attributes(digest, certificate, policy["oid"], bytes.fromhex(policy["sha256"]), ceremony)
    assert s.unb64(answer["attributes"]) == mine

    # signature, result
    signed = ask("signature", transcript=tau.hex(), signature=s.b64(s.sign_raw(signature, mine))).json()
    finished = ask("result", transcript=tau.hex()).content
    assert (signed["state"], signed["document"]["sha256"]) == ("signed", s.h(finished).hex())
    assert s.h(finished[:hole], finished[behind : behind + rest]) == digest
    assert "contract.concluded" in world.ledger(contract)
