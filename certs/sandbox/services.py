"""The services that programs talk to: timestamps, revocation, certificates, enrolment."""

from __future__ import annotations

import base64
import binascii
import time
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from flask import Blueprint, Response, abort, request

from certs.sandbox.authority import der
from certs.sandbox.enrolment import EnrolmentRefused

if TYPE_CHECKING:
    from certs.sandbox.world import Sandbox


def services(sandbox: Sandbox) -> Blueprint:
    """Return the routes of the services for programs."""
    routes = Blueprint("services", __name__)
    authorities = sandbox.pki.authorities

    @routes.post("/tsa")
    def tsa() -> Response:
        """RFC 3161 section 3.4."""
        if request.mimetype != "application/timestamp-query":
            return _plain(415, "send application/timestamp-query")
        faults = sandbox.timestamps.faults
        body = request.get_data()
        if faults.wait:
            time.sleep(faults.wait)
        if faults.silent:
            return Response(status=503)
        if faults.http_500:
            return _plain(500, "a fault that was asked for")
        return Response(sandbox.timestamps.answer(body), mimetype="application/timestamp-reply")

    @routes.get("/crl/<name>.crl")
    def crl(name: str) -> Response:
        if name not in authorities:
            abort(404)
        return Response(sandbox.revocation_lists.current(authorities[name]), mimetype="application/pkix-crl")

    @routes.get("/ca/<name>.cer")
    def certificate(name: str) -> Response:
        if name not in authorities:
            abort(404)
        return Response(der(authorities[name].certificate), mimetype="application/pkix-cert")

    @routes.post("/ocsp/<name>")
    def ocsp(name: str) -> Response:
        """RFC 6960 appendix A.1, by POST."""
        if name not in authorities:
            abort(404)
        if request.mimetype != "application/ocsp-request":
            return _plain(415, "send application/ocsp-request")
        return _ocsp(name, request.get_data())

    @routes.get("/ocsp/<name>/<path:encoded>")
    def ocsp_get(name: str, encoded: str) -> Response:
        """RFC 6960 appendix A.1, by GET: the request in base64 behind the address."""
        if name not in authorities:
            abort(404)
        try:
            body = base64.b64decode(unquote_to_bytes(encoded), validate=True)
        except binascii.Error:
            body = b""
        return _ocsp(name, body)

    def _ocsp(name: str, body: bytes) -> Response:
        return Response(sandbox.responders[name].answer(body), mimetype="application/ocsp-response")

    @routes.post("/.well-known/est/signatories/simpleenroll")
    def simpleenroll() -> Response:
        """RFC 7030 section 4.2, with the ID token as bearer credential."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return _refused(EnrolmentRefused(401, "an ID token is needed as bearer credential"))
        if request.mimetype != "application/pkcs10":
            return _refused(EnrolmentRefused(400, "send application/pkcs10"))
        try:
            body = base64.b64decode(b"".join(request.get_data().split()), validate=True)
        except binascii.Error:
            return _refused(EnrolmentRefused(400, "the body is not base64"))
        try:
            issued = sandbox.enrolment.issue(request=body, id_token=token.strip())
        except EnrolmentRefused as refusal:
            return _refused(refusal)
        return _certificates(issued.certificate, *issued.chain)

    @routes.get("/.well-known/est/signatories/cacerts")
    def cacerts() -> Response:
        """RFC 7030 section 4.1."""
        return _certificates(*sandbox.enrolment.chain)

    return routes


def _certificates(*certificates: bytes) -> Response:
    """Return a certs-only CMS message in base64. Source: RFC 7030 section 4.1.3."""
    message = pkcs7.serialize_certificates(
        [x509.load_der_x509_certificate(item) for item in certificates], Encoding.DER
    )
    response = Response(base64.encodebytes(message), content_type="application/pkcs7-mime; smime-type=certs-only")
    response.headers["Content-Transfer-Encoding"] = "base64"
    return response


def _refused(refusal: EnrolmentRefused) -> Response:
    response = _plain(refusal.status, str(refusal))
    if refusal.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="SANDBOX enrolment"'
    return response


def _plain(status: int, text: str) -> Response:
    return Response(f"SANDBOX: {text}\n", status=status, mimetype="text/plain")
