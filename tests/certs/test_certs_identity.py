"""The identity provider: the code flow with PKCE in a browser, and tokens that verify up to the root."""

import base64
import hashlib
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from certs.sandbox import Sandbox, UnknownPerson

AGENT = "http://localhost:8081"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
QUERY = {
    "client_id": "esign",
    "redirect_uri": f"{AGENT}/",
    "response_type": "code",
    "response_mode": "fragment",
    "scope": "openid profile",
    "state": "st/ate=1&x",
    "nonce": "the-nonce",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


def authorize(client, **changes):
    query = {name: value for name, value in {**QUERY, **changes}.items() if value is not None}
    return client.get("/idp/authorize", query_string=query)


def handle(page):
    return re.search(r'name="request" value="([^"]+)"', page.get_data(as_text=True)).group(1)


def log_in(client, person="jana-beispiel", **changes):
    page = authorize(client, **changes)
    assert page.status_code == 200
    return client.post("/idp/login", data={"request": handle(page), "person": person})


def answer(response, part="fragment"):
    assert response.status_code == 303
    parts = urlsplit(response.headers["Location"])
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{AGENT}/"
    return {name: values[0] for name, values in parse_qs(getattr(parts, part), strict_parsing=True).items()}


def exchange(client, code, origin=AGENT, **changes):
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": f"{AGENT}/",
        "client_id": "esign",
        "code_verifier": VERIFIER,
        **changes,
    }
    return client.post("/idp/token", data=form, headers={"Origin": origin} if origin else {})


def test_a_person_logs_in_with_one_tap_and_the_client_gets_the_token(sandbox, client, clock):
    reply = answer(log_in(client, "sophie-mueller-luedenscheidt"))
    assert (reply["state"], reply["iss"]) == (QUERY["state"], "http://localhost:8082/idp")
    clock.at += timedelta(seconds=30)
    response = exchange(client, reply["code"])
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == AGENT
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
    body = response.get_json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 300)
    keys = KeySet.import_key_set(client.get("/idp/jwks").get_json())
    token = jwt.decode(body["id_token"], keys, algorithms=["ES256"])
    now = int(clock.now().timestamp())
    claims = dict(token.claims)
    assert len(claims.pop("sub")) == 43
    assert claims == {
        "iss": "http://localhost:8082/idp",
        "aud": "esign",
        "iat": now,
        "exp": now + 300,
        "auth_time": now - 30,
        "nonce": "the-nonce",
        "acr": "http://eidas.europa.eu/LoA/substantial",
        "given_name": "Sophie",
        "family_name": "Müller-Lüdenscheidt",
        "birthdate": "1995-06-21",
        "sandbox": True,
    }
    assert token.header["kid"] == client.get("/idp/jwks").get_json()["keys"][0]["kid"]


def test_the_key_set_carries_a_chain_that_ends_at_the_root(sandbox, client):
    (key,) = client.get("/idp/jwks").get_json()["keys"]
    assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("EC", "P-256", "ES256", "sig")
    assert "d" not in key
    leaf, root = (x509.load_der_x509_certificate(base64.b64decode(item)) for item in key["x5c"])
    leaf.verify_directly_issued_by(root)
    assert base64.b64decode(key["x5c"][-1]) == sandbox.trust_anchors[0]
    numbers = leaf.public_key().public_numbers()
    imported = ECKey.import_key(key).public_key.public_numbers()
    assert (numbers.x, numbers.y) == (imported.x, imported.y)


def test_the_discovery_document_names_this_provider(client):
    response = client.get("/idp/.well-known/openid-configuration", headers={"Origin": AGENT})
    metadata = response.get_json()
    assert response.headers["Access-Control-Allow-Origin"] == AGENT
    assert metadata["issuer"] == "http://localhost:8082/idp"
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        assert metadata[name].startswith("http://localhost:8082/idp/")
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    assert "fragment" in metadata["response_modes_supported"]


@pytest.mark.parametrize("path", ["/idp/.well-known/openid-configuration", "/idp/jwks"])
def test_other_origins_may_not_read_answers(client, path):
    for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        response = client.get(path, headers=headers)
        assert "Access-Control-Allow-Origin" not in response.headers
        assert response.headers["Vary"] == "Origin"


def test_the_token_endpoint_answers_a_preflight_of_the_agent_only(client):
    mine = client.options("/idp/token", headers={"Origin": AGENT, "Access-Control-Request-Method": "POST"})
    assert (mine.status_code, mine.headers["Access-Control-Allow-Origin"]) == (204, AGENT)
    other = client.options("/idp/token", headers={"Origin": "https://evil.example"})
    assert "Access-Control-Allow-Origin" not in other.headers


def test_the_answer_may_come_in_the_query(client):
    reply = answer(log_in(client, response_mode=None), "query")
    assert exchange(client, reply["code"]).status_code == 200


def test_without_a_state_none_is_sent_back(client):
    assert set(answer(log_in(client, state=None))) == {"code", "iss"}


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": f"{AGENT}/other"},
        {"redirect_uri": AGENT},
        {"redirect_uri": f"{AGENT}/?x=1"},
        {"redirect_uri": f"{AGENT}.evil.example/"},
        {"redirect_uri": None},
        {"redirect_uri": [f"{AGENT}/", "https://evil.example/"]},
        {"client_id": "another"},
        {"client_id": None},
    ],
)
def test_an_unknown_client_or_address_is_told_nothing_and_sent_nowhere(client, changes):
    response = authorize(client, **changes)
    assert response.status_code == 400
    assert "Location" not in response.headers
    assert "evil" not in response.get_data(as_text=True).split("<footer>")[0]
    assert 'name="request"' not in response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": "=" * 43}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"nonce": "n" * 1025}, "invalid_request"),
        ({"state": "s" * 1025}, "invalid_request"),
        ({"nonce": ["a", "b"]}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"request": "eyJ"}, "request_not_supported"),
        ({"request_uri": "https://evil.example/r"}, "request_uri_not_supported"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_a_known_client_is_told_what_is_wrong(client, changes, error):
    reply = answer(authorize(client, **changes))
    assert reply["error"] == error
    assert "code" not in reply


def test_an_unknown_response_mode_is_refused_in_the_query(client):
    assert answer(authorize(client, response_mode="form_post"), "query")["error"] == "invalid_request"


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 64},
        {"code_verifier": ""},
        {"code_verifier": "short"},
        {"code_verifier": CHALLENGE},
        {"code_verifier": "ü" * 64},
        {"redirect_uri": f"{AGENT}/other"},
        {"redirect_uri": ""},
        {"code": "unknown"},
        {"code": ""},
    ],
)
def test_a_code_is_worth_nothing_without_its_verifier_and_address(client, changes):
    code = answer(log_in(client))["code"]
    response = exchange(client, **{"code": code, **changes})
    assert (response.status_code, response.get_json()) == (400, {"error": "invalid_grant"})
    if "code" not in changes:  # one wrong try spends the code
        assert exchange(client, code).get_json() == {"error": "invalid_grant"}


def test_a_code_is_good_once(client):
    code = answer(log_in(client))["code"]
    assert exchange(client, code).status_code == 200
    assert exchange(client, code).get_json() == {"error": "invalid_grant"}


def test_a_code_is_good_for_less_than_sixty_seconds(client, clock):
    code = answer(log_in(client))["code"]
    clock.at += timedelta(seconds=60)
    assert exchange(client, code).get_json() == {"error": "invalid_grant"}


def test_other_grants_and_clients_get_their_own_error(client):
    code = answer(log_in(client))["code"]
    assert exchange(client, code, grant_type="password").get_json() == {"error": "unsupported_grant_type"}
    other = exchange(client, code, client_id="another")
    assert (other.status_code, other.get_json()) == (401, {"error": "invalid_client"})
    assert exchange(client, code).status_code == 200


def test_a_login_page_is_good_for_less_than_ten_minutes_and_cannot_be_guessed(client, clock):
    page = authorize(client)
    assert len(handle(page)) == 43
    assert client.post("/idp/login", data={"request": "guess", "person": "jana-beispiel"}).status_code == 400
    clock.at += timedelta(minutes=10)
    late = client.post("/idp/login", data={"request": handle(page), "person": "jana-beispiel"})
    assert (late.status_code, "Location" in late.headers) == (400, False)


def test_whoever_cancels_goes_back_without_a_code(client):
    response = client.post("/idp/login", data={"request": handle(authorize(client)), "cancel": "1"})
    assert answer(response) == {"error": "access_denied", "state": QUERY["state"], "iss": "http://localhost:8082/idp"}


def test_an_unknown_person_cannot_log_in(client):
    response = client.post("/idp/login", data={"request": handle(authorize(client)), "person": "admin"})
    assert (response.status_code, "Location" in response.headers) == (400, False)


def test_the_hinted_person_stands_first(client):
    text = authorize(client, login_hint="karl-heinz-oesterreicher").get_data(as_text=True)
    offered = re.findall(r'name="person" value="([^"]+)"', text)
    assert offered[:2] == ["karl-heinz-oesterreicher", "jana-beispiel"]
    assert len(offered) == 9
    strange = authorize(client, login_hint='"><script>').get_data(as_text=True)
    assert "<script" not in strange
    assert re.findall(r'name="person" value="([^"]+)"', strange)[0] == "jana-beispiel"


def test_the_login_page_says_sandbox_in_the_language_of_the_person(client):
    german = authorize(client).get_data(as_text=True)
    assert "SANDBOX – keine echte Identifizierung" in german and '<html lang="de">' in german
    assert "geboren am 14.03.1987" in german
    english = authorize(client, ui_locales="en").get_data(as_text=True)
    assert "SANDBOX – not a real identification" in english and '<html lang="en">' in english
    browser = client.get("/idp/authorize", query_string=QUERY, headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert "born on 14 March 1987" in browser.get_data(as_text=True)


def test_the_login_page_has_no_script_and_its_form_may_only_lead_to_the_agent(client):
    page = authorize(client)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy
    assert f"form-action 'self' {AGENT}" in policy
    assert "frame-ancestors 'none'" in policy
    text = page.get_data(as_text=True)
    assert "<script" not in text and "style=" not in text
    assert not re.findall(r'(?:src|href|action)="https?:', text)
    assert client.get("/").headers["Content-Security-Policy"].endswith("form-action 'self'")


def test_what_the_client_sent_does_not_become_html(client):
    text = authorize(client, state='"><img>', nonce="<b>", login_hint="<i>").get_data(as_text=True)
    assert "<img>" not in text and "<b>" not in text and "<i>" not in text


def test_another_audience_sees_another_subject_and_a_restart_changes_nothing(sandbox, clock):
    def subject(world, **arguments):
        token = world.identity_provider.issue("jana-beispiel", "n", **arguments)
        return jwt.decode(token, world.identity_provider._key, algorithms=["ES256"]).claims["sub"]

    again = Sandbox.create(sandbox.directory, clock=clock)
    assert subject(sandbox) == subject(again) == subject(sandbox, audience="esign")
    assert subject(sandbox) != subject(sandbox, audience="other")


def test_an_unknown_person_gets_no_token(sandbox):
    with pytest.raises(UnknownPerson) as refused:
        sandbox.identity_provider.issue("nobody", "n")
    assert refused.value.code == "sandbox.unknown_person"


def test_the_list_of_redirect_uris_is_given_at_the_creation(tmp_path, clock):
    sandbox = Sandbox.create(tmp_path / "s", clock=clock, redirect_uris=("https://sign.example/",))
    client = sandbox.wsgi().test_client()
    assert authorize(client).status_code == 400
    page = authorize(client, redirect_uri="https://sign.example/")
    assert page.status_code == 200
    assert "form-action 'self' https://sign.example" in page.headers["Content-Security-Policy"]
