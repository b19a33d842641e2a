"""The remote signing service over HTTP: both versions of the CSC API, and the token endpoint."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, request

from certs.sandbox.authority import der
from certs.sandbox.remote_signing import MULTISIGN, TOKEN_LIFE, RemoteCredential, SigningRefused

if TYPE_CHECKING:
    from certs.sandbox.world import Sandbox

METHODS = ("credentials/list", "credentials/info", "credentials/authorize", "signatures/signHash")
_Answer = dict[str, Any]


def remote_signing_routes(sandbox: Sandbox) -> Blueprint:
    """Return the routes of the service."""
    routes = Blueprint("remote_signing", __name__, url_prefix="/csc")

    @routes.post("/oauth2/token")
    def token() -> Response:
        """RFC 6749 section 4.4."""
        basic = request.authorization
        client = (basic.username if basic else request.form.get("client_id")) or ""
        secret = (basic.password if basic else request.form.get("client_secret")) or ""
        if request.form.get("grant_type") != "client_credentials":
            return _refused(SigningRefused("unsupported_grant_type"))
        try:
            issued = sandbox.remote_signing.token(client, secret)
        except SigningRefused as refusal:
            return _refused(refusal)
        life = int(TOKEN_LIFE.total_seconds())
        return jsonify({"access_token": issued, "token_type": "Bearer", "expires_in": life})

    @routes.post("/<any(v1, v2):version>/info")
    def info(version: str) -> Response:
        return jsonify(
            {
                "specs": "2.0.0.0" if version == "v2" else "1.0.4.0",
                "name": "SANDBOX remote signing",
                "logo": f"{sandbox.base_url}/static/sandbox.svg",
                "region": "DE",
                "lang": "en",
                "description": "SANDBOX: proves nothing to anybody",
                "authType": ["oauth2client"],
                "oauth2": f"{sandbox.base_url}/csc",
                "methods": list(METHODS),
            }
        )

    @routes.post("/<any(v1, v2):version>/<any(credentials, signatures):group>/<name>")
    def call(version: str, group: str, name: str) -> Response:
        service, method = sandbox.remote_signing, f"{group}/{name}"
        service.calls[method] = service.calls.get(method, 0) + 1
        planned = service.faults.answers.pop(0) if service.faults.answers else None
        if planned:
            return _refused(SigningRefused("server_error", planned))
        try:
            service.require_token(request.headers.get("Authorization", "").removeprefix("Bearer "))
            body = request.get_json(silent=True)
            if not isinstance(body, dict) or method not in methods:
                raise SigningRefused("invalid_request")
            answer = methods[method](version, body)
        except SigningRefused as refusal:
            return _refused(refusal)
        return jsonify(answer) if planned is None else _refused(SigningRefused("server_error", 504))

    def listed(_version: str, _body: Mapping[str, Any]) -> _Answer:
        return {"credentialIDs": sorted(sandbox.remote_signing.credentials)}

    def described(version: str, body: Mapping[str, Any]) -> _Answer:
        service = sandbox.remote_signing
        credential = service.find(body.get("credentialID"))
        certificates = (credential.certificate, *credential.chain)
        return {
            "key": {"status": "enabled", "algo": list(credential.algorithms), "len": credential.key.key_size},
            "cert": {
                "status": service.faults.certificate_status,
                "certificates": [base64.b64encode(der(item)).decode() for item in certificates],
            },
            "multisign": MULTISIGN,
            "SCAL": "2",
            **(_auth_v2(credential) if version == "v2" else _auth_v1(credential)),
        }

    def authorized(version: str, body: Mapping[str, Any]) -> _Answer:
        service = sandbox.remote_signing
        asked = _hashes(version, body)
        if body.get("numSignatures") != len(asked):
            raise SigningRefused("invalid_request")
        pin = body.get("PIN") if version == "v1" else _factor(body, "PIN")
        return {"SAD": service.authorize(service.find(body.get("credentialID")), [text for text, _ in asked], pin)}

    def signed(version: str, body: Mapping[str, Any]) -> _Answer:
        service = sandbox.remote_signing
        credential = service.find(body.get("credentialID"))
        made = service.sign(credential, body.get("SAD"), _hashes(version, body), body.get("signAlgo"))
        return {"signatures": [base64.b64encode(item).decode() for item in made]}

    methods: Mapping[str, Callable[[str, Mapping[str, Any]], _Answer]] = dict(
        zip(METHODS, (listed, described, authorized, signed), strict=True)
    )
    return routes


def _hashes(version: str, body: Mapping[str, Any]) -> list[tuple[str, bytes]]:
    found = body.get("hash" if version == "v1" else "hashes")
    if not isinstance(found, list) or not found:
        raise SigningRefused("invalid_request")
    try:
        return [(str(item), base64.b64decode(str(item), validate=True)) for item in found]
    except binascii.Error as error:
        raise SigningRefused("invalid_request") from error


def _factor(body: Mapping[str, Any], name: str) -> object:
    given = body.get("authData", [])
    return next((item.get("value") for item in given if isinstance(item, dict) and item.get("id") == name), None)


def _auth_v2(credential: RemoteCredential) -> _Answer:
    objects = [{"type": "Password", "id": "PIN", "format": "N", "label": "PIN"}] if credential.pin else []
    if credential.person:
        objects.append({"type": "ChallengeResponse", "id": "OTP", "format": "N", "label": "one-time password"})
    return {"auth": {"mode": "explicit" if objects else "implicit", "objects": objects}}


def _auth_v1(credential: RemoteCredential) -> _Answer:
    presence = {True: "true", False: "false"}
    return {
        "authMode": "explicit" if credential.pin else "implicit",
        "PIN": {"presence": presence[credential.pin]},
        "OTP": {"presence": presence[credential.person]},
    }


def _refused(refusal: SigningRefused) -> Response:
    response = jsonify({"error": str(refusal), "error_description": "SANDBOX"})
    response.status_code = refusal.status
    return response
