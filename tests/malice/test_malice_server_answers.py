"""A server that lies in every other answer: greeting, certificate, document, attributes, finished file.

Generated from the schemas of the answers, from the nodes of the DER, and from what a PDF can hide. Browserless; the
same tables go through the browser agent's modules in ``test_malice_agent_modules.py``.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from certs.signatory import SandboxAuthenticator, SandboxSignatory, ServerRefused, SignatoryRefused
from certs.signatory.words import new_key, spki
from esign.foundation.canonical import canonical
from tests.actors import COMPANY
from tests.malice.server import MaliciousServer, b64, invited, unb64
from tests.malice.test_malice_server_transcript import Stage
from tests.malice.variants import PDF_LIES, RAW_LIES, SWAPS, appended, attribute_lies, lies, named, rewritten

READY = ("hello", "enrol", "open", "document")
SIGNED = {"signature.received", "signature.embedded", "contract.concluded"}


@pytest.fixture(scope="module")
def stage(shared_world: Any) -> Iterator[Stage]:
    made = Stage(shared_world)
    yield made
    finish(made)


def finish(stage: Stage) -> None:
    """Let the ceremony go on with the honest server."""
    stage.server.lies.clear()
    stage.server.after.clear()
    for step in ("open", "document", "declare", "sign", "result"):
        getattr(stage.signatory, step)()
    assert stage.world.application.contracts.view(COMPANY, stage.contract).state == "concluded"


def reason(action: Callable[[], Any]) -> str:
    try:
        action()
    except (SignatoryRefused, ServerRefused) as refused:
        return refused.reason_code if isinstance(refused, SignatoryRefused) else f"server: {refused.code}"
    except (httpx.HTTPError, KeyError, TypeError, AttributeError) as error:
        return f"stopped: {type(error).__name__}"
    return "accepted"


# Documents ------------------------------------------------------------------------------------------------------------


def test_a_document_prepared_by_the_liar_is_otherwise_good(stage: Stage) -> None:
    """The attacks below differ from this one only in what is hidden."""
    assert stage.offered(copy.copy(stage.honest).with_document(rewritten(stage.honest.draft(), lambda pdf: None))) == (
        "accepted"
    )


@pytest.mark.parametrize("what", PDF_LIES)
def test_what_is_hidden_in_a_document_is_refused_although_every_digest_fits(stage: Stage, what: str) -> None:
    hide, reasons = PDF_LIES[what]
    offer = copy.copy(stage.honest).with_document(rewritten(stage.honest.draft(), hide), swap=SWAPS.get(what))
    assert stage.offered(offer) in reasons


@pytest.mark.parametrize("what", RAW_LIES)
def test_what_could_be_read_in_two_ways_is_refused_although_every_digest_fits(stage: Stage, what: str) -> None:
    change, reasons = RAW_LIES[what]
    assert stage.offered(copy.copy(stage.honest).with_document(change(stage.honest.draft()))) in reasons


def test_revisions_that_are_not_named_or_do_not_exist_are_refused(stage: Stage) -> None:
    draft = stage.honest.draft()
    longer = appended(draft)
    hidden = copy.copy(stage.honest).with_document(longer)
    assert stage.offered(hidden) == "agent.document.revisions", "two revisions under one name"
    named_both = copy.copy(stage.honest).with_document(longer, declared=(len(draft), len(longer)))
    assert stage.offered(named_both) == "agent.document.revision_kind", "the same two, the second called a signature"
    invented = copy.copy(stage.honest).with_document(draft, declared=(len(draft) // 2, len(draft)))
    assert stage.offered(invented) == "agent.document.revisions"
    after = copy.copy(stage.honest).with_document(draft)
    after.document = appended(after.document)
    assert stage.offered(after) == "agent.document.length"
    covered = copy.copy(after)
    more = len(covered.document) - covered.claims["document"]["length"]
    first, hole, behind, rest = covered.claims["document"]["byte_range"]
    claim = {"length": len(covered.document), "byte_range": [first, hole, behind, rest + more]}
    covered.claims = {**covered.claims, "document": {**covered.claims["document"], **claim}}
    assert stage.offered(covered) == "agent.document.byte_range", "the file's own range is another"


def test_another_document_than_the_transcripts_is_refused(stage: Stage) -> None:
    offer = copy.copy(stage.honest)
    other = copy.copy(stage.honest).with_document(rewritten(stage.honest.draft(), lambda pdf: None))
    offer.document = other.document
    assert stage.offered(offer) == "agent.document.length"


# Attributes -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def declaring(shared_world: Any) -> Iterator[Stage]:
    made = Stage(shared_world)
    yield made
    finish(made)


def test_no_wrong_attribute_is_signed(declaring: Stage) -> None:
    """Every node of every attribute changed, removed, doubled, moved; some added; every way of writing the set."""
    signatory, server = declaring.signatory, declaring.server
    right: list[bytes] = []

    def honest(answer: bytes) -> bytes:
        right.append(unb64(json.loads(answer)["attributes"]))
        return answer

    server.after["intent"] = honest
    signatory.declare()
    server.after.clear()
    server.seen.clear()
    tables = dict(attribute_lies(right[0]))
    assert len(tables) > 150
    for name, wrong in tables.items():
        if wrong == right[0]:
            continue
        server.lies["intent"] = lambda message, wrong=wrong: canonical({"attributes": b64(wrong)})
        assert reason(signatory.declare) == "agent.attributes.other", name
        declaring.signatory._attempt.attributes = None  # type: ignore[union-attr]  # an attempt is open here
        assert reason(signatory.sign) == "agent.step.too_early", name
    server.lies.clear()
    assert set(server.seen) == {"intent"}, "nothing was signed"
    assert not SIGNED & set(declaring.world.ledger(declaring.contract))


def test_a_request_to_sign_another_document_is_refused(shared_world: Any) -> None:
    """The attributes of another ceremony of the same person, honest in themselves."""
    first, second = Stage(shared_world), Stage(shared_world)
    foreign = first.signatory.declare()
    assert foreign is not None
    second.server.lies["intent"] = lambda message: canonical({"attributes": b64(foreign)})
    assert reason(second.signatory.declare) == "agent.attributes.other"
    assert reason(second.signatory.sign) == "agent.step.too_early"
    finish(second)


# Certificate, identification, greeting --------------------------------------------------------------------------------


def between(world: Any, **options: Any) -> tuple[str, SandboxSignatory, MaliciousServer]:
    contract, link = invited(world)
    signatory = world.signatory(link, **options)
    return contract, signatory, MaliciousServer(world.http).install(signatory)


def test_somebody_elses_certificate_is_refused_whatever_it_shares_with_mine(shared_world: Any) -> None:
    contract, signatory, server = between(shared_world)
    _, twin, theirs = between(shared_world)
    answers: list[bytes] = []
    theirs.after["enrol"] = lambda answer: answers.append(answer) or answer
    twin.hello()
    twin.enrol()
    signatory.hello()
    server.after["enrol"] = lambda answer: answers[0]
    assert reason(signatory.enrol) == "agent.certificate.other_key", "the same name, another key"
    server.after["enrol"] = lambda answer: canonical({**json.loads(answer), "certificate_id": "0" * 64})
    signatory.hello()
    assert reason(signatory.enrol) == "agent.certificate.malformed"
    server.after.clear()
    signatory.run()
    assert shared_world.application.contracts.view(COMPANY, contract).state == "concluded"


def test_a_certificate_without_my_passkey_or_for_another_capsule_key_is_refused(shared_world: Any) -> None:
    """The server swaps the capsule key or forgets the passkey: the request is refused, or the certificate is."""
    _, signatory, _ = between(shared_world)
    signatory.hello()
    signatory.wire.tamper["enrol"] = lambda message: {**message, "capsule_key": b64(spki(new_key()))}
    assert reason(signatory.enrol) == "server: identity.enrolment.binding"
    signatory.wire.tamper.clear()
    signatory.hello()
    assert reason(signatory.enrol) == "accepted"


@pytest.mark.parametrize("person", ["zoe-darvai-nguyen", "mehmet-yilmaz-gross"])
def test_an_id_token_of_somebody_else_over_my_key_is_refused(shared_world: Any, person: str) -> None:
    contract, signatory, _ = between(shared_world)
    signatory.person_id = person
    signatory.hello()
    assert reason(signatory.enrol).startswith("server: identity.person.")
    assert "enrolment.granted" not in shared_world.ledger(contract)


def test_a_forged_id_token_is_refused(shared_world: Any) -> None:
    """Every leaf of header, claims and signature changed, by whoever stands between provider and agent."""
    contract, signatory, _ = between(shared_world)
    signatory.hello()
    tokens: list[str] = []
    signatory.wire.tamper["enrol"] = lambda message: tokens.append(message["id_token"]) or _stop()
    with pytest.raises(InterruptedError):
        signatory.enrol()
    header, claims, signature = tokens[0].split(".")
    forged: list[str] = []
    for part, others in ((0, json.loads(unb64(header))), (1, json.loads(unb64(claims)))):
        for name, value in others.items():
            wrong = value + 7_200 if isinstance(value, int) else "x" if isinstance(value, str) else None
            lie = {**others, name: wrong}
            pieces = [header, claims, signature]
            pieces[part] = b64(json.dumps(lie).encode())
            forged.append(".".join(pieces))
    none = b64(json.dumps({"alg": "none"}).encode())
    forged += [f"{none}.{claims}.", f"{header}.{claims}.", f"{header}.{claims}.{b64(bytes(64))}"]
    forged.append(f"{header}.{claims}.{signature[:-6]}AAAAAA")
    for token in forged:
        signatory.wire.tamper["enrol"] = lambda message, token=token: {**message, "id_token": token}
        assert reason(signatory.enrol).startswith("server: "), token
        signatory.wire.tamper.clear()
        signatory.hello()
    assert "enrolment.granted" not in shared_world.ledger(contract)
    assert len(forged) > 12
    signatory.run()


def _stop() -> dict[str, Any]:
    raise InterruptedError


HARMLESS = {
    "v": "",
    "server_time": "only measures how far the device's clock is off",
    "expires_at": "only shown; the server ends an invitation anyway",
    "contract.title": "shown above the document, which says itself what it is",
    "contract.company": "the same",
    "contract.reference": "the same",
    "enrolment.expires_at": "only decides whether a fresh enrolment is fetched",
    "state": "says where to begin; every step is checked where it is taken",
    "user_verification": "the device uses its passkey all the same, and without one the request is refused",
    "identification.method": "only a word here; at the advanced level the device identifies itself all the same",
    "identification.client_id": "the provider refuses a foreign one",
}


def test_every_leaf_of_the_greeting_is_shown_checked_or_refused_later(shared_world: Any) -> None:
    """A changed greeting ends in a refusal, or changes nothing of what is signed; nobody signs by it otherwise."""
    contract, signatory, server = between(shared_world)
    greeting = dict(signatory.hello())
    outcomes: dict[str, str] = {}
    for place, kind, lie in lies("answers/hello", greeting):
        if len(outcomes) % 12 == 11:  # an invitation bears twenty attempts
            contract, signatory, server = between(shared_world)
        signatory.certificate, signatory.authenticator = None, SandboxAuthenticator(origin=signatory.origin)

        def changed(answer: bytes, place: Any = place, lie: Any = lie) -> bytes:
            true = json.loads(answer)
            ours = {"contract": true["contract"], "enrolment": true["enrolment"]}
            return canonical({**lie, **{name: value for name, value in ours.items() if name not in place[:1]}})

        server.after["hello"] = changed
        server.seen.clear()
        name = ".".join(str(step) for step in place)
        outcome = outcomes[f"{name} {kind}"] = reason(lambda walker=signatory: _as_far_as_the_field(walker))
        assert "intent" not in server.seen
        assert outcome != "accepted" or name in HARMLESS, f"{named(place)} {kind}"
        assert not SIGNED & set(shared_world.ledger(contract))
    assert sum(outcome != "accepted" for outcome in outcomes.values()) > 20
    assert outcomes["signatory.family_name other"] == "agent.certificate.other_person"
    assert outcomes["contract.id other"] == "agent.transcript.other_contract"
    assert outcomes["sandbox other"] == "agent.transcript.other_trust"
    assert outcomes["user_verification none"] == "server: engine.enrolment.user_verification_required"
    assert outcomes["level simple"].startswith("server: "), outcomes["level simple"]
    server.after.clear()
    signatory.authenticator = SandboxAuthenticator(origin=signatory.origin)
    signatory.run()


def _as_far_as_the_field(signatory: SandboxSignatory) -> None:
    for step in (*READY, "scratch"):
        getattr(signatory, step)()
