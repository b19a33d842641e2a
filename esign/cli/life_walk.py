"""``esign demo --life``: the whole life of the sample contracts, with the product's clock moved.

1. Every sample contract is ordered and confirmed, as in ``--sample``; one more offer is made that nobody accepts, and a
   loan is refused, because the law asks for a signature that nobody can give here.
2. Electricity: withdrawn at the public door on the last day of the period, at 23:59 in Berlin; acknowledged as sealed
   PDF; refunded by a clerk two days later.
3. Mobile plan: the start was demanded early and the service has begun; withdrawn by letter, posted on the last day and
   received three days later; what may be owed for the service is judged by what is evidenced.
4. Household insurance: its documents arrived; nobody withdraws, the period ends by itself; later it is terminated at
   the public door.
5. Securities account: on the next morning the customer is reminded of the right, because the information came on the
   day of the order. Purchase: it comes in two deliveries, the period runs from the second one; withdrawn at the public
   door, the acknowledgement and the task name the deferral of payment that is linked to it. Life insurance: its policy
   arrived, thirty days run.
6. The clocks note the end of every period and the offer that lapsed, each once.

What happens is printed with legal time in Germany and written to ``life.txt``; mails, PDFs and the clerk's calendar lie
beside it. Source: BGB §§ 145-148, 312f, 312i, 312k, 355-358; EGBGB Art. 246b
§ 2 (2); VVG §§ 8, 9, 152.
"""

from __future__ import annotations

import email
import email.policy
import re
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from esign.access import system
from esign.cli.demo_world import Layout, furnish
from esign.cli.errors import FileUnwritable, SampleNotSigned
from esign.cli.sample_walk import COMPANY, Walk, installation, refusal, sign
from esign.cli.samples import refused_samples, sample_contracts
from esign.contracts.rights import Right

if TYPE_CHECKING:
    import httpx

    from certs.sandbox import Sandbox

BERLIN = ZoneInfo("Europe/Berlin")
_FOUND = 200
BEGINS = time(12)
"""Local time at which a life begins whose day is given."""
DELIVERED_AFTER = timedelta(days=9)
"""How long the second delivery of the purchase takes."""
ROUNDS = 50
"""Rounds of the worker after which nothing can be left to do."""


@dataclass(slots=True)
class MovedClock:
    """The machine's clock, moved on at will; it never goes back."""

    offset: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        """Return the moved instant in UTC."""
        return datetime.now(UTC) + self.offset

    def move_to(self, instant: datetime) -> None:
        """Move on to an instant; what is over stays over."""
        self.offset += max(timedelta(), instant - self.now())


def write_life(folder: Path, *, open_sandbox: Callable[..., Sandbox], walk: Walk, on: date | None = None) -> None:
    """Walk through the life of the sample contracts and write what happens.

    Args:
        folder: Where it is written.
        open_sandbox: Opens the outside world.
        walk: How a signatory signs.
        on: Local day on which it begins, at noon; None: now.

    Raises:
        FileUnwritable: The folder cannot be written.
        SampleNotSigned: A signatory stopped, or a door did not answer as it should.
        EsignError: A refusal of the engine, with its own code.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileUnwritable("the folder cannot be made", folder=str(folder)) from error
    with ExitStack() as stack:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="esign-life-")))
        clock = MovedClock()
        if on is not None:
            clock.offset = datetime.combine(on, BEGINS, BERLIN) - datetime.now(UTC)
        sandbox, settings = furnish(Layout(state_dir=state.resolve()), partial(open_sandbox, clock=clock))
        settings = settings.with_changes(smtp_port=sandbox.mailbox.start())
        stack.callback(sandbox.mailbox.stop)
        application, http = stack.enter_context(installation(settings, sandbox, clock))
        life = _Life(folder, clock, application, http, settings.web_url)
        contracts = {}
        day = clock.now().astimezone(BERLIN).date()
        life.say("SANDBOX: alles ist simuliert / everything is simulated")
        for refused in refused_samples(day):
            life.say(refusal(application, refused))
        for sample in life.samples:
            contracts[sample.name] = sign(application, http, settings, sandbox, sample, walk)
            life.say(f"{sample.name}: bestellt, geschlossen, bestätigt / ordered, concluded, confirmed")
        life.unaccepted_offer()
        life.live(contracts)
        life.write()


class _Life:
    """What happens, told as it happens."""

    def __init__(self, folder: Path, clock: MovedClock, application: Any, http: httpx.Client, web_url: str) -> None:
        self._folder, self._clock, self._application = folder, clock, application
        self._http, self._web_url = http, web_url
        self.samples = sample_contracts(clock.now().astimezone(BERLIN).date())
        self._lines: list[str] = []
        self._clerk = system("default")

    def say(self, what: str) -> None:
        line = f"{self._clock.now().astimezone(BERLIN):%a %d.%m.%Y %H:%M:%S %Z}  {what}"
        self._lines.append(line)
        click.echo(line)

    def write(self) -> None:
        self._save("life.txt", ("\n".join(self._lines) + "\n").encode())
        self._save("calendar.ics", self._application.calendars.file(self._clerk, "de"))

    def unaccepted_offer(self) -> None:
        sample = next(sample for sample in self.samples if sample.name == "electricity-supply")
        data = {**sample.data, "reference": f"{sample.data['reference']}-B"}
        contract = self._application.contracts.draw_up(COMPANY, data)
        self._application.contracts.invite(COMPANY, contract)
        self.say(f"{data['reference']}: angeboten, niemand nimmt an / offered, nobody accepts")

    def live(self, contracts: dict[str, str]) -> None:
        electricity, mobile = contracts["electricity-supply"], contracts["mobile-plan"]
        insurance = contracts["household-insurance"]
        desk = self._application.performance
        for event in ("early_start_requested", "performance_begun", "price_paid"):
            desk.record(self._clerk, mobile, {"event": event, "at": self._clock.now().isoformat()})
        goods, life = contracts["goods-purchase"], contracts["term-life-insurance"]
        for contract, event in (
            (insurance, "documents_received"),
            (life, "documents_received"),
            (goods, "goods_received"),
            (goods, "price_paid"),
        ):
            desk.record(self._clerk, contract, {"event": event, "at": self._clock.now().isoformat()})
        self._work()
        self._reminded(contracts["securities-account"])
        self._second_delivery(goods)
        ends = {name: self._until(contract) for name, contract in contracts.items()}
        for name, end in ends.items():
            if end is not None:
                self.say(f"{name}: Widerruf möglich bis vor / until before {end.astimezone(BERLIN):%d.%m.%Y %H:%M}")
        last = ends["electricity-supply"]
        if last is None or ends["mobile-plan"] is None:
            raise SampleNotSigned("the period of a sample has no end", sample="electricity-supply")
        self._clock.move_to(last - timedelta(minutes=1))
        self._withdraw(electricity)
        self._clock.move_to(ends["mobile-plan"] + timedelta(days=2, hours=10))
        self._letter(mobile, sent=ends["mobile-plan"] - timedelta(hours=12))
        self._work()
        self._refund()
        self._clock.move_to((ends["goods-purchase"] or last) - timedelta(hours=2))
        self._withdraw(goods)
        self._refund()
        self._clock.move_to(max(end for end in ends.values() if end is not None) + timedelta(minutes=5))
        self._work()
        self._terminate(insurance)
        self._clock.move_to(self._clock.now() + timedelta(days=75))
        self._work()
        for at, kind, reference in self._noted():
            self.say(f"{reference}: {kind} ({at.astimezone(BERLIN):%d.%m.%Y %H:%M:%S})")

    def _reminded(self, contract: str) -> None:
        """Let the next morning come: who was told and bound on one day is reminded."""
        morning = self._clock.now().astimezone(BERLIN) + timedelta(days=1)
        self._clock.move_to(morning.replace(hour=8, minute=5, second=0, microsecond=0))
        self._work()
        for mail in self._application.contracts.mails(COMPANY, contract):
            subject = str(email.message_from_bytes(mail, policy=email.policy.default)["Subject"])
            if "Erinnerung" in subject:
                reference = self._party(contract)[2]
                self._save(f"reminder-{reference}.eml", mail)
                self.say(f"{reference}: an das Widerrufsrecht erinnert / reminded -> reminder-{reference}.eml")

    def _second_delivery(self, goods: str) -> None:
        self._clock.move_to(self._clock.now() + DELIVERED_AFTER)
        at = self._clock.now().isoformat()
        self._application.performance.record(self._clerk, goods, {"event": "goods_received", "at": at})
        self.say(f"{self._party(goods)[2]}: zweite Lieferung / second delivery")

    def _withdraw(self, contract: str) -> None:
        """Use the public door: two pages, no login, no cookie, no script."""
        name, address, reference = self._party(contract)
        typed = {"name": name, "contract": reference, "email": address}
        page = self._post("/vertrag-widerrufen", typed)
        if "Widerruf bestätigen" not in page:
            raise SampleNotSigned("the door does not lead on", sample=reference)
        press = re.search(r'name="press" value="([^"]+)"', page)
        page = self._post("/vertrag-widerrufen/bestaetigen", {**typed, "press": press[1] if press else ""})
        said = re.search(r'role="status">([^<]*)<', page)
        self.say(f"{reference}: Vertrag widerrufen → Widerruf bestätigen: {said[1] if said else ''}")
        self._work()
        self._keep_acknowledgements(reference)

    def _letter(self, contract: str, *, sent: datetime) -> None:
        name, address, reference = self._party(contract)
        day = sent.astimezone(BERLIN).date()
        written = {"channel": "letter", "sent": day.isoformat(), "name": name, "contract": reference, "email": address}
        received = self._clock.now().astimezone(BERLIN).date()
        self._application.entering.enter(self._clerk, Right.WITHDRAWAL, {**written, "received": received.isoformat()})
        self.say(f"{reference}: Widerruf per Brief, abgeschickt {day:%d.%m.%Y} / by letter, sent on that day")
        self._work()
        self._keep_acknowledgements(reference)

    def _refund(self) -> None:
        tasks = self._application.tasks
        for task in tasks.list(self._clerk).tasks:
            detail = tasks.detail(self._clerk, task.id)
            owed = detail.compensation.owed.value if detail.compensation else "–"
            due = f"fällig/due {task.due_on:%d.%m.%Y}"
            self.say(f"{task.reference}: {task.kind.value}, {due}, {detail.verdict}, Wertersatz/compensation {owed}")
            for each in detail.linked:
                self.say(f"{task.reference}: dazu gehört/linked: {each.reference} ({each.clause or '–'})")
            tasks.done(self._clerk, task.id, "Erstattet / refunded.")
            self.say(f"{task.reference}: erledigt / done")

    def _terminate(self, contract: str) -> None:
        name, address, reference = self._party(contract)
        typed = {"how": "ordinary", "reason": "", "name": name, "contract": reference, "wished": "", "email": address}
        self._post("/vertraege-hier-kuendigen/bestaetigen", typed)
        self.say(f"{reference}: Verträge hier kündigen → jetzt kündigen")
        self._work()
        self._keep_acknowledgements(reference)

    def _keep_acknowledgements(self, reference: str) -> None:
        for view in self._application.declarations.list(self._clerk).declarations:
            detail = self._application.declarations.detail(self._clerk, view.id)
            name = f"{view.right.value}-{reference}.pdf"
            if detail.values["contract"] == reference and not (self._folder / name).exists():
                pdf = self._application.declarations.acknowledgement(self._clerk, view.id)
                self._save(name, pdf)
                ends = f", endet/ends {detail.ends:%d.%m.%Y}" if detail.ends else ""
                self.say(f"{reference}: {view.verdict or view.right.value}{ends} -> {name}")

    def _work(self) -> None:
        """Let the worker's tasks go round until nothing is due."""
        application = self._application
        for _ in range(ROUNDS):
            done = application.delivery.deliver_due() + application.clocks.run_due()
            if not done + application.upkeep.end_expired_contracts():
                return

    def _noted(self) -> list[tuple[datetime, str, str]]:
        found = self._application.reading.events(self._clerk, None, limit=1000)
        wanted = ("clock.", "contract.expired")
        names = {view.id: view.reference for view in self._application.contracts.list(self._clerk)}
        return [
            (each.at, each.kind, names.get(each.contract_id or "", "?"))
            for each in found.events
            if each.kind.startswith(wanted)
        ]

    def _until(self, contract: str) -> datetime | None:
        deadline = self._application.performance.period(self._clerk, contract).deadline
        return None if deadline is None else deadline.exercisable_until

    def _party(self, contract: str) -> tuple[str, str, str]:
        data = self._application.reading.data(self._clerk, contract)
        person = data["signatory"]
        return f"{person['given_name']} {person['family_name']}", person["email"], data["reference"]

    def _post(self, path: str, typed: dict[str, str]) -> str:
        answer = self._http.post(f"{self._web_url}{path}", data=typed)
        if answer.status_code != _FOUND:
            raise SampleNotSigned("a door refused", sample=path, status=answer.status_code)
        return answer.text

    def _save(self, name: str, data: bytes) -> None:
        try:
            (self._folder / name).write_bytes(data)
        except OSError as error:
            raise FileUnwritable("a file cannot be written", folder=str(self._folder)) from error
