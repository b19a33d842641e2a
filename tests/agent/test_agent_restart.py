"""The browser is ended and started again: keys, passkey and attempt stay in its profile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import sync_playwright

from tests.agent.scratch_helpers import DESKTOP, Customer
from tests.browsers import on_profile

pytestmark = [pytest.mark.browser, pytest.mark.network]


@pytest.fixture
def playwright() -> Iterator[Any]:
    with sync_playwright() as driver:
        yield driver


@contextmanager
def browsing(playwright: Any, profile: Path, **device: Any) -> Iterator[Customer]:
    """A browser process on a profile, ended when the block is."""
    with on_profile(playwright, profile, **DESKTOP) as context:
        yield Customer(context.new_page(), **device)


def credentials(customer: Customer) -> list[Any]:
    answer = customer.cdp.send("WebAuthn.getCredentials", {"authenticatorId": customer.authenticator})
    return list(answer["credentials"])


def begin_without_passkey(customer: Customer, link: str) -> Customer:
    customer.open(link).begin()
    customer.page.locator("#no-passkey").wait_for()
    customer.tap("#no-passkey")
    return customer.identify()


def test_at_the_simple_level_the_same_attempt_goes_on(stack: Any, playwright: Any, tmp_path: Path) -> None:
    contract, link = stack.invite("mobile-plan")
    with browsing(playwright, tmp_path / "profile") as customer:
        customer.open(link).begin().read()
        fingerprint = customer.page.locator("#fingerprint").text_content()
    with browsing(playwright, tmp_path / "profile") as customer:
        customer.open(link).begin().read()
        assert customer.page.locator("#fingerprint").text_content() == fingerprint
        customer.unlock().scratch_with_mouse().type().order().done()
    assert stack.state(contract) == "concluded"
    assert len({each.body for each in stack.wire.seen if each.type == "open"}) == 1
    with browsing(playwright, tmp_path / "profile") as customer:
        assert customer.open(link, state="done").download() == stack.signed(contract)


def test_keys_that_cannot_be_taken_out_outlive_the_browser(
    recorded_stack: Any, playwright: Any, tmp_path: Path
) -> None:
    """Without a passkey, in the middle of one ceremony and between two contracts."""
    stack, device = recorded_stack, {"hasUserVerification": False, "isUserVerified": False}
    stack.wire.seen.clear()
    contract, link = stack.invite()
    with browsing(playwright, tmp_path / "profile", **device) as customer:
        begin_without_passkey(customer, link).read()
    with browsing(playwright, tmp_path / "profile", **device) as customer:
        customer.open(link).begin().read().unlock().scratch_with_mouse().type().order().done()
    assert stack.state(contract) == "concluded"
    assert stack.wire.types().count("enrol") == 1, "the certificate outlived the browser"
    second, link = stack.invite()
    with browsing(playwright, tmp_path / "profile", **device) as customer:
        begin_without_passkey(customer, link).read().unlock().scratch_with_mouse().type().order().done()
    assert stack.state(second) == "concluded"


def test_with_a_passkey_the_same_certificate_and_the_same_passkey_go_on(
    stack: Any, playwright: Any, tmp_path: Path
) -> None:
    """The passkey is the device's, the rest is the profile's.

    The driver's authenticator ends with its browser: its credential is carried over. Its PRF secret cannot be, hence a
    passkey without PRF, which verifies the person over the transcript while the profile keeps the keys.
    """
    contract, link = stack.invite()
    with browsing(playwright, tmp_path / "profile", hasPrf=False) as customer:
        customer.open(link).begin().identify().read()
        carried = credentials(customer)
    assert len(carried) == 1
    second, next_link = stack.invite()
    for made_up, address in ((contract, link), (second, next_link)):
        with browsing(playwright, tmp_path / "profile", hasPrf=False) as customer:
            for each in carried:
                options = {"authenticatorId": customer.authenticator, "credential": each}
                customer.cdp.send("WebAuthn.addCredential", options)
            if made_up == contract:
                customer.open(address).begin().read().unlock().scratch_with_mouse().type().order().done()
            else:
                customer.sign(address)
            carried = credentials(customer)
        assert stack.state(made_up) == "concluded"
        assert len(carried) == 1, "the passkey of the first ceremony is used again"
    assert stack.wire.types().count("enrol") == 2, "one certificate a contract"
