"""What anybody may send to the form pages: refused with one code, shown as text, or taken for what it is."""

import html
import io
import re

import httpx
import pypdfium2
import pytest

from tests.actors import COMPANY
from tests.forms_pages.filling import answers_of

pytestmark = pytest.mark.network

XSS = "<img src=x onerror=alert(1)><script>alert(2)</script>"
TYPST = '#eval("1+1") #import "x" *bold* $x$ \\ @ref'


class Sender:
    """A browser without a screen: cookies, forms, no script."""

    def __init__(self, web, name="mobile-plan"):
        self.http = httpx.Client(base_url=web, timeout=60, headers={"Accept": "text/html"})
        self.name = name
        self.page = self.http.get(f"/formulare/{name}")

    def hidden(self, field, page=None):
        return html.unescape(re.search(rf'name="{field}" value="([^"]*)"', (page or self.page).text)[1])

    def fields(self, answers, **more):
        given = {"csrf_token": self.hidden("csrf_token"), "base": self.hidden("base"), "action": "check"}
        return {**given, **{f"f.{name}": value for name, value in answers.items()}, **more}

    def post(self, answers, **more):
        return self.http.post(f"/formulare/{self.name}", data=self.fields(answers, **more))

    def fill(self, answers, **more):
        answer = self.post(answers, **more)
        assert answer.status_code == 303, answer.text
        self.page = self.http.get(answer.headers["Location"].partition("#")[0])
        return answer.headers["Location"]

    def send(self):
        data = {"csrf_token": self.hidden("csrf_token"), "seen": self.hidden("seen")}
        answer = self.http.post(f"/formulare/{self.name}/absenden", data=data)
        assert answer.status_code == 303
        self.page = self.http.get(answer.headers["Location"])
        return answer.headers["Location"]


@pytest.fixture
def sender(stack):
    return Sender(stack.web)


def code(answer):
    return re.search(r"<code>([a-z_.]+)</code>", answer.text)[1]


def test_looking_at_a_form_keeps_nothing(stack, sender):
    assert sender.page.status_code == 200
    assert [name for name in sender.http.cookies if "draft" in name] == []


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("f.nothing", "x"),
        ("nothing", "x"),
        ("f.", "x"),
        ("f.__proto__", "x"),
        ("given_name", "x"),
        ("f.given_name\x00", "x"),
    ],
)
def test_a_member_that_no_form_of_ours_has_is_refused(sender, member, value):
    answer = sender.post({}, **{member: value})
    assert (answer.status_code, code(answer)) == (400, "forms.answers.unknown_field")
    assert [name for name in sender.http.cookies if "draft" in name] == []


def test_an_answer_that_is_there_twice_is_refused(sender):
    data = [*sender.fields({}).items(), ("f.given_name", "A"), ("f.given_name", "B")]
    body = str(httpx.QueryParams(data))
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = sender.http.post("/formulare/mobile-plan", content=body, headers=kind)
    assert (answer.status_code, code(answer)) == (400, "forms.answers.malformed")


def test_an_answer_that_nobody_types_is_too_large(sender):
    answer = sender.post({"given_name": "A" * 2_001})
    assert (answer.status_code, code(answer)) == (413, "forms.answers.too_large")
    answer = sender.post({"given_name": "A" * 70_000})
    assert (answer.status_code, code(answer)) == (413, "web.body_too_large")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("Jana\x00", "unsichtbare Zeichen"),
        ("Jana\u202egnp.exe", "unsichtbare Zeichen"),
        ("Ja\u200bna", "unsichtbare Zeichen"),
        ("Jana\x1b[2J", "unsichtbare Zeichen"),
        ("=HYPERLINK(1)", "darf nicht mit = beginnen"),
        ("@SUM(1)", "darf nicht mit @ beginnen"),
        ("-1+1", "darf nicht mit - beginnen"),
        ("A" * 81, "höchstens 80 Zeichen"),
        ("<script>", "name.characters"),
    ],
)
def test_characters_that_no_answer_has_stand_next_to_their_field(sender, value, says):
    location = sender.fill({**answers_of("mobile-plan"), "given_name": value})
    assert location == "/formulare/mobile-plan?geprueft=1#problems"
    said = re.search(r'id="f-given_name-said"[^>]*>(.*?)</div>', sender.page.text, re.S)[1]
    assert (says in said) if says != "name.characters" else ("error" in said and "&lt;script&gt;" not in said)
    assert "<script>alert" not in sender.page.text and 'value="<script>' not in sender.page.text


def test_without_the_secret_of_the_form_nothing_is_done(stack, sender):
    answer = sender.post(answers_of("mobile-plan"), csrf_token="")
    assert (answer.status_code, code(answer)) == (403, "web.form_expired")
    for path in (
        "/absenden",
        "/spaeter/link",
        "/spaeter/mail",
        "/verwerfen",
        "/merken",
        "/vorausfuellen",
        "/neu",
        "/anmelden",
    ):
        assert sender.http.post(f"/formulare/mobile-plan{path}", data={}).status_code == 403, path
    for path in ("/formulare/weiter", "/formulare/-/ort", "/formulare/-/bank"):
        assert sender.http.post(path, data={"code": "00124"}).status_code == 403, path
    assert [name for name in sender.http.cookies if "draft" in name] == []


def test_another_site_s_form_is_not_taken(sender):
    answer = sender.http.post(
        "/formulare/mobile-plan", data=sender.fields({}), headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert (answer.status_code, code(answer)) == (403, "web.form_expired")


def test_another_form_s_draft_opens_nothing_here(stack, sender):
    sender.fill({"given_name": "Geheim"}, action="update")
    token = next(value for name, value in sender.http.cookies.items() if "draft" in name)
    other = Sender(stack.web, "electricity-supply")
    other.http.cookies.set("esign_draft_electricity-supply", token)
    assert "Geheim" not in other.http.get("/formulare/electricity-supply").text
    assert other.http.get("/formulare/electricity-supply/pruefen").headers["Location"].endswith("hinweis=expired")


@pytest.mark.parametrize("token", ["", "A" * 43, "x" * 5000, "\x00", "../../etc", "' OR 1=1 --"])
def test_an_invented_draft_opens_nothing(stack, sender, token):
    raw = f"esign_draft_mobile-plan={token}".encode("latin-1", "replace").replace(b"\x00", b"%00")
    answer = sender.http.get("/formulare/mobile-plan/pruefen", headers={b"Cookie": raw})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/formulare/mobile-plan?hinweis=expired")


def test_the_cookie_of_a_draft_is_out_of_reach_for_scripts_and_other_pages(sender):
    answer = sender.post({"given_name": "Jana"}, action="update")
    cookie = next(item for item in answer.headers.get_list("Set-Cookie") if "draft" in item)
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Domain" not in cookie
    assert "Jana" not in answer.headers["Location"]


def test_the_cookie_is_bound_to_the_host_where_there_is_https(tmp_path):
    from flask import Flask, Response

    from web.forms import cookies

    app = Flask("x")
    app.config["SESSION_COOKIE_SECURE"] = True
    with app.test_request_context("/"):
        response = Response()
        from datetime import UTC, datetime

        cookies.give(response, "mobile-plan", "T" * 43, expires_at=datetime(2099, 1, 1, tzinfo=UTC))
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-esign_draft_mobile-plan=")
    assert "Secure" in cookie and "Path=/;" in f"{cookie};" and "Domain" not in cookie


@pytest.mark.parametrize("hint", ["<script>", "nonsense", "../x", "expired%22%3E%3Cscript%3E"])
def test_an_invented_notice_is_not_said(sender, hint):
    page = sender.http.get(f"/formulare/mobile-plan?hinweis={hint}").text
    assert 'class="notice' not in page.replace('class="offer-prefill notice"', "")


@pytest.mark.parametrize("name", ["nothing", "-", "mobile-plan%00", "..%2f..%2fetc", "own-document"])
def test_a_form_that_is_not_offered_has_no_page(sender, name):
    assert sender.http.get(f"/formulare/{name}").status_code == 404


@pytest.mark.parametrize("path", ["/formulare/-/ort", "/formulare/-/bank"])
@pytest.mark.parametrize("value", ["", "0124", "001244444", "0012a", "٠٠١٢٤", "00124\n", "' OR 1"])
def test_only_a_whole_code_is_looked_up(sender, path, value):
    answer = sender.http.post(path, data={"csrf_token": sender.hidden("csrf_token"), "code": value})
    assert answer.status_code == 400


def test_towns_and_banks_are_looked_up_by_code(sender):
    ask = lambda path, code: sender.http.post(  # noqa: E731 - one line
        path, data={"csrf_token": sender.hidden("csrf_token"), "code": code}
    ).json()
    assert ask("/formulare/-/ort", "00124") == {"towns": ["Beispielstadt"]}
    assert len(ask("/formulare/-/ort", "00127")["towns"]) > 1
    assert ask("/formulare/-/ort", "98765") == {"towns": []}
    assert ask("/formulare/-/bank", "37040044")["bank"]["name"] == "Commerzbank"
    assert ask("/formulare/-/bank", "99999999") == {"bank": None}
    assert sender.http.get("/formulare/-/ort?code=00124").status_code in (404, 405)


@pytest.mark.parametrize("secret", ["", "x", "A" * 43, "http://evil.example/#" + "A" * 43, "A" * 9000])
def test_an_invented_link_opens_nothing(sender, secret):
    page = sender.http.get("/formulare/weiter")
    data = {"csrf_token": sender.hidden("csrf_token", page), "secret": secret}
    answer = sender.http.post("/formulare/weiter", data=data)
    assert answer.status_code == 410 and "gilt nicht mehr" in answer.text
    assert "Set-Cookie" not in answer.headers or "draft" not in answer.headers["Set-Cookie"]


@pytest.mark.parametrize("token", ["", "x" * 30, "e30.e30.e30", "x" * 5000])
def test_an_invented_prefill_token_fills_in_nothing(sender, token):
    data = {"csrf_token": sender.hidden("csrf_token"), "secret": token}
    answer = sender.http.post("/formulare/mobile-plan/vorausfuellen", data=data)
    assert answer.headers["Location"] == "/formulare/mobile-plan?hinweis=refused"


def test_code_in_an_answer_is_text_on_every_page_and_in_the_document(stack):
    sender = Sender(stack.web, "electricity-supply")
    sender.fill(answers_of("electricity-supply", previous_supplier=XSS), action="update")
    assert XSS not in sender.page.text and html.escape(XSS, quote=False).replace('"', "&#34;") in sender.page.text
    sender.fill(answers_of("electricity-supply", previous_supplier=XSS))
    assert sender.page.url.path.endswith("/pruefen")
    assert "<img src=x" not in sender.page.text and "&lt;img src=x" in sender.page.text
    before = {item.id for item in stack.call(lambda: stack.application.contracts.list(COMPANY))}
    sender.send()
    assert "&lt;img" not in sender.page.text and "<img src=x" not in sender.page.text
    views = stack.call(lambda: stack.application.contracts.list(COMPANY))
    (contract,) = [item.id for item in views if item.id not in before]
    assert "<imgsrc=xonerror=alert(1)><script>alert(2)</script>" in document_text(stack, contract)


def test_markup_of_the_typesetter_is_text_in_the_document(stack):
    sender = Sender(stack.web, "electricity-supply")
    sender.fill(answers_of("electricity-supply", previous_supplier="Altstrom " + TYPST))
    before = {item.id for item in stack.call(lambda: stack.application.contracts.list(COMPANY))}
    sender.send()
    views = stack.call(lambda: stack.application.contracts.list(COMPANY))
    (contract,) = [item.id for item in views if item.id not in before]
    assert '#eval("1+1")' in document_text(stack, contract)


def document_text(stack, contract):
    pdf = pypdfium2.PdfDocument(io.BytesIO(stack.call(lambda: stack.application.reading.draft(COMPANY, contract))))
    text = "".join(page.get_textpage().get_text_range() for page in pdf)
    return re.sub(r"[\s\ufffe\u00ad\u200b-]+", "", text)  # however the lines were broken


def test_answers_to_questions_that_are_no_longer_asked_are_not_sent(stack, sender):
    forms = stack.application.forms
    answers = answers_of("mobile-plan", payment="transfer", own_number="no", number_kind="port")
    sender.fill(answers)  # IBAN and mandate were filled in before
    sent = []
    submit = type(forms).submit
    try:
        type(forms).submit = lambda self, token, given: sent.append(dict(given)) or submit(self, token, given)
        sender.send()
    finally:
        type(forms).submit = submit
    assert "own_number" in sent[0] and "iban" not in sent[0] and "mandate" not in sent[0]
