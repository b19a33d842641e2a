"""Identification at an OpenID Connect provider: authorisation code flow with PKCE, over real HTTP.

1. Metadata of the issuer; it must name itself.
2. Authorisation request with ``nonce = base64url(H(CSR))``, answered in the fragment of a redirect.
3. Where the provider asks who is there, the sandbox person is chosen.
4. ``state`` and ``iss`` of the answer, then the code for the ID token.
5. ``iss``, ``aud`` and ``nonce`` of the token are mine.

Source: OpenID Connect Core 1.0 section 3.1, RFC 7636, RFC 9207; docs/ceremony-spec.md section 4 (Identification).
"""

from __future__ import annotations

import json
import secrets
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx

from certs.signatory.errors import demand
from certs.signatory.words import b64, h, unb64

MAX_STEPS = 6
"""Pages and redirects at the provider before the answer must be there."""


def identify(
    http: httpx.Client, *, issuer: str, client_id: str, redirect: str, nonce: str, person_id: str, lang: str
) -> str:
    """Return the ID token of a sandbox person over the digest of a certificate signing request.

    Raises:
        SignatoryRefused: The provider refuses, or its answer is not for this request.
    """
    metadata = http.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration").raise_for_status().json()
    demand(metadata.get("issuer") == issuer, "agent.identification.foreign_provider")
    state, verifier = b64(secrets.token_bytes(32)), b64(secrets.token_bytes(32))
    request = {
        "response_type": "code",
        "response_mode": "fragment",
        "client_id": client_id,
        "redirect_uri": redirect,
        "scope": "openid profile",
        "state": state,
        "nonce": nonce,
        "code_challenge": b64(h(verifier.encode())),
        "code_challenge_method": "S256",
        "ui_locales": lang,
        "login_hint": person_id,
    }
    answer = _walk(http, f"{metadata['authorization_endpoint']}?{urlencode(request)}", redirect, person_id)
    demand(answer.get("state") == state, "agent.identification.foreign_answer")
    demand(answer.get("iss") in (None, issuer), "agent.identification.foreign_answer")
    demand("code" in answer, "agent.identification.refused", answer.get("error", ""))
    reply = http.post(
        metadata["token_endpoint"],
        data={
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": redirect,
            "client_id": client_id,
            "code_verifier": verifier,
        },
    )
    demand(reply.status_code == 200, "agent.identification.refused", f"status {reply.status_code}")
    token = reply.json().get("id_token")
    claims = _claims(token)
    audience = claims.get("aud")
    mine = claims.get("iss") == issuer and claims.get("nonce") == nonce
    demand(
        mine and client_id in ([audience] if isinstance(audience, str) else audience or []),
        "agent.identification.token",
    )
    return str(token)


def _walk(http: httpx.Client, url: str, redirect: str, person_id: str) -> dict[str, str]:
    reply = http.get(url, follow_redirects=False)
    for _ in range(MAX_STEPS):
        if reply.is_redirect:
            target = urljoin(str(reply.request.url), reply.headers["location"])
            if target.split("#", 1)[0] == redirect:
                return {name: values[0] for name, values in parse_qs(urlsplit(target).fragment).items()}
            reply = http.get(target, follow_redirects=False)
            continue
        demand(reply.status_code == 200, "agent.identification.refused", f"status {reply.status_code}")
        method, action, fields = _chosen(reply.text, person_id)
        target = urljoin(str(reply.request.url), action)
        headers = {"Origin": "{0.scheme}://{0.netloc}".format(urlsplit(target))}
        if method == "post":
            reply = http.post(target, data=fields, headers=headers, follow_redirects=False)
        else:
            reply = http.get(target, params=fields, follow_redirects=False)
    demand(False, "agent.identification.refused", "the provider never answered")
    return {}


class _Forms(HTMLParser):
    """The forms of a page: method, action, hidden fields, and what can be chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            method = given.get("method", "get").lower()
            self.forms.append({"method": method, "action": given.get("action", ""), "hidden": {}, "choices": []})
        elif self.forms and tag in ("input", "button") and given.get("name"):
            pair = (given["name"], given.get("value", ""))
            if given.get("type") == "hidden":
                self.forms[-1]["hidden"][pair[0]] = pair[1]
            else:
                self.forms[-1]["choices"].append(pair)


def _chosen(page: str, person_id: str) -> tuple[str, str, dict[str, str]]:
    parser = _Forms()
    parser.feed(page)
    for form in parser.forms:
        for name, value in form["choices"]:
            if value == person_id:
                return form["method"], form["action"], {**form["hidden"], name: value}
        if person_id in form["hidden"].values():
            return form["method"], form["action"], dict(form["hidden"])
    demand(False, "agent.identification.unknown_person")
    raise AssertionError


def _claims(token: object) -> dict[str, Any]:
    try:
        claims = json.loads(unb64(str(token).split(".")[1]))
    except (ValueError, IndexError):
        claims = None
    demand(isinstance(claims, dict), "agent.identification.token")
    return dict(claims or {})
