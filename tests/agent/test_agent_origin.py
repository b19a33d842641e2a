"""The static origin: exactly the manifest's files, exactly these headers, nothing else."""

import gzip
import hashlib
import json
from io import BytesIO
from wsgiref.util import setup_testing_defaults

import pytest

from esign.foundation.canonical import canonical
from web.agent_origin import AgentAltered, AgentNotBuilt, AgentOriginError, create_agent_origin, manifest_digest

FILES = {
    "index.html": b"<!doctype html>",
    "agent.js": b"void 0",
    "agent.css": b"a{}",
    "foil.png": b"\x89PNG",
    "pdfjs/pdf.mjs": b"1",
}
API, IDP = "https://api.example", "https://id.example/realm"


@pytest.fixture
def dist(tmp_path):
    for name, body in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(body)
    digests = {name: hashlib.sha256(body).hexdigest() for name, body in FILES.items()}
    (tmp_path / "manifest.json").write_bytes(canonical({"v": "esign-agent/1", "files": digests}))
    return tmp_path


def get(app, path, method="GET", **extra):
    environ = {"PATH_INFO": path, "REQUEST_METHOD": method, "wsgi.input": BytesIO(), **extra}
    setup_testing_defaults(environ)
    answer = {}

    def start(status, headers):
        answer.update(status=int(status.split()[0]), headers=headers)

    body = b"".join(app(environ, start))
    return answer["status"], dict(answer["headers"]), body


@pytest.fixture
def app(dist):
    return create_agent_origin(dist, api=API, idp=IDP)


def test_every_file_of_the_manifest_is_served_unchanged(app, dist):
    for name, body in FILES.items():
        assert get(app, f"/{name}")[::2] == (200, body)
    assert get(app, "/")[2] == FILES["index.html"]
    status, headers, body = get(app, "/manifest.json")
    assert (status, hashlib.sha256(body).hexdigest()) == (200, manifest_digest(dist))
    assert headers["Content-Type"] == "application/json; charset=utf-8"


def test_the_configuration_names_api_and_identity_provider_and_nothing_else(app):
    assert json.loads(get(app, "/config.json")[2]) == {"api": API, "idp": IDP}


def test_scripts_have_a_script_type(app):
    assert get(app, "/pdfjs/pdf.mjs")[1]["Content-Type"] == "text/javascript; charset=utf-8"
    assert get(app, "/agent.js")[1]["Content-Type"] == "text/javascript; charset=utf-8"
    assert get(app, "/foil.png")[1]["Content-Type"] == "image/png"


def test_everything_else_does_not_exist(app, dist):
    (dist / "secret.txt").write_text("x")
    for path in (
        "/secret.txt",
        "/agent.js/",
        "//agent.js",
        "/../manifest.json",
        "/pdfjs/",
        "/INDEX.HTML",
        "/%2e%2e",
        "/x",
    ):
        status, headers, body = get(app, path)
        assert (status, body) == (404, b""), path
        assert "Content-Security-Policy" in headers


def test_only_reading_is_allowed(app):
    assert get(app, "/", method="HEAD")[::2] == (200, b"")
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE"):
        status, headers, body = get(app, "/", method=method)
        assert (status, headers["Allow"], body) == (405, "GET, HEAD", b"")


def test_the_content_policy_lets_nothing_in_and_out_but_the_two_origins(app):
    policy = dict(part.split(" ", 1) for part in get(app, "/")[1]["Content-Security-Policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "worker-src": "blob:",
        "style-src": "'self'",
        "img-src": "'self' blob:",
        "connect-src": "'self' https://api.example https://id.example",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "esign-pdf",
    }


def test_every_answer_carries_the_protective_headers_and_no_cookie(app):
    for path in ("/", "/agent.js", "/manifest.json", "/config.json", "/nothing"):
        headers = get(app, path)[1]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Integrity-Policy"] == "blocked-destinations=(script)"
        assert "publickey-credentials-get=(self)" in headers["Permissions-Policy"]
        assert headers["Cache-Control"] in ("no-cache", "no-store")
        assert "Set-Cookie" not in headers and "Access-Control-Allow-Origin" not in headers


def test_an_unchanged_file_is_not_sent_again(app):
    tag = get(app, "/agent.js")[1]["ETag"]
    status, headers, body = get(app, "/agent.js", HTTP_IF_NONE_MATCH=tag)
    assert (status, body, headers["ETag"]) == (304, b"", tag)
    assert get(app, "/agent.js", HTTP_IF_NONE_MATCH='"other"')[0] == 200


def test_what_is_asked_for_by_its_digest_may_be_kept_for_good(app):
    digest = hashlib.sha256(FILES["agent.js"]).hexdigest()
    status, headers, body = get(app, "/agent.js", QUERY_STRING=f"v={digest}")
    assert (status, body) == (200, FILES["agent.js"])
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for other in ("", "v=", f"v={digest[:-1]}", f"v={digest}&x", f"V={digest}"):
        assert get(app, "/agent.js", QUERY_STRING=other)[1]["Cache-Control"] == "no-cache"
    assert get(app, "/", QUERY_STRING=f"v={digest}")[1]["Cache-Control"] == "no-cache"


def test_text_is_sent_compressed_to_whoever_takes_it(dist):
    body = b"let words = 1; " * 100
    (dist / "agent.js").write_bytes(body)
    digests = {
        **{n: hashlib.sha256(b).hexdigest() for n, b in FILES.items()},
        "agent.js": hashlib.sha256(body).hexdigest(),
    }
    (dist / "manifest.json").write_bytes(canonical({"v": "esign-agent/1", "files": digests}))
    app = create_agent_origin(dist, api=API, idp=IDP)
    status, headers, sent = get(app, "/agent.js", HTTP_ACCEPT_ENCODING="br, gzip")
    assert (status, headers["Content-Encoding"], gzip.decompress(sent)) == (200, "gzip", body)
    assert int(headers["Content-Length"]) == len(sent) < len(body) and headers["Vary"] == "Accept-Encoding"
    plain = get(app, "/agent.js")
    assert plain[2] == body and "Content-Encoding" not in plain[1] and plain[1]["Vary"] == "Accept-Encoding"
    assert plain[1]["ETag"] != headers["ETag"]
    again = get(app, "/agent.js", HTTP_ACCEPT_ENCODING="gzip", HTTP_IF_NONE_MATCH=headers["ETag"])
    assert again[0] == 304
    assert "Content-Encoding" not in get(app, "/foil.png", HTTP_ACCEPT_ENCODING="gzip")[1]


def test_what_the_build_packed_goes_to_whoever_takes_brotli(dist):
    (dist / "agent.js.br").write_bytes(b"br")
    (dist / "index.html.br").write_bytes(b"br")
    (dist / "manifest.json.br").write_bytes(b"br")
    app = create_agent_origin(dist, api=API, idp=IDP)
    status, headers, sent = get(app, "/agent.js", HTTP_ACCEPT_ENCODING="gzip, deflate, br, zstd")
    assert (status, headers["Content-Encoding"], sent, headers["Content-Length"]) == (200, "br", b"br", "2")
    assert headers["Vary"] == "Accept-Encoding" and headers["ETag"].endswith('-br"')
    for refused in ("gzip", "br;q=0", "brotli", "", "BR ; q=0.0"):
        assert get(app, "/agent.js", HTTP_ACCEPT_ENCODING=refused)[2] == FILES["agent.js"]
    for name in ("/", "/index.html", "/manifest.json", "/config.json"):  # no integrity value holds these
        assert get(app, name, HTTP_ACCEPT_ENCODING="br")[1].get("Content-Encoding") is None
    assert get(app, "/agent.js.br")[0] == 404


def test_what_is_served_is_what_was_read_at_the_start(app, dist):
    (dist / "agent.js").write_bytes(b"evil()")
    assert get(app, "/agent.js")[2] == FILES["agent.js"]


def test_an_altered_or_incomplete_build_is_not_served(dist):
    (dist / "agent.js").write_bytes(b"evil()")
    with pytest.raises(AgentAltered) as refused:
        create_agent_origin(dist, api=API, idp=IDP)
    assert refused.value.facts["file"] == "agent.js"
    (dist / "agent.js").unlink()
    with pytest.raises(AgentAltered):
        create_agent_origin(dist, api=API, idp=IDP)


@pytest.mark.parametrize(
    "manifest",
    [
        b"{}",
        b"[]",
        b'{"v": "esign-agent/1", "files": {}}',
        canonical({"v": "esign-agent/2", "files": {}}),
        canonical({"v": "esign-agent/1", "files": {}}),
        canonical({"v": "esign-agent/1", "files": {"../x": "0"}}),
        canonical({"v": "esign-agent/1", "files": {"/etc/passwd": "0"}}),
        canonical({"v": "esign-agent/1", "files": {"config.json": "0"}}),
        canonical({"v": "esign-agent/1", "files": {}, "more": 1}),
    ],
)
def test_a_manifest_of_another_form_is_refused(dist, manifest):
    (dist / "manifest.json").write_bytes(manifest)
    with pytest.raises(AgentAltered):
        create_agent_origin(dist, api=API, idp=IDP)


def test_without_a_build_there_is_no_origin(tmp_path):
    with pytest.raises(AgentNotBuilt):
        create_agent_origin(tmp_path, api=API, idp=IDP)
    with pytest.raises(AgentNotBuilt):
        manifest_digest(tmp_path)


@pytest.mark.parametrize("url", ["", "ftp://x", "https://", "https://a.example; script-src *", "javascript:1"])
def test_an_address_that_is_none_never_reaches_the_content_policy(dist, url):
    with pytest.raises(AgentOriginError):
        create_agent_origin(dist, api=url, idp=IDP)


def test_an_installation_without_identity_provider_reaches_the_api_only(dist):
    policy = get(create_agent_origin(dist, api=API, idp=""), "/")[1]["Content-Security-Policy"]
    assert f"connect-src 'self' {API};" in policy
