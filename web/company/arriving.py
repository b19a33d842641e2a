"""What happens in a browser at the end of a login: a fresh cookie, nothing of before, and the page that was wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify, session

from web.company import cookies
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine.accounts.sessions import Opened


def arrived(opened: Opened | None, address: str) -> Response:
    """Send a browser on, with the login that was opened.

    The form secret of before goes too: whoever knew it knows nothing of this login.
    """
    response = see_other(address)
    cookies.take(response, cookies.FLOW)
    if opened is not None:
        language = session.get("lang")
        session.clear()
        if language is not None:
            session["lang"] = language
        cookies.give(response, cookies.SESSION, opened.token)
        cookies.take(response, cookies.LINK)
    return response


def asked(options: object, token: str) -> Response:
    """Hand a challenge to a browser: what to do as JSON, by what it is known as a cookie."""
    response = jsonify(options)
    cookies.give(response, cookies.FLOW, token, seconds=600)
    return response
