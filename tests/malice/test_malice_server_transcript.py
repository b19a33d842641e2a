"""A server that changes any leaf of the transcript, and seals the capsule anew to what it made of it.

Generated from ``esign/ceremony/schemas/transcript.json``. Each lie is refused for its own reason before anything is
declared; the few leaves that only the server can know are listed with what binds them.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from certs.signatory import SandboxSignatory, ServerRefused, SignatoryRefused
from certs.signatory.words import spki
from tests.actors import COMPANY
from tests.malice.server import MaliciousServer, Offer, invited
from tests.malice.variants import Place, lies, named

T, D = "agent.transcript.", "agent.document."

REASONS: dict[str, set[str]] = {
    "v": {T + "malformed"},
    "ceremony": {T + "other_ceremony"},
    "contract": {T + "other_contract"},
    "aud": {T + "other_site"},
    "agent": {T + "other_agent"},
    "document.sha256": {D + "other"},
    "document.byte_range": {T + "malformed", D + "byte_range", D + "length"},
    "document.length": {D + "length"},
    "document.revisions": {T + "malformed", D + "revisions"},
    "document.revisions.kind": {T + "malformed", D + "revision_kind"},
    "document.revisions.length": {D + "revisions"},
    "document.revisions.sha256": {D + "revisions"},
    "document.attachments": {D + "attachments"},
    "document.attachments.name": {D + "attachments"},
    "document.attachments.sha256": {D + "attachments"},
    "declaration.sha256": {T + "declaration"},
    "order.label": {T + "order_label"},
    "order.summary": {T + "summary"},
    "signatory.name": {T + "other_person"},
    "signatory.role": {T + "other_role"},
    "signatory.represents": {T + "other_role"},
    "signatory.certificate": {T + "other_keys"},
    "signatory.capsule_key": {T + "other_keys"},
    "signatory.device_key": {T + "other_keys"},
    "signatory.passkey": {T + "other_keys"},
    "statement.level": {T + "other_level"},
    "statement.held_by": {T + "other_holder"},
    "statement.identified_by": {T + "other_identification"},
    "statement.trust": {T + "other_trust"},
    "policy.oid": {T + "policy"},
    "policy.sha256": {T + "policy"},
    "commitment": {T + "commitment"},
    "suite": {T + "suite"},
    "code.length": {T + "code"},
    "code.tries": {T + "code"},
    "code.commitment": {"agent.capsule.commitment"},
    "user_verification": {T + "user_verification"},
    "issued_at": {T + "lifetime", "agent.attempt.expired"},
    "expires_at": {T + "lifetime", "agent.attempt.expired"},
    "client_nonce": {T + "stale"},
}
"""Leaf -> the reasons that the signatory gives."""

THE_SERVERS_OWN = {
    "attempt": "the server's count; the number stands in the signature, and a second attempt under it in the ledger",
    "document.name": "the name under which the copy is saved; it stands in the signature",
    "declaration.lang": "the language in which a screen reader speaks the words, which are themselves checked",
    "policy.oid other": "the number of the policy whose text is checked; a verifier compares number and text",
    "issued_at more": "a server's clock may differ; the difference is reported as clock_skew, the life is bounded",
    "issued_at less": "the same; a life of more than an hour is refused",
    "expires_at less": "a server may end an attempt sooner",
    "expires_at more": "a life of up to an hour is the server's choice",
    "server_nonce": "the server's own number; fresh or not, the client's nonce makes the transcript fresh",
}
"""Leaf (and kind of lie) -> why nobody but the server can know better, and what holds it all the same."""


class Stage:
    """One signatory who has seen an honest offer, and a server between."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.contract, link = invited(world)
        self.signatory: SandboxSignatory = world.signatory(link)
        for step in ("hello", "enrol", "open", "document"):
            getattr(self.signatory, step)()
        again = self.signatory.wire.again
        self.honest = Offer.read(again("open").content, again("document", "application/pdf").content).committed()
        self.server = MaliciousServer(world.http).install(self.signatory)
        self.ledger = world.ledger(self.contract)

    def offered(self, offer: Offer) -> str:
        """Walk with an offer as far as the scratched field; return why the signatory stopped."""
        server, key = self.server, spki(self.signatory.capsule_key)

        def opened(message: dict[str, Any]) -> bytes:
            mine = copy.copy(offer)
            if mine.claims.get("client_nonce") == self.honest.claims["client_nonce"]:
                mine.claims = {**mine.claims, "client_nonce": message["client_nonce"]}
            return mine.answer(key)

        server.lies = {"open": opened, "document": lambda message: offer.document}
        server.seen.clear()
        try:
            self.signatory.open()
            self.signatory.document()
            self.signatory.scratch()
        except SignatoryRefused as refused:
            return refused.reason_code
        finally:
            server.lies = {}
            assert set(server.seen) <= {"open", "document"}, "nothing is declared"
            assert self.world.ledger(self.contract) == self.ledger, "the honest server saw nothing"
        return "accepted"


@pytest.fixture(scope="module")
def stage(shared_world: Any) -> Iterator[Stage]:
    made = Stage(shared_world)
    yield made
    made.server.after.clear()
    for step in ("open", "document", "declare", "sign", "result"):
        getattr(made.signatory, step)()
    assert shared_world.application.contracts.view(COMPANY, made.contract).state == "concluded", (
        "the honest ceremony goes on"
    )


def leaf(place: Place) -> str:
    return ".".join(step for step in place if isinstance(step, str))


def reasons(place: Place, kind: str) -> set[str]:
    """Return the reasons that are right for a lie; nothing where the leaf is the server's own."""
    name = leaf(place)
    if kind == "absent" or kind == "one member too many":
        return {T + "malformed"}
    if f"{name} {kind}" in THE_SERVERS_OWN:
        return set()
    if name in THE_SERVERS_OWN:
        return {T + "malformed"} if kind in ("empty", "unknown word", "out of range") else set()
    wanted = REASONS[name]
    return wanted | {T + "malformed"} if kind in ("empty", "unknown word", "out of range") else wanted


def test_the_honest_offer_is_accepted(stage: Stage) -> None:
    assert stage.offered(stage.honest) == "accepted"


def test_every_leaf_of_the_transcript_is_checked_or_is_the_servers_own(stage: Stage) -> None:
    wrong: list[str] = []
    counted = own = 0
    for place, kind, claims in lies("transcript", stage.honest.claims):
        name, wanted = f"{named(place)} {kind}", reasons(place, kind)
        lie = copy.copy(stage.honest)
        lie.claims = claims
        found = stage.offered(lie)
        if wanted:
            counted += 1
            if found not in wanted:
                wrong.append(f"{name}: {found} instead of {sorted(wanted)}")
        else:
            own += 1
            if found != "accepted":
                wrong.append(f"{name}: {found}, and it is said to be the server's own")
    assert not wrong, "\n".join(wrong)
    assert counted > 80 and own < 16


def test_what_only_the_server_knows_is_bound_by_the_signature_and_good_for_nothing_elsewhere(stage: Stage) -> None:
    honest_attributes: set[bytes] = set()
    for place, kind, claims in lies("transcript", stage.honest.claims):
        if reasons(place, kind):
            continue
        lie = copy.copy(stage.honest)
        lie.claims = claims
        assert stage.offered(lie) == "accepted"
        attempt = stage.signatory._attempt
        assert attempt is not None and stage.signatory.certificate is not None
        attempt.intent(stage.signatory.scratch())
        honest_attributes.add(attempt.own_attributes(stage.signatory.certificate))
        with pytest.raises(ServerRefused) as refused:  # somebody between the two: the honest server knows no such tau
            stage.signatory.wire.ask("document", {"transcript": attempt.tau.hex()}, "application/pdf")
        assert refused.value.code == "engine.attempt.unknown", named(place)
        stage.ledger = stage.world.ledger(stage.contract)
    assert len(honest_attributes) > 5, "each changed leaf makes other attributes: the signature says which was shown"


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("declaration", "Ich bestelle zwei.", T + "declaration"),
        ("summary", b'{"lang":"de","lines":[],"title":"Gratis"}', T + "summary"),
        ("policy", b"Alles ist erlaubt.", T + "policy"),
    ],
)
def test_other_words_than_those_of_the_transcript_are_refused(stage: Stage, member: str, value: Any, code: str) -> None:
    lie = copy.copy(stage.honest)
    setattr(lie, member, value)
    assert stage.offered(lie) == code


def test_a_capsule_for_another_transcript_or_another_key_stays_shut(stage: Stage) -> None:
    """Swapped capsules: sealed for the attempt before, for somebody else, and with another code than was promised."""
    signatory = stage.signatory
    first = copy.copy(stage.honest)
    first.claims = {**first.claims, "server_nonce": "0" * 64}
    swapped = copy.copy(stage.honest)
    swapped.capsule = _capsule(first, spki(signatory.capsule_key))
    assert stage.offered(swapped) == "agent.capsule.unopened"
    foreign = copy.copy(stage.honest)
    foreign.capsule = _capsule(stage.honest, spki(signatory.wire.device_key))
    assert stage.offered(foreign) == "agent.capsule.unopened"
    other_code = copy.copy(stage.honest)
    other_code.seed = bytes(32)
    assert stage.offered(other_code) == "agent.capsule.commitment"


def _capsule(offer: Offer, key: bytes) -> dict[str, str]:
    found: dict[str, str] = json.loads(offer.answer(key))["capsule"]
    return found
