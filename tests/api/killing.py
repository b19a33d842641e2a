"""Orders are sent to ``esign serve`` while its processes are killed again and again; then everything is counted.

The long campaign: ``python -m tests.api.killing [KILLS]``; docs/straight-through.md says what came of it. The suite
runs a short one (``test_api_killed.py``).
"""

from __future__ import annotations

import json
import random
import re
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from certs.sandbox import Sandbox
from certs.sandbox.smtp import Mailbox
from esign import bootstrap
from esign.cli.configuration import load
from esign.engine import Application
from esign.foundation.clock import SystemClock
from tests import samples
from tests.actors import COMPANY
from tests.api.served import Served, served
from tests.form_answers import answers_of

SCOPES = ("contracts:read", "contracts:write", "cases:read", "cases:decide", "webhooks:read", "webhooks:write")
SENDERS, BULK_ROWS = 4, 6
SETTLED_SECONDS = 240
HEAD = "reference;signatory.given_name;signatory.family_name;signatory.email;signatory.street;signatory.postal_code;"


@dataclass
class Orders:
    """Backend systems that send each order until it is answered, and then keep the answer."""

    url: str
    key: str
    sample: dict[str, Any]
    answers: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Path and answer by idempotency key."""
    broken: int = 0
    """Requests whose answer never came."""
    stopped: threading.Event = field(default_factory=threading.Event)
    failures: list[str] = field(default_factory=list)

    def run(self, sender: int) -> None:
        """Send orders of both kinds, one after another, until it is enough."""
        number = 0
        with httpx.Client(trust_env=False, timeout=60) as http:
            while not self.stopped.is_set() and not self.failures:
                number += 1
                name = f"order-{sender}-{number}"
                path = "/cases" if (sender + number) % 2 else "/contracts"
                self.answers[name] = (path, self.send(http, name, path))

    def send(self, http: httpx.Client, name: str, path: str) -> str:
        """Send one order until there is an answer that settles it."""
        if path == "/cases":
            body: dict[str, Any] = {"form": "mobile-plan", "answers": answers_of("mobile-plan")}
        else:
            body = {"data": {**self.sample, "reference": name.upper()}, "invite": True}
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", "Idempotency-Key": name}
        while True:
            try:
                answer = http.post(f"{self.url}/api/v1{path}", content=json.dumps(body), headers=headers)
            except httpx.TransportError:
                self.broken += 1
                time.sleep(0.2)
                continue
            if answer.status_code == 201:
                return answer.text
            if answer.status_code not in (409, 429, 503):
                self.failures.append(f"{name}: {answer.status_code} {answer.text}")
                return answer.text
            time.sleep(0.05)


class Receiver:
    """The webhook's end: keeps what it is told, slowly enough to be told while the teller dies."""

    def __init__(self) -> None:
        self.told: dict[str, list[bytes]] = defaultdict(list)
        told = self.told

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                told[self.headers["webhook-id"]].append(body)
                time.sleep(0.05)
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @contextmanager
    def listening(self) -> Iterator[str]:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{self.server.server_port}/hook"
        self.server.shutdown()
        self.server.server_close()

    def contracts(self, kind: str) -> Counter[str]:
        """Return how many different events of a kind there were, by contract."""
        events = [json.loads(bodies[0]) for bodies in self.told.values()]
        return Counter(event["data"]["contract"] for event in events if event["type"] == kind)


@dataclass(frozen=True)
class Outcome:
    """What was found when everything had settled."""

    kills: int
    orders: int
    broken: int
    again: int
    """Messages to the webhook and mails that came a second time under the same name."""
    faults: tuple[str, ...]
    """What was lost, done twice, or answered otherwise; nothing, if all is well."""


def campaign(
    folder: Path, open_sandbox: Callable[..., Sandbox], kills: int, *, seed: int, processes: int = 2
) -> Outcome:
    """Kill an installation so often in the middle of orders, start it again, and count."""
    draw, receiver = random.Random(seed), Receiver()
    mailbox = Mailbox(folder / "mails", SystemClock())
    smtp = mailbox.start()
    try:
        with (
            served(folder / "state", open_sandbox, processes=processes, smtp=smtp) as house,
            receiver.listening() as hook,
        ):
            words = [word for scope in SCOPES for word in ("--scope", scope)]
            key = house.esign("api-key", "create", "kills", "--days", "1", *words).strip()
            orders = Orders(house.url, key, sample())
            application = bootstrap.build(load(house.layout.config))
            auth = {"Authorization": f"Bearer {key}"}
            made = httpx.post(f"{house.url}/api/v1/webhooks", json={"url": hook}, headers=auth, trust_env=False)
            assert made.status_code == 201, made.text
            runs = [start_many(application, number) for number in range(1 + kills // 10)]
            senders = [threading.Thread(target=orders.run, args=(number,)) for number in range(SENDERS)]
            for sender in senders:
                sender.start()
            try:
                for number in range(kills):
                    wait_until(lambda n=number: len(orders.answers) >= 3 * n + 2 or orders.failures)
                    time.sleep(draw.uniform(0.0, 0.6))
                    house.kill()
                    house.start()
                wait_until(lambda: len(orders.answers) >= 3 * kills + 2 or orders.failures)
            finally:
                orders.stopped.set()
                for sender in senders:
                    sender.join()
            faults = list(orders.failures) + replayed(orders)
            found = (json.loads(text) for _, text in orders.answers.values())
            contracts = sorted(each.get("contract") or each["id"] for each in found)
            contracts += many(application, runs)
            faults += settled(application, receiver, mailbox, contracts)
            faults += counted(application, contracts, receiver, mailbox, house)
            again = sum(len(bodies) - 1 for bodies in receiver.told.values()) + len(mailbox.store) - len(contracts)
            return Outcome(kills, len(orders.answers), orders.broken, again, tuple(faults))
    finally:
        mailbox.stop()


def sample() -> dict[str, Any]:
    """Return the data of a sample contract."""
    return samples.sample("mobile-plan")


def start_many(application: Application, number: int) -> str:
    """Begin a run of many contracts from a file, which the worker goes through."""
    pattern = application.contracts.draw_up(COMPANY, {**sample(), "reference": f"PATTERN-{number}"})
    home = "Lindenallee 12;00124;Beispielstadt"
    lines = [f"BULK-{number}-{row};Vera;Beispiel;v{row}@post.example;{home}" for row in range(BULK_ROWS)]
    data = "\r\n".join((f"{HEAD}signatory.town", *lines)).encode()
    view = application.bulk.check(COMPANY, "kunden.csv", data, kind="like", plan=pattern)
    application.bulk.start(COMPANY, view.id)
    return view.id


def many(application: Application, runs: list[str]) -> list[str]:
    """Return the contracts of the runs, once they are through."""
    wait_until(lambda: all(application.bulk.view(COMPANY, run)[0].state == "done" for run in runs), pause=0.5)
    rows = [row for run in runs for row in application.bulk.view(COMPANY, run)[1]]
    return [row.contract_id or f"no contract: row {row.number}" for row in rows]


def replayed(orders: Orders) -> list[str]:
    """Send everything once more under its name: the answers have to be the same, byte by byte."""
    faults = []
    with httpx.Client(trust_env=False, timeout=60) as http:
        for name, (path, text) in sorted(orders.answers.items()):
            if orders.send(http, name, path) != text:
                faults.append(f"{name}: another answer")
    return faults


def settled(application: Application, receiver: Receiver, mailbox: Mailbox, contracts: list[str]) -> list[str]:
    """Wait until the worker has done what is due; return what was lost."""
    wanted = set(contracts)

    def done() -> bool:
        return wanted <= set(receiver.contracts("invitation.made")) and len(links(mailbox)) >= len(wanted)

    wait_until(done, strict=False, pause=0.5)  # to look through all mails takes what the worker needs
    lost = wanted - set(receiver.contracts("invitation.made"))
    mails = len(links(mailbox))
    return ([f"{len(lost)} contracts of which the webhook was not told"] if lost else []) + (
        [f"{mails} invitations in the mailbox instead of {len(wanted)}"] if mails != len(wanted) else []
    )


def links(mailbox: Mailbox) -> dict[str, set[str]]:
    """Return the mails' names (Message-ID) by the link that stands in them."""
    found: dict[str, set[str]] = defaultdict(set)
    for head in mailbox.store.heads():
        raw = mailbox.store.content(head.id).decode("utf-8", "replace").replace("=\r\n", "").replace("=\n", "")
        link, name = re.search(r"/#[A-Za-z0-9_-]{43}", raw), re.search(r"(?im)^message-id:\s*(\S+)", raw)
        if link and name:
            found[link.group()].add(name.group(1))
    return found


def counted(
    application: Application, contracts: list[str], receiver: Receiver, mailbox: Mailbox, house: Served
) -> list[str]:
    """Return what is there too often, or not at all."""
    faults = [f"{name} for {number} orders" for name, number in Counter(contracts).items() if number > 1]
    there = Counter(application.desk.counts(COMPANY))
    if there["invited"] != len(contracts):
        faults.append(f"{there['invited']} contracts invited instead of {len(contracts)}")
    with application.contracts.household.store.reading() as tx:
        for contract in contracts:
            kinds = Counter(str(entry.kind) for entry in tx.ledger.of_contract(contract))
            if (kinds["contract.drawn_up"], kinds["invitation.made"]) != (1, 1):
                faults.append(f"{contract}: {dict(kinds)}")
    told = receiver.contracts("contract.drawn_up") + receiver.contracts("invitation.made")
    faults += [f"{contract}: told of {number} events" for contract, number in told.items() if number > 2]
    faults += [f"{name}: told differently" for name, bodies in receiver.told.items() if len(set(bodies)) > 1]
    faults += ["an invitation under two names" for names in links(mailbox).values() if len(names) > 1]
    report = application.ledger.verify()
    if not report.intact:
        faults.append(f"the ledger: {report.first_fault}")
    if "Traceback" in house.log():
        faults.append("a traceback in the log")
    return faults


def wait_until(true: Callable[[], Any], *, strict: bool = True, pause: float = 0.05) -> None:
    deadline = time.monotonic() + SETTLED_SECONDS
    while not true():
        if time.monotonic() > deadline:
            assert not strict, "it did not happen"
            return
        time.sleep(pause)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="esign-kills-") as name:
        began = time.perf_counter()
        outcome = campaign(Path(name), Sandbox.create, int(sys.argv[1]) if len(sys.argv) > 1 else 50, seed=1)
        print(outcome, f"{time.perf_counter() - began:.0f} s")
        sys.exit(bool(outcome.faults))
