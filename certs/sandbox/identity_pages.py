"""The identity provider on the web: discovery, keys, login page, token endpoint."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import unquote_plus, urlencode, urlsplit

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from certs.sandbox.authorization import MAX_VALUE, AuthorizationRequest, ClientRefused, GrantRefused, RequestRefusedTo
from certs.sandbox.errors import UnknownPerson
from certs.sandbox.identity_provider import FORMS_CLIENT, STAFF_CLIENT

if TYPE_CHECKING:
    from certs.sandbox.world import Sandbox

Page = Response | AnyResponse | tuple[str, int] | str


def identity_pages(sandbox: Sandbox) -> Blueprint:
    """Return the routes below ``/idp``."""
    routes = Blueprint("identity", __name__, url_prefix="/idp")
    provider, authorizations = sandbox.identity_provider, sandbox.authorizations
    clients = {
        provider.client_id: sandbox.redirect_uris,
        STAFF_CLIENT: sandbox.staff_redirect_uris,
        FORMS_CLIENT: sandbox.forms_redirect_uris,
    }
    origins = tuple(sorted({_origin(uri) for uri in sandbox.redirect_uris}))

    @routes.get("/.well-known/openid-configuration")
    def discovery() -> Response:
        return _shared(jsonify(provider.discovery()))

    @routes.get("/jwks")
    def jwks() -> Response:
        return _shared(jsonify(provider.key_set()))

    @routes.get("/authorize")
    def authorize() -> Page:
        """Check the client's request and show whom it may be about."""
        try:
            client = request.args.get("client_id", "")
            wanted = AuthorizationRequest.parse(
                request.args.to_dict(flat=False),
                issuer=provider.issuer,
                client_id=client,
                redirect_uris=clients.get(client, ()),
            )
        except ClientRefused:
            return _problem("problem_client")
        except RequestRefusedTo as refusal:
            return redirect(refusal.location, 303)
        # A form's answer may lead to another origin only if the page's policy names that origin.
        g.form_targets = (_origin(wanted.to.redirect_uri),)
        return render_template(
            "login.html",
            handle=authorizations.begin(wanted),
            persons=provider.persons.beginning_with(wanted.login_hint),
            suggested=wanted.login_hint,
            recipient=_origin(wanted.to.redirect_uri),
        )

    @routes.post("/login")
    def login() -> Page:
        """One tap: the person is logged in and agrees, and goes back to the client with a code."""
        wanted = authorizations.waiting(request.form.get("request", ""))
        if wanted is None:
            return _problem("problem_expired")
        if "cancel" in request.form:
            return redirect(wanted.to.location({"error": "access_denied"}), 303)
        try:
            person = provider.persons.find(request.form.get("person", ""))
        except UnknownPerson:
            return _problem("problem_person")
        return redirect(wanted.to.location({"code": authorizations.grant(wanted, person.id)}), 303)

    @routes.get("/logout")
    def end_session() -> Page:
        """End a login: none is kept here, so nothing is left to end. Source: RP-Initiated Logout 1.0 section 2."""
        back = request.args.get("post_logout_redirect_uri")
        if back is None:
            return redirect("/", 303)
        if back not in clients.get(request.args.get("client_id", ""), ()):
            return _problem("problem_client")
        state = request.args.get("state", "")[:MAX_VALUE]
        return redirect(f"{back}?{urlencode({'state': state})}" if state else back, 303)

    @routes.post("/token", provide_automatic_options=False)
    def token() -> Response:
        """Exchange a code for an ID token. Source: RFC 6749 section 4.1.3."""
        form = request.form
        if form.get("grant_type") != "authorization_code":
            return _shared(_refusal("unsupported_grant_type"))
        client = _client(sandbox)
        if client is None:
            return _shared(_refusal("invalid_client"))
        try:
            grant = authorizations.redeem(
                code=form.get("code", ""),
                client_id=client,
                redirect_uri=form.get("redirect_uri", ""),
                verifier=form.get("code_verifier", ""),
            )
        except GrantRefused as refusal:
            return _shared(_refusal(str(refusal)))
        wanted = grant.request
        id_token = provider.identify(
            provider.persons.find(grant.person_id), wanted.nonce, wanted.client_id, grant.authenticated_at
        )
        lifetime = int(sandbox.description.provider.token_lifetime.total_seconds())
        # The protocol wants an access token; this one opens nothing, because there is nothing more to fetch.
        answer = {"access_token": "SANDBOX", "token_type": "Bearer", "expires_in": lifetime, "id_token": id_token}
        return _shared(jsonify(answer))

    @routes.route("/token", methods=["OPTIONS"])
    def token_preflight() -> Response:
        response = _shared(Response(status=204))
        response.headers["Access-Control-Allow-Methods"] = "POST"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type"
        return response

    def _shared(response: Response) -> Response:
        """Let the agent's origin read an answer; without cookies there is nothing more to protect."""
        origin = request.headers.get("Origin")
        if origin in origins:
            response.headers["Access-Control-Allow-Origin"] = origin
        response.headers.add("Vary", "Origin")
        return response

    return routes


def _client(sandbox: Sandbox) -> str | None:
    """Return which client asks for a token: the public ones by their names, that of the staff by its secret alone."""
    named, basic = request.form.get("client_id"), request.authorization
    if basic is not None and basic.type == "basic":
        # RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
        name, secret = unquote_plus(basic.username or ""), unquote_plus(basic.password or "")
        right = hmac.compare_digest(secret.encode(), sandbox.staff_client_secret.encode())
        return STAFF_CLIENT if name == STAFF_CLIENT and right and named in (None, STAFF_CLIENT) else None
    return named if named in (sandbox.identity_provider.client_id, FORMS_CLIENT) else None


def _refusal(error: str) -> Response:
    response = jsonify({"error": error})
    response.status_code = 401 if error == "invalid_client" else 400
    return response


def _problem(key: str) -> tuple[str, int]:
    return render_template("problem.html", message=key), 400


def _origin(uri: str) -> str:
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"
