"""What the form's module asks while somebody types: towns, banks, and that changes are kept. POST only, JSON back.

Only a postal code or a bank code is ever looked up, never an IBAN or a name; nothing of it stands in an address.
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, jsonify, request
from flask_wtf.csrf import generate_csrf

from esign.engine.forms.refusals import DraftSent, DraftUnknown
from web.errors import RequestMalformed
from web.forms.answering import answers_of_request
from web.forms.desk import Door, Held

_POSTAL_CODE = re.compile(r"[0-9]{5}\Z")
_BANK_CODE = re.compile(r"[0-9]{8}\Z")


def blueprint(door: Door) -> Blueprint:
    """Return what is asked by the form's module."""
    pages = door.pages("forms_lookup", __name__)

    @pages.post("/-/ort")
    def towns() -> Response:
        code = request.form.get("code", "")
        if not _POSTAL_CODE.match(code):
            raise RequestMalformed
        return jsonify({"towns": list(door.forms.household.reference.towns(code))})

    @pages.post("/-/bank")
    def bank() -> Response:
        code = request.form.get("code", "")
        if not _BANK_CODE.match(code):
            raise RequestMalformed
        found = door.forms.household.reference.bank(code)
        return jsonify({"bank": None if found is None else {"name": found.name, "bic": found.bic}})

    @pages.post("/<name>/merken")
    def keep_quietly(name: str) -> Response:
        """Keep what was changed since the page was shown; other answers stay as they are, whoever wrote them."""
        definition = door.form(name)
        changed = answers_of_request(definition, door.forms.household.reference)
        held = door.held(definition)
        if held is None and door.sent(definition) is not None:
            return jsonify({"kept": False})
        if held is None:  # the first change, or the draft's time is over: what is typed is kept all the same
            opened = door.forms.begin(door.tenant, definition.name)
            held = Held(token=opened.token, view=door.forms.read(opened.token))
        try:
            view = door.forms.save(held.token, {**held.view.answers, **changed})
        except (DraftSent, DraftUnknown):
            return jsonify({"kept": False})
        # a fresh secret, so that a page that was open for hours can still be sent
        response = jsonify({"kept": True, "base": held.base, "secret": generate_csrf()})
        door.give(response, name, held.token, expires_at=view.expires_at)
        return response

    return pages
