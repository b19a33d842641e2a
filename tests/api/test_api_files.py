"""Uploaded files, page templates, and contracts on both."""

from __future__ import annotations

import hashlib

import pytest

from esign.access import system
from tests.documents.own_documents import VALUES, contract, description
from tests.documents.pdf_making import made

PDF = {"Content-Type": "application/pdf"}


def upload(backend, data: bytes, **headers: str):
    return backend("POST", "/files", content=data, headers={**PDF, **headers})


def test_a_contract_is_drawn_up_on_an_uploaded_file(api, backend):
    data = made(pages=2)
    taken = upload(backend, data, **{"File-Name": "Rahmenvertrag.pdf"})
    assert taken.status_code == 201
    file = taken.json()
    assert (file["name"], file["pages"]) == ("Rahmenvertrag.pdf", 2)
    assert file["sha256"] == hashlib.sha256(data).hexdigest()
    assert backend.get(f"/files/{file['id']}").json() == file
    drawn = backend.post("/contracts", {"data": contract({"upload": file["id"]})})
    assert drawn.status_code == 201, drawn.text
    assert drawn.json()["template"] == "own-document"
    assert backend("DELETE", f"/files/{file['id']}").status_code == 204
    assert backend.get(f"/files/{file['id']}").status_code == 404
    assert backend.get(f"/contracts/{drawn.json()['id']}/documents/draft").content.startswith(b"%PDF-")


def test_a_contract_is_drawn_up_on_a_page_template(api, backend):
    file = upload(backend, made(pages=2)).json()
    template = api.world.application.templates.create(system("default"), description(), file["id"])
    listed = backend.get("/templates").json()["items"]
    assert [(item["id"], item["version"]) for item in listed] == [(template.id, 1)]
    detail = backend.get(f"/templates/{template.id}").json()
    assert detail["description"]["name"] == detail["name"] == "Rahmenvertrag Mobilfunk"
    document = {"page_template": template.id, "values": VALUES}
    drawn = backend.post("/contracts", {"data": contract(document)})
    assert drawn.status_code == 201, drawn.text


@pytest.mark.parametrize("data", [b"", b"%PDF-", b"no pdf at all", b"\x00" * 1000])
def test_what_is_no_pdf_is_refused_with_the_reason_which_is_recorded(api, backend, data):
    before = api.entries()
    refused = upload(backend, data)
    assert refused.status_code in (415, 422)
    assert refused.json()["code"].startswith("documents.upload")
    assert api.entries() == before + 1


def test_a_file_that_is_too_large_or_of_another_kind_is_refused_at_the_door(api, backend):
    assert upload(backend, b"%PDF-" + b"0" * (16 * 1024 * 1024)).json()["code"] == "web.body_too_large"
    assert upload(backend, made(), **{"Content-Type": "application/zip"}).status_code == 415
    assert upload(backend, made(), **{"File-Name": "a\tb"}).status_code == 422


def test_the_same_upload_twice_is_one_file(api, backend):
    key = {"Idempotency-Key": "upload-1"}
    data = made(pages=1)
    first, second = upload(backend, data, **key), upload(backend, data, **key)
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    other = upload(backend, made(pages=2), **key)
    assert (other.status_code, other.json()["code"]) == (422, "api.idempotency.reused")


def test_a_template_is_made_changed_tried_out_and_archived(api, backend):
    file = upload(backend, made(pages=2)).json()
    about = {name: value for name, value in description().items() if name != "document"}
    made_one = backend.post("/templates", {"description": about, "file": file["id"]})
    assert made_one.status_code == 201, made_one.text
    place = f"/templates/{made_one.json()['id']}"
    assert backend.get(place).json()["description"]["placements"] == about["placements"]
    changed = {"description": {**about, "name": "Neu"}, "newest": 1}
    assert backend.post(f"{place}/versions", changed).json()["version"] == 2
    late = backend.post(f"{place}/versions", changed)
    assert (late.status_code, late.json()["code"], late.json()["facts"]) == (
        409,
        "engine.template.changed",
        {"newest": 2},
    )
    first = backend.get(f"{place}?version=1").json()
    assert (first["version"], first["description"]["name"]) == (1, "Rahmenvertrag Mobilfunk")
    assert backend.get(f"{place}?version=9").status_code == 404
    shown = backend.post(f"{place}/preview", {"values": {"fee": 999}})
    assert shown.headers["Content-Type"] == "application/pdf" and shown.content.startswith(b"%PDF-")
    wrong = backend.post(f"{place}/preview", {"values": {"fee": "{{7*7}}"}})
    assert (wrong.status_code, wrong.json()["facts"]["variable"]) == (422, "fee")
    off = {**about, "placements": [{"kind": "text", "page": 1, "box": [0, 0, 9e9, 9], "text": "x"}]}
    refused = backend.post(f"{place}/versions", {"description": off})
    assert (refused.status_code, refused.json()["facts"]["pointer"]) == (422, "/placements/0/box/2")
    assert backend.post(f"{place}/archive").json()["archived_at"]
    assert backend.get("/templates").json()["items"] == []
    assert backend.post(f"{place}/versions", {"description": about}).status_code == 409
    assert backend.post(f"{place}/restore").json()["archived_at"] is None
