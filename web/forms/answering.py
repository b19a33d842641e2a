"""What a browser sends of a form: answers under ``f.<field>``, and which button was pressed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Response, request

from esign.forms import AnswersMalformed, FormDefinition, ReferenceData, UnknownField

PREFIX = "f."
_OURS = frozenset({"csrf_token", "action", "base", "seen", "email", "secret", "changed"})
"""Members of a form's body that are no answers."""
_LINES = str.maketrans({"\r": None})


def answers_of_request(form: FormDefinition, reference: ReferenceData) -> dict[str, str]:
    """Return the answers of this request's body, as they were typed.

    A town that follows from its postal code is not kept as if somebody had typed it: it follows the next one too.

    Raises:
        UnknownField: A member that no page of ours sends.
        AnswersMalformed: An answer that is there twice.
    """
    known = {field.name for field in form.fields}
    found: dict[str, str] = {}
    for name, values in request.form.lists():
        if name in _OURS:
            continue
        field = name.removeprefix(PREFIX)
        if not name.startswith(PREFIX) or field not in known:
            raise UnknownField
        if len(values) > 1:
            raise AnswersMalformed("an answer is there twice", field=field)
        found[field] = values[0].translate(_LINES)
    for each in form.fields:
        if each.follows and (town := found.get(each.name)):
            towns = reference.towns("".join(found.get(each.follows, "").split()))
            if towns == (town.strip(),):
                found[each.name] = ""
    return found


def together(kept: Mapping[str, str], sent: Mapping[str, str], *, base: str, current: str) -> dict[str, str]:
    """Return the answers that hold after a page was sent.

    A page knows which draft it showed (``base``). One that showed another draft than the browser holds now, or none,
    was open before; its empty fields say nothing, and only what was typed in counts.
    """
    if base == current:
        return dict(sent)
    return {**kept, **{name: value for name, value in sent.items() if value.strip()}}


def policy(content_security_policy: str) -> Callable[[Response], Response]:
    """Return what gives pages their Content Security Policy."""

    def give(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers.setdefault("Content-Security-Policy", content_security_policy)
        return response

    return give
