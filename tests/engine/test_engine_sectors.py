"""The samples of the sectors on the walk: signed, confirmed, performed, withdrawn from; linked contracts; Länder."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pikepdf
import pypdfium2
import pytest

from esign.contracts import ContractData, order_summary, text
from esign.contracts.formats import money
from esign.contracts.rights import Owed
from esign.contracts.wording import wording
from esign.engine.clocks.records import Act
from esign.engine.consents.address import token_of
from esign.engine.formation.instruction import instruction_digest
from tests.actors import COMPANY
from tests.conftest import World, installation
from tests.engine.test_engine_clocks import CLERK, act_of, at, settled, until
from tests.engine.test_engine_forms import entries
from tests.engine.test_engine_rights import concluded, detail

BERLIN = ZoneInfo("Europe/Berlin")
SIGNED = {
    "goods-purchase": "jana-beispiel",
    "digital-content": "sophie-mueller-luedenscheidt",
    "securities-account": "mehmet-yilmaz-gross",
    "payment-deferral": "jana-beispiel",
    "term-life-insurance": "mehmet-yilmaz-gross",
    "distance-course": "sophie-mueller-luedenscheidt",
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, sandbox_folder: Path) -> Iterator[World]:
    """One installation for the walks of this file: each contract has a reference of its own."""
    with installation(tmp_path_factory.mktemp("sectors"), sandbox_folder) as made:
        yield made


@pytest.fixture(scope="module")
def signed(shared: World) -> dict[str, str]:
    """Every sector's sample, signed at a device without a browser and confirmed."""
    found = {}
    for template, person in SIGNED.items():
        contract, link = shared.invite(template)
        shared.signatory(link, person=person).run()
        while shared.application.delivery.deliver_due():
            pass
        found[template] = contract
    return found


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return " ".join(" ".join(pages).split())


def said(world: Any, contract: str, event: str, **more: Any) -> None:
    world.application.performance.record(CLERK, contract, {"event": event, **more})


def answer(world: Any, contract: str) -> Any:
    return world.application.performance.period(CLERK, contract).answer


def steps(world: Any, contract: str) -> dict[str, Any]:
    return {step["step"]: step for step in answer(world, contract)["steps"]}


def withdraw(world: Any, contract: str, press: str) -> Any:
    data = world.application.reading.data(CLERK, contract)
    person = data["signatory"]
    typed = {
        "name": f"{person['given_name']} {person['family_name']}",
        "contract": data["reference"],
        "email": person["email"],
    }
    declared = world.application.withdrawal.declare("default", typed, press=press, lang="de")
    while world.application.delivery.deliver_due():
        pass
    return detail(world, declared.id)


@pytest.mark.parametrize("template", SIGNED)
def test_each_sectors_sample_is_signed_and_confirmed_with_its_instruction_and_form(
    shared: World, signed: dict[str, str], template: str
) -> None:
    """BGB §§ 312f, 312i, 312j, 355; EGBGB Art. 246a, 246b, 247; VVG §§ 7, 8, 152; FernUSG §§ 3, 4."""
    contract = signed[template]
    kinds = shared.ledger(contract)
    assert shared.application.contracts.view(COMPANY, contract).state == "concluded"
    assert kinds.index("duty.delivered") < kinds.index("intent.declared") < kinds.index("contract.concluded")
    assert "confirmation.contract_sent" in kinds
    mails = shared.application.contracts.mails(COMPANY, contract)
    last = next(mail for mail in reversed(mails) if b"Widerrufsbelehrung" in mail)
    assert b"Vertragsbestaetigung" in last
    words = text_of(shared.application.contracts.signed_document(COMPANY, contract))
    assert "Widerrufsbelehrung" in words and "Muster-Widerrufsformular" in words and "zahlungspflichtig" in words
    assert "/vertrag-widerrufen" in words


@pytest.mark.parametrize("template", SIGNED)
def test_the_price_is_the_same_in_data_document_summary_and_attachment(
    shared: World, signed: dict[str, str], template: str
) -> None:
    """The document is composed from the data that it carries: no price can differ between them."""
    data = shared.application.reading.data(CLERK, signed[template])
    contract = ContractData.parse(data)
    signed_pdf = shared.application.contracts.signed_document(COMPANY, signed[template])
    total = money(contract.price.total_cents, "de").replace("\u00a0", " ")
    assert total in text_of(signed_pdf).replace("\u00a0", " ")
    assert total in " ".join(line.value for line in order_summary(contract).lines).replace("\u00a0", " ")
    with pikepdf.open(io.BytesIO(signed_pdf)) as file:
        assert file.attachments["contract.json"].get_file().read_bytes() == contract.canonical()


def test_goods_run_from_the_last_of_the_agreed_deliveries(shared: World) -> None:
    """BGB § 356 (2) No. 1 b: the data say that two come; one of them starts nothing."""
    contract = concluded(shared, "goods-purchase", reference="RB-EVENTS")
    day = shared.clock.now().astimezone(BERLIN).date()
    assert answer(shared, contract)["state"] == "not_started"
    said(shared, contract, "goods_received", at=(day - timedelta(days=1)).isoformat())
    assert answer(shared, contract)["state"] == "not_started"
    said(shared, contract, "goods_received", at=day.isoformat())
    found = answer(shared, contract)
    assert (found["state"], found["ends_by"]) == ("started", "period")
    assert date.fromisoformat(found["nominal_end"]) == day + timedelta(days=14)
    assert steps(shared, contract)["goods_received"]["clause"] == "BGB § 356 (2) No. 1 b"
    said(shared, contract, "instruction_received", at=day.isoformat(), complete=False)
    assert (answer(shared, contract)["state"], answer(shared, contract)["ends_by"]) == ("not_started", "cap")
    other = concluded(shared, "goods-purchase", reference="RB-THREE")
    said(shared, other, "delivery_agreed", at=day.isoformat(), delivery="parts", deliveries=3)
    for _ in range(2):
        said(shared, other, "goods_received", at=day.isoformat())
    assert answer(shared, other)["state"] == "not_started"
    assert steps(shared, other)["goods_received"]["clause"] == "BGB § 356 (2) No. 1 c"


def test_a_seal_that_is_removed_ends_the_right_only_where_the_contract_says_that_there_is_one(shared: World) -> None:
    """BGB § 312g (2) No. 3."""
    day = shared.clock.now().astimezone(BERLIN).date().isoformat()
    ends = []
    for number, more in enumerate(({}, {"early_loss": "hygiene"})):
        goods = shared.sample("goods-purchase")
        delivery = {key: goods["terms"]["delivery"][key] for key in ("latest", "street", "postal_code", "town")}
        terms = {**goods["terms"], "delivery": {**delivery, "kind": "single"}, **more}
        contract = concluded(shared, "goods-purchase", reference=f"RB-SEAL-{number}", terms=terms)
        said(shared, contract, "goods_received", at=day)
        said(shared, contract, "seal_removed", at=day)
        ends.append(answer(shared, contract)["ends_by"])
    assert ends == ["period", "performance"]


def test_digital_content_is_lost_only_after_consent_confirmation_and_beginning(shared: World) -> None:
    """BGB § 356 (6) No. 2: the walk's own evidence counts; nothing is ever owed for it (§ 357a (3))."""
    contract, link = shared.invite("digital-content", reference="LW-LOSS")
    with shared.application.contracts.household.store.reading() as tx:
        token = token_of(tx, contract, "signatory-1")
    shared.application.consents.give(token, "digital-content", ["consent", "knowledge"], lang="de")
    shared.signatory(link, person=SIGNED["digital-content"]).run()
    while shared.application.delivery.deliver_due():
        pass
    assert answer(shared, contract)["ends_by"] == "period"
    said(shared, contract, "performance_begun", at=(shared.clock.now() + timedelta(seconds=5)).isoformat())
    assert answer(shared, contract)["ends_by"] == "performance"
    shared.clock.offset += timedelta(minutes=1)
    found = withdraw(shared, contract, "digital once")
    assert found.view.verdict == "lapsed"
    (task,) = [each for each in shared.application.tasks.list(CLERK).tasks if each.contract_id == contract]
    assert shared.application.tasks.detail(CLERK, task.id).compensation.owed is Owed.NEVER


def test_whoever_consented_to_nothing_keeps_the_right_whatever_was_begun(shared: World, signed: dict[str, str]) -> None:
    contract = signed["digital-content"]
    said(shared, contract, "performance_begun", at=shared.clock.now().isoformat())
    assert answer(shared, contract)["ends_by"] == "period"
    assert withdraw(shared, contract, "digital kept").view.verdict == "in_time"


def test_the_copy_of_a_deferral_and_the_terms_of_custody_are_the_signed_document(
    shared: World, signed: dict[str, str]
) -> None:
    """BGB §§ 356 (3) sentence 2, 356b (1): both start with the copy; credit has no latest end (open point O1)."""
    assert answer(shared, signed["securities-account"])["state"] == "started"
    found = steps(shared, signed["payment-deferral"])
    assert found["copy_received"]["day"] == found["instruction_received"]["day"] != None  # noqa: E711 - one chain
    assert found["no_latest_end"]["mark"] == "to be confirmed"


def test_a_consent_of_after_the_confirmation_takes_no_right_away(shared: World) -> None:
    """BGB §§ 312f (3), 356 (6) No. 2 (d): the confirmation has to record it."""
    contract, link = shared.invite("digital-content", reference="LW-LATE")
    shared.signatory(link, person=SIGNED["digital-content"]).run()
    while shared.application.delivery.deliver_due():
        pass
    shared.clock.offset += timedelta(minutes=1)
    with shared.application.contracts.household.store.reading() as tx:
        token = token_of(tx, contract, "signatory-1")
    shared.application.consents.give(token, "digital-content", ["consent", "knowledge"], lang="de")
    said(shared, contract, "performance_begun", at=(shared.clock.now() + timedelta(seconds=5)).isoformat())
    assert answer(shared, contract)["ends_by"] == "period"
    confirmed = (shared.clock.now() + timedelta(seconds=2)).isoformat()
    said(shared, contract, "confirmation_sent", at=confirmed)
    assert answer(shared, contract)["ends_by"] == "performance"


def test_life_insurance_waits_for_the_policy_and_then_runs_thirty_days(shared: World, signed: dict[str, str]) -> None:
    """VVG §§ 8 (2), 152 (1): the policy is no part of the signed document."""
    contract = signed["term-life-insurance"]
    assert answer(shared, contract)["state"] == "not_started"
    day = shared.clock.now().astimezone(BERLIN).date()
    said(shared, contract, "documents_received", at=day.isoformat())
    found = answer(shared, contract)
    assert date.fromisoformat(found["nominal_end"]) == day + timedelta(days=30)
    kept = withdraw(shared, contract, "life")
    assert kept.view.verdict == "in_time"
    assert kept.view.due_on == day + timedelta(days=30)


def test_a_course_is_withdrawn_from_within_fourteen_days(shared: World, signed: dict[str, str]) -> None:
    """FernUSG § 4; BGB § 355 (2)."""
    found = withdraw(shared, signed["distance-course"], "course")
    assert (found.view.verdict, found.retention.name) == ("in_time", "letter")
    assert found.linked == ()


def test_a_purchase_and_its_deferral_name_one_another_when_one_is_withdrawn_from(
    shared: World, signed: dict[str, str]
) -> None:
    """BGB § 358 (1), (2): the acknowledgement says it neutrally, the task says it with its clause."""
    goods, deferral = signed["goods-purchase"], signed["payment-deferral"]
    found = withdraw(shared, goods, "goods")
    assert [(each.reference, each.contract_id, each.falls) for each in found.linked] == [
        ("RB-2026-01873-Z", deferral, True)
    ]
    assert found.linked[0].clause == "BGB § 358 (1), (2)"
    letter = " ".join(shared.post.text().split())
    assert "gehören zu diesem Vertrag weitere Verträge: Zahlungsaufschub in Raten, RB-2026-01873-Z" in letter
    assert "wirksam" not in letter
    acknowledged = text_of(shared.application.declarations.acknowledgement(CLERK, found.view.id))
    assert "RB-2026-01873-Z" in acknowledged
    (task,) = [each for each in shared.application.tasks.list(CLERK).tasks if each.contract_id == goods]
    assert [each.reference for each in shared.application.tasks.detail(CLERK, task.id).linked] == ["RB-2026-01873-Z"]
    back = withdraw(shared, deferral, "deferral")
    assert "RB-2026-01873" in [each.reference for each in back.linked]


def test_what_only_the_other_contract_names_is_found_and_a_main_contract_stays(shared: World) -> None:
    """BGB § 360: the ancillary contract falls with the main one, not the other way round."""
    main = concluded(shared, "distance-course", reference="FA-MAIN")
    beside = [{"reference": "fa-main", "relation": "main"}]
    concluded(shared, "distance-course", reference="FA-BESIDE", linked_contracts=beside)
    foreign = [{"reference": "X-1", "relation": "linked", "company": "Andere Bank AG"}]
    other = concluded(shared, "distance-course", reference="FA-BANK", linked_contracts=foreign)
    (seen,) = withdraw(shared, main, "main").linked
    assert (seen.reference, seen.falls, seen.clause) == ("FA-BESIDE", True, "BGB § 360 (1)")
    with shared.application.contracts.household.store.reading() as tx:
        (from_beside,) = tx.search.find("default", _wanted("FA-BESIDE"), frozenset(), after=None, limit=5)
    found = withdraw(shared, from_beside.id, "beside")
    assert [(each.reference, each.falls) for each in found.linked] == [("fa-main", False)]
    assert "FA-MAIN" not in shared.post.text().upper().replace("FA-BESIDE", "").replace("FA-MAIN, ", "")
    (bank,) = withdraw(shared, other, "bank").linked
    assert (bank.named, bank.contract_id) == ("X-1 (Andere Bank AG)", None)
    assert "X-1 (Andere Bank AG)" in shared.post.text()


def test_a_stranger_learns_nothing_of_linked_contracts(shared: World) -> None:
    concluded(shared, "goods-purchase", reference="RB-STRANGE")
    typed = {"name": "Jana Beispiel", "contract": "RB-STRANGE", "email": "someone@else.example"}
    shared.application.withdrawal.declare("default", typed, press="stranger", lang="de")
    while shared.application.delivery.deliver_due():
        pass
    assert "RB-2026-01873-Z" not in shared.post.text() and "weitere Verträge" not in shared.post.text()


def _wanted(text: str) -> Any:
    from esign.engine.company.records import Wanted

    return Wanted(text=text)


def test_the_reminder_of_a_financial_service_goes_out_after_the_walk(world: Any) -> None:
    """EGBGB Art. 246b § 2 (2): told and bound on one day, reminded on the next; told a day before, never."""
    contract, link = world.invite("securities-account")
    world.signatory(link, person="mehmet-yilmaz-gross").run()
    world.application.delivery.deliver_due()
    settled(world)
    row = act_of(world, Act.REMIND_OF_RIGHT, contract)
    due = row.due_at.astimezone(BERLIN)
    today = world.clock.now().astimezone(BERLIN).date()
    assert (due.date(), due.hour) == (today + timedelta(days=1), 8)
    late, later = world.invite("securities-account", reference="BD-EARLY")
    at(world, due + timedelta(minutes=1))
    settled(world)
    while world.application.delivery.deliver_due():
        pass
    (mail,) = [n for n in range(len(world.post.mails)) if "Erinnerung an Ihr Widerrufsrecht" in world.post.subject(n)]
    assert "https://www.depotbank.example/vertrag-widerrufen" in world.post.text(mail)
    assert world.post.message(mail)["To"] == "mehmet.yilmaz-gross@post.example"
    assert [each.contract for each in entries(world, "clock.reminded_of_right")] == [contract]
    if world.clock.now() < datetime.combine(today + timedelta(days=2), datetime.min.time(), BERLIN):
        at(world, world.clock.now() + timedelta(days=1))
    world.signatory(later, person="mehmet-yilmaz-gross").run()
    world.application.delivery.deliver_due()
    settled(world)
    assert act_of(world, Act.REMIND_OF_RIGHT, late) is None


def test_a_linked_reference_is_found_by_nobody_who_searches(shared: World, signed: dict[str, str]) -> None:
    from esign.engine.company import search

    assert not any(word.startswith("linked:") for word in search.words("linked:RB-2026-01873 Jana"))
    assert re.fullmatch(r"[0-9a-z]+", next(iter(search.words("RB"))))
    assert until(shared, signed["payment-deferral"]) > shared.clock.now()


@pytest.mark.parametrize("template", [*SIGNED, "consumer-credit"])
def test_one_altered_word_of_an_instruction_is_noticed_in_every_kind(
    shared: World, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EGBGB Art. 246a § 1 (2) sentence 2: what was agreed is fixed by its digest when the contract is drawn up."""
    contract = ContractData.parse(shared.sample(template))
    fixed = instruction_digest(contract)
    assert fixed == instruction_digest(contract)
    monkeypatch.setattr(text, "wording", altered)
    assert instruction_digest(contract) != fixed


def test_an_altered_instruction_of_a_purchase_is_not_sent(shared: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The signed document holds the words as they were agreed; others never go out, and a clerk is told."""
    contract, link = shared.invite("goods-purchase", reference="RB-ALTERED")
    shared.signatory(link, person="jana-beispiel").run()
    monkeypatch.setattr(text, "wording", altered)
    while shared.application.delivery.deliver_due():
        pass
    monkeypatch.undo()
    names = [
        part.get_filename() or ""
        for number in range(-3, 0)
        for part in shared.post.message(number).iter_attachments()
        if shared.post.message(number)["To"] == "jana.beispiel@post.example"
    ]
    assert any("Vertragsbestaetigung" in name for name in names)
    assert not any("Widerrufsbelehrung" in name for name in names)
    (failed,) = [each for each in entries(shared, "confirmation.failed") if each.contract == contract]
    assert failed.facts["code"] == "instruction_altered"


def altered(name: str, day: date) -> Any:
    """Return a wording of the policies; in instructions one word is another."""
    found = wording(name, day)
    if found["kind"] != "instruction":
        return found
    return json.loads(json.dumps(found).replace("Widerruf", "Umtausch", 1).replace("Sie k", "Du k", 1))
