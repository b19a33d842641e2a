"""A clerk's day at the desk: finds, creates, corrects, reminds, cancels; legal takes the evidence."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest

from esign.access import Role, system
from esign.evidence import verify_dossier
from tests.company.browser import Browser
from tests.company.people import colleague
from tests.documents.pdf_making import in_root, made, script


@pytest.fixture
def clerk(world: Any) -> Browser:
    return Browser(world, colleague(world, Role.CLERK, email="clerk@example.org"))


def contract_at(answer: Any) -> str:
    assert answer.status_code == 303, answer.text[-3000:]
    return str(answer.headers["Location"].rpartition("/")[2])


def carried(page: str) -> dict[str, str]:
    """Return the hidden fields of the page on which everything is checked."""
    import html

    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {html.unescape(name): html.unescape(value) for name, value in found if name != "csrf_token"}


PERSON = {
    "p1.given_name": "Jana",
    "p1.family_name": "Beispiel",
    "p1.role": "Kundin",
    "p1.email": "jana.beispiel@post.example",
    "p1.street": "Lindenallee 12",
    "p1.postal_code": "00124",
    "p1.town": "Beispielstadt",
    "p1.country": "DE",
    "p1.consumer": "yes",
}


def test_a_clerk_finds_contracts_and_no_name_stands_in_the_address(world: Any, clerk: Browser) -> None:
    contract, _ = world.invite()
    answer = clerk.post("/company/contracts/search", {"party": "Jana Beispiel"})
    assert answer.status_code == 303
    address = answer.headers["Location"]
    assert "ana" not in address.partition("q=")[0] and "eispiel" not in address
    page = clerk.get(address).text
    assert contract in page and 'value="Jana Beispiel"' in page
    assert (
        contract not in clerk.get(clerk.post("/company/contracts/search", {"party": "Fremd"}).headers["Location"]).text
    )
    assert clerk.get("/company/contracts/?q=" + "A" * 60).status_code in (400, 422)
    assert contract in clerk.get("/company/contracts/?state=invited").text
    assert contract not in clerk.get("/company/contracts/?state=concluded").text


def test_a_question_of_another_company_is_not_answered(world: Any) -> None:
    from esign.engine.company.records import Wanted

    world.settings = world.settings.with_changes(tenants=("default", "other"))
    world.start()
    theirs = world.application.desk.ask(system("other"), Wanted(party="Jana"))
    clerk = Browser(world, colleague(world, Role.CLERK, email="clerk@example.org"))
    answer = clerk.get(f"/company/contracts/?q={theirs}")
    assert answer.status_code in (400, 422) and "api.cursor" in answer.text


def test_a_clerk_reminds_corrects_and_cancels(world: Any, clerk: Browser) -> None:
    contract, old_link = world.invite()
    base = f"/company/contracts/{contract}"
    page = clerk.get(base).text
    for word in ("Jana Beispiel", "Einladung gesendet", "Einladung endet", "Adresse korrigieren"):
        assert word in page, word
    assert clerk.post(f"{base}/remind", {"party": "signatory-1"}).status_code == 303
    again = clerk.post(f"{base}/remind", {"party": "signatory-1"})
    assert again.status_code == 409 and "Heute wurde schon erinnert" in again.text
    wrong = clerk.post(f"{base}/correct", {"party": "signatory-1", "email": "no address"})
    assert wrong.status_code == 422
    new = contract_at(clerk.post(f"{base}/correct", {"party": "signatory-1", "email": "j.b@post.example"}))
    assert new != contract and "j.b@post.example" in clerk.get(f"/company/contracts/{new}").text
    assert new in clerk.get(base).text
    world.application.delivery.deliver_due()
    assert world.link() != old_link
    cancelled = clerk.post(f"/company/contracts/{new}/cancel", {"reason": "Tarif nicht mehr verfügbar"})
    assert contract_at(cancelled) == new
    assert "Storniert" in clerk.get(f"/company/contracts/{new}").text
    world.application.delivery.deliver_due()
    assert "Tarif nicht mehr verfügbar" in world.post.text()


def test_a_clerk_puts_another_person_in(world: Any, clerk: Browser) -> None:
    contract, _ = world.invite("cost-approval")
    base = f"/company/contracts/{contract}"
    assert 'value="Oesterreicher"' in clerk.get(f"{base}/delegate").text.replace("Österreicher", "Oesterreicher")
    form = {name.removeprefix("p1."): value for name, value in PERSON.items()}
    new = contract_at(clerk.post(f"{base}/delegate", {**form, "birth_date": "1987-03-14", "party": "signatory-1"}))
    assert "jana.beispiel@post.example" in clerk.get(f"/company/contracts/{new}").text
    broken = clerk.post(f"/company/contracts/{new}/delegate", {**form, "email": "", "party": "signatory-1"})
    assert broken.status_code == 422 and "email" in broken.text


def test_legal_takes_document_and_dossier_a_clerk_no_dossier(world: Any, clerk: Browser) -> None:
    contract, link = world.invite()
    base = f"/company/contracts/{contract}"
    legal = Browser(world, colleague(world, Role.LEGAL, email="legal@example.org"))
    assert clerk.post(f"{base}/signed.pdf").status_code == 409
    world.signatory(link).run()
    assert clerk.get(f"{base}/draft.pdf").data.startswith(b"%PDF")
    assert clerk.post(f"{base}/signed.pdf").data.startswith(b"%PDF")
    assert clerk.post(f"{base}/dossier").status_code == 403
    page = legal.get(base).text
    assert "Beweisdossier" in page and "Adresse korrigieren" not in page
    answer = legal.post(f"{base}/dossier")
    assert answer.status_code == 200 and answer.data.startswith(b"PK")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="contract.dossier"'
    anchors = world.application.contracts.household.trust.certificates
    assert verify_dossier(answer.data, anchors=anchors).valid


def test_an_own_document_becomes_a_contract_that_is_signed(world: Any, clerk: Browser) -> None:
    world.invite()  # how the company names itself is known from its contracts
    file = (io.BytesIO(made(pages=2)), "..\\..\\Verträge/<b>Rahmen</b>.pdf")
    answer = clerk.post("/company/create/upload", {"file": file}, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    address = answer.headers["Location"]
    page = clerk.get(address).text
    assert "2 Seiten" in page and "<b>Rahmen" not in page and ".." not in re.findall(r"<h1>(.*?)</h1>", page)[0]
    assert clerk.get(f"{address}/page.png").data.startswith(b"\x89PNG")
    form = {"title": "Rahmenvertrag", "type": "GEN-015", "level": "advanced", "lang": "de", "count": "1", **PERSON}
    unanswered = clerk.post(address, {**form, "do": "check"})
    assert unanswered.status_code == 422 and "<code>paid</code>" in unanswered.text
    form["paid"] = "no"
    refused = clerk.post(address, {**form, "title": "", "do": "check"})
    assert refused.status_code == 422 and "title" in refused.text and "Jana" in refused.text
    checked = clerk.post(address, {**form, "do": "check"})
    assert checked.status_code == 200, re.findall(r"(?s)role=.alert.*?<form", checked.text)
    fields = carried(checked.text)
    assert fields["reference"].startswith("V-")
    sent = contract_at(clerk.post(address, {**fields, "do": "send"}))
    assert contract_at(clerk.post(address, {**fields, "do": "send"})) == sent, "sent twice, drawn up twice"
    world.application.delivery.deliver_due()
    world.signatory(world.link()).run()
    assert world.application.contracts.view(system("default"), sent).state == "concluded"


def test_several_persons_sign_in_any_order_and_a_taken_number_is_told(world: Any, clerk: Browser) -> None:
    world.invite()
    file = (io.BytesIO(made(pages=1)), "v.pdf")
    address = clerk.post("/company/create/upload", {"file": file}, content_type="multipart/form-data").headers[
        "Location"
    ]
    second = {name.replace("p1.", "p2."): value for name, value in PERSON.items()}
    second |= {"p2.given_name": "Mehmet", "p2.family_name": "Muster", "p2.email": "mehmet@post.example"}
    form = {"title": "Zu zweit", "type": "GEN-015", "level": "advanced", "lang": "de", "count": "2", **PERSON, **second}
    counted = clerk.post(address, {**form, "count": "3", "do": "count"}).text
    assert 'name="p3.given_name"' in counted and 'value="Mehmet"' in counted
    form |= {"signing_order": "free", "reference": "R-1", "paid": "no"}
    contract = contract_at(clerk.post(address, {**form, "do": "send", "later": "yes"}))
    detail = world.application.desk.contract(system("default"), contract)
    assert (detail.order, len(detail.parties), detail.view.state) == ("free", 2, "drawn_up")
    taken = clerk.post(address, {**form, "title": "Etwas anderes", "do": "send"})
    assert taken.status_code == 409 and "vergeben" in taken.text


@pytest.mark.parametrize(
    ("data", "status"),
    [(b"no pdf", 415), (made(in_root(OpenAction=script())), 422), (b"", 415), (b"PK\x03\x04" + b"\0" * 5000, 415)],
    ids=["text", "script", "empty", "zip"],
)
def test_what_cannot_be_signed_is_refused_with_the_reason(world: Any, clerk: Browser, data: bytes, status: int) -> None:
    file = (io.BytesIO(data), "x.pdf")
    answer = clerk.post("/company/create/upload", {"file": file}, content_type="multipart/form-data")
    assert answer.status_code == status and 'role="alert"' in answer.text


def test_a_body_that_is_too_large_is_refused_and_strangers_send_only_small_ones(world: Any, clerk: Browser) -> None:
    def send(browser: Browser, size: int) -> int:
        file = (io.BytesIO(b"x" * size), "x.pdf")
        return int(
            browser.post("/company/create/upload", {"file": file}, content_type="multipart/form-data").status_code
        )

    assert send(clerk, 27 * 1024 * 1024) == 413
    assert send(Browser(world), 100 * 1024) == 413
    legal = Browser(world, colleague(world, Role.LEGAL, email="legal@example.org"))
    assert send(legal, 100 * 1024) == 413


def test_contract_data_become_a_contract_and_mistakes_are_told_with_their_place(world: Any, clerk: Browser) -> None:
    data = world.sample("mobile-plan")
    path = "/company/create/data"
    checked = clerk.post(path, {"data": json.dumps(data), "do": "check"})
    assert checked.status_code == 200 and "zahlungspflichtig bestellen" in checked.text
    contract = contract_at(clerk.post(path, {**carried(checked.text), "do": "send"}))
    assert world.application.contracts.view(system("default"), contract).state == "invited"
    for bad in ("", "[]", "{", '{"v": 1, "v": 2}', json.dumps({**data, "level": "{{7*7}}"}), "[" * 100_000):
        answer = clerk.post(path, {"data": bad, "do": "check"})
        assert answer.status_code in (400, 413, 422), bad[:20]
        assert "49" not in re.sub(r"<[^>]+>", "", answer.text.partition("<textarea")[0]).replace("value", "")


def test_a_person_who_is_present_signs_on_the_own_device(world: Any, clerk: Browser) -> None:
    contract = world.application.contracts.draw_up(system("default"), world.sample("electricity-supply"))
    answer = clerk.post(f"/company/contracts/{contract}/in-person/", {"party": "signatory-1"})
    assert answer.status_code == 200 and "<svg" in answer.text
    assert "localhost:8081/#" not in answer.text, "the link is for the camera, not for the clerk's mouse"
    made_link = world.application.in_person.hand_over(system("default"), contract, "signatory-1").link
    world.signatory(made_link).run()
    view = world.application.contracts.view(system("default"), contract)
    assert view.state == "concluded"
    page = clerk.get(f"/company/contracts/{contract}").text
    assert "Vor Ort: Link für das Gerät der Person gezeigt" in page and "Änne Admin" in page


def test_a_simple_contract_is_not_signed_in_person(world: Any, clerk: Browser) -> None:
    contract, _ = world.invite("mobile-plan")
    answer = clerk.post(f"/company/contracts/{contract}/in-person/", {"party": "signatory-1"})
    assert answer.status_code == 409 and "<svg" not in answer.text
    assert "handover.offered" not in world.ledger(contract)
