"""Every scope against every operation, every object of another tenant: from the description, not one by one."""

from __future__ import annotations

import re

import pytest

from esign.access import Permission, system
from tests.documents.own_documents import UPLOAD, description
from tests.form_answers import answers_of
from web.api.handlers import HANDLERS
from web.api.specification import document, operations

UNKNOWN = "0123456789abcdefghijkl"
SECURED = [operation for operation in operations() if operation.scopes]
PDF = UPLOAD.pdf
OBJECTS = (
    *("contract_id", "webhook_id", "delivery_id", "return_address_id", "file_id", "template_id", "case_id"),
    *("bulk_id", "batch_id"),
    *("declaration_id", "task_id"),
)
BODIES = {
    "createPrefillToken": {"customer": "K-1"},
    "decideCase": {"accept": False, "reason": "Leider nein."},
    "closeCase": {},
    "inviteParties": {},
    "remindParty": {"party": "signatory-1"},
    "resendInvitation": {"party": "signatory-1"},
    "resendConfirmation": {"party": "signatory-1"},
    "acceptOrder": {},
    "declineOrder": {"reason": "Leider nein."},
    "askRepresentative": {"party": "signatory-1", "name": "Erika Beispiel", "email": "erika@post.example"},
    "demandApproval": {"party": "signatory-1"},
    "cancelContract": {},
    "correctAddress": {"party": "signatory-1", "email": "jana@neu.example"},
    "createJourneyLink": {"party": "signatory-1", "return_url": "https://shop.example/back"},
    "changeWebhook": {"state": "disabled"},
    "createWebhook": {"url": "https://hooks.example/"},
    "createReturnAddress": {"origin": "https://other.example"},
    "createTemplate": {"description": description(), "file": UNKNOWN},
    "createTemplateVersion": {"description": description()},
    "previewTemplate": {},
    "createBulkRun": {"form": "mobile-plan", "rows": [{"reference": "R-1"}]},
    "openSealBatch": {"level": "B-B"},
    "changeValidity": {"reminders": [2]},
    "renewContract": {},
    "recordPerformance": {"event": "fully_performed", "at": "2026-11-20"},
    "takeBackPerformance": {"statement": UNKNOWN},
    "tellConsent": {
        "kind": "advertising",
        "party": "signatory-1",
        "statements": ["email"],
        "given_at": "2026-11-20T09:00:00+01:00",
        "evidence": "Protokoll 1",
    },
    "revokeConsent": {"consent": UNKNOWN},
    "enterDeclaration": {"right": "withdrawal", "channel": "letter", "received": "2026-11-20", "name": "Jana Beispiel"},
    "settleDeclaration": {"words": "Erstattet."},
    "finishTask": {"words": "Angerufen."},
}


def body_of(operation, world):
    if operation.id == "createContract":
        return {"data": world.sample("electricity-supply")}
    if operation.id == "delegateParty":
        return {"party": "signatory-1", "person": world.sample("electricity-supply")["signatory"]}
    if operation.id == "createCase":
        return {"form": "mobile-plan", "answers": answers_of("mobile-plan")}
    return BODIES.get(operation.id)


def filled(operation, **objects: str) -> str:
    return re.sub(r"\{([a-z_]+)\}", lambda found: objects[found[1]], operation.path)


def objects_of(api, backend) -> dict[str, str]:
    """Return one object of each kind."""
    contract = backend.post("/contracts", {"data": api.world.sample("electricity-supply"), "invite": True}).json()
    webhook = backend.post("/webhooks", {"url": "https://hooks.example/a"}).json()
    delivery = backend.post(f"/webhooks/{webhook['id']}/test").json()
    address = backend.post("/return-addresses", {"origin": "https://shop.example"}).json()
    file = backend("POST", "/files", content=PDF, headers={"Content-Type": "application/pdf"}).json()
    referred = {"form": "electricity-supply", "answers": answers_of("electricity-supply", "too much for a household")}
    declared = backend.post("/declarations", BODIES["enterDeclaration"]).json()["id"]
    return {
        "declaration_id": declared,
        "task_id": next(
            each["id"] for each in backend.get("/tasks").json()["items"] if each["declaration"] == declared
        ),
        "case_id": backend.post("/cases", referred).json()["case"],
        "form": "mobile-plan",
        "contract_id": contract["id"],
        "webhook_id": webhook["id"],
        "bulk_id": backend.post("/bulk-runs", BODIES["createBulkRun"]).json()["id"],
        "delivery_id": delivery["id"],
        "return_address_id": address["id"],
        "file_id": file["id"],
        "template_id": api.world.application.templates.create(system("default"), description(), file["id"]).id,
        "batch_id": backend.post("/seal-batches", {}).json()["id"],
        "name": "invoice.pdf",
        "document": "draft",
    }


def asked(backend, operation, path, world):
    """Ask for an operation as its description wants it."""
    if operation.body_type == "application/pdf":
        return backend(operation.method, path, content=PDF, headers={"Content-Type": "application/pdf"})
    return backend(operation.method, path, body_of(operation, world))


def test_every_operation_has_a_handler_and_every_handler_an_operation():
    assert {operation.id for operation in operations()} == set(HANDLERS)


def test_every_operation_but_one_names_a_scope():
    assert [operation.id for operation in operations() if not operation.scopes] == ["getKey"]


def test_every_parameter_of_a_path_is_an_object_or_a_closed_list():
    names = {name for operation in operations() for name in re.findall(r"\{([a-z_]+)\}", operation.path)}
    assert names == set(OBJECTS) | {"document", "form", "name"}


def test_without_its_scope_nothing_can_be_asked(api, backend):
    objects = objects_of(api, backend)
    for operation in SECURED:
        lacking = api.backend(*(set(Permission) - set(operation.scopes)))
        before = api.entries()
        answer = asked(lacking, operation, filled(operation, **objects), api.world)
        assert (answer.status_code, answer.json()["code"]) == (403, "access.denied"), operation.id
        assert answer.json()["facts"] == {"permission": operation.scopes[0].value}
        assert api.entries() == before, operation.id


@pytest.mark.parametrize("permission", sorted(Permission))
def test_one_scope_alone_opens_exactly_its_own_operations(api, permission):
    backend = api.backend(permission)
    absent = dict.fromkeys(OBJECTS, UNKNOWN)
    opened = set()
    for operation in SECURED:
        answer = backend(
            operation.method,
            filled(operation, **absent, document="draft", form="mobile-plan", name="invoice.pdf"),
            body_of(operation, api.world),
        )
        if answer.status_code != 403:
            opened.add(operation.id)
    assert opened == {operation.id for operation in SECURED if operation.scopes == (permission,)}


def test_another_tenant_s_object_is_as_unknown_as_none(api, backend):
    objects = objects_of(api, backend)
    other = api.backend(tenant="other")
    absent = {**dict.fromkeys(objects, UNKNOWN), "document": "draft", "form": "mobile-plan", "name": "invoice.pdf"}
    for operation in SECURED:
        if not re.search(
            r"\{(case|contract|webhook|return_address|file|template|bulk|batch|declaration|task)_id\}", operation.path
        ):
            continue
        before = api.entries()
        theirs = asked(other, operation, filled(operation, **objects), api.world)
        none = asked(other, operation, filled(operation, **absent), api.world)
        assert theirs.status_code == 404, operation.id
        assert theirs.json() == none.json(), operation.id
        assert api.entries() == before, operation.id


def test_lists_show_nothing_of_another_tenant(api, backend):
    objects_of(api, backend)
    other = api.backend(tenant="other")
    for operation in SECURED:
        if operation.method == "GET" and "{" not in operation.path and operation.id != "listForms":
            assert other.get(operation.path).json()["items"] == [], operation.id


def test_a_delivery_of_another_webhook_is_unknown(api, backend):
    objects = objects_of(api, backend)
    second = backend.post("/webhooks", {"url": "https://hooks.example/b"}).json()["id"]
    answer = backend.post(f"/webhooks/{second}/deliveries/{objects['delivery_id']}/redeliver")
    assert (answer.status_code, answer.json()["code"]) == (404, "api.webhook_delivery_unknown")


def test_the_kinds_of_events_are_the_ones_that_the_engine_tells():
    from esign.engine.api.events import EVENT_KINDS

    assert document()["components"]["schemas"]["EventKind"]["enum"] == [kind.value for kind in EVENT_KINDS]


def test_the_states_of_contracts_are_the_engine_s():
    from esign.engine.records import ContractState

    assert set(document()["components"]["schemas"]["ContractState"]["enum"]) == {state.value for state in ContractState}
