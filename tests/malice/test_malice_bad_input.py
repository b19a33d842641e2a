"""What anybody can put into a request, at every door: generated from the routes, so that no page is forgotten.

Redirects lead to this installation and nowhere else; bodies beyond the limit are not read; a host that is not ours is
not served, and never comes back in an answer; what looks like a template to some engine is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pypdfium2
import pytest

from esign.access import Role
from tests.actors import COMPANY
from tests.company.browser import HTML, Browser
from tests.company.people import colleague
from tests.conftest import SANDBOX, WEB
from web.api.specification import operations
from web.company.bodies import LIMITS

ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example",
    "/company/\\..\\//evil.example",
    "/company//evil.example",
    "/company/%2f%2fevil.example",
    "/company@evil.example",
    "javascript:alert(1)",
    "/company/\r\nLocation: https://evil.example",
    "\thttps://evil.example",
    " //evil.example",
    "/company/?x=\u2028//evil.example",
)
NAMES = ("next", "return_url", "return", "url", "redirect", "redirect_uri", "hinweis", "q", "after", "way", "state")
TEMPLATES = "{{7*191}} {%print 7*191%} ${7*191} #{7*191} <%= 7*191 %> {0.__class__} {t} %(title)s %s @{7*191}"
"""What Jinja, Mako, Ruby, JSP, ``str.format`` and ``%`` would carry out; 7 * 191 is 1337."""
NOBODY = "A" * 43


@pytest.fixture(scope="module")
def everybody(shared_world: Any) -> Any:
    """A browser in which somebody with every right is logged in."""
    return Browser(shared_world, colleague(shared_world, *Role, email="everything@example.org"))


def rules(app: Any, method: str) -> Iterator[tuple[str, str]]:
    """Yield endpoint and address of each route of the pages, objects made up."""
    for rule in app.url_map.iter_rules():
        if method in rule.methods and rule.endpoint != "static":
            address = re.sub(r"<(?:[a-z]+:)?tenant>", "default", rule.rule)
            yield rule.endpoint, re.sub(r"<(?:[a-z]+:)?name>", "mobile-plan", re.sub(r"<[^>]+>", NOBODY, address))


def ours(location: str) -> bool:
    """Tell whether a browser that follows a redirect stays here, or goes to the configured identity provider."""
    followed = location.replace("\\", "/").strip("\t\r\n ")
    if followed.startswith("/") and not followed.startswith("//"):
        return True
    parts = urlsplit(followed)
    return f"{parts.scheme}://{parts.netloc}" in (WEB, SANDBOX)


def test_no_parameter_of_any_page_leads_elsewhere(shared_world: Any, everybody: Browser) -> None:
    stranger = Browser(shared_world)
    for _, address in rules(shared_world.apps[WEB], "GET"):
        for browser in (stranger, everybody):
            for at in range(0, len(ELSEWHERE), len(NAMES)):
                chosen = [ELSEWHERE[(at + number) % len(ELSEWHERE)] for number in range(len(NAMES))]
                answer = browser.get(address, query_string={"lang": "en", **dict(zip(NAMES, chosen, strict=True))})
                assert answer.status_code < 500, address
                assert ours(answer.headers.get("Location", "/")), (address, answer.headers["Location"])
                assert "evil.example" not in str(urlsplit(answer.headers.get("Location", "/")).netloc), address


@pytest.mark.parametrize("target", ELSEWHERE)
def test_no_way_of_writing_an_address_is_followed_after_a_login(shared_world: Any, target: str) -> None:
    browser = Browser(shared_world, colleague(shared_world, "clerk", email=f"next{hash(target)}@example.org"))
    answer = browser.get("/company/login", query_string={"next": target})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/company/")


@pytest.mark.parametrize(
    "path", ["/\\evil.example/", "/\\/evil.example", "/%5Cevil.example", "/.//evil.example", "/;@evil"]
)
def test_choosing_a_language_on_a_crooked_path_leads_nowhere(shared_world: Any, path: str) -> None:
    answer = Browser(shared_world).get(path, query_string={"lang": "en"})
    assert answer.status_code == 404 and "Location" not in answer.headers


def test_a_body_beyond_the_limit_is_read_at_no_page(shared_world: Any, everybody: Browser) -> None:
    """Also where the form's secret is right, and for everybody who may not send files."""
    stranger = Browser(shared_world)
    secrets = {browser: browser.secret() for browser in (stranger, everybody)}
    for endpoint, address in rules(shared_world.apps[WEB], "POST"):
        for browser, secret in secrets.items():
            files = endpoint in LIMITS or endpoint.startswith("company_templates.")
            if files and browser is everybody:
                continue  # what takes files has tests of its own, with whole files
            body = {"csrf_token": secret, "x": "A" * (64 * 1024 + 1)}
            answer = browser.client.post(address, data=body, headers=HTML)
            assert answer.status_code in (404, 413, 415), (endpoint, answer.status_code)


def test_a_form_of_many_small_parts_is_read_at_no_page(shared_world: Any, everybody: Browser) -> None:
    secret = everybody.secret()
    parts = "".join(f'--x\r\nContent-Disposition: form-data; name="p{number}"\r\n\r\n\r\n' for number in range(400))
    body = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{secret}\r\n{parts}--x--\r\n'.encode()
    for endpoint, address in rules(shared_world.apps[WEB], "POST"):
        answer = everybody.client.post(
            address, data=body, headers={**HTML, "Content-Type": "multipart/form-data; boundary=x"}
        )
        assert answer.status_code in (400, 403, 404, 413, 415), (endpoint, answer.status_code)


def test_a_host_that_is_not_ours_is_served_at_no_door(shared_world: Any) -> None:
    browser = Browser(shared_world)
    addresses = [address for method in ("GET", "POST") for _, address in rules(shared_world.apps[WEB], method)]
    addresses += [f"/api/v1{re.sub(r'{[^}]+}', NOBODY, operation.path)}" for operation in operations()]
    for address in addresses:
        for host in ("evil.example", "localhost:8080.evil.example", "localhost@evil.example", "evil.example:80"):
            answer = browser.client.get(address, headers={**HTML, "Host": host})
            assert answer.status_code in (400, 421), (address, host, answer.status_code)
            assert "evil.example" not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    "field", ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Forwarded-Server", "X-Original-URL", "X-Rewrite-URL"]
)
def test_no_other_field_names_the_host(shared_world: Any, everybody: Browser, field: str) -> None:
    value = "host=evil.example" if field == "Forwarded" else "/evil.example" if "URL" in field else "evil.example"
    for address in ("/", "/company/", "/formulare", "/formulare/mobile-plan", "/company/login", "/api/v1/"):
        plain, crooked = (everybody.get(address, headers=more) for more in ({}, {field: value}))
        assert crooked.status_code == plain.status_code and "evil.example" not in crooked.text + str(crooked.headers)


def test_what_looks_like_a_template_is_text_on_pages_in_mails_and_in_the_document(
    shared_world: Any, everybody: Browser
) -> None:
    world, application = shared_world, shared_world.application
    data = world.sample("electricity-supply")
    data = {**data, "signatory": {**data["signatory"], "street": TEMPLATES[:60]}}
    data["title"] = TEMPLATES
    contract = application.contracts.draw_up(COMPANY, data)
    application.contracts.invite(COMPANY, contract)
    world.post.mails.clear()
    assert application.delivery.deliver_due() >= 1
    pdf = pypdfium2.PdfDocument(application.reading.draft(COMPANY, contract))
    document = "".join(page.get_textpage().get_text_bounded() for page in pdf)
    mail = world.post.subject() + world.post.text()
    pages = everybody.get(f"/company/contracts/{contract}").text + everybody.get("/company/contracts/").text
    for name, text in (("document", document), ("mail", mail), ("pages", pages)):
        assert "1337" not in text, f"{name}: carried out"
        assert "<class" not in text and "&lt;class" not in text, name
    assert "{{7*191}}" in mail and "{{7*191}}" in pages and "{0.__class__}" in pages
    reason = everybody.post(f"/company/contracts/{contract}/cancel", {"reason": TEMPLATES})
    assert reason.status_code == 303
    application.delivery.deliver_due()
    assert TEMPLATES in " ".join(world.post.text().split()) and "1337" not in world.post.text()


def test_a_draft_that_was_planted_in_a_browser_is_not_taken_by_https(tmp_path: Any) -> None:
    """Session fixation at the forms: what a neighbouring host can set lacks the prefix that binds to this one."""
    from flask import Flask

    from web.company import cookies as company
    from web.forms import cookies as forms

    app = Flask("x")
    app.config["SESSION_COOKIE_SECURE"] = True
    planted = {"Cookie": "esign_draft_mobile-plan=planted; esign_company=planted; esign_recognition=planted"}
    with app.test_request_context("/", headers=planted):
        assert forms.read("mobile-plan") == "" and company.read(company.SESSION) == ""
    bound = {"Cookie": "__Host-esign_draft_mobile-plan=own; __Host-esign_company=own"}
    with app.test_request_context("/", headers=bound):
        assert forms.read("mobile-plan") == "own" and company.read(company.SESSION) == "own"
