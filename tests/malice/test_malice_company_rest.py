"""Whoever takes the installation's files without its keys, or reads its log, learns nothing about anybody.

One journey through every door: staff by passkey and by password, failures included; an API key, an idempotency key, a
webhook, a way back, an upload, a page template; a customer's form, kept and sent in; a ceremony to its end. Then every
byte of every file of the installation, and every line of the log, is searched for what was said on the way.
"""

from __future__ import annotations

import base64
import gc
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from esign.access import Permission, system
from esign.cli.logs import JsonFormatter
from tests.api.conftest import Backend
from tests.company.browser import Browser
from tests.company.people import PASSWORD, colleague, with_password
from tests.documents.own_documents import UPLOAD, description
from tests.form_answers import answers_of


class Lines(logging.Handler):
    """Keeps every record as the product would write it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(("asyncio", "certs", "sandbox", "httpx", "httpcore", "PIL", "fontTools")):
            self.lines.append(self.format(record))


@pytest.fixture
def log() -> Iterator[Lines]:
    handler, root = Lines(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)  # what an installation writes unless it is asked for more
    try:
        yield handler
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@dataclass
class Told:
    """What was said on the way, by name."""

    personal: dict[str, str] = field(default_factory=dict)
    secret: dict[str, str] = field(default_factory=dict)
    seeds: dict[str, bytes] = field(default_factory=dict)


def staff(world: Any, told: Told) -> None:
    admin = colleague(world, "administrator", email="adele.administrator@staff.example")
    clerk = with_password(world, "clerk", email="cornelius.clerk@staff.example")
    told.personal |= {"admin's address": admin.email, "clerk's address": clerk.email, "staff's name": "Änne Admin"}
    told.seeds["clerk's app"] = clerk.seed
    world.clock.offset += timedelta(seconds=60)
    browser = Browser(world)
    wrong = {"email": clerk.email, "password": "ein falsches Passwort 9", "code": clerk.code()}
    assert browser.post("/company/login/password", wrong).status_code == 403
    stranger = {"email": "nobody.at.all@staff.example", "password": "x", "code": "1"}
    assert browser.post("/company/login/password", stranger).status_code == 403
    told.personal["stranger's address"] = stranger["email"]
    world.clock.offset += timedelta(seconds=60)
    right = {"email": clerk.email, "password": PASSWORD, "code": clerk.code()}
    assert browser.post("/company/login/password", right).status_code == 303
    link = world.application.accounts.create(
        system("default"), name="Ludwig Linkempfänger", email="ludwig@staff.example", roles=("legal",)
    ).link
    token = link.rpartition("/")[2]
    assert Browser(world).get(f"/company/invitation/{token}").status_code == 303
    told.personal |= {"invited name": "Linkempfänger", "invited address": "ludwig@staff.example"}
    told.secret |= {
        "password": PASSWORD,
        "wrong password": wrong["password"],
        "session": admin.token,
        "session by password": browser.cookie("esign_company"),
        "account link": token,
    }


def backend(world: Any, told: Told) -> None:
    made = world.application.api_keys.create(
        system("default"), name="tests", scopes=set(Permission), expires_at=world.clock.now() + timedelta(days=1)
    )
    call = Backend(world, made.secret)
    webhook = call.post(
        "/webhooks", {"url": "https://hooks.example/7e2c-path", "notify": "noti@backend.example"}
    ).json()
    address = call.post("/return-addresses", {"origin": "https://shop.example"}).json()
    told.secret |= {
        "API key": made.secret,
        "webhook's secret": webhook["secret"],
        "secret of the way back": address["secret"],
    }
    told.personal |= {"webhook's path": "7e2c-path", "address told of failures": "noti@backend.example"}
    file = {"Content-Type": "application/pdf", "File-Name": "Kuendigung Friederike.pdf"}
    assert call("POST", "/files", content=UPLOAD.pdf, headers=file).status_code == 201
    told.personal["file's name"] = "Kuendigung Friederike"
    world.application.templates.create(system("default"), description(), UPLOAD.pdf)
    data = world.sample("electricity-supply")
    made_contract = call.post("/contracts", {"data": data}, headers={"Idempotency-Key": "order-of-jana-4711"})
    assert made_contract.status_code == 201
    told.personal["idempotency key"] = "order-of-jana-4711"
    contract = made_contract.json()["id"]
    link = call.post(
        f"/contracts/{contract}/journey-links",
        {"party": "signatory-1", "return_url": "https://shop.example/orders?customer=K-9911-Q"},
    )
    assert link.status_code == 201, link.text
    told.personal["query of the way back"] = "K-9911-Q"
    told.secret["journey's link"] = link.json()["link"].rpartition("#")[2]
    broken = call.post("/contracts", {"data": {**data, "signatory": {**data["signatory"], "email": "broken at b"}}})
    assert broken.status_code == 422
    assert Backend(world, "esk_guess-of-somebody").get("/key").status_code == 401


def customer(world: Any, told: Told) -> None:
    forms = world.application.forms
    draft = forms.begin("default", "mobile-plan")
    answers = answers_of("mobile-plan")
    forms.save(draft.token, answers)
    resume = forms.resume_link(draft.token, "another.device@post.example")
    told.personal["address of the link"] = "another.device@post.example"
    told.secret |= {"draft": draft.token, "link to the draft": resume.link.rpartition("#")[2]}
    second = forms.begin("default", "mobile-plan")
    told.secret["second draft"] = second.token
    assert forms.submit(second.token, answers).outcome == "accept"
    for name in ("given_name", "family_name", "email", "iban", "street", "birth_date"):
        if len(answers.get(name, "")) > 4:
            told.personal[f"form: {name}"] = answers[name]


def ceremony(world: Any, told: Told) -> None:
    contract, link = world.invite("electricity-supply")
    told.secret["invitation"] = link.rpartition("#")[2]
    world.signatory(link).run()
    data = world.sample("electricity-supply")
    party = data["signatory"]
    told.personal["contract: name"] = f"{party['given_name']} {party['family_name']}"
    for name in ("email", "street", "birth_date"):
        if party.get(name):
            told.personal[f"contract: {name}"] = party[name]
    assert world.application.contracts.signed_document(system("default"), contract).startswith(b"%PDF")


@pytest.fixture
def told(world: Any, log: Lines) -> Told:
    found = Told()
    for part in (staff, backend, customer, ceremony):
        part(world, found)
    while world.application.delivery.deliver_due():
        pass
    assert len(found.personal) > 15 and len(found.secret) > 12
    return found


def shapes(text: str) -> Iterator[bytes]:
    """Return how a text may stand in a file: as it is, escaped in JSON, in wide characters, as base64 of itself."""
    yield text.encode()
    yield json.dumps(text)[1:-1].encode()
    yield text.encode("utf-16-le")
    for shift in range(3):
        whole = base64.b64encode(b"x" * shift + text.encode()).decode()
        yield whole[shift + 1 if shift else 0 : len(whole) // 4 * 4 - 4].encode()


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "trust" not in path.relative_to(folder).parts:
            yield str(path.relative_to(folder)), path.read_bytes()


def test_no_file_of_the_installation_says_anything(world: Any, told: Told) -> None:
    gc.collect()
    looked = 0
    wanted = {
        **{name: set(shapes(text)) for name, text in {**told.personal, **told.secret}.items()},
        **{name: {seed, seed.hex().encode(), base64.b32encode(seed)} for name, seed in told.seeds.items()},
    }
    found = []
    for name, content in files(world.settings.state_dir):
        looked += len(content)
        found += [(what, name) for what, forms in wanted.items() if any(len(f) > 5 and f in content for f in forms)]
    assert looked > 300_000
    assert found == []


def test_nobody_else_on_the_machine_reads_the_database(world: Any, told: Told) -> None:
    names = {"esign.sqlite", "rates.sqlite", "vault.key", "web-session.key", "documents"}
    found = {path.name: path.stat().st_mode & 0o077 for path in world.settings.state_dir.glob("*")}
    assert {name: mode for name, mode in found.items() if mode and (name in names or "sqlite" in name)} == {}
    assert names - {"esign.sqlite"} <= found.keys()


def test_no_line_of_the_log_says_anything(told: Told, log: Lines) -> None:
    assert len(log.lines) > 20, "nothing was logged: the test looks at the wrong place"
    text = "\n".join(log.lines)
    for name, said in {**told.personal, **told.secret}.items():
        assert said not in text and json.dumps(said)[1:-1] not in text, name
    assert "esk_" not in text and "@" not in text
    requests = [json.loads(line) for line in log.lines if '"web.request"' in line]
    assert {"/company/invitation/<token>", "/company/login/password"} <= {line["route"] for line in requests}
    assert all(
        set(line) <= {"at", "level", "logger", "message", "method", "route", "status", "ms"} for line in requests
    )
