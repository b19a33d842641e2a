"""The company hands the customer on by link and gets the customer back; never in a frame, never anywhere else."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from esign.client.returns import ReturnRefused, verify
from tests.conftest import WEB

SHOP = "https://shop.example"
BACK = f"{SHOP}/orders/1?step=done"


@pytest.fixture
def secret(backend) -> str:
    return backend.post("/return-addresses", {"origin": SHOP}).json()["secret"]


def link(backend, contract: str, **more: str):
    return backend.post(f"/contracts/{contract}/journey-links", {"party": "signatory-1", "return_url": BACK, **more})


def way_back(api, made) -> str:
    """Return the address that the agent is told."""
    signatory = api.world.signatory(made["link"])
    signatory.hello()
    return signatory.way_back


def go(api, address: str) -> str:
    answer = api.world.http.get(address, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    return answer.headers["Location"]


def test_the_customer_is_handed_on_signs_and_comes_back(api, backend, contract, secret):
    made = link(backend, contract)
    assert made.status_code == 201
    assert api.world.application.delivery.deliver_due() == 1  # the information before the order
    message = api.world.post.message()
    assert "Informationen.pdf" in [part.get_filename() for part in message.iter_attachments()]
    assert made.json()["link"] not in api.world.post.text()  # the company hands it on
    signatory = api.world.signatory(made.json()["link"])
    signatory.hello()
    address = signatory.way_back
    assert address.startswith(f"{WEB}/return/")
    now = api.world.clock.now().timestamp()
    before = verify(go(api, address), secret, now=now)
    assert (before.contract, before.party, before.state) == (contract, "signatory-1", "open")
    signatory.run()
    location = go(api, address)
    assert location.startswith(f"{BACK}&esign_contract=")
    assert verify(location, secret, now=now).state == "signed"
    query = parse_qs(urlsplit(location).query)
    assert set(query) == {"step", *(f"esign_{name}" for name in ("contract", "party", "state", "at", "signature"))}
    for word in ("Jana", "Beispiel", "%40", "@"):
        assert word not in location


def test_what_is_said_on_the_way_cannot_be_changed(api, backend, contract, secret):
    location = go(api, way_back(api, link(backend, contract).json()))
    now = api.world.clock.now().timestamp()
    for changed in (
        location.replace("esign_state=open", "esign_state=signed"),
        location.replace(contract, "x" * 22),
        location.replace("signatory-1", "signatory-2"),
        location + "&esign_state=signed",
        location.partition("&esign_signature")[0],
        location[:-3] + "abc",
    ):
        with pytest.raises(ReturnRefused):
            verify(changed, secret, now=now)
    for other in (now + 301, now - 301):
        with pytest.raises(ReturnRefused):
            verify(location, secret, now=other)
    with pytest.raises(ReturnRefused):
        verify(location, "whsec_" + "A" * 43 + "=", now=now)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "https://shop.example.evil.example/",
        "https://shop.example@evil.example/",
        "https://shop.example:444/",
        "http://shop.example/",
        "//shop.example/",
        "javascript:alert(1)",
        "https://shop.example\\@evil.example/",
        "https://shop.example/\r\nSet-Cookie: a=b",
        "https://shop.example/#fragment",
        "https://SHOP.example/",
        "/orders/1",
        "",
    ],
)
def test_nobody_is_sent_anywhere_else(api, backend, contract, secret, url):
    before = api.entries()
    refused = link(backend, contract, return_url=url)
    assert (refused.status_code, refused.json()["code"]) == (422, "api.return_address")
    assert api.entries() == before


def test_an_origin_of_another_tenant_is_not_registered(api, backend, contract):
    api.backend(tenant="other").post("/return-addresses", {"origin": SHOP})
    assert link(backend, contract).json()["code"] == "api.return_address"


def test_an_origin_that_was_taken_back_is_not_returned_to(api, backend, contract, secret):
    address = way_back(api, link(backend, contract).json())
    (registered,) = backend.get("/return-addresses").json()["items"]
    assert backend("DELETE", f"/return-addresses/{registered['id']}").status_code == 204
    answer = api.world.http.get(address, follow_redirects=False)
    assert answer.status_code == 404
    assert "Location" not in answer.headers
    assert api.world.http.get(f"{WEB}/return/unknown").status_code == 404


def test_at_the_simple_level_the_link_is_the_customer_s_alone(api, backend, secret):
    data = api.world.sample("mobile-plan")
    simple = backend.post("/contracts", {"data": {**data, "level": "simple"}}).json()
    if simple.get("level") != "simple":
        pytest.skip("the sample cannot be drawn up at the simple level")
    refused = link(backend, simple["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "api.journey")


def test_a_new_link_ends_the_old_one(api, backend, contract, secret):
    backend.post(f"/contracts/{contract}/invite", {})
    api.world.application.delivery.deliver_due()
    mailed = api.world.link()
    made = link(backend, contract).json()
    from certs.signatory.errors import ServerRefused

    with pytest.raises(ServerRefused) as refused:
        api.world.signatory(mailed).run()
    assert refused.value.code == "ceremony.invitation.unknown"
    api.world.signatory(made["link"]).run()
    again = link(backend, contract)
    assert again.status_code in (409, 422)


@pytest.mark.parametrize("origin", ["https://shop.example/", "http://shop.example", "https://", "https://a b", "x", ""])
def test_an_origin_is_one_as_browsers_write_it(backend, origin):
    assert backend.post("/return-addresses", {"origin": origin}).json()["code"] == "api.return_address"


def test_secrets_of_return_addresses_are_sealed_and_shown_once(api, backend, secret):
    assert secret not in backend.get("/return-addresses").text
    for file in api.world.settings.state_dir.rglob("*"):
        if file.is_file():
            assert secret.encode() not in file.read_bytes()
