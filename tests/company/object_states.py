"""One object of the company's side in each of its states, and what the whole installation holds, to compare."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from typing import Any

from esign.access import Permission, system
from esign.engine.rights import matching
from tests.actors import COMPANY
from tests.company.people import colleague, invited, token_of
from tests.documents.own_documents import UPLOAD, description
from tests.documents.pdf_making import made
from tests.form_answers import answers_of
from tests.samples import COUPLE, sample

TRACES = {"account_session", "login_flow", "login_throttle"}
"""Tables in which a request may leave a trace of having been made: when a login was last used, a challenge."""

PLAIN = "electricity-supply"
CONSENT = {
    "kind": "advertising",
    "party": "signatory-1",
    "statements": ["email"],
    "given_at": "2026-11-20T09:00:00+01:00",
    "evidence": "Protokoll 1",
}


class Memory:
    """What the installation's database holds at one moment; it can be brought back."""

    def __init__(self, world: Any) -> None:
        self._path = world.settings.state_dir / "esign.sqlite"
        self._copy = sqlite3.connect(":memory:")
        self._watch = sqlite3.connect(self._path)
        with closing(sqlite3.connect(self._path)) as live:
            live.backup(self._copy)
        self.before, self._version = self._digest(), self._written()

    def changed(self) -> bool:
        """Tell whether anything is kept otherwise than at that moment."""
        written = self._written()
        if written == self._version:
            return False
        self._version = written
        return self._digest() != self.before

    def bring_back(self) -> None:
        with closing(sqlite3.connect(self._path)) as live:
            self._copy.backup(live)
        self._version = self._written()

    def _written(self) -> int:
        return int(self._watch.execute("PRAGMA data_version").fetchone()[0])

    def _digest(self) -> bytes:
        found = sha256()
        for (name,) in self._watch.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"):
            if name not in TRACES:
                rows = sorted(map(repr, self._watch.execute(f'SELECT * FROM "{name}"').fetchall()))
                found.update(repr((name, rows)).encode())
        self._watch.rollback()
        return found.digest()


PERSONS = {"electricity-supply": "jana-beispiel", "mobile-plan": "sophie-mueller-luedenscheidt"}


def asking(data: Any) -> dict[str, Any]:
    """Return contract data that also ask for a consent."""
    return {**data, "consents": ["advertising"]}


def contracts(world: Any) -> dict[str, str]:
    """Return a contract in each state; beside them a consent about the concluded one."""
    application, found = world.application, {}

    def drawn_up(number: int) -> str:
        return str(application.contracts.draw_up(COMPANY, asking(world.sample(PLAIN, reference=f"STATE-{number}"))))

    def invite(number: int) -> tuple[str, Any]:
        contract = drawn_up(number)
        application.contracts.invite(COMPANY, contract)
        application.delivery.deliver_due()
        return contract, world.signatory(world.link())

    found["expired"], _ = invite(1)
    world.clock.offset += timedelta(days=15)
    assert application.upkeep.end_expired_contracts() == 1
    found["drawn_up"] = drawn_up(2)
    found["invited"], _ = invite(3)
    found["declined"], person = invite(4)
    person.hello()
    person.decline()
    found["cancelled"], _ = invite(5)
    application.contracts.cancel(COMPANY, found["cancelled"])
    found["concluded"], person = invite(6)
    person.run()
    found["failed"], _ = invite(7)
    with closing(sqlite3.connect(world.settings.state_dir / "esign.sqlite")) as live, live:
        # only a fault of ours makes a contract fail (a document that does not pass the release check)
        live.execute("UPDATE contract SET state = 'failed' WHERE id = ?", (found["failed"],))
    couple = asking(sample(COUPLE, company_signature="none"))
    found["partly_signed"] = str(application.contracts.draw_up(COMPANY, couple))
    application.contracts.invite(COMPANY, found["partly_signed"])
    application.delivery.deliver_due()
    world.signatory(world.link(), "mira-sommerfeld").run()
    found["ordered"] = _declared(world, {"offer": {**world.sample(PLAIN)["offer"], "by": "customer"}}, PLAIN)
    offer = world.sample("mobile-plan")["offer"]
    found["pending"] = _declared(world, {"offer": {**offer, "summary_later": "Bestellung am Telefon"}}, "mobile-plan")
    for state, contract in found.items():
        assert application.contracts.view(COMPANY, contract).state == state
    world.consent = application.consents.tell(COMPANY, found["concluded"], CONSENT).id
    return found


def _declared(world: Any, changes: dict[str, Any], template: str) -> str:
    """Return a contract that its customer has signed at the simple level."""
    data = asking(world.sample(template, reference=f"STATE-{template}", level="simple", **changes))
    contract = str(world.application.contracts.draw_up(COMPANY, data))
    world.application.contracts.invite(COMPANY, contract)
    world.application.delivery.deliver_due()
    person = world.signatory(world.link(), PERSONS[template])
    for step in ("hello", "open", "document", "declare"):
        getattr(person, step)()
    return contract


def cases(world: Any) -> dict[str, str]:
    """Return a case in each state."""
    desk = world.application.cases

    def sent(form: str, name: str | None = None) -> str:
        return str(desk.create(COMPANY, form, answers_of(form, name)).case_id)

    found = {
        "accepted": sent("mobile-plan"),
        "refused": sent("household-insurance", "holiday home"),
        "referred": sent(PLAIN, "too much for a household"),
        "asked": sent("mobile-plan", "somebody else's number"),
        "closed": sent(PLAIN, "too much for a household"),
    }
    desk.close(COMPANY, found["closed"])
    return found


def declarations(world: Any) -> dict[str, str]:
    """Return a declaration without a login in each state."""
    application = world.application
    application.contracts.draw_up(COMPANY, world.sample("mobile-plan", reference="DECLARED-1"))
    found = {}
    for state in ("open", "repeated", "settled", "received"):
        contract = "open" if state == "repeated" else state
        typed = {"name": "Jana Beispiel", "contract": contract, "email": "jana.beispiel@post.example"}
        found[state] = str(application.withdrawal.declare("default", typed, press=state, lang="de").id)
        if state != "received":
            matching.settle_once(application.contracts.household, found[state])
    application.declarations.settle(COMPANY, found["settled"], "Erstattet.")
    for state, declaration in found.items():
        assert application.declarations.detail(COMPANY, declaration).view.state == state
    return found


def runs(world: Any) -> dict[str, str]:
    """Return a run of many contracts in each state."""
    desk = world.application.bulk
    pattern = world.application.contracts.draw_up(COMPANY, world.sample("mobile-plan", reference="PATTERN"))
    head = "reference;signatory.given_name;signatory.family_name;signatory.email;signatory.street;"
    head += "signatory.postal_code;signatory.town"

    def check(number: int) -> str:
        row = f"BULK-{number};Vera;Beispiel;v{number}@post.example;Lindenallee 12;00124;Beispielstadt"
        return str(desk.check(COMPANY, "k.csv", f"{head}\n{row}\n".encode(), kind="like", plan=pattern).id)

    found = {"done": check(1)}
    desk.start(COMPANY, found["done"])
    while desk.run_due():
        pass
    found |= {"checked": check(2), "running": check(3), "cancelled": check(4)}
    desk.start(COMPANY, found["running"])
    desk.cancel(COMPANY, found["cancelled"])
    odd = b"Vertragsnummer meines Schwagers;b\nX-1;2\n"
    found["uploaded"] = str(desk.upload(COMPANY, "k.csv", odd, kind="like", plan=pattern).id)
    for state, run in found.items():
        assert desk.view(COMPANY, run)[0].state == state
    return found


def accounts(world: Any) -> dict[str, str]:
    """Return an account in each state."""
    desk = world.application.accounts
    found = {"invited": str(invited(world, "clerk", email="invited@states.example.org", send=False).account_id)}
    for state in ("active", "locked", "closed"):
        found[state] = colleague(world, "clerk", email=f"{state}@states.example.org").id
    desk.lock(COMPANY, found["locked"])
    desk.close(COMPANY, found["closed"])
    return found


def keys(world: Any) -> dict[str, str]:
    """Return an API key in each state."""
    desk, found = world.application.api_keys, {}
    for state, days in (("active", 30), ("revoked", 30), ("over", 1)):
        until = world.clock.now() + timedelta(days=days)
        made_key = desk.create(system("default"), name=state, scopes=[Permission.CONTRACTS_READ], expires_at=until)
        found[state] = str(made_key.view.id)
    desk.revoke(COMPANY, found["revoked"])
    return found


def webhooks(world: Any) -> dict[str, str]:
    """Return a webhook in each state."""
    desk = world.application.webhooks
    found = {
        state: str(desk.create(COMPANY, url=f"https://hooks.example.org/{state}").view.id)
        for state in ("active", "disabled")
    }
    world.deliveries = {state: desk.test(COMPANY, webhook).delivery.id for state, webhook in found.items()}
    desk.change(COMPANY, found["disabled"], state="disabled")
    with closing(sqlite3.connect(world.settings.state_dir / "esign.sqlite")) as live, live:
        live.execute("UPDATE webhook_delivery SET state = 'done'")  # nobody is called here
    return found


def templates(world: Any) -> dict[str, str]:
    """Return a page template in each state."""
    desk = world.application.templates
    found = {state: str(desk.create(COMPANY, description(), UPLOAD.pdf).id) for state in ("in_use", "retired")}
    desk.archive(COMPANY, found["retired"])
    return found


def uploads(world: Any) -> dict[str, str]:
    """Return an uploaded file that waits; one that is over is gone (see ``over`` below)."""
    return {"waiting": str(world.application.uploads.accept(COMPANY, "vertrag.pdf", made(pages=1)).id)}


def links(world: Any) -> dict[str, str]:
    """Return the secret of a link to an account."""
    link = invited(world, "clerk", email="link@states.example.org", send=False).link
    return {"waiting": token_of(link)}


def sessions(world: Any) -> dict[str, str]:
    """Return somebody else's login, and one that has ended."""
    found = {}
    for state in ("live", "ended"):
        person = colleague(world, "clerk", email=f"session-{state}@states.example.org")
        found[state] = str(person.actor.session)
        if state == "ended":
            world.application.sessions.end(person.token)
    return found


def tasks(world: Any) -> dict[str, str]:
    """Return a task in each state; beside it a statement about a concluded contract's performance."""
    application = world.application
    concluded = next(view.id for view in application.contracts.list(COMPANY) if view.state == "concluded")
    stated = {"event": "goods_received", "at": "2026-11-20"}
    world.statement = application.performance.record(COMPANY, concluded, stated).id
    found = {
        state: str(application.tasks.add(COMPANY, concluded, state, "2027-01-31").id) for state in ("open", "done")
    }
    application.tasks.done(COMPANY, found["done"], "Angerufen.")
    return found


def calendar_links(world: Any) -> dict[str, str]:
    """Return the link of somebody else's calendar."""
    person = colleague(world, "clerk", email="calendar@states.example.org")
    return {"live": str(world.application.calendars.make(person.actor).view.id)}


STATES: dict[str, Callable[[Any], dict[str, str]]] = {
    "contract_id": contracts,  # first: it moves the clock
    "case_id": cases,
    "declaration_id": declarations,
    "task_id": tasks,
    "link_id": calendar_links,
    "run_id": runs,
    "account_id": accounts,
    "key_id": keys,
    "webhook_id": webhooks,
    "template_id": templates,
    "upload_id": uploads,
    "token": links,
    "session_id": sessions,
}
"""Name in an address: how to make one object in each state."""
