"""Every operation of the interface against objects in every state: generated from the description.

What changes something is exactly what :data:`CHANGES` says; everything else is refused, or has nothing to do, and
leaves the database as it was, to the last row. Every answer is one that the description knows
(:class:`tests.api.conftest.Backend`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.api.test_api_matrix import PDF, body_of
from tests.company.conftest import ORIGIN
from web.api.specification import Operation, operations

NAMES = {"file_id": "upload_id", "bulk_id": "run_id"}
"""Names in addresses that mean the same as one of the pages'."""

CHANGES: dict[str, set[str]] = {
    "acceptOrder": {"ordered"},
    "declineOrder": {"ordered"},
    "askRepresentative": {"drawn_up", "invited", "partly_signed"},
    "demandApproval": set(),  # a contract that waits for whom no minor stands behind
    "inviteParties": {"drawn_up"},
    "remindParty": {"invited"},
    "resendInvitation": {"invited", "expired"},
    "cancelContract": {"drawn_up", "invited", "partly_signed"},
    "correctAddress": {"drawn_up", "invited"},
    "delegateParty": {"drawn_up", "invited"},
    "changeValidity": {"drawn_up", "invited", "partly_signed", "expired"},
    "resendConfirmation": {"concluded"},
    "recordPerformance": {"concluded"},
    "tellConsent": {"drawn_up", "invited", "expired", "partly_signed", "ordered", "pending"},
    "revokeConsent": {"concluded"},
    "takeBackPerformance": {"concluded"},
    "settleDeclaration": {"open", "repeated"},
    "finishTask": {"open"},
    "renewContract": {"expired", "declined", "cancelled", "failed"},
    "createJourneyLink": {"drawn_up", "invited"},
    "getDossier": {"concluded"},  # is recorded
    "startBulkRun": {"checked"},
    "cancelBulkRun": {"uploaded", "checked", "running"},
    "addToSealBatch": {"open"},
    "completeSealBatch": {"open"},
    "deleteSealBatch": {"open", "done"},
    "decideCase": {"referred"},
    "closeCase": {"referred", "asked"},
    "deleteFile": {"waiting"},
    "createTemplateVersion": {"in_use"},
    "archiveTemplate": {"in_use"},
    "restoreTemplate": {"retired"},
    "changeWebhook": {"active"},  # to disabled
    "deleteWebhook": {"active", "disabled"},
    "rotateWebhookSecret": {"active", "disabled"},
    "testWebhook": {"active"},
    "redeliverWebhook": {"active"},
    "previewTemplate": set(),
}
"""Operation: states of the object in which it changes something."""
SETTLED = {"revokeConsent": (404,), "tellConsent": (201, 409)}
"""Operation: its answers where nothing changes, if they are its own. Only one of the contracts has the consent that is
revoked; where it stands already, telling it again is answered with it."""


def about_objects(house: Any) -> Iterator[tuple[Operation, str, list[str]]]:
    """Yield each operation about an object, the object's name, and all names in its address."""
    for operation in operations():
        names = [NAMES.get(name, name) for name in re.findall(r"\{([a-z_]+)\}", operation.path)]
        found = next((name for name in names if name in house.objects), None)
        if found is not None:
            yield operation, found, names


def path_of(house: Any, operation: Operation, kind: str, state: str, found: str) -> str:
    others = {
        "document": "draft",
        "delivery_id": house.deliveries.get(state, ""),
        "name": "invoice.pdf" if operation.method == "GET" else "another.pdf",
    }

    def put(match: re.Match[str]) -> str:
        name = NAMES.get(match[1], match[1])
        return found if name == kind else others[name]

    return re.sub(r"\{([a-z_]+)\}", put, operation.path)


def body(house: Any, operation: Operation) -> Any:
    if operation.id == "createJourneyLink":
        return {"party": "signatory-1", "return_url": f"{ORIGIN}/back"}
    if operation.id == "revokeConsent":
        return {"consent": house.consent}
    if operation.id == "takeBackPerformance":
        return {"statement": house.statement}
    return body_of(operation, house)


def asked(house: Any, tenant: str, operation: Operation, path: str) -> tuple[int, bool]:
    if operation.body_type == "application/pdf":
        sent = {"content": PDF, "headers": {"Content-Type": "application/pdf"}}
        answer = house.backends[tenant](operation.method, path, **sent)
    else:
        answer = house.backends[tenant](operation.method, path, body(house, operation))
    changed = house.memory.changed()
    if changed:
        house.memory.bring_back()
    return answer.status_code, changed


def test_every_operation_that_changes_an_object_says_in_which_states(states: Any) -> None:
    changing = {operation.id for operation, _, _ in about_objects(states) if operation.method != "GET"}
    assert changing | {"getDossier"} == CHANGES.keys()


def test_each_operation_changes_what_the_state_allows_and_nothing_else(states: Any) -> None:
    wrong = []
    for operation, kind, _ in about_objects(states):
        for state, found in states.objects[kind].items():
            status, changed = asked(states, "default", operation, path_of(states, operation, kind, state, found))
            allowed = state in CHANGES.get(operation.id, set())
            fine = (
                (changed and status < 300)
                if allowed
                else (not changed and status in SETTLED.get(operation.id, (200, 204, 409, 410)))
            )
            if not fine:
                wrong.append((operation.id, state, status, changed))
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("party", ["signatory-2", "signatory-99", "company", ""])
def test_a_party_that_is_none_is_refused_in_every_state(states: Any, party: str) -> None:
    wrong = []
    for operation, kind, _ in about_objects(states):
        told = body(states, operation)
        if kind != "contract_id" or not isinstance(told, dict) or operation.method == "GET":
            continue
        if "party" not in told and operation.id != "inviteParties":
            continue
        for state, found in states.objects[kind].items():
            if state == "partly_signed" and party == "signatory-2":
                continue  # there is one
            path = path_of(states, operation, kind, state, found)
            answer = states.backends["default"](operation.method, path, {**told, "party": party})
            if states.memory.changed():
                states.memory.bring_back()
                wrong.append((operation.id, state, "changed"))
            if answer.status_code not in (404, 409, 410, 422):
                wrong.append((operation.id, state, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))


def test_another_companys_key_finds_none_in_any_state(states: Any) -> None:
    wrong = []
    for operation, kind, _ in about_objects(states):
        for state, found in states.objects[kind].items():
            status, changed = asked(states, "other", operation, path_of(states, operation, kind, state, found))
            if (status, changed) != (404, False):
                wrong.append((operation.id, state, status, changed))
    assert not wrong, "\n".join(map(str, wrong))
