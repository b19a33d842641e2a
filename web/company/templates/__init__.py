"""Page templates of the company: made of a PDF, edited on the pages' pictures, tried out, handed on as files.

What enters: a PDF, the numbers of a form, or the description that the editor sends. What leaves: pages, pictures
of pages, files. What may be touched here: the engine's use cases of templates. The PDF itself is never opened by the
browser: it sees pictures that the engine's helper makes. Clauses: WCAG 2.2 AA, in particular 2.5.7 (dragging).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, request

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
        """Let a larger body in, before anything reads it, for somebody who is logged in."""
        token = cookies.read(cookies.SESSION)
        if request.method == "POST" and token and application.sessions.find(token) is not None:
            name = (endpoint or "").rpartition(".")[2]
            request.max_content_length = FILE_BODY if name in _FILES else FORM_BODY
            request.max_form_memory_size = FORM_BODY

    for part in (listing, making, editing, trying, contracting):
        part.add(pages, application)
    return pages
