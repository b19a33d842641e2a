"""Withdrawal and termination without a login: never refused, acknowledged at once, and nothing is revealed."""

from __future__ import annotations

import io
import logging
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pikepdf
import pypdfium2
import pytest

from esign.access import ALLOWED, AccessDenied, Actor, ActorKind, Role, system
from esign.engine import Application
from esign.engine.records import ContractState
from esign.engine.refusals import ContractUnknown
from esign.engine.rights import matching
from esign.engine.rights.receiving import AT_ONCE
from esign.engine.rights.refusals import (
    DeclarationIncomplete,
    DeclarationStateRefused,
    DeclarationUnknown,
    DeclarationWordsRefused,
)
from esign.evidence.kinds import EntryKind
from esign.gateways.errors import GatewayTimeout, MailUnavailable
from esign.pades import read_signatures
from tests.actors import COMPANY
from tests.engine.test_engine_forms import entries
from tests.engine.test_engine_timing import statements

BERLIN = ZoneInfo("Europe/Berlin")
CLERK = Actor(tenant="default", kind=ActorKind.ACCOUNT, id="clerk", permissions=ALLOWED[Role.CLERK])
JANA = {"name": "Jana Beispiel", "contract": "LW-2026-004711", "email": "jana.beispiel@post.example"}
STRANGER = {**JANA, "email": "someone@else.example"}
ORDINARY = {"how": "ordinary", "reason": "", "wished": ""}


def declare(world: Any, typed: dict[str, str] = JANA, *, press: str = "one press of the button", **more: str) -> Any:
    desk = world.application.termination if "how" in typed else world.application.withdrawal
    return desk.declare("default", typed, press=press, lang=more.get("lang", "de"))


def concluded(world: Any, template: str = "electricity-supply", **changes: Any) -> str:
    """Draw a contract up and let it be concluded now, its copy delivered: the walk itself is tested elsewhere."""
    contract_id = str(world.application.contracts.draw_up(COMPANY, world.sample(template, **changes)))
    house = world.application.contracts.household
    with house.store.transaction() as tx:
        record = tx.contracts.get(contract_id)
        tx.contracts.update(replace(record, state=ContractState.CONCLUDED, concluded_at=house.clock.now()))
        house.record(tx, EntryKind.DELIVERY_DONE, contract_id, {"kind": "signed_copy", "channel": "email"})
    return contract_id


def detail(world: Any, declaration_id: str) -> Any:
    return world.application.declarations.detail(CLERK, declaration_id)


def acknowledged(world: Any) -> tuple[EmailMessage, str, bytes]:
    """Deliver what is due; return the mail, its text, the file."""
    assert world.application.delivery.deliver_due() >= 1
    message = world.post.message()
    files = [part.get_content() for part in message.iter_attachments()]
    return message, world.post.text(), files[0] if files else b""


def said(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return " ".join(" ".join(pages).split())


def with_ports(world: Any, **ports: Any) -> None:
    world.application = Application.of(replace(world.application.contracts.household, **ports))


def unpacked(dossier: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(dossier)) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


class Silent:
    def stamp(self, digest: bytes) -> Any:
        raise GatewayTimeout


class NoDevices:
    def for_seal(self) -> Any:
        raise GatewayTimeout


def test_a_withdrawal_is_acknowledged_at_once_with_content_date_and_time_as_sealed_pdf(world: Any) -> None:
    """BGB § 356a (4), § 126b."""
    received = declare(world)
    local = received.received_at.astimezone(BERLIN)
    message, text, pdf = acknowledged(world)
    assert message["To"] == JANA["email"] and "Eingangsbestätigung Ihres Widerrufs" in message["Subject"]
    for words in (text, said(pdf)):
        flat = " ".join(words.split())
        assert all(value in flat for value in JANA.values())
        assert f"{local:%H:%M:%S} Uhr" in flat and f"{local:%d.%m.%Y}" in flat and "MEZ" in flat.replace("MESZ", "MEZ")
        assert "SANDBOX" in flat
    (signature,) = read_signatures(pdf)
    assert signature.field == "Company"
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert document.open_metadata().pdfa_status == "3A"
    assert [entry.kind.value for entry in entries(world) if entry.kind.value.startswith("right.")] == [
        "right.withdrawal_received",
        "right.unmatched",
        "right.acknowledged",
    ]
    (entry,) = entries(world, "right.acknowledged")
    assert entry.facts["sealing"] == "timestamped" and "mail" in entry.commitments
    assert world.application.delivery.deliver_due() == 0
    assert world.application.declarations.acknowledgement(CLERK, received.id) == pdf


def test_the_acknowledgement_never_says_that_it_has_effect(world: Any) -> None:
    """law.md B48."""
    declare(world)
    _, text, pdf = acknowledged(world)
    for word in ("akzeptiert", "wirksam", "angenommen", "verspätet", "abgelehnt"):
        assert word not in text.lower() and word not in said(pdf).lower()


def test_nothing_personal_stands_in_the_ledger_or_unsealed(world: Any) -> None:
    received = declare(world, {**JANA, "contract": "LW-2026-004711 Geheimnis"})
    acknowledged(world)
    whole = b"".join(entry.canonical() for entry in entries(world)).lower()
    assert not any(word in whole for word in (b"jana", b"post.example", b"geheimnis"))
    with world.application.contracts.household.store.reading() as tx:
        row = tx.declarations.get(received.id)
    assert b"jana" not in row.sealed.lower() and b"Geheimnis" not in row.sealed


def test_a_contract_is_found_by_its_reference_and_the_task_has_its_date(world: Any) -> None:
    """BGB §§ 355 (3), 357 (1): 14 days from receipt."""
    contract = concluded(world)
    received = declare(world, {**JANA, "contract": "Strom, Nr. lw-2026-004711, bestellt neulich"})
    acknowledged(world)
    found = detail(world, received.id)
    assert (found.view.contract_id, found.matched_by, found.by_party) == (contract, "reference", True)
    assert (found.view.verdict, found.view.state, found.view.overdue) == ("in_time", "open", False)
    assert found.view.due_on == received.received_at.astimezone(BERLIN).date() + timedelta(days=14)
    (entry,) = entries(world, "right.matched")
    assert (entry.contract, entry.facts["verdict"], entry.facts["rule"]) == (contract, "in_time", "energy/2")
    assert "declaration" in entry.commitments
    world.clock.offset += timedelta(days=15)
    assert detail(world, received.id).view.overdue


def test_an_insurance_has_thirty_days_for_the_refund(world: Any) -> None:
    """VVG § 9 (1)."""
    concluded(world, "household-insurance", reference="HR-1")
    received = declare(world, {**JANA, "contract": "HR-1"})
    acknowledged(world)
    day = received.received_at.astimezone(BERLIN).date()
    assert detail(world, received.id).view.due_on == day + timedelta(days=30)


def test_a_contract_is_found_by_address_and_day(world: Any) -> None:
    """law.md B44: the order number is not the only way."""
    contract = concluded(world)
    today = world.clock.now().astimezone(BERLIN).date()
    for number, text in enumerate((f"Strom vom {today:%d.%m.%Y}", f"ordered {today.isoformat()}")):
        received = declare(world, {**JANA, "email": "Jana.Beispiel@POST.example", "contract": text}, press=f"p{number}")
        acknowledged(world)
        assert (detail(world, received.id).view.contract_id, detail(world, received.id).matched_by) == (
            contract,
            "date",
        )
    received = declare(world, {**STRANGER, "contract": f"Strom vom {today:%d.%m.%Y}"})
    acknowledged(world)
    assert detail(world, received.id).view.contract_id is None, "another address finds nothing by a day"


def test_what_is_ambiguous_is_left_to_a_clerk(world: Any) -> None:
    first, second = concluded(world), concluded(world, reference="LW-2")
    today = f"{world.clock.now().astimezone(BERLIN):%d.%m.%Y}"
    received = declare(world, {**JANA, "contract": f"bestellt am {today}"})
    acknowledged(world)
    found = detail(world, received.id)
    assert (found.view.contract_id, found.view.verdict) == (None, "unclear")
    assert {each.contract_id for each in found.suggestions} == {first, second}
    view = world.application.declarations.assign(CLERK, received.id, " lw-2 ")
    assert (view.contract_id, view.verdict) == (second, "in_time")
    assert detail(world, received.id).matched_by == "clerk"
    with pytest.raises(ContractUnknown):
        world.application.declarations.assign(CLERK, received.id, "LW")


def test_the_last_second_in_berlin_counts_and_the_next_one_is_recorded_all_the_same(world: Any) -> None:
    """BGB §§ 355 (1) sentence 5, 356a (5): sent through the function before the end is in time."""
    concluded(world)
    first = declare(world)
    acknowledged(world)
    until = detail(world, first.id).exercisable_until
    local = until.astimezone(BERLIN)
    assert (local.hour, local.minute, local.second) == (0, 0, 0)
    for press, seconds, verdict in (("last", -4, "in_time"), ("next", 1, "late")):
        world.clock.offset = until - datetime.now(UTC) + timedelta(seconds=seconds)
        received = declare(world, {**JANA, "name": f"Jana Beispiel {press}"}, press=press)
        world.clock.offset += timedelta(hours=7)  # the worker was down all night: the arrival counts
        _, text, pdf = acknowledged(world)
        found = detail(world, received.id)
        assert (found.view.verdict, found.view.state) == (verdict, "open") and pdf
        if press == "last":
            assert "23:59:5" in text and found.view.due_on == (until - timedelta(hours=2)).date() + timedelta(days=14)


def test_where_there_is_no_right_it_is_recorded_and_acknowledged(world: Any) -> None:
    concluded(world, "cost-approval", reference="KV-1")
    received = declare(world, {**JANA, "contract": "KV-1"})
    _, text, _ = acknowledged(world)
    assert detail(world, received.id).view.verdict == "no_right" and "KV-1" in text
    assert detail(world, received.id).view.due_on is not None, "a person looks at it in time"


def test_before_the_contract_is_concluded_it_is_unclear_and_kept(world: Any) -> None:
    contract = world.application.contracts.draw_up(COMPANY, world.sample("electricity-supply"))
    received = declare(world)
    acknowledged(world)
    assert (detail(world, received.id).view.contract_id, detail(world, received.id).view.verdict) == (
        contract,
        "unclear",
    )


def test_the_same_press_is_one_declaration_and_one_mail(world: Any) -> None:
    first, again = declare(world), declare(world)
    assert (again.id, again.received_at) == (first.id, first.received_at)
    assert world.application.delivery.deliver_due() == 1


def test_the_same_declaration_again_is_recognised_and_acknowledged_again(world: Any) -> None:
    concluded(world)
    first = declare(world)
    acknowledged(world)
    second = declare(world, {**JANA, "name": " jana  BEISPIEL"}, press="another")
    _, text, _ = acknowledged(world)
    assert second.id != first.id and "schon früher bei uns eingegangen" in text
    assert f"{first.received_at.astimezone(BERLIN):%H:%M:%S}" in text
    found = detail(world, second.id)
    assert (found.view.state, found.view.same_as, found.view.verdict) == ("repeated", first.id, "in_time")
    assert [each.id for each in world.application.declarations.list(CLERK).declarations] == [first.id], "one task"


def test_a_strangers_mailbox_learns_nothing_about_a_contract(world: Any) -> None:
    """Enumeration by the mail: known or unknown, the words are the same; only a party's own mailbox is told more."""
    concluded(world)
    told = []
    for press, typed in (("1", STRANGER), ("2", {**STRANGER, "contract": "LW-2026-009999"})):
        received = declare(world, typed, press=press)
        message, text, pdf = acknowledged(world)
        now = received.received_at.astimezone(BERLIN)
        for word in (received.id, f"{now:%H:%M:%S}", typed["contract"]):
            text = text.replace(word, "…")
        told.append((str(message["Subject"]), text, "Stromliefervertrag" in said(pdf)))
    assert told[0] == told[1] and not told[0][2]
    received = declare(world, press="3")
    _, text, pdf = acknowledged(world)
    assert "Stromliefervertrag" in text and "Lichtwerk" in said(pdf)
    someone = declare(world, {**STRANGER, "name": "Someone Else"}, press="4")
    acknowledged(world)
    assert not detail(world, someone.id).by_party and detail(world, received.id).by_party


def test_the_door_does_the_same_work_whether_there_is_a_contract_or_not(world: Any) -> None:
    """Enumeration by time: nothing at the door looks at a contract."""
    concluded(world)
    declare(world, {**JANA, "name": "warm"}, press="warm")
    seen = []
    for press, contract in (("1", JANA["contract"]), ("2", "LW-2026-009999")):
        with statements(world) as sent:
            declare(world, {**STRANGER, "contract": contract}, press=press)
        seen.append([statement.split("(")[0] for statement in sent])
        assert not any(re.search(r"search_token|FROM contract\b", each) for each in sent)
    assert seen[0] == seen[1]


@pytest.mark.parametrize("field", ["name", "contract"])
def test_nothing_that_is_typed_adds_to_the_mail_or_the_document(world: Any, field: str, caplog: Any) -> None:
    evil = (
        '#read("/etc/passwd") {first} $x$ <b>&amp;</b>\r\nBcc: all@victims.example\r\n\r\nNeuer Absatz 🦊漢 \u202egnp'
    )
    with caplog.at_level(logging.DEBUG):
        declare(world, {**JANA, field: evil})
        message, text, pdf = acknowledged(world)
    assert message["Bcc"] is None and message["To"] == JANA["email"] and len(message.get_all("To")) == 1
    assert "\nBcc" not in text and "\u202e" not in text and "🦊漢" in text and "{first}" in text
    assert '#read("/etc/passwd") {first} $x$ <b>&amp;</b> Bcc: all@victims.example' in said(pdf)
    assert "[U+1F98A][U+6F22]" in said(pdf) and "root:" not in said(pdf)
    assert "victims" not in caplog.text and "Jana" not in caplog.text


@pytest.mark.parametrize(
    "address", ["", "jana", "a@b@c", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example"]
)
def test_an_address_to_which_nothing_can_be_sent_is_asked_for_again_and_nothing_is_kept(
    world: Any, address: str
) -> None:
    with pytest.raises(DeclarationIncomplete) as refused:
        declare(world, {**JANA, "email": address})
    assert refused.value.facts == {"fields": "email"}
    assert entries(world) == [] and world.application.delivery.deliver_due() == 0


def test_a_flood_to_one_mailbox_is_spread_and_none_is_lost(world: Any) -> None:
    for number in range(AT_ONCE + 3):
        declare(world, {**JANA, "contract": f"Nr. {number}"}, press=str(number))
    with_ports(world, timestamps=Silent())
    assert world.application.delivery.deliver_due() == AT_ONCE
    assert world.application.delivery.deliver_due() == 0
    declare(world, STRANGER, press="somebody else")
    assert world.application.delivery.deliver_due() == 1, "nobody else waits"
    world.clock.offset += timedelta(minutes=5)
    assert world.application.delivery.deliver_due() == 3
    assert len(world.application.declarations.list(CLERK, limit=50).declarations) == AT_ONCE + 4


def test_a_mute_timestamp_authority_holds_no_acknowledgement_back(world: Any) -> None:
    received = declare(world)
    with_ports(world, timestamps=Silent())
    _, _, pdf = acknowledged(world)
    assert len(read_signatures(pdf)) == 1 and detail(world, received.id).sealing == "plain"


def test_without_a_seal_the_acknowledgement_goes_out_all_the_same(world: Any) -> None:
    received = declare(world)
    with_ports(world, devices=NoDevices())
    _, text, pdf = acknowledged(world)
    assert read_signatures(pdf) == () and "Elektronisches Siegel" not in said(pdf) and JANA["contract"] in text
    assert detail(world, received.id).sealing == "none"


def test_a_mail_server_that_is_away_gets_the_very_same_file_later(world: Any) -> None:
    received = declare(world)
    world.post.failure = MailUnavailable("away")
    assert world.application.delivery.deliver_due() == 0
    kept = world.application.declarations.acknowledgement(CLERK, received.id)
    world.post.failure = None
    world.clock.offset += timedelta(minutes=2)
    _, text, pdf = acknowledged(world)
    assert pdf == kept and f"{received.received_at.astimezone(BERLIN):%H:%M:%S}" in text
    assert len(entries(world, "right.withdrawal_received")) == 1


def test_an_acknowledgement_does_not_wait_for_the_contract_to_be_found(world: Any, monkeypatch: Any) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("broken")

    received = declare(world)
    monkeypatch.setattr(matching, "find", broken)
    _, _, pdf = acknowledged(world)
    assert pdf and detail(world, received.id).view.state == "received"


def test_a_termination_is_confirmed_with_the_day_of_its_end(world: Any) -> None:
    """BGB § 312k (4) sentence 1; the contract begins on the first of a month, twelve months, one month's notice."""
    begins = date.fromisoformat(world.sample("electricity-supply")["terms"]["supply_start"])
    ends = begins.replace(year=begins.year + 1) - timedelta(days=1)
    concluded(world)
    received = declare(world, {**JANA, **ORDINARY})
    message, text, pdf = acknowledged(world)
    assert "Bestätigung Ihrer Kündigung" in message["Subject"]
    assert f"endet mit Ablauf des {ends:%d.%m.%Y}" in text and f"{ends:%d.%m.%Y}" in said(pdf)
    assert "zum frühestmöglichen Zeitpunkt" in text and "Ordentlich" in text
    (entry,) = entries(world, "right.matched")
    assert entry.facts["ends"] == f"{ends}" and "verdict" not in entry.facts
    stranger = declare(world, {**STRANGER, **ORDINARY}, press="2")
    _, text, _ = acknowledged(world)
    assert f"{ends:%d.%m.%Y}" not in text and detail(world, stranger.id).ends is not None, (
        "the clerk knows, the stranger does not"
    )
    assert received.button == "jetzt kündigen"


def test_an_extraordinary_termination_is_for_a_person(world: Any) -> None:
    concluded(world)
    wished = f"{world.clock.now().date() + timedelta(days=39):%d.%m.%Y}"
    declare(world, {**JANA, "how": "extraordinary", "reason": "Umzug ins Ausland", "wished": wished})
    _, text, _ = acknowledged(world)
    assert "Umzug ins Ausland" in text and wished in text and "endet mit Ablauf" not in text


def test_the_terminating_person_can_store_the_declaration(world: Any) -> None:
    """BGB § 312k (3): with date and time of submission, and that it was made by the button."""
    typed = {**JANA, **ORDINARY}
    received = declare(world, typed)
    pdf = world.application.termination.copy("default", received, lang="de")
    text = said(pdf)
    assert "Schaltfläche „jetzt kündigen“" in text and "Abgegeben am" in text and JANA["contract"] in text
    assert f"{received.received_at.astimezone(BERLIN):%H:%M:%S}" in text
    assert world.application.termination.copy("default", received, lang="de") == pdf


def test_english_pages_are_acknowledged_in_english(world: Any) -> None:
    declare(world, lang="en")
    message, text, _ = acknowledged(world)
    assert "Acknowledgement of receipt" in message["Subject"] and "Received on" in text


def test_a_clerk_settles_a_declaration_with_words(world: Any) -> None:
    received = declare(world)
    desk = world.application.declarations
    with pytest.raises(DeclarationStateRefused):
        desk.settle(CLERK, received.id, "zu früh")
    acknowledged(world)
    for words in ("", "  ", "x" * 1001, "a\0b", "a\u202eb"):
        with pytest.raises(DeclarationWordsRefused):
            desk.settle(CLERK, received.id, words)
    assert desk.settle(CLERK, received.id, "Erstattet.").state == "settled"
    assert desk.list(CLERK).declarations == () and len(desk.list(CLERK, done=True).declarations) == 1
    (entry,) = entries(world, "right.settled")
    assert entry.facts["by"] == "account:clerk" and entry.facts["in_time"] is True
    for again in (lambda: desk.settle(CLERK, received.id, "x"), lambda: desk.assign(CLERK, received.id, "x")):
        with pytest.raises(DeclarationStateRefused):
            again()


def test_the_list_is_read_page_by_page_and_only_by_those_who_may(world: Any) -> None:
    made = [declare(world, {**JANA, "contract": f"Nr. {number}"}, press=str(number)).id for number in range(3)]
    desk = world.application.declarations
    first = desk.list(CLERK, limit=2)
    rest = desk.list(CLERK, limit=2, after=first.next)
    assert [each.id for each in (*first.declarations, *rest.declarations)] == made[::-1] and rest.next is None
    nobody = Actor(tenant="default", kind=ActorKind.ACCOUNT, id="x", permissions=frozenset())
    for view in (
        lambda: desk.list(nobody),
        lambda: desk.detail(nobody, made[0]),
        lambda: desk.settle(nobody, made[0], "x"),
    ):
        with pytest.raises(AccessDenied):
            view()
    other = system("other")
    assert desk.list(other).declarations == ()
    for unknown in (lambda: desk.detail(other, made[0]), lambda: desk.acknowledgement(other, made[0])):
        with pytest.raises(DeclarationUnknown):
            unknown()


def test_two_clicks_in_one_moment_are_one_declaration(world: Any) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = {each.id for each in pool.map(lambda _: declare(world), range(8))}
    assert len(made) == 1 and len(entries(world, "right.withdrawal_received")) == 1


def test_a_declaration_stands_in_the_dossier_of_its_contract_and_both_hold(world: Any) -> None:
    contract, link = world.invite("mobile-plan")
    world.signatory(link, "sophie-mueller-luedenscheidt").run()
    world.application.delivery.deliver_due()
    sophie = {"name": "Sophie Müller-Lüdenscheidt", "contract": "FB-88120-7734", "email": "someone@post.example"}
    received = declare(world, sophie)
    acknowledged(world)
    found = detail(world, received.id)
    assert (found.view.contract_id, found.view.verdict, found.by_party) == (contract, "in_time", True)
    assert "right.matched" in world.ledger(contract)
    assert world.application.ledger.verify().intact
    world.application.ledger.stamp_due()
    assert b"right.matched" in unpacked(world.application.dossiers.create(COMPANY, contract))
