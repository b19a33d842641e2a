"""How large a request may be: pages' forms are small, a file that somebody who is logged in sends may be larger.

The limit has to stand before the form secret is looked for, since that reads the form. Whoever has no login, or may not
draw up contracts, sends no large body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask, request

from esign.access import Permission
from web.company import cookies
from web.verification import room

if TYPE_CHECKING:
    from esign.engine import Application

_MEBIBYTE = 1024 * 1024
LIMITS: dict[str, tuple[Permission, int, int]] = {
    "company_create.upload": (Permission.CONTRACTS_WRITE, 26 * _MEBIBYTE, 10),
    "company_create.data_sent": (Permission.CONTRACTS_WRITE, 512 * 1024, 20),
    "company_create.form_sent": (Permission.CONTRACTS_WRITE, 256 * 1024, 300),
    "company_create.document_sent": (Permission.CONTRACTS_WRITE, 256 * 1024, 300),
    "company_bulk.choose": (Permission.CONTRACTS_WRITE, 64 * 1024, 100),
    "company_bulk.upload": (Permission.CONTRACTS_WRITE, 3 * _MEBIBYTE, 20),
    room.COLLEAGUE: (Permission.EVIDENCE_READ, room.BODY, room.PARTS),
}
"""Endpoint: what it takes to send so much, bytes of the body, parts of the form."""


def install(app: Flask, application: Application) -> None:
    """Let those who may send files; call it before anything that reads a form."""

    @app.before_request
    def room_for_files() -> None:
        known = LIMITS.get(request.endpoint or "")
        if known is None or request.method != "POST":
            return
        permission, size, parts = known
        token = cookies.read(cookies.SESSION)
        login = application.sessions.find(token) if token else None
        if login is not None and login.actor.may(permission):
            request.max_content_length = size
            request.max_form_memory_size = size
            request.max_form_parts = parts
