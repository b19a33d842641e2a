"""Orders, representatives and refused forms by the interface: every step without a screen."""

from __future__ import annotations

from typing import Any

import pytest


def ordered(api: Any, backend: Any, **offer: str) -> str:
    """Return a contract that its customer has ordered."""
    data = api.world.sample("electricity-supply")
    data = {**data, "level": "simple", "offer": {**data["offer"], "by": "customer", **offer}}
    contract = str(backend.post("/contracts", {"data": data, "invite": True}).json()["id"])
    api.world.application.delivery.deliver_due()
    signatory = api.world.signatory(api.world.link())
    for step in ("hello", "open", "document", "declare"):
        getattr(signatory, step)()
    return contract


def test_an_order_is_accepted_and_the_contract_is_there_when_that_has_arrived(api: Any, backend: Any) -> None:
    path = f"/contracts/{ordered(api, backend)}"
    assert backend.get(path).json()["state"] == "ordered"
    assert backend.get(f"{path}/formation").json()["offer_by"] == "customer"
    assert backend.post(f"{path}/accept", {}).json()["state"] == "ordered"
    assert backend.post(f"{path}/decline", {}).status_code == 409
    api.world.application.delivery.deliver_due()
    assert backend.get(path).json()["state"] == "concluded"
    kinds = [each["kind"] for each in backend.get(f"{path}/events").json()["items"]]
    assert kinds.index("contract.ordered") < kinds.index("contract.concluded")
    assert backend.post(f"{path}/accept", {}).status_code == 409


def test_an_order_is_turned_down(api: Any, backend: Any) -> None:
    path = f"/contracts/{ordered(api, backend)}"
    assert backend.post(f"{path}/decline", {"reason": "Ausverkauft"}).json()["state"] == "declined"
    assert backend.post(f"{path}/accept", {}).status_code == 409


def test_a_representative_is_asked_and_an_approval_that_nobody_waits_for_is_not_demanded(
    api: Any, backend: Any, contract: str
) -> None:
    body = {"party": "signatory-1", "name": "Erika Beispiel", "email": "erika@post.example"}
    asked = backend.post(f"/contracts/{contract}/representatives", body)
    assert asked.status_code == 201 and "/zustimmung/" in asked.json()["link"]
    refused = backend.post(f"/contracts/{contract}/demand-approval", {"party": "signatory-1"})
    assert (refused.status_code, refused.json()["code"]) == (409, "engine.formation.approval")
    again = backend.post(f"/contracts/{contract}/representatives", {**body, "email": "x"})
    assert again.status_code in (409, 422)


@pytest.mark.parametrize(
    ("kind", "level", "clause"), [("GEN-003", "qualified", "§ 311b(1) BGB"), ("EMP-004", "advanced", "§ 14(4) TzBfG")]
)
def test_a_form_that_the_law_refuses_is_told_with_clause_and_consequence(
    api: Any, backend: Any, kind: str, level: str, clause: str
) -> None:
    data = {**api.world.sample("electricity-supply"), "type": kind, "level": level}
    refused = backend.post("/contracts", {"data": data})
    problem = refused.json()
    assert refused.status_code == 422 and problem["code"].startswith("contracts.form.")
    assert problem["facts"]["clause"] == clause and problem["facts"]["consequence"]
    assert problem["facts"]["consequence_de"]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"company_signature": "seal", "offer": {"by": "customer"}}, "/company_signature"),
        ({"offer": {"acceptance": "clerk"}}, "/offer/acceptance"),
        ({"offer": {"summary_later": "Am Telefon"}}, "/offer/summary_later"),
    ],
)
def test_an_offer_that_does_not_fit_is_refused_with_its_place(
    api: Any, backend: Any, changes: dict[str, Any], place: str
) -> None:
    data = api.world.sample("electricity-supply")
    refused = backend.post("/contracts", {"data": {**data, **changes, "offer": {**data["offer"], **changes["offer"]}}})
    assert (refused.status_code, refused.json()["code"]) == (422, "contracts.data.offer")
    assert refused.json()["facts"]["pointer"] == place
