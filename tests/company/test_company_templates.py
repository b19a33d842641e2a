"""Page templates at the desk: from the file to the signed contract, and whatever somebody may send instead."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from esign.access import Role, system
from esign.evidence import verify_dossier
from tests.company.browser import Browser
from tests.company.people import colleague
from tests.company.test_company_contracts import PERSON, carried, contract_at
from tests.documents.own_documents import UPLOAD, description
from tests.documents.pdf_making import in_root, made, script

LIST = "/company/templates/"
FILES = {"content_type": "multipart/form-data"}


@pytest.fixture
def clerk(world: Any) -> Browser:
    return Browser(world, colleague(world, Role.CLERK, email="clerk@example.org"))


def file(data: bytes, name: str = "x.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


def template(world: Any, tenant: str = "default", **changes: Any) -> str:
    return str(world.application.templates.create(system(tenant), description(**changes), UPLOAD.pdf).id)


def kept(world: Any, template_id: str) -> tuple[int, dict[str, Any]]:
    detail = world.application.templates.get(system("default"), template_id)
    return detail.version, dict(detail.description)


def save(browser: Browser, template_id: str, sent: Any, newest: str = "1", **more: str) -> Any:
    text = sent if isinstance(sent, str) else json.dumps(sent)
    form = {"description": text, "newest": newest, **more}
    return browser.post(f"{LIST}{template_id}/edit", form, headers={"Accept": "application/json"})


def archive(**files: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return stream.getvalue()


def words_on(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf)).replace(
        "\u200b", ""
    )


def test_a_template_becomes_a_contract_that_is_signed_and_proven(world: Any, clerk: Browser, tmp_path: Path) -> None:
    world.invite()  # how the company names itself is known from its contracts
    name = "Rahmenvertrag {{7*7}}"
    sent = {"file": file(made(pages=2)), "name": name, "lang": "de", "parties": "1"}
    answer = clerk.post(f"{LIST}new", sent, **FILES)
    assert answer.status_code == 303, answer.text[-2000:]
    template_id = answer.headers["Location"].split("/")[-2]
    edited = description(name=name)
    answer = save(clerk, template_id, edited)
    assert answer.status_code == 200 and answer.get_json()["version"] == 2, answer.text
    address = f"{LIST}{template_id}/contract"
    page = clerk.get(address).text
    assert 'name="v.fee"' in page and 'name="v.customer.name"' not in page, "what the contract says nobody types"
    form = {
        **PERSON,
        "title": "Rahmenvertrag",
        "type": "GEN-015",
        "paid": "no",
        "level": "advanced",
        "v.fee": "1.299,00 €",
        "v.start": "2027-01-01",
        "v.mail": "ja",
        "v.note": "{{7*7}} {customer.__class__} {fee}",
        "do": "check",
    }
    refused = clerk.post(address, {**form, "v.fee": "viel"})
    assert refused.status_code == 422 and 'href="#v.fee"' in refused.text and 'value="viel"' in refused.text
    missing = clerk.post(address, {**form, "v.start": ""})
    assert missing.status_code == 422 and 'href="#v.start"' in missing.text
    checked = clerk.post(address, form)
    assert checked.status_code == 200, checked.text[-3000:]
    fields = carried(checked.text)
    contract = contract_at(clerk.post(address, {**fields, "do": "send"}))
    assert contract_at(clerk.post(address, {**fields, "do": "send"})) == contract, "sent twice, drawn up twice"
    world.application.delivery.deliver_due()
    world.signatory(world.link()).run()
    company = system("default")
    signed = words_on(world.application.reading.signed(company, contract))
    for said in ("Kunde: Jana Beispiel", "1.299,00", "01.01.2027", "{{7*7}} {customer.__class__} {fee}"):
        assert said in signed
    dossier = world.application.dossiers.create(company, contract)
    anchors = world.application.contracts.household.trust.certificates
    assert verify_dossier(dossier, anchors=anchors).valid


REFUSED = {
    "text": (b"no pdf", 415, "Das ist keine PDF-Datei"),
    "nothing": (b"", 415, "Das ist keine PDF-Datei"),
    "script": (made(in_root(OpenAction=script())), 422, "JavaScript"),
    "zip": (b"PK\x03\x04" + b"\0" * 5000, 415, "Das ist keine PDF-Datei"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_cannot_be_signed_is_refused_with_what_to_do(world: Any, clerk: Browser, case: str) -> None:
    data, status, words = REFUSED[case]
    answer = clerk.post(f"{LIST}new", {"file": file(data), "name": "Bleibt stehen", "parties": "3"}, **FILES)
    assert answer.status_code == status and words in answer.text and 'role="alert"' in answer.text
    assert 'value="Bleibt stehen"' in answer.text and "<option selected>3</option>" in answer.text
    assert world.application.templates.list(system("default")) == ()
    template_id = template(world)
    answer = clerk.post(f"{LIST}{template_id}/document", {"file": file(data)}, **FILES)
    assert answer.status_code == status and words in answer.text
    assert kept(world, template_id)[0] == 1


def test_another_pdf_takes_the_same_fields_as_a_new_version(world: Any, clerk: Browser) -> None:
    template_id = template(world)
    answer = clerk.post(f"{LIST}{template_id}/document", {"file": file(made(pages=3))}, **FILES)
    assert answer.status_code == 303
    version, found = kept(world, template_id)
    assert version == 2 and found["placements"] == description()["placements"]
    too_few = clerk.post(f"{LIST}{template_id}/document", {"file": file(made(pages=1))}, **FILES)
    assert too_few.status_code == 422 and "Feld 4:" in too_few.text and "Diese Seite gibt es nicht" in too_few.text
    assert kept(world, template_id)[0] == 2


def test_a_template_goes_out_as_a_file_and_comes_in_again(world: Any, clerk: Browser) -> None:
    template_id = template(world, name="../../etc/Müller & <Söhne>")
    answer = clerk.get(f"{LIST}{template_id}/export")
    assert answer.mimetype == "application/zip"
    assert answer.headers["Content-Disposition"] == "attachment; filename=etc-mueller-soehne-1.zip"
    again = clerk.post(f"{LIST}import", {"archive": file(answer.data, "x.zip")}, **FILES)
    assert again.status_code == 303
    other = again.headers["Location"].split("/")[-2]
    assert other != template_id and kept(world, other)[1] == kept(world, template_id)[1]
    version = clerk.post(f"{LIST}{template_id}/import", {"archive": file(answer.data, "x.zip")}, **FILES)
    assert version.status_code == 303 and kept(world, template_id)[0] == 2


BOMB = archive(**{"template.json": b"{}", "document.pdf": b"\0" * 60_000_000})
ARCHIVES = {
    "bomb": BOMB,
    "path": archive(**{"../template.json": b"{}", "document.pdf": UPLOAD.pdf}),
    "absolute": archive(**{"/etc/passwd": b"{}", "document.pdf": UPLOAD.pdf}),
    "more": archive(**{"template.json": b"{}", "document.pdf": UPLOAD.pdf, "run.sh": b"#!"}),
    "nested": archive(**{"template.json": b"[" * 100_000, "document.pdf": UPLOAD.pdf}),
    "twice": archive(**{"template.json": b'{"v":1,"v":2}', "document.pdf": UPLOAD.pdf}),
    "rubbish": b"PK\x03\x04" + b"\xff" * 4000,
    "nothing": b"",
}


@pytest.mark.parametrize("case", ARCHIVES)
def test_an_archive_that_is_none_of_ours_is_refused_and_nothing_is_kept(world: Any, clerk: Browser, case: str) -> None:
    answer = clerk.post(f"{LIST}import", {"archive": file(ARCHIVES[case], "x.zip")}, **FILES)
    assert answer.status_code == 422 and 'role="alert"' in answer.text, answer.status
    assert world.application.templates.list(system("default")) == ()


def placed(**changes: Any) -> dict[str, Any]:
    words = {"kind": "text", "page": 1, "box": [60, 500, 300, 520], "text": "x", **changes}
    return description(placements=[words])


HOSTILE = {
    "no json": ("{", ""),
    "a list": ("[]", ""),
    "nested": ("[" * 200_000, ""),
    "not a number": (json.dumps(placed()).replace("500", "NaN"), ""),
    "infinite": (json.dumps(placed()).replace("500", "Infinity"), ""),
    "huge": (json.dumps(placed()).replace("500", "1e308"), "Feld 1:"),
    "beyond": (json.dumps(placed()).replace("500", "1" + "0" * 4000), "Feld 1:"),
    "off the page": (placed(box=[60, 500, 3000, 520]), "Feld 1:"),
    "turned round": (placed(box=[300, 520, 60, 500]), "Feld 1:"),
    "no such page": (placed(page=3), "Feld 1:"),
    "no such variable": (placed(text="{nobody}"), "Feld 1:"),
    "invisible": (placed(text="a\u202eb"), "Feld 1:"),
    "half a character": (json.dumps(placed(text="HALF")).replace("HALF", "\\ud800"), "Feld 1:"),
    "unknown member": (placed(onclick="alert(1)"), "Feld 1:"),
    "another document's name": (description(parties=9), ""),
    "too many": (description(placements=[placed()["placements"][0]] * 401), ""),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_the_editor_never_sends_is_refused_and_changes_nothing(world: Any, clerk: Browser, case: str) -> None:
    sent, where = HOSTILE[case]
    template_id = template(world)
    answer = save(clerk, template_id, sent)
    assert answer.status_code == 422, answer.text
    refused = answer.get_json()["refused"]
    assert refused["title"] and where in refused["place"]
    preview = clerk.post(
        f"{LIST}{template_id}/preview", {"description": sent if isinstance(sent, str) else json.dumps(sent)}
    )
    assert preview.status_code == 422 and 'role="alert"' in preview.text
    assert kept(world, template_id) == (1, kept(world, template_id)[1])


def test_markup_in_names_is_text_wherever_it_is_shown(world: Any, clerk: Browser) -> None:
    evil = '</script><svg onload="alert(1)">"\'><b>{{7*7}}'
    data = description(
        name=evil,
        variables=[{"name": "a", "label": evil[:80], "type": "choice", "choices": [evil, "b"], "example": "b"}],
        placements=[{"kind": "text", "page": 1, "box": [20, 500, 560, 520], "text": evil + " {a}"}],
    )
    template_id = str(world.application.templates.create(system("default"), data, UPLOAD.pdf).id)
    for path in ("", f"{template_id}/", f"{template_id}/edit", f"{template_id}/preview", f"{template_id}/contract"):
        page = clerk.get(LIST + path)
        assert (
            page.status_code == 200
            and "<svg onload" not in page.text
            and "49" not in re.findall(r"<h1>.*?</h1>", page.text)[0]
        )
        policy = page.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy and "unsafe" not in policy and "style-src 'self'" in policy
    assert evil in words_on(world.application.templates.preview(system("default"), template_id)).replace("\r\n", " ")


def test_who_saves_second_is_told_and_may_save_all_the_same(world: Any, clerk: Browser) -> None:
    template_id = template(world)
    assert save(clerk, template_id, description(name="Erste")).status_code == 200
    second = save(clerk, template_id, description(name="Zweite"))
    assert second.status_code == 409 and second.get_json()["refused"]["newest"] == 2
    assert kept(world, template_id)[1]["name"] == "Erste"
    assert save(clerk, template_id, description(name="Zweite"), over="2").status_code == 200
    assert kept(world, template_id)[0] == 3
    for newest in ("", "-1", "99999999999", "1e9", "x"):
        assert save(clerk, template_id, description(), newest=newest).status_code == 409


def test_the_form_of_numbers_keeps_what_was_typed_when_it_is_refused(world: Any, clerk: Browser) -> None:
    template_id = template(world)
    page = clerk.get(f"{LIST}{template_id}/edit").text
    assert 'name="f-6-party"' in page and 'value="74,52"' not in page
    form = {
        "newest": "1",
        "name": "Neu",
        "lang": "de",
        "parties": "1",
        "do": "save",
        **{f"f-0-{name}": value for name, value in {
            "kind": "text", "page": "1", "left": "NaN", "top": "1e9", "width": "-5", "height": "7", "text": "Hallo",
            "size": "10", "max_lines": "1",
        }.items()},
    }  # fmt: skip
    answer = clerk.post(f"{LIST}{template_id}/edit", form)
    assert answer.status_code == 422 and answer.text.count('class="said"') == 3
    for typed in ('value="NaN"', 'value="1e9"', 'value="-5"', 'value="Hallo"'):
        assert typed in answer.text
    good = {**form, "f-0-left": "20", "f-0-top": "50", "f-0-width": "90,5"}
    conflict = clerk.post(f"{LIST}{template_id}/edit", {**good, "newest": "7"})
    assert conflict.status_code == 409 and 'value="90,5"' in conflict.text and 'name="over" value="1"' in conflict.text
    assert clerk.post(f"{LIST}{template_id}/edit", good).status_code == 303
    assert kept(world, template_id)[1]["placements"][0]["box"] == [56.69, 680.43, 313.23, 700.27]


def test_templates_of_another_company_are_as_unknown_as_none(world: Any) -> None:
    world.settings = world.settings.with_changes(tenants=("default", "other"))
    world.start()
    clerk = Browser(world, colleague(world, Role.CLERK, email="clerk@example.org"))
    theirs = template(world, "other")
    for address in (theirs, "A" * 22, "..%2F..%2Fetc", "%00"):
        for path in ("/", "/edit", "/export", "/preview", "/picture", "/contract"):
            assert clerk.get(f"{LIST}{address}{path}").status_code == 404, (address, path)
        for path in ("/edit", "/preview", "/archive", "/restore", "/import", "/document", "/contract"):
            assert clerk.post(f"{LIST}{address}{path}", {"description": json.dumps(description())}).status_code == 404
    assert world.application.templates.get(system("other"), theirs).version == 1


@pytest.mark.parametrize("query", ["page=0", "page=3", "page=-1", "width=1", "width=99999", "version=2", "version=x"])
def test_a_picture_that_there_cannot_be_is_not_found(world: Any, clerk: Browser, query: str) -> None:
    template_id = template(world)
    found = clerk.get(f"{LIST}{template_id}/picture?{query}")
    assert found.status_code == (200 if query == "page=-1" else 404)


def test_an_archived_template_makes_no_contract_and_takes_no_version(world: Any, clerk: Browser) -> None:
    template_id = template(world)
    assert clerk.post(f"{LIST}{template_id}/archive").status_code == 303
    assert template_id not in clerk.get(LIST).text and template_id in clerk.get(f"{LIST}?archived=1").text
    assert clerk.get(f"{LIST}{template_id}/contract").status_code == 409
    assert save(clerk, template_id, description()).status_code == 409
    assert clerk.post(f"{LIST}{template_id}/restore").status_code == 303
    assert clerk.get(f"{LIST}{template_id}/contract").status_code == 200


def test_strangers_send_only_small_bodies(world: Any, clerk: Browser) -> None:
    def send(browser: Browser, size: int) -> int:
        return int(browser.post(f"{LIST}new", {"file": file(b"x" * size)}, **FILES).status_code)

    agent = Browser(world, colleague(world, Role.AGENT, email="agent@example.org"))
    legal = Browser(world, colleague(world, Role.LEGAL, email="legal@example.org"))
    for who in (Browser(world), agent, legal):  # who may make no template sends no large file
        assert send(who, 100 * 1024) == 413
    assert send(clerk, 22_000_000) == 413
    assert send(clerk, 16_000_000) == 413
    assert send(clerk, 100 * 1024) == 415
