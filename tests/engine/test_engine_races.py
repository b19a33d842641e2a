"""Two things at the same moment, with real threads, on SQLite and on PostgreSQL: one outcome, nothing lost.

Each race is run several times, each time with another one a little ahead. Whoever is told that something is in
progress asks again, as both clients do. Whatever the outcome, the contract ends consistent: its state, its ledger,
its file and its invitations say the same.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import tests.conftest as small_world
from certs.signatory import SandboxSignatory, ServerRefused, SignatoryRefused
from esign.evidence import verify_dossier
from esign.foundation.errors import EsignError
from esign.pades import read_signatures
from tests.actors import COMPANY
from tests.postgres import schema
from tests.samples import COUPLE, sample

MIRA, DAVID = "mira-sommerfeld", "david-sommerfeld"
AHEAD = (0.0, 0.0, 0.004, -0.004, 0.02, -0.02, 0.1, -0.1)
"""Seconds that the first is ahead of the second."""
PATIENCE = 200
"""Times that somebody asks again while something is in progress."""
IN_PROGRESS = "engine.message.in_progress"
ENDS = {
    "concluded": "contract.concluded",
    "declined": "contract.declined",
    "cancelled": "contract.cancelled",
    "expired": "contract.expired",
}


def installation(request: pytest.FixtureRequest, folder: Path, sandbox_folder: Path, database: str) -> Iterator[Any]:
    if database == "sqlite":
        yield from small_world.world.__wrapped__(folder, sandbox_folder, "")
        return
    with schema(request.getfixturevalue("postgres")) as address:
        yield from small_world.world.__wrapped__(folder, sandbox_folder, address)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def raced(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sandbox_folder: Path
) -> Iterator[Any]:
    """An installation on each database; the races of this file share it."""
    yield from installation(request, tmp_path_factory.mktemp("races"), sandbox_folder, request.param)


@pytest.fixture(params=["sqlite", "postgresql"])
def timed(request: pytest.FixtureRequest, tmp_path: Path, sandbox_folder: Path) -> Iterator[Any]:
    """An installation of its own, whose clock is moved."""
    yield from installation(request, tmp_path, sandbox_folder, request.param)


def couple(world: Any, order: str = "free", **changes: Any) -> tuple[str, SandboxSignatory, SandboxSignatory]:
    """Return a contract with two signatories, both with a declaration that only the signature is missing from."""
    data = sample(COUPLE, **{"signing_order": order, **changes})
    contract = world.application.contracts.draw_up(COMPANY, data)
    invited = world.application.contracts.invite(COMPANY, contract)
    links = {each.party: each.link for each in (invited, *invited.further)}
    pair = [world.signatory(links[f"signatory-{n}"], person) for n, person in ((1, MIRA), (2, DAVID))]
    for each in pair:
        declared(each)
    return contract, pair[0], pair[1]


def one(world: Any) -> tuple[str, SandboxSignatory]:
    contract = world.application.contracts.draw_up(COMPANY, world.sample("electricity-supply"))
    link = world.application.contracts.invite(COMPANY, contract).link
    return contract, declared(world.signatory(link))


def declared(signatory: SandboxSignatory) -> SandboxSignatory:
    for step in (signatory.hello, signatory.enrol, signatory.open, signatory.document, signatory.declare):
        step()
    return signatory


def signs(signatory: SandboxSignatory) -> Callable[[], str]:
    """Sign as a client does: what is in progress is sent again, byte for byte."""

    def step() -> str:
        sent = False
        for _ in range(PATIENCE):
            try:
                if sent:
                    signatory.take_signed(signatory.wire.again("signature"))
                else:
                    signatory.sign()
                return "done"
            except SignatoryRefused as refused:
                return refused.reason_code  # by its own clock
            except ServerRefused as refused:
                if refused.code != IN_PROGRESS:
                    return refused.code
                sent = True
                time.sleep(0.03)
        return "never answered"

    return step


def does(action: Callable[[], object]) -> Callable[[], str]:
    def step() -> str:
        try:
            action()
        except (ServerRefused, EsignError) as refused:
            return refused.code
        return "done"

    return step


def race(ahead: float, first: Callable[[], str], second: Callable[[], str]) -> tuple[str, str]:
    start = threading.Barrier(2)

    def run(step: Callable[[], str], wait: float) -> str:
        start.wait(10)
        time.sleep(wait)
        return step()

    with ThreadPoolExecutor(2) as pool:
        steps = [pool.submit(run, first, max(0.0, -ahead)), pool.submit(run, second, max(0.0, ahead))]
        return steps[0].result(120), steps[1].result(120)


def state(world: Any, contract: str) -> str:
    return str(world.application.contracts.view(COMPANY, contract).state)


def require_consistent(world: Any, contract: str, ended: str) -> None:
    """Require that everything that is kept about a contract says that it ended like this, once."""
    assert state(world, contract) == ended
    kinds = world.ledger(contract)
    assert [kinds.count(kind) for kind in ENDS.values()] == [int(ended == end) for end in ENDS]
    household = world.application.contracts.household
    with household.store.reading() as tx:
        invitations = tx.invitations.of_contract(contract)
        attempts = [attempt for each in invitations for attempt in tx.ceremonies.attempts(each.id)]
    assert not [attempt for attempt in attempts if attempt.state.live or attempt.state.value == "concluding"]
    signed = [each for each in invitations if each.state.value == "signed"]
    assert len(signed) == kinds.count("signature.embedded") == kinds.count("release.passed")
    assert not [each for each in invitations if each.state.value in ("waiting", "open")]
    if ended == "concluded":
        pdf = world.application.contracts.signed_document(COMPANY, contract)
        fields = [each.field for each in read_signatures(pdf) if each.field.startswith("Signatory")]
        assert len(fields) == len(set(fields)) == len(signed)
        dossier = world.application.dossiers.create(COMPANY, contract)
        assert verify_dossier(dossier, anchors=household.trust.certificates).valid
    else:
        with pytest.raises(EsignError):
            world.application.contracts.signed_document(COMPANY, contract)
    assert world.application.ledger.verify().intact


@pytest.mark.parametrize("ahead", AHEAD[:4])
def test_two_signatures_at_once_land_one_behind_the_other(raced: Any, ahead: float) -> None:
    contract, mira, david = couple(raced)
    outcomes = race(ahead, signs(mira), signs(david))
    assert sorted(outcomes) == ["ceremony.signature.superseded", "done"], outcomes
    slower = david if outcomes[0] == "done" else mira
    assert state(raced, contract) == "partly_signed"
    for step in (slower.open, slower.document, slower.declare, slower.sign):
        step()  # the same device and certificate, on the signed document
    last = slower.result()
    quicker = mira if slower is david else david
    assert quicker.result().document == last.document, "who was quicker gets the end too"
    require_consistent(raced, contract, "concluded")


def test_two_declarations_at_once_at_the_simple_level_land_one_behind_the_other(raced: Any) -> None:
    data = sample(COUPLE, signing_order="free", level="simple")
    contract = raced.application.contracts.draw_up(COMPANY, data)
    invited = raced.application.contracts.invite(COMPANY, contract)
    pair = [raced.signatory(each.link, MIRA) for each in (invited, *invited.further)]
    for each in pair:
        for step in (each.hello, each.open, each.document):
            step()
    outcomes = race(0.0, declares(pair[0]), declares(pair[1]))
    assert "done" in outcomes and set(outcomes) <= {"done", "ceremony.intent.superseded"}, outcomes
    for each, outcome in zip(pair, outcomes, strict=True):
        if outcome != "done":
            for step in (each.open, each.document, each.declare):
                step()
    require_consistent(raced, contract, "concluded")


def declares(signatory: SandboxSignatory) -> Callable[[], str]:
    def step() -> str:
        sent = False
        for _ in range(PATIENCE):
            try:
                if sent:
                    signatory.take_intent(signatory.wire.again("intent"))
                else:
                    signatory.declare()
                return "done"
            except ServerRefused as refused:
                if refused.code != IN_PROGRESS:
                    return refused.code
                sent = True
                time.sleep(0.03)
        return "never answered"

    return step


@pytest.mark.parametrize("ahead", AHEAD)
def test_a_signature_and_a_cancellation(raced: Any, ahead: float) -> None:
    contract, signatory = one(raced)
    cancel = does(lambda: raced.application.contracts.cancel(COMPANY, contract, "late"))
    outcomes = race(ahead, signs(signatory), cancel)
    if outcomes[0] == "done":
        assert outcomes[1] in ("engine.invitation.signed", "engine.contract.state")
        require_consistent(raced, contract, "concluded")
    else:
        assert outcomes == ("engine.contract.cancelled", "done")
        require_consistent(raced, contract, "cancelled")


@pytest.mark.parametrize("ahead", AHEAD)
def test_a_signature_and_a_decline_of_the_same_party(raced: Any, ahead: float) -> None:
    contract, signatory = one(raced)
    outcomes = race(ahead, signs(signatory), does(signatory.decline))
    if outcomes[0] == "done":
        assert outcomes[1] == "engine.invitation.signed"
        require_consistent(raced, contract, "concluded")
    else:
        assert outcomes == ("engine.contract.declined", "done")
        require_consistent(raced, contract, "declined")


@pytest.mark.parametrize("ahead", AHEAD[:6])
def test_a_signature_and_a_decline_of_the_other_party(raced: Any, ahead: float) -> None:
    contract, mira, david = couple(raced)
    outcomes = race(ahead, signs(mira), does(david.decline))
    if outcomes[1] == "done":  # before Mira's signature, or after it had landed
        assert outcomes[0] in ("done", "engine.contract.declined")
        require_consistent(raced, contract, "declined")
    else:
        assert outcomes == ("done", "engine.invitation.signed")
        assert state(raced, contract) == "partly_signed"
        for step in (david.open, david.document, david.declare, david.sign):
            step()
        require_consistent(raced, contract, "concluded")


@pytest.mark.parametrize("ahead", (0.0, 0.01, -0.01, -0.1))
def test_a_signature_and_the_end_of_the_invitations_time(timed: Any, ahead: float) -> None:
    contract = timed.application.contracts.draw_up(COMPANY, timed.sample("electricity-supply"))
    invited = timed.application.contracts.invite(COMPANY, contract)
    signatory = timed.signatory(invited.link)
    signatory.hello()
    timed.clock.offset = timedelta(days=timed.settings.invitation_days, minutes=-5)
    declared(signatory)

    def expire() -> None:
        timed.clock.offset = timedelta(days=timed.settings.invitation_days, minutes=1)
        timed.application.upkeep.end_overdue()
        timed.application.upkeep.end_expired_contracts()

    outcomes = race(ahead, signs(signatory), does(expire))
    assert outcomes[1] == "done"
    if outcomes[0] == "engine.conclusion.postponed":  # the clock leapt between the timestamp and its check
        assert timed.application.upkeep.conclude_abandoned() == 1
    if outcomes[0] in ("done", "engine.conclusion.postponed"):
        require_consistent(timed, contract, "concluded")
    else:
        over = ("ceremony.signature.expired", "ceremony.signature.superseded", "agent.attempt.expired")
        assert outcomes[0] in over
        timed.application.upkeep.end_expired_contracts()
        require_consistent(timed, contract, "expired")


@pytest.mark.parametrize("ahead", AHEAD)
def test_a_signature_and_a_new_invitation(raced: Any, ahead: float) -> None:
    contract, signatory = one(raced)
    made: list[Any] = []
    outcomes = race(
        ahead, signs(signatory), does(lambda: made.append(raced.application.contracts.resend(COMPANY, contract)))
    )
    if outcomes[0] == "done":
        assert outcomes[1] in ("engine.invitation.signed", "engine.contract.state") and made == []
    else:
        assert outcomes == ("ceremony.invitation.unknown", "done")
        assert state(raced, contract) == "invited"
        raced.signatory(made[0].link).run()
    require_consistent(raced, contract, "concluded")


@pytest.mark.parametrize("ahead", AHEAD[:4])
def test_a_cancellation_and_a_decline(raced: Any, ahead: float) -> None:
    contract, signatory = one(raced)
    cancel = does(lambda: raced.application.contracts.cancel(COMPANY, contract, ""))
    outcomes = race(ahead, does(signatory.decline), cancel)
    assert outcomes in (("done", "engine.contract.declined"), ("engine.contract.cancelled", "done"))
    require_consistent(raced, contract, "declined" if outcomes[0] == "done" else "cancelled")


@pytest.mark.parametrize("ahead", AHEAD[:4])
def test_two_new_invitations_at_once_leave_one_live_link(raced: Any, ahead: float) -> None:
    contract, _ = one(raced)
    made: list[Any] = []
    send = does(lambda: made.append(raced.application.contracts.resend(COMPANY, contract)))
    assert race(ahead, send, send) == ("done", "done")
    greeted = [does(raced.signatory(each.link).hello)() for each in made]
    assert sorted(greeted) == ["ceremony.invitation.unknown", "done"]


def test_a_signature_and_the_worker_that_takes_it_up(raced: Any) -> None:
    contract, signatory = one(raced)
    outcomes = race(-0.05, signs(signatory), does(raced.application.upkeep.conclude_abandoned))
    assert outcomes[0] == "done"
    require_consistent(raced, contract, "concluded")
