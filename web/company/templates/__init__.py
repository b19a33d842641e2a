"""Page templates of the company: made of a PDF, edited on the pages' pictures, tried out, handed on as files.

What enters: a PDF, the numbers of a form, or the description that the editor sends. What leaves: pages, pictures
of pages, files. What may be touched here: the engine's use cases of templates. The PDF itself is never opened by the
browser: it sees pictures that the engine's helper makes. Clauses: WCAG 2.2 AA, in particular 2.5.7 (dragging).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, request

from esign.access import Permission
from web.company import cookies
from web.company.templates import contracting, editing, listing, making, trying

if TYPE_CHECKING:
    from esign.engine import Application

__all__ = ["blueprint"]

FILE_BODY = 21_000_000
"""Bytes of a request with a file: the largest archive of a template and a little more."""
FORM_BODY = 2_000_000
"""Bytes of a request with a whole template in a form: 400 KB as JSON, written for an address thrice that."""
_FILES = frozenset({"create", "import_new", "import_version", "document"})


def blueprint(application: Application) -> Blueprint:
    """Return the pages about page templates."""
    pages = Blueprint("company_templates", __name__, url_prefix="/company/templates")

    @pages.url_value_preprocessor
    def room(endpoint: str | None, values: dict[str, Any] | None) -> None:
        """Let a larger body in, before anything reads it, for somebody who may send it."""
        token = cookies.read(cookies.SESSION)
        login = application.sessions.find(token) if request.method == "POST" and token else None
        if login is None or not login.actor.may(Permission.TEMPLATES_READ):
            return
        files = (endpoint or "").rpartition(".")[2] in _FILES
        if not files or login.actor.may(Permission.TEMPLATES_WRITE):
            request.max_content_length = FILE_BODY if files else FORM_BODY
            request.max_form_memory_size = FORM_BODY

    for part in (listing, making, editing, trying, contracting):
        part.add(pages, application)
    return pages
