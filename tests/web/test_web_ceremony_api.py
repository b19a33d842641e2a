"""The agent's door: bytes in, bytes out, for exactly one foreign origin, without cookies."""

import gzip
import json

import pytest

from esign.foundation.errors import EsignError

URL = "/ceremony/v1/hello"
AGENT = "http://localhost:8081"
HEADERS = {"Content-Type": "application/jose", "Authorization": f"Bearer {'T' * 43}", "Origin": AGENT}


class WrongCode(EsignError):
    """The code is wrong."""

    code = "ceremony.intent.wrong_code"


class Postponed(EsignError):
    """A trust service is silent."""

    code = "engine.conclusion.postponed"


def problem(response):
    assert response.mimetype == "application/problem+json"
    value = json.loads(response.data)
    assert set(value) == {"type", "title", "status", "code", "facts"}
    assert value["status"] == response.status_code
    return value


def test_a_message_reaches_the_engine_byte_for_byte_and_its_answer_comes_back(client, engine):
    body = b"eyJhbGciOi.J9\x00\xff.x"
    response = client.post(URL, data=body, headers=HEADERS)
    assert (response.status_code, response.data, response.content_type) == (200, b'{"v":"esign/1"}', "application/json")
    assert engine.ceremony.seen == [("hello", "T" * 43, body)]


def test_a_document_is_answered_as_pdf(client):
    response = client.post("/ceremony/v1/document", data=b"x", headers=HEADERS)
    assert (response.content_type, response.data) == ("application/pdf", b"%PDF-1.7")
    assert "Content-Encoding" not in response.headers


def test_a_document_and_nothing_else_is_compressed_on_its_way_to_whoever_takes_it(client):
    headers = {**HEADERS, "Accept-Encoding": "gzip, br"}
    response = client.post("/ceremony/v1/document", data=b"x", headers=headers)
    assert (response.content_type, response.headers["Content-Encoding"]) == ("application/pdf", "gzip")
    assert gzip.decompress(response.data) == b"%PDF-1.7"
    assert "Accept-Encoding" in ",".join(response.headers.getlist("Vary"))
    assert "Content-Encoding" not in client.post(URL, data=b"x", headers=headers).headers


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Basic VDpU", "Bearer wrong", "T" * 43])
def test_without_a_valid_token_every_answer_is_the_same_and_says_nothing(client, engine, authorization):
    headers = {key: value for key, value in HEADERS.items() if key != "Authorization"}
    if authorization is not None:
        headers["Authorization"] = authorization
    response = client.post(URL, data=b"x", headers=headers)
    value = problem(response)
    assert (value["status"], value["code"], value["facts"]) == (404, "ceremony.invitation.unknown", {})
    assert b"leak" not in response.data
    assert len(engine.ceremony.seen) == 1, "the same path into the engine, whatever the header looked like"


def test_an_unknown_message_type_is_the_engines_to_refuse(client, engine):
    client.post("/ceremony/v1/bogus", data=b"x", headers=HEADERS)
    assert [seen[0] for seen in engine.ceremony.seen] == ["bogus"]


def test_a_refusal_carries_its_code_its_status_and_its_facts(client, engine):
    engine.ceremony.refusal = lambda: WrongCode("the code is wrong", tries_left=3)
    value = problem(client.post(URL, data=b"x", headers=HEADERS))
    assert value["code"] == "ceremony.intent.wrong_code"
    assert value["status"] == 403
    assert value["facts"] == {"tries_left": 3}
    assert value["type"] == "http://localhost:8080/problems/ceremony.intent.wrong_code"


def test_a_refusals_title_speaks_the_language_that_was_asked_for(client, engine):
    engine.ceremony.refusal = WrongCode
    german = problem(client.post(URL, data=b"x", headers={**HEADERS, "Accept-Language": "de-DE,de;q=0.9"}))
    english = problem(client.post(URL, data=b"x", headers=HEADERS))
    assert (german["title"], english["title"]) == ("Der Code stimmt nicht", "The code is wrong")


def test_a_silent_trust_service_asks_to_come_again(client, engine):
    engine.ceremony.refusal = Postponed
    response = client.post(URL, data=b"x", headers=HEADERS)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")


def test_a_fault_of_ours_says_internal_and_nothing_else(client, engine, caplog):
    engine.ceremony.refusal = lambda: RuntimeError("Jana Beispiel, token abc")
    response = client.post(URL, data=b"x", headers=HEADERS)
    value = problem(response)
    assert (value["status"], value["code"], value["facts"]) == (500, "internal", {})
    assert b"Jana" not in response.data


@pytest.mark.parametrize("content_type", ["", "application/json", "text/plain", "application/jose+json"])
def test_another_media_type_is_refused_before_the_engine_is_asked(client, engine, content_type):
    response = client.post(URL, data=b"x", headers={**HEADERS, "Content-Type": content_type})
    assert problem(response)["code"] == "web.media_type_unsupported"
    assert response.status_code == 415
    assert engine.ceremony.seen == []


def test_a_body_of_the_limit_passes_and_one_byte_more_is_refused(client, engine):
    assert client.post(URL, data=b"x" * 262_144, headers=HEADERS).status_code == 200
    response = client.post(URL, data=b"x" * 262_145, headers=HEADERS)
    assert (response.status_code, problem(response)["code"]) == (413, "web.body_too_large")
    assert len(engine.ceremony.seen) == 1


def test_a_body_without_a_stated_length_is_bounded_too(client, engine):
    import io

    response = client.post(
        URL,
        input_stream=io.BytesIO(b"x" * 300_000),
        headers={**HEADERS, "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )
    assert (response.status_code, problem(response)["code"]) == (413, "web.body_too_large")
    assert engine.ceremony.seen == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_any_other_method_is_refused_as_a_problem(client, engine, method):
    response = client.open(URL, method=method, headers=HEADERS)
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]
    assert response.mimetype == "application/problem+json"
    assert engine.ceremony.seen == []


def test_the_agents_origin_may_read_answers_and_refusals_without_cookies(client, engine):
    for response in (
        client.post(URL, data=b"x", headers=HEADERS),
        client.post(URL, data=b"x", headers={**HEADERS, "Authorization": "Bearer no"}),
        client.post(URL, data=b"x" * 300_000, headers=HEADERS),
        client.get(URL, headers=HEADERS),
    ):
        assert response.headers["Access-Control-Allow-Origin"] == AGENT
        assert "Access-Control-Allow-Credentials" not in response.headers
        assert "Origin" in response.headers["Vary"]
        assert response.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("origin", ["http://localhost:8080", "https://localhost:8081", "null", "http://evil.example"])
def test_no_other_origin_may_read_anything(client, origin):
    response = client.post(URL, data=b"x", headers={**HEADERS, "Origin": origin})
    assert "Access-Control-Allow-Origin" not in response.headers


def test_the_preflight_is_answered_for_the_agent_and_kept_by_the_browser(client, engine):
    response = client.options(
        URL, headers={"Origin": AGENT, "Access-Control-Request-Method": "POST", "Sec-Fetch-Site": "same-site"}
    )
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == AGENT
    assert response.headers["Access-Control-Allow-Methods"] == "POST"
    assert response.headers["Access-Control-Allow-Headers"] == "authorization, content-type"
    assert response.headers["Access-Control-Max-Age"] == "7200"
    assert engine.ceremony.seen == []


def test_a_question_ahead_is_answered_with_nothing_and_asks_nothing(client, engine):
    """``HEAD`` is there so that a browser sends the preflight early: the same for every type, known or not."""
    for kind in ("hello", "signature", "no-such-type"):
        response = client.head(f"/ceremony/v1/{kind}", headers={"Origin": AGENT, "Authorization": "Bearer"})
        assert (response.status_code, response.data) == (204, b"")
        assert response.headers["Cache-Control"] == "no-store"
    assert engine.ceremony.seen == []


def test_the_preflight_of_a_foreign_origin_allows_nothing(client):
    response = client.options(URL, headers={"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"})
    assert not [name for name in dict(response.headers) if name.startswith("Access-Control")]


def test_a_message_from_the_agents_site_needs_no_form_secret(client):
    response = client.post(URL, data=b"x", headers={**HEADERS, "Sec-Fetch-Site": "same-site"})
    assert response.status_code == 200
