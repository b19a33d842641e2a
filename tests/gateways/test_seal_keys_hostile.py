"""Whatever stands in a URI, a description or an answer of a service: a key, or a refusal with a code; nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.foundation.clock import FixedClock
from esign.gateways.http import HttpCaller, RetryRule
from esign.gateways.seal_keys import open_seal_key
from esign.gateways.seal_keys.csc_api import CscApi
from esign.gateways.seal_keys.csc_key import RemoteSealKey
from esign.gateways.seal_keys.csc_service import CscService
from esign.sealing import SealKeyError

NOW = FixedClock(at=datetime(2026, 3, 1, tzinfo=UTC))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["PIN", "v", "AAAA"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = (
    "key",
    "cert",
    "auth",
    "certificates",
    "algo",
    "multisign",
    "status",
    "objects",
    "PIN",
    "OTP",
    "authMode",
    "id",
)


@given(
    scheme=st.sampled_from(["file:", "pkcs11:", "csc:", "FILE:", ""]),
    rest=st.text(alphabet=st.characters(codec="utf-8"), max_size=40)
    | st.from_regex(r"(token|object|id|[a-z]{1,6})=[^;?&]{0,8}([;?&][a-z-]{1,12}=[^;?&]{0,8}){0,3}", fullmatch=True),
)
@settings(max_examples=150, deadline=None)
def test_any_text_as_a_uri_is_refused_with_a_code(scheme, rest):
    try:
        open_seal_key(scheme + rest, base=Path("/nonexistent"), clock=NOW)
    except SealKeyError as error:
        assert error.code.startswith("sealing.key.")
    else:
        raise AssertionError("a key was opened out of nothing")


@given(table=st.dictionaries(st.sampled_from(["url", "client_id", "client_secret_file", "most", "x", "api"]), JSON))
@settings(max_examples=50, deadline=None)
def test_any_description_of_a_service_is_read_or_refused(table, tmp_path_factory):
    path = tmp_path_factory.mktemp("csc") / "csc.toml"
    lines = [
        f"{name} = {json.dumps(value)}" for name, value in table.items() if not isinstance(value, dict | None.__class__)
    ]
    path.write_text("[house]\n" + "\n".join(lines) + "\n", "utf-8", errors="replace")
    try:
        CscService.read(path, "house")
    except SealKeyError as error:
        assert error.code == "sealing.key.service"


@given(
    answer=st.dictionaries(st.sampled_from(MEMBERS), JSON | st.dictionaries(st.sampled_from(MEMBERS), JSON)), token=JSON
)
@settings(max_examples=60, deadline=None)
def test_any_answer_of_a_service_is_refused_with_a_code(answer, token, tmp_path_factory):
    def say(request: httpx.Request) -> httpx.Response:
        body = {"access_token": token, "expires_in": token} if request.url.path == "/token" else answer
        return httpx.Response(200, content=json.dumps(body), headers={"Content-Type": "application/json"})

    secret = tmp_path_factory.getbasetemp() / "hostile.secret"
    secret.write_text("secret")
    for version in ("v1", "v2"):
        service = CscService(
            name="house",
            url="https://service.example/csc",
            api=version,
            client_id="a",
            client_secret_file=secret,
            token_url="https://service.example/token",
            credential="c",
        )
        client = httpx.Client(transport=httpx.MockTransport(say))
        try:
            RemoteSealKey(service, CscApi(service, HttpCaller(client, retry=RetryRule(attempts=1))), clock=NOW)
        except SealKeyError as error:
            assert error.code.startswith("sealing.key.")
        else:
            raise AssertionError("a key was opened out of nothing")
