"""Information and consents by the interface: what was delivered, under which rules, what was consented to."""

from __future__ import annotations

from datetime import timedelta


def test_what_is_told_before_the_declaration_and_under_which_rules(api, backend):
    made = backend.post("/contracts", {"data": api.world.sample("mobile-plan"), "invite": True}).json()
    found = backend.get(f"/contracts/{made['id']}/information").json()
    assert [(each["kind"], each["delivered"]) for each in found["files"]] == [
        ("information", []),
        ("contract_summary", []),
    ]
    api.world.application.delivery.deliver_due()
    found = backend.get(f"/contracts/{made['id']}/information").json()
    assert [[got["channel"] for got in each["delivered"]] for each in found["files"]] == [["email"], ["email"]]
    assert found["to_be_confirmed"] == sum(each["to_be_confirmed"] for each in found["rules"]) > 0
    kinds = [each["kind"] for each in backend.get("/events").json()["items"]]
    assert kinds.count("duty.delivered") == 2


def test_an_incomplete_contract_is_refused_with_items_and_clauses(api, backend):
    data = api.world.sample("mobile-plan") | {"information": {"insurance/4": "x"}}
    refused = backend.post("/contracts", {"data": data})
    assert (refused.status_code, refused.json()["code"]) == (422, "contracts.data.information_unknown")


def test_a_consent_is_told_with_evidence_and_revoked(api, backend):
    data = api.world.sample("mobile-plan") | {"consents": ["advertising"]}
    contract = backend.post("/contracts", {"data": data, "invite": True}).json()["id"]
    at = (api.world.clock.now() - timedelta(minutes=1)).isoformat()
    said = {"kind": "advertising", "party": "signatory-1", "statements": ["email"], "given_at": at, "evidence": "P 1"}
    refused = backend.post(f"/contracts/{contract}/consents", said | {"statements": []})
    assert (refused.status_code, refused.json()["code"]) == (422, "contracts.consent.incomplete")
    told = backend.post(f"/contracts/{contract}/consents", said)
    assert told.status_code == 201 and told.json()["channel"] == "company" and told.json()["revoked_at"] is None
    revoked = backend.post(f"/contracts/{contract}/consents/revoke", {"consent": told.json()["id"]})
    assert revoked.json()["revoked_at"] is not None
    (listed,) = backend.get(f"/contracts/{contract}/consents").json()["items"]
    assert listed == revoked.json()
    kinds = [each["kind"] for each in backend.get("/events").json()["items"]]
    assert [kind for kind in kinds if kind.startswith("consent.")] == ["consent.given", "consent.revoked"]


def test_a_loan_is_refused_with_its_clause_and_a_deferral_brings_the_credit_information(api, backend):
    """BGB §§ 491a, 492 (1), 494."""
    refused = backend.post("/contracts", {"data": api.world.sample("consumer-credit")})
    assert (refused.status_code, refused.json()["code"]) == (422, "contracts.form.not_offered")
    assert "§ 492(1) BGB n.F." in refused.text and "nichtig/geheilt" in refused.text
    made = backend.post("/contracts", {"data": api.world.sample("payment-deferral"), "invite": False}).json()
    found = backend.get(f"/contracts/{made['id']}/information").json()
    assert [each["kind"] for each in found["files"]] == ["information", "credit_information"]
