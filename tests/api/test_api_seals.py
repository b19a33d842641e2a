"""The company's seal by the interface: one document, batches with odd names, others' keys, what is too large."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import quote

import pytest

from esign.access import Permission
from esign.client import ApiClient
from esign.client.errors import ApiProblem
from tests.api.conftest import PREFIX
from tests.conftest import WEB
from tests.sealing.invoice_samples import invoice_pdf, ubl
from tests.sealing.sealing_documents import document

PLAIN = document("no end of line at the end")
AS_PDF = {"Content-Type": "application/pdf"}
AS_XML = {"Content-Type": "application/xml"}
ODD = ["Rechnung 1.pdf", "100%25 & mehr?#.pdf", "Ünïcode – 请求.pdf", "it's;ok=yes.pdf", "+plus+.pdf", "%2e%2e.pdf"]


def work(api: Any) -> None:
    while api.world.application.sealing.seal_due():
        pass


def put(backend: Any, batch: str, name: str, data: bytes, **options: Any) -> Any:
    path = f"/seal-batches/{batch}/documents/{quote(name, safe='')}"
    return backend("PUT", path, content=data, headers=options.pop("headers", AS_PDF))


def test_one_document_comes_back_sealed(api, backend):
    for query, data, headers in (
        ("?level=B-B", PLAIN, AS_PDF),
        ("", PLAIN, AS_PDF),
        ("?level=B-LTA", invoice_pdf(), AS_PDF),
        ("?level=B-B", ubl(), AS_XML),
    ):
        sealed = backend("POST", f"/seals{query}", content=data, headers=headers)
        assert sealed.status_code == 200, sealed.text
        assert sealed.content.startswith(b"%PDF-") and b"/ByteRange" in sealed.content
        assert headers is AS_XML or sealed.content.startswith(data)
        assert sealed.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("query", "content", "headers", "status", "code"),
    [
        ("?level=B-B", b"", AS_PDF, 422, "sealing.document.empty"),
        ("?level=B-B", b"no document", AS_PDF, 422, "sealing.document.not_pdf"),
        ("?level=B-B", b"<no/>", AS_XML, 422, "sealing.invoice.unreadable"),
        ("?level=B-B", invoice_pdf(total="999.00"), AS_PDF, 422, "sealing.invoice.rules"),
        ("?level=B-X", PLAIN, AS_PDF, 422, "api.request"),
        ("?levels=B-B", PLAIN, AS_PDF, 422, "api.request"),
        ("?level=B-B", PLAIN, {"Content-Type": "text/plain"}, 415, "web.media_type_unsupported"),
        ("?level=B-B", PLAIN, {**AS_PDF, "Accept": "text/html"}, 406, "api.not_acceptable"),
        ("?level=B-B", bytes(16 * 1024 * 1024 + 1), AS_PDF, 413, "web.body_too_large"),
    ],
)
def test_what_cannot_be_sealed_is_refused_with_its_code(api, backend, query, content, headers, status, code):
    refused = backend("POST", f"/seals{query}", content=content, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_batch_with_odd_names_is_sealed_and_told(api, backend):
    backend.post("/webhooks", {"url": "https://hooks.example/a", "kinds": ["seal.batch_finished"]})
    key = {"Idempotency-Key": "batch-1"}
    made = backend.post("/seal-batches", {"level": "B-T", "evidence_record": True}, headers=key)
    assert made.status_code == 201, made.text
    batch = made.json()["id"]
    assert made.headers["Location"].endswith(f"/seal-batches/{batch}")
    assert backend.post("/seal-batches", {"level": "B-T", "evidence_record": True}, headers=key).json()["id"] == batch
    documents = {name: PLAIN + bytes(number) for number, name in enumerate(ODD)}
    for name, data in documents.items():
        assert put(backend, batch, name, data).status_code == 201, name
        assert put(backend, batch, name, data).status_code == 200, "the same document twice"
    other = put(backend, batch, ODD[0], b"another one")
    assert (other.status_code, other.json()["code"]) == (409, "sealing.output.exists")
    put(backend, batch, "broken", b"nothing")
    assert put(backend, batch, "large", bytes(16 * 1024 * 1024 + 1)).status_code == 413
    assert put(backend, batch, "text", b"x", headers={"Content-Type": "text/csv"}).status_code == 415
    for name in (".hidden", "a\\b", "a\nb", "x" * 201, "\u202e.pdf"):
        assert put(backend, batch, name, PLAIN).status_code == 422, name
    named = {"Authorization": f"Bearer {backend.secret}", **AS_PDF}
    for path in ("..%2Fx", "a%2Fb", "..", "%2E%2E", "%ff.pdf"):
        address = f"{PREFIX}/seal-batches/{batch}/documents/{path}"
        answer = api.world.http.put(address, content=PLAIN, headers=named)
        assert answer.status_code in (404, 405, 422), path
    waiting = backend.get(f"/seal-batches/{batch}/documents/{quote(ODD[0])}")
    assert (waiting.status_code, waiting.json()["code"]) == (409, "sealing.batch.document_not_sealed")

    assert backend.post(f"/seal-batches/{batch}/complete").json()["state"] == "running"
    assert put(backend, batch, "late.pdf", PLAIN).json()["code"] == "sealing.batch.state"
    assert backend("DELETE", f"/seal-batches/{batch}").status_code == 409
    work(api)
    done = backend.get(f"/seal-batches/{batch}").json()
    assert (done["state"], done["documents"], done["sealed"], done["set_aside"]) == ("done", 7, 6, 1)
    first = backend.get(f"/seal-batches/{batch}/results?limit=5").json()
    second = backend.get(f"/seal-batches/{batch}/results?limit=5&after={first['next']}").json()
    found = {each["name"]: each for each in first["items"] + second["items"]}
    assert list(found) == [*ODD, "broken"] and second["next"] is None
    assert found["broken"]["code"] == "sealing.document.not_pdf"
    for name, data in documents.items():
        sealed = backend.get(f"/seal-batches/{batch}/documents/{quote(name, safe='')}")
        assert sealed.content.startswith(data), name
        assert found[name]["sealed_sha256"] == hashlib.sha256(sealed.content).hexdigest()
        record = backend.get(f"/seal-batches/{batch}/evidence-records/{quote(name, safe='')}")
        assert record.status_code == 200 and record.content[:1] == b"\x30"
    none = backend.get(f"/seal-batches/{batch}/documents/none.pdf")
    assert (none.status_code, none.json()["code"]) == (404, "sealing.batch.document_unknown")

    (told,) = backend.get("/events?kind=seal.batch_finished").json()["items"]
    assert (told["seal_batch"], told["contract"]) == (batch, None)
    api.world.application.webhook_rounds.fan_out()
    with api.world.application.contracts.household.store.reading() as tx:
        queued = tx.webhooks.due(api.world.clock.now(), 10)
    assert [(each.kind, each.batch_id) for each in queued] == [("seal.batch_finished", batch)]

    same_tenant, other_tenant = api.backend(), api.backend(tenant="other")
    for stranger in (same_tenant, other_tenant):
        assert stranger.get(f"/seal-batches/{batch}").json()["code"] == "sealing.batch.unknown"
        assert stranger.get(f"/seal-batches/{batch}/documents/broken").status_code == 404
        assert put(stranger, batch, "broken", b"nothing").status_code == 404
        assert stranger.get("/seal-batches").json()["items"] == []
    assert api.backend(Permission.SEALS_READ).post("/seals?level=B-B").status_code == 403

    assert backend("DELETE", f"/seal-batches/{batch}").status_code == 204
    assert backend("DELETE", f"/seal-batches/{batch}").status_code == 204
    gone = backend.get(f"/seal-batches/{batch}/documents/broken")
    assert (gone.status_code, gone.json()["code"]) == (410, "sealing.batch.gone")
    assert [each["name"] for each in backend.get(f"/seal-batches/{batch}/results").json()["items"]] == [None] * 7


def test_a_key_has_so_many_batches_open_and_no_more(api, backend):
    api.world.settings = api.world.settings.with_changes(seal_open_batches=1)
    api.world.start()
    batch = backend.post("/seal-batches", {}).json()["id"]
    refused = backend.post("/seal-batches", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "sealing.batch.too_many")
    empty = backend.post(f"/seal-batches/{batch}/complete")
    assert (empty.status_code, empty.json()["code"]) == (409, "sealing.batch.empty")
    assert api.backend().post("/seal-batches", {}).status_code == 201, "another key's"


def test_the_client_walks_through_a_batch(api):
    with ApiClient(WEB, api.key(), http=api.world.http) as client:
        assert client.seal(PLAIN, level="B-B").startswith(PLAIN)
        assert client.seal(ubl(), level="B-B").startswith(b"%PDF-")
        batch = client.open_seal_batch(level="B-B", evidence_record=True)["id"]
        for name in ODD:
            assert client.add_to_seal_batch(batch, name, PLAIN)["state"] == "waiting"
        assert client.complete_seal_batch(batch)["state"] == "running"
        work(api)
        assert client.seal_batch(batch)["state"] == "done" and len(list(client.seal_batches())) == 1
        assert [each["state"] for each in client.seal_results(batch)] == ["sealed"] * len(ODD)
        assert client.sealed_document(batch, ODD[1]).startswith(PLAIN)
        assert client.seal_evidence_record(batch, ODD[1])
        client.delete_seal_batch(batch)
        with pytest.raises(ApiProblem) as refused:
            client.sealed_document(batch, ODD[0])
        assert refused.value.problem == "sealing.batch.gone"
