"""Terminate a contract: one page with the prescribed fields and the button, then a file to keep.

Source: BGB § 312k.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flask import Response, current_app, g, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

from esign.contracts.rights import read
from esign.engine.rights.receiving import Received
from esign.foundation.clock import from_rfc3339, rfc3339
from web.errors import FormExpired
from web.language import language
from web.rights import doors
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine import Application

_KEPT_SECONDS = 24 * 3600
"""How long a page can be asked for the file; it is also in the mail."""


def blueprint(application: Application) -> doors.DoorPages:
    """Return the pages of the termination function."""
    desk = application.termination
    tenants = tuple(application.settings.tenants)
    pages = doors.DoorPages("rights_termination", __name__, first="/vertraege-hier-kuendigen", tenants=tenants)

    @pages.get("")
    def page() -> str:
        return render_template("rights/terminate.html", **doors.shown(desk.function(), None, judged=False))

    @pages.get("/bestaetigen")
    @pages.get("/erklaerung", endpoint="lead_back_from_file")
    def lead_back() -> Response:
        """Lead back: what was declared is shown in answer to the button only."""
        return see_other(url_for("rights_termination.page"))

    @pages.post("/bestaetigen")
    def confirm() -> Response:
        received = doors.declared(desk, "rights/terminate.html")
        if isinstance(received, Response):
            return received
        body = render_template(
            "rights/terminated.html", function=desk.function(), received=received, kept=_kept(received, g.forms_tenant)
        )
        return Response(body, mimetype="text/html")

    @pages.post("/erklaerung")
    def file() -> Response:
        """Return the declaration as a file; the page that asks holds it whole, under our own seal of the page."""
        try:
            said = _serializer().loads(request.form.get("kept", ""), max_age=_KEPT_SECONDS)
        except BadSignature:
            raise FormExpired from None
        if said["tenant"] != g.forms_tenant:
            raise FormExpired
        received = _received(desk, said)
        response = Response(desk.copy(said["tenant"], received, lang=said["lang"]), mimetype="application/pdf")
        response.headers["Content-Disposition"] = f'attachment; filename="kuendigung-{received.id}.pdf"'
        return response

    return pages


def _kept(received: Received, tenant: str) -> str:
    said = {
        "tenant": tenant,
        "lang": language(),
        "id": received.id,
        "at": rfc3339(received.received_at),
        "button": received.button,
        "values": dict(received.declaration.values),
    }
    return str(_serializer().dumps(said))


def _received(desk: Any, said: Mapping[str, Any]) -> Received:
    declaration = read(desk.function(), said["values"]).declaration
    if declaration is None:  # the function asks for more since
        raise FormExpired
    at = from_rfc3339(said["at"])
    return Received(id=said["id"], received_at=at, declaration=declaration, button=said["button"])


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="rights/declaration")
