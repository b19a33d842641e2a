"""The answer to a form that was accepted: look there now."""

from __future__ import annotations

from typing import cast

from flask import Response, redirect


def see_other(address: str) -> Response:
    """Send a browser to another page, which it asks for with GET, so that a reload sends nothing twice.

    Args:
        address: A path of this application, or an address that was checked by the caller.

    Source: RFC 9110 section 15.4.4.
    """
    return cast("Response", redirect(address, code=303))  # Flask's own class; its signature names the base
