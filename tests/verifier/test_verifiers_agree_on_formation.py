"""How a contract came about, in the dossier: both verifiers find out what a dishonest company left out or bent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from esign.contracts.formation import Accepted, effect, facts, offers
from esign.engine.formation import accepting, approvals, declaring, offering, settling
from esign.engine.formation import events as made
from esign.evidence.dossier_formation_ends import FORMATION
from esign.foundation.canonical import canonical
from esign.policy import LegalLevel
from tests.actors import COMPANY
from tests.conftest import World, installation
from tests.verifier.helpers.both import Sample, differences, needs_node
from tests.verifier.helpers.company import inner_parts, reseal

pytestmark = needs_node


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, sandbox_folder: Any) -> Iterator[World]:
    with installation(tmp_path_factory.mktemp("formation"), sandbox_folder) as found:
        yield found


def dossier(world: World) -> bytes:
    contract, link = world.invite("electricity-supply")
    world.signatory(link, "jana-beispiel").run()
    return world.application.dossiers.create(COMPANY, contract)


def asked(world: World, folder: Path, found: dict[str, bytes]) -> dict[str, Any]:
    anchors = world.application.contracts.household.trust.certificates
    samples = [Sample(label=label, data=data, anchors=anchors) for label, data in found.items()]
    differing, answers = differences(samples, folder / "asked")
    assert differing == []
    return dict(zip(found, answers, strict=True))


def pressed_for_him(monkeypatch: pytest.MonkeyPatch) -> None:
    """The company says that nobody has to press anything."""
    monkeypatch.setattr(effect, "_pressed", lambda *_: True)
    monkeypatch.setattr(declaring, "ordered", lambda *_, **__: None)
    judge = declaring._judge
    monkeypatch.setattr(
        declaring,
        "_judge",
        lambda tx, record, formation, contents, events, *rest: judge(
            tx, record, formation, contents, _declarations(events), *rest
        ),
    )


def _declarations(events: Any) -> list[Any]:
    return [each for each in events if "press" not in each.id]


def declared_lower(monkeypatch: pytest.MonkeyPatch) -> None:
    """The company records another level than the signature has."""
    monkeypatch.setattr(effect, "_agreed", lambda *_: iter(()))
    declaration = made.declaration

    def lower(*given: Any, **named: Any) -> Any:
        return declaration(*given, **{**named, "level": LegalLevel.SIMPLE})

    monkeypatch.setattr(made, "declaration", lower)


def never_offered_to_her(monkeypatch: pytest.MonkeyPatch) -> None:
    """The company does not care whether its offer arrived."""
    monkeypatch.setattr(offering, "arrived", lambda *_, **__: None)
    monkeypatch.setattr(
        offers.Offer, "heard", lambda self, facts, name: next(iter(self.made.values())).declaration.declared_at
    )


def other_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The company records other words than were shown."""
    declaration = made.declaration

    def bent(*given: Any, **named: Any) -> Any:
        first, receipt = declaration(*given, **named)
        assert isinstance(first, Accepted)
        words = replace(first.declaration, text_sha256="0" * 64)
        return replace(first, declaration=words), receipt

    monkeypatch.setattr(made, "declaration", bent)
    monkeypatch.setattr("esign.contracts.formation.answers.differs", lambda *_: False)


DISHONEST: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "no order button": pressed_for_him,
    "a lower level": declared_lower,
    "an offer that never arrived": never_offered_to_her,
    "other words": other_words,
}


def test_both_say_how_an_honest_contract_came_about_and_find_what_was_bent(shared: World, tmp_path: Path) -> None:
    honest = dossier(shared)
    parts = inner_parts(honest)
    formation = json.loads(parts[FORMATION])
    later = {**formation, "terms": {**formation["terms"], "paid": False}}
    found = {
        "honest": honest,
        "without it": reseal(shared, {name: data for name, data in parts.items() if name != FORMATION}),
        "other terms": reseal(shared, parts | {FORMATION: canonical(later)}),
        "an event less": reseal(
            shared, parts | {FORMATION: canonical({**formation, "events": formation["events"][1:]})}
        ),
    }
    for label, bend in DISHONEST.items():
        with pytest.MonkeyPatch.context() as monkeypatch:
            bend(monkeypatch)
            found[label] = dossier(shared)
    answers = asked(shared, tmp_path, found)
    assert [label for label, answer in answers.items() if answer["valid"]] == ["honest"], answers
    assert ("formation", "passed") in answers["honest"]["outcomes"]
    for label in DISHONEST:
        failed = [name for name, outcome in answers[label]["outcomes"] if outcome == "failed"]
        assert failed == ["formation"], label


def ordered(world: World) -> bytes:
    """Return the dossier of a contract that came about by the customer's order and the company's acceptance."""
    sample = world.sample("electricity-supply")
    contract, link = world.invite("electricity-supply", offer={**sample["offer"], "by": "customer"}, level="simple")
    signatory = world.signatory(link)
    for step in ("hello", "open", "document", "declare"):
        getattr(signatory, step)()
    world.application.acceptances.accept(COMPANY, contract)
    house = world.application.contracts.household
    with house.store.transaction() as tx:
        settling.settle(house, tx, contract)
    world.application.delivery.deliver_due()
    return world.application.dossiers.create(COMPANY, contract)


def accepted_in_other_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The company says that it accepted in other words than it sent."""
    tell = accepting.tell

    def bent(*given: Any, **named: Any) -> Any:
        return tell(*given, **(named | ({"contents": {"words": b"anything"}} if "contents" in named else {})))

    monkeypatch.setattr(accepting, "tell", bent)


def acceptance_never_arrived(monkeypatch: pytest.MonkeyPatch) -> None:
    """The company does not care whether its acceptance arrived."""
    monkeypatch.setattr(facts.Facts, "received", lambda self, event: event.declaration.declared_at)


def test_both_say_how_an_order_became_a_contract_and_find_what_was_bent(shared: World, tmp_path: Path) -> None:
    honest = ordered(shared)
    parts = inner_parts(honest)
    formation = json.loads(parts[FORMATION])
    fewer = [each for each in formation["events"] if each["kind"] != "company_accepted"]
    found = {
        "honest": honest,
        "no acceptance": reseal(shared, parts | {FORMATION: canonical({**formation, "events": fewer})}),
    }
    for bend in (accepted_in_other_words, acceptance_never_arrived):
        with pytest.MonkeyPatch.context() as monkeypatch:
            bend(monkeypatch)
            found[bend.__name__] = ordered(shared)
    answers = asked(shared, tmp_path, found)
    assert [label for label, answer in answers.items() if answer["valid"]] == ["honest"], answers
    for label in (accepted_in_other_words.__name__, acceptance_never_arrived.__name__):
        failed = [name for name, outcome in answers[label]["outcomes"] if outcome == "failed"]
        assert failed == ["formation"], label


def late(world: World) -> bytes:
    """Return the dossier of a contract whose customer was late, so that the company accepted in its turn."""
    sample = world.sample("electricity-supply")
    day = (world.clock.now() + timedelta(days=3)).date().isoformat()
    contract, link = world.invite("electricity-supply", offer={**sample["offer"], "accept_until": day}, level="simple")
    signatory = world.signatory(link)
    end = world.application.reading.parties(COMPANY, contract)[0].expires_at
    assert end is not None
    world.clock.offset = end - timedelta(minutes=3) - datetime.now(UTC)
    for step in ("hello", "open", "document"):
        getattr(signatory, step)()
    world.clock.offset += timedelta(minutes=6)
    signatory.declare()
    world.application.acceptances.accept(COMPANY, contract)
    world.application.delivery.deliver_due()
    return world.application.dossiers.create(COMPANY, contract)


def approved_afterwards(world: World) -> bytes:
    """Return the dossier of a contract that its customer approved once the contract summary had come."""
    offer = {**world.sample("mobile-plan")["offer"], "summary_later": "Bestellung am Telefon"}
    contract, link = world.invite("mobile-plan", offer=offer, level="simple")
    signatory = world.signatory(link, "sophie-mueller-luedenscheidt")
    for step in ("hello", "open", "document", "declare"):
        getattr(signatory, step)()
    world.application.delivery.deliver_due()
    return answered(world, contract)


def minors(world: World, *, consent: bool) -> bytes:
    """Return the dossier of a minor's contract, with consent beforehand or approval afterwards."""
    young = {n: v for n, v in world.sample("electricity-supply")["signatory"].items() if n != "birth_date"}
    contract, link = world.invite(signatory=young)
    world.application.approvals.ask(COMPANY, contract, "signatory-1", "Erika Beispiel", "erika@post.example")
    if consent:
        answer(world, contract)
    signatory = world.signatory(link)
    for step in ("hello", "enrol", "open", "document", "declare", "sign"):
        getattr(signatory, step)()
    return world.application.dossiers.create(COMPANY, contract) if consent else answered(world, contract)


def answer(world: World, contract: str) -> None:
    house = world.application.contracts.household
    with house.store.reading() as tx:
        asked = approvals.questions(tx, contract)[-1]
        link = approvals.address_of(house, tx, contract, asked.seq)
    world.application.approvals.answer(link.rpartition("/")[2], approved=True)


def answered(world: World, contract: str) -> bytes:
    answer(world, contract)
    return world.application.dossiers.create(COMPANY, contract)


def approved_for_her(monkeypatch: pytest.MonkeyPatch) -> None:
    """The company says that a minor was of age."""
    monkeypatch.setattr("esign.contracts.formation.approval.minor", lambda *_: False)


def test_both_say_how_late_offers_and_approvals_became_contracts(
    shared: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    identified = declaring.identified
    monkeypatch.setattr(
        declaring,
        "identified",
        lambda house, tx, record, party, _: identified(house, tx, record, party, date(2010, 5, 1)),
    )
    found = {
        "summary": approved_afterwards(shared),
        "consent": minors(shared, consent=True),
        "approval": minors(shared, consent=False),
    }
    with pytest.MonkeyPatch.context() as bent:
        approved_for_her(bent)
        young = {n: v for n, v in shared.sample("electricity-supply")["signatory"].items() if n != "birth_date"}
        contract, link = shared.invite(signatory=young)
        shared.signatory(link, "jana-beispiel").run()
        found["nobody agreed"] = shared.application.dossiers.create(COMPANY, contract)
    found["late"] = late(shared)
    answers = asked(shared, tmp_path, found)
    valid = [label for label, told in answers.items() if told["valid"]]
    assert valid == ["summary", "consent", "approval", "late"], answers
    failed = [name for name, outcome in answers["nobody agreed"]["outcomes"] if outcome == "failed"]
    assert failed == ["formation"]
    shared.clock.offset = timedelta()
