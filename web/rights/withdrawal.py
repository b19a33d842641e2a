"""Withdraw from a contract: three fields, all once more, one button.

Source: BGB § 356a.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, render_template, request, url_for

from web.rights import doors
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine import Application


def blueprint(application: Application) -> doors.DoorPages:
    """Return the pages of the withdrawal function."""
    desk = application.withdrawal
    tenants = tuple(application.settings.tenants)
    pages = doors.DoorPages("rights_withdrawal", __name__, first="/vertrag-widerrufen", tenants=tenants)

    @pages.get("")
    def page() -> str:
        return render_template("rights/withdraw.html", **doors.shown(desk.function(), None, judged=False))

    @pages.post("")
    def check() -> Response:
        """Show everything once more; nothing is declared and nothing kept yet."""
        function = desk.function()
        found = desk.read(doors.typed(function))
        change = "change" in request.form
        again = change or bool(found.missing)
        template = "rights/withdraw.html" if again else "rights/confirm.html"
        body = render_template(template, **doors.shown(function, found, judged=not change))
        return Response(body, status=422 if found.missing and not change else 200, mimetype="text/html")

    @pages.get("/bestaetigen")
    def lead_back() -> Response:
        """Lead back: what was confirmed is shown in answer to the button only."""
        return see_other(url_for("rights_withdrawal.page"))

    @pages.post("/bestaetigen")
    def confirm() -> Response:
        received = doors.declared(desk, "rights/withdraw.html")
        if isinstance(received, Response):
            return received
        body = render_template("rights/withdrawn.html", function=desk.function(), received=received)
        return Response(body, mimetype="text/html")

    return pages
