"""What every request passes before anything is done, in this order.

1. The key: who asks (401), and whether too often (429).
2. The scope that the operation names (403). The engine asks again.
3. The form of the answer (406), the form of the body (413, 415, 400).
4. Parameters and body against the description (422).
5. The use case; a POST as one transaction, and once for an idempotency key.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, g, request
from jsonschema_rs import Draft202012Validator

from esign.access import Actor
from esign.engine import Application
from esign.engine.api.errors import ApiKeyRefused, BodyNotJson, NotAcceptable, RateExceeded, RequestInvalid
from esign.engine.api.ports import Taken
from esign.engine.api.records import KeptAnswer
from web.api.calls import CSV, JSON, Call, Handler, Reply
from web.api.specification import Operation
from web.errors import BodyTooLarge, MediaTypeUnsupported

MAX_BODY = 256 * 1024
"""Bytes; contract data take a few thousand."""

MAX_UPLOAD = 16 * 1024 * 1024
"""Bytes of an uploaded file; what can be signed is decided by the engine."""

STRANGERS, STRANGERS_BURST = 20.0, 100
"""Refused keys a second, of all strangers together; beyond that they are told to wait, which costs us less."""

_DEPTH = 40
_CHARSETS = {CSV: ("utf-8", "utf-16", "windows-1252")}
"""Of what is not JSON; the rows are read by what they are."""

_MEANING = ("accept", "accept-language", "content-encoding", "content-language", "content-type", "prefer")
"""Fields of a request that change what it means or in which form its answer comes, besides those of the description."""

_MEANING = ("accept", "accept-language", "content-encoding", "content-language", "content-type", "prefer")
"""Fields of a request that change what it means or in which form its answer comes, besides those of the description."""


class Door:
    """Lets requests in."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def view(self, operation: Operation, handler: Handler) -> Callable[..., Response]:
        """Return the view function of an operation."""

        def view(**path: str) -> Response:
            actor = self._actor()
            for scope in operation.scopes:
                actor.require(scope)
            _refuse_unacceptable(operation)
            data = _data(operation) if operation.body_types else b""
            plain = operation.body is not None and request.mimetype == JSON
            call = Call(
                application=self._application,
                actor=actor,
                path=_checked(operation, "path", path),
                query=_checked(operation, "query", _query(operation)),
                headers=_checked(operation, "header", _headers(operation)),
                body=_body(operation.body, data) if plain and operation.body is not None else data,
            )
            unnamed = "Idempotency-Key" not in call.headers
            looks = operation.method != "POST" or bool(operation.produces and JSON not in operation.produces)
            if looks or (operation.records_refusals and unnamed):
                return _response(handler(call))
            return self._once(operation, handler, call, data)

        return view

    def _once(self, operation: Operation, handler: Handler, call: Call, data: bytes) -> Response:
        fingerprint = _fingerprint(operation, call, data)

        def act() -> KeptAnswer:
            made = handler(call)
            return KeptAnswer(fingerprint="", status=made.status, headers=made.headers, body=_bytes(made))

        key = call.headers.get("Idempotency-Key")
        answer, again = self._application.idempotency.once(call.actor, key, fingerprint, act)
        response = Response(answer.body, status=answer.status, mimetype=JSON)
        for name, value in answer.headers:
            response.headers[name] = value
        if again:
            response.headers["Idempotency-Replayed"] = "true"
        return response

    def _actor(self) -> Actor:
        settings, rates = self._application.settings, self._application.rates
        try:
            actor = self._application.api_keys.authenticate(_bearer())
        except ApiKeyRefused:
            taken = rates.take("strangers", capacity=STRANGERS_BURST, per_second=STRANGERS)
            if not taken.allowed:
                raise _exceeded(taken) from None
            raise
        capacity, rate = settings.api_burst, float(settings.api_rate)
        taken = rates.take(f"key/{actor.id}", capacity=capacity, per_second=rate)
        g.rate_headers = {
            "RateLimit-Policy": f'"key";q={taken.limit};w={math.ceil(capacity / rate)}',
            "RateLimit": f'"key";r={taken.remaining};t={taken.reset}',
        }
        if not taken.allowed:
            raise _exceeded(taken)
        return actor


def _fingerprint(operation: Operation, call: Call, data: bytes) -> str:
    """Return the digest of everything that makes a request this one: who asks, what, in which form, in which words."""
    actor = call.actor
    named = {name.lower(): value for name, value in call.headers.items() if name != "Idempotency-Key"}
    meaning = {name: request.headers.get(name, "") for name in _MEANING}
    parts = (
        *(actor.tenant, actor.kind.value, actor.id),
        *(operation.method, request.path, request.query_string.decode("ascii", "backslashreplace")),
        json.dumps({**meaning, **named}, sort_keys=True),
    )
    written = [part.encode("utf-8", "backslashreplace") for part in parts] + [data]
    return hashlib.sha256(b"".join(len(part).to_bytes(8, "big") + part for part in written)).hexdigest()


def _exceeded(taken: Taken) -> RateExceeded:
    g.retry_after = max(1, taken.reset)
    return RateExceeded(retry_after=max(1, taken.reset))


def _bearer() -> str | None:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def _refuse_unacceptable(operation: Operation) -> None:
    """Refuse what accepts no form in which the answer exists; an answer without a body fits everybody."""
    if not operation.produces or "Accept" not in request.headers:
        return
    if not any(request.accept_mimetypes.quality(media_type) > 0 for media_type in operation.produces):
        raise NotAcceptable


def _data(operation: Operation) -> bytes:
    media_type = request.mimetype if request.mimetype in operation.body_types else operation.body_types[0]
    most = operation.body_limit or (MAX_BODY if media_type == JSON else MAX_UPLOAD)
    if (request.content_length or 0) > most:
        raise BodyTooLarge(limit=most)
    known = request.mimetype_params.get("charset", "utf-8").lower() in _CHARSETS.get(media_type, ("utf-8",))
    if request.mimetype != media_type or not known or request.content_encoding:
        raise MediaTypeUnsupported(expected=media_type)
    request.max_content_length = most + 1
    data = request.get_data(cache=False)
    if len(data) > most:
        raise BodyTooLarge(limit=most)
    return data


def _body(validator: Draft202012Validator, data: bytes) -> Any:
    try:
        body = json.loads(
            data.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse_number, parse_float=_number
        )
        _refuse_hostile(body, _DEPTH)
    except (ValueError, RecursionError) as error:
        raise BodyNotJson from error
    _validate(validator, body, "body")
    return body


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands twice")
    return found


def _refuse_number(text: str) -> float:
    raise ValueError("not a number of JSON")


def _number(text: str) -> float:
    found = float(text)
    if not math.isfinite(found):
        raise ValueError("larger than any number")
    return found


def _refuse_hostile(value: Any, depth: int) -> None:
    """Refuse what JSON allows and nobody means: half characters, NUL, numbers beyond 64 bits, endless nesting."""
    if depth == 0:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        value.encode("utf-8")
        if "\0" in value:
            raise ValueError("NUL in a text")
    elif isinstance(value, dict):
        for name, item in value.items():
            _refuse_hostile(name, depth)
            _refuse_hostile(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _refuse_hostile(item, depth - 1)
    elif isinstance(value, int) and abs(value) >= 2**63:
        raise ValueError("a number beyond 64 bits")


def _query(operation: Operation) -> dict[str, str]:
    known = {parameter.name for parameter in operation.parameters if parameter.place == "query"}
    found: dict[str, str] = {}
    for name, values in request.args.lists():
        if name not in known:
            raise RequestInvalid("there is no such parameter", place="query")
        if len(values) != 1:
            raise RequestInvalid("a parameter stands once", place=f"query/{name}")
        found[name] = values[0]
    return found


def _headers(operation: Operation) -> dict[str, str]:
    named = [parameter.name for parameter in operation.parameters if parameter.place == "header"]
    return {name: request.headers[name] for name in named if name in request.headers}


def _checked(operation: Operation, place: str, found: Mapping[str, str]) -> dict[str, Any]:
    checked: dict[str, Any] = {}
    for parameter in operation.parameters:
        if parameter.place != place:
            continue
        if parameter.name not in found:
            if parameter.required:
                raise RequestInvalid("a parameter is missing", place=f"{place}/{parameter.name}")
            if parameter.default is not None:
                checked[parameter.name] = parameter.default
            continue
        value: Any = found[parameter.name]
        if parameter.integer:
            value = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else value
        _validate(parameter.validator, value, f"{place}/{parameter.name}")
        checked[parameter.name] = value
    return checked


def _validate(validator: Draft202012Validator, value: Any, place: str) -> None:
    error = next(iter(validator.iter_errors(value)), None)
    if error is not None:
        pointer = "/".join((place, *(str(step) for step in error.instance_path)))
        raise RequestInvalid(place=pointer[:200], rule=str(error.schema_path[-1] if error.schema_path else "")[:40])


def _bytes(made: Reply) -> bytes:
    if made.data is not None:
        return made.data
    return b"" if made.content is None else json.dumps(made.content, ensure_ascii=False, separators=(",", ":")).encode()


def _response(made: Reply) -> Response:
    body = _bytes(made)
    response = Response(body, status=made.status, mimetype=made.media_type if body else None)
    if not body:
        response.headers.pop("Content-Type", None)
    for name, value in made.headers:
        response.headers[name] = value
    return response
