"""The mailbox on the web: what was sent, shown as text and never as what it claims to be."""

from __future__ import annotations

import re
from io import BytesIO

from flask import Blueprint, Response, abort, render_template, request, send_file
from markupsafe import Markup, escape

from certs.sandbox.errors import UnknownMail
from certs.sandbox.mail_store import MailStore

PER_PAGE = 25
_URL = re.compile(r"https?://[^\s<>\"'`]+", re.IGNORECASE)
_TRAILING = ".,;:!?)]}»“”’"


def linkify(text: str) -> Markup:
    """Return text as HTML: everything escaped, http and https addresses made into links."""
    parts, end = [], 0
    for match in _URL.finditer(text):
        url = match.group().rstrip(_TRAILING)
        parts.append(escape(text[end : match.start()]))
        parts.append(Markup('<a href="{0}" rel="noopener noreferrer">{0}</a>').format(url))
        end = match.start() + len(url)
    parts.append(escape(text[end:]))
    return Markup("").join(parts)


def mailbox_pages(store: MailStore) -> Blueprint:
    """Return the routes below ``/mailbox``."""
    routes = Blueprint("mailbox", __name__, url_prefix="/mailbox")
    routes.add_app_template_filter(linkify)

    @routes.get("")
    def mails() -> str:
        pages = max(1, -(-len(store) // PER_PAGE))
        page = min(max(request.args.get("page", 1, type=int), 1), pages)
        heads = store.heads(start=(page - 1) * PER_PAGE, count=PER_PAGE)
        return render_template("mailbox.html", heads=heads, page=page, pages=pages)

    @routes.get("/<name>")
    def mail(name: str) -> str:
        try:
            return render_template("mail.html", mail=store.read(name))
        except UnknownMail:
            abort(404)

    @routes.get("/<name>/original")
    def original(name: str) -> Response:
        try:
            return _download(store.content(name), f"{name}.eml")
        except UnknownMail:
            abort(404)

    @routes.get("/<name>/<int:number>")
    def enclosure(name: str, number: int) -> Response:
        try:
            enclosures = store.read(name).enclosures
        except UnknownMail:
            abort(404)
        if not 1 <= number <= len(enclosures):
            abort(404)
        return _download(enclosures[number - 1].data, enclosures[number - 1].name)

    return routes


def _download(data: bytes, name: str) -> Response:
    """Return a file to be saved, never to be opened in the sandbox's own origin."""
    response = send_file(BytesIO(data), mimetype="application/octet-stream", as_attachment=True, download_name=name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
