"""The one place where an error becomes an HTTP status and words for people.

Interfaces answer ``application/problem+json`` (RFC 9457), pages an HTML page with the same code. What is not an
:class:`EsignError` is a fault of ours: status 500, code ``internal``, no detail outside, and a log line that names the
exception's type and place but not its message, which might hold personal data.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from flask import Flask, Response, current_app, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from esign.foundation.clock import rfc3339
from esign.foundation.errors import EsignError
from web import errors
from web.language import negotiated, words

MEDIA_TYPE = "application/problem+json"
"""Source: RFC 9457 section 3."""

INTERNAL = "internal"
"""Code of everything that is a fault of ours."""

STATUS: dict[str, int] = {
    "web": 400,
    "web.page_unknown": 404,
    "web.sample_unknown": 404,
    "web.demo_unavailable": 404,
    "web.method_not_allowed": 405,
    "web.body_too_large": 413,
    "web.media_type_unsupported": 415,
    "web.host_unknown": 421,
    "web.form_expired": 403,
    "web.verification": 422,
    "web.verification.busy": 503,
    "web.verification.too_often": 429,
    "web.verification.too_large": 413,
    "api": 422,
    "api.key": 401,
    "api.key_unknown": 404,
    "api.rate": 429,
    "api.request.not_json": 400,
    "api.not_acceptable": 406,
    "api.idempotency.in_progress": 409,
    "api.webhook_unknown": 404,
    "api.webhook_delivery_unknown": 404,
    "api.webhook.disabled": 409,
    "api.webhook.under_way": 409,
    "api.return_address_unknown": 404,
    "api.journey": 409,
    "api.journey_unknown": 404,
    "canonical_json": 400,
    "encoding": 400,
    "pkcs11_library": 500,
    "pkcs11_uri": 500,
    "ceremony": 400,
    "ceremony.answer": 500,
    "ceremony.transcript": 500,
    "ceremony.invitation.unknown": 404,
    "ceremony.invitation.bound": 409,
    "ceremony.invitation.too_many_devices": 409,
    "ceremony.invitation.too_many_attempts": 429,
    "ceremony.handover": 409,
    "ceremony.handover.expired": 410,
    "ceremony.handover.device_owner": 403,
    "ceremony.message.too_large": 413,
    "ceremony.message.replayed": 409,
    "ceremony.message.signature": 403,
    "ceremony.message.unknown_device": 403,
    "ceremony.intent": 409,
    "ceremony.intent.wrong_code": 403,
    "ceremony.intent.capsule_not_opened": 403,
    "ceremony.intent.locked": 423,
    "ceremony.intent.expired": 410,
    "ceremony.intent.order_label": 422,
    "ceremony.intent.order_summary": 422,
    "ceremony.signature": 409,
    "ceremony.signature.expired": 410,
    "ceremony.signature.invalid": 422,
    "ceremony.user_verification": 403,
    "ceremony.user_verification.malformed": 400,
    "contracts": 422,
    "preservation": 422,
    "sealing": 422,
    "sealing.key": 503,
    "sealing.document.too_large": 413,
    "sealing.look_unavailable": 503,
    "sealing.not_good": 500,
    "sealing.timestamp": 502,
    "sealing.timestamp.busy": 503,
    "sealing.timestamp.unavailable": 503,
    "sealing.level.revocation": 503,
    "sealing.profile": 500,
    "sealing.too_long": 500,
    "sealing.invoice.changed": 500,
    "sealing.invoice.rules_not_available": 503,
    "sealing.rules_folder": 500,
    "sealing.input.missing": 404,
    "sealing.output": 500,
    "sealing.output.exists": 409,
    "sealing.output.gone": 409,
    "sealing.output.level": 409,
    "sealing.output.replaced": 409,
    "sealing.output.disk_full": 507,
    "sealing.output.name": 422,
    "sealing.batch": 500,
    "sealing.batch.running": 409,
    "sealing.batch.unknown": 404,
    "sealing.batch.state": 409,
    "sealing.batch.empty": 409,
    "sealing.batch.full": 409,
    "sealing.batch.too_many": 409,
    "sealing.batch.document_unknown": 404,
    "sealing.batch.document_not_sealed": 409,
    "sealing.batch.gone": 410,
    "sealing.batch.lease_ended": 409,
    "sealing.sample": 500,
    "sealing.unexpected": 500,
    "contracts.wording": 500,
    "documents": 500,
    "documents.busy": 503,
    "documents.draft.glyph": 422,
    "documents.draft.too_large": 422,
    "documents.draft.pages": 422,
    "documents.upload": 422,
    "documents.upload.too_large": 413,
    "documents.upload.not_pdf": 415,
    "documents.template": 422,
    "engine.upload.unknown": 404,
    "engine.bulk.unknown": 404,
    "engine.bulk.file": 422,
    "engine.bulk.columns": 422,
    "engine.bulk.too_many": 409,
    "engine.validity": 422,
    "engine.validity.over": 410,
    "engine.creation": 422,
    "engine.creation.reference_taken": 409,
    "engine.template.unknown": 404,
    "engine.duty": 409,
    "engine.consent.page_unknown": 404,
    "engine.consent.unknown": 404,
    "engine.consent.refused": 409,
    "engine.formation": 409,
    "engine.formation.refused": 422,
    "engine.formation.clock": 503,
    "engine.formation.consent": 422,
    "engine.formation.approval": 409,
    "engine.formation.approval_unknown": 404,
    "engine.right": 422,
    "engine.right.unknown": 404,
    "engine.right.state": 409,
    "engine.right.performance_unknown": 404,
    "engine.task": 422,
    "engine.task.unknown": 404,
    "engine.task.refused": 409,
    "engine.calendar.unknown": 404,
    "contracts.performance": 422,
    "identity": 422,
    "identity.certificate": 502,
    "identity.person": 403,
    "access": 403,
    "access.login_needed": 401,
    "access.login_blocked": 429,
    "access.login_expired": 410,
    "access.link_unknown": 410,
    "access.way_not_offered": 404,
    "access.password_weak": 422,
    "access.code_wrong": 422,
    "access.passkey_rejected": 422,
    "access.person_malformed": 422,
    "engine.account.unknown": 404,
    "engine.account.session_unknown": 404,
    "engine.account.roles": 422,
    "engine.account.tenant": 404,
    "forms": 400,
    "forms.definition": 500,
    "forms.unknown": 404,
    "forms.answers.too_large": 413,
    "forms.not_complete": 422,
    "forms.reference_file": 422,
    "engine.form.not_offered": 404,
    "engine.form.draft_unknown": 410,
    "engine.form.busy": 429,
    "engine.form.mail_address": 422,
    "engine.form.too_many_links": 429,
    "engine.form.prefill_token": 410,
    "engine.form.not_recognised": 403,
    "engine.case.unknown": 404,
    "engine.case.not_complete": 422,
    "engine.case.reason": 422,
    "engine": 409,
    "engine.contract.unknown": 404,
    "engine.contract.party_unknown": 404,
    "engine.contract.cancelled": 410,
    "engine.contract.declined": 410,
    "engine.contract.expired": 410,
    "engine.invitation": 410,
    "engine.invitation.signed": 409,
    "engine.invitation.reminded": 409,
    "engine.invitation.not_yet": 409,
    "engine.message.too_many": 429,
    "engine.enrolment.unknown": 404,
    "engine.enrolment.user_verification_required": 403,
    "engine.attempt.unknown": 404,
    "engine.conclusion.postponed": 503,
    "engine.conclusion.release_refused": 500,
    "signing": 500,
    "signing.level": 409,
    "signing.qualified": 409,
    "evidence": 500,
    "evidence.erased": 410,
    "gateway": 503,
    "gateway.address": 422,
    "proof": 502,
    "pades": 500,
    "pdf": 422,
    "validation": 422,
    "store": 500,
    "store.blob.unavailable": 503,
    "store.database": 503,
    "store.database.schema": 500,
    "policy": 500,
    "settings": 500,
    "sandbox": 502,
}
"""Status of an error code: the entry of the code itself, or of the nearest code that it extends."""

RETRY_AFTER = {
    "engine.message.in_progress": 1,
    "api.idempotency.in_progress": 1,
    "engine.conclusion.postponed": 5,
    "engine.formation.clock": 5,
    "web.verification.busy": 5,
    "web.verification.too_often": 10,
    "documents": 3,
    "store": 2,
    "gateway": 10,
}
"""Seconds after which the same request may be sent again (RFC 9110 section 10.2.3)."""

_SILENT = {"ceremony.invitation.unknown"}
"""Codes that never carry facts: whoever shows no valid token learns nothing."""

_log = logging.getLogger("web.problems")


def status_of(code: str) -> int:
    """Return the HTTP status of an error code; 500 where no rule names it or a code that it extends."""
    while code:
        if code in STATUS:
            return STATUS[code]
        code = code.rpartition(".")[0]
    return int(HTTPStatus.INTERNAL_SERVER_ERROR)


def install(app: Flask) -> None:
    """Let every error of an application end here."""
    app.register_error_handler(EsignError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _internal)


def answer(error: EsignError) -> Response:
    """Return the answer to a refusal: a problem object for interfaces, a page for people."""
    return _refusal(error, _answer)


def problem_object(error: EsignError) -> Response:
    """Return the answer to a refusal as a problem object, whatever the request accepts."""
    return _refusal(error, object_of)


def _refusal(error: EsignError, write: Callable[[str, int, dict[str, object]], Response]) -> Response:
    status = status_of(error.code)
    facts = {} if error.code in _SILENT else {key: _plain(value) for key, value in error.facts.items()}
    response = write(error.code, status, facts)
    wait = RETRY_AFTER.get(error.code, RETRY_AFTER.get(error.code.partition(".")[0]) if status == 503 else None)
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    return response


def wants_page() -> bool:
    """Tell whether the request came from a person's browser looking at a page."""
    if request.path.startswith("/ceremony/") or request.path.endswith(".json") or request.path == "/healthz":
        return False
    return request.accept_mimetypes.best_match(("text/html", MEDIA_TYPE, "application/json")) == "text/html"


def _refused(error: EsignError) -> Response:
    status = status_of(error.code)
    _log.log(logging.ERROR if status >= 500 else logging.INFO, "refused", extra={"code": error.code, "status": status})
    return answer(error)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return error.get_response()  # type: ignore[return-value]  # Werkzeug's response is Flask's here
    if isinstance(error, CSRFError):
        return answer(errors.FormExpired())
    if status >= 500:
        return _internal(error)
    response = answer(refusal_of(status)())
    for name, value in error.get_headers():
        if name == "Allow":
            response.headers["Allow"] = value
    return response


def refusal_of(status: int) -> type[EsignError]:
    """Return the refusal that stands for an error of HTTP itself."""
    known: dict[int, type[EsignError]] = {
        404: errors.PageUnknown,
        405: errors.MethodNotAllowed,
        413: errors.BodyTooLarge,
        415: errors.MediaTypeUnsupported,
    }
    return known.get(status, errors.RequestMalformed)


def _internal(error: Exception) -> Response:
    _log.error("internal", exc_info=error, extra={"code": INTERNAL, "status": 500})
    return _answer(INTERNAL, 500, {})


def _answer(code: str, status: int, facts: dict[str, object]) -> Response:
    if wants_page():
        page = render_template("problem.html", code=code, status=status, problem=words().told(code, facts))
        return Response(page, status=status, mimetype="text/html")
    return object_of(code, status, facts)


def object_of(code: str, status: int, facts: dict[str, object]) -> Response:
    """Return a problem object (RFC 9457)."""
    body = {
        "type": f"{current_app.config['WEB_URL']}/problems/{code}",
        "title": negotiated().problem(code).title,
        "status": status,
        "code": code,
        "facts": facts,
    }
    response = Response(json.dumps(body, ensure_ascii=False), status=status, mimetype=MEDIA_TYPE)
    response.headers["Vary"] = "Accept-Language, Origin"
    return response


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value)
