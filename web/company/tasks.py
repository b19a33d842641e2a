"""Tasks and deadlines of clerks: listed, done with a note, and as a calendar."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, render_template, request, url_for

from esign.access import Actor, Permission
from esign.engine.clocks.records import TaskKind
from esign.engine.clocks.refusals import TaskUnknown
from esign.foundation.errors import EsignError
from web.company.guard import needs, public
from web.language import language, words
from web.problems import status_of
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine import Application

ICS = "text/calendar; charset=utf-8"


def blueprint(application: Application) -> Blueprint:
    """Return the pages about tasks."""
    pages = Blueprint("company_tasks", __name__, url_prefix="/company/tasks")
    desk, calendars = application.tasks, application.calendars

    @pages.get("/")
    @needs(Permission.CASES_READ)
    def page(actor: Actor) -> str:
        query = request.args
        done = query.get("state", "") == "done"
        kind = next((kind for kind in TaskKind if kind.value == query.get("kind", "")), None)
        due_to = _day(query.get("due_to", ""))
        return render_template(
            "company/tasks.html",
            found=desk.list(actor, done=done, kind=kind, due_to=due_to, after=query.get("after") or None),
            done=done,
            kind=kind,
            kinds=tuple(TaskKind),
            due_to=due_to,
            coming=desk.coming(actor, 20) if actor.may(Permission.CONTRACTS_READ) and not done else (),
            lang=language(),
        )

    def shown(actor: Actor, task_id: str, refusal: EsignError | None = None) -> tuple[str, int]:
        body = render_template(
            "company/task.html",
            detail=desk.detail(actor, task_id),
            lang=language(),
            typed=request.form.get("words", "")[:2000],
            problem=None if refusal is None else words().problem(refusal.code),
        )
        return body, 200 if refusal is None else status_of(refusal.code)

    @pages.get("/<task_id>")
    @needs(Permission.CASES_READ)
    def one(actor: Actor, task_id: str) -> tuple[str, int]:
        return shown(actor, task_id)

    @pages.post("/<task_id>/done")
    @needs(Permission.CASES_DECIDE)
    def finish(actor: Actor, task_id: str) -> tuple[str, int] | Response:
        try:
            desk.done(actor, task_id, request.form.get("words", ""))
        except TaskUnknown:
            raise
        except EsignError as refusal:
            return shown(actor, task_id, refusal)
        flash("tasks.finished")
        return see_other(url_for(".one", task_id=task_id))

    @pages.get("/calendar")
    @needs(Permission.CASES_READ, confirmed=True)
    def calendar(actor: Actor) -> str:
        return render_template("company/calendar.html", links=calendars.links(actor), made="", lang=language())

    @pages.post("/calendar")
    @needs(Permission.CASES_READ, confirmed=True)
    def make(actor: Actor) -> str:
        made = calendars.make(actor)
        address = f"{application.settings.web_url}{url_for('.feed', secret=made.secret, lang_of=language())}"
        return render_template("company/calendar.html", links=calendars.links(actor), made=address, lang=language())

    @pages.post("/calendar/<link_id>/revoke")
    @needs(Permission.CASES_READ)
    def revoke(actor: Actor, link_id: str) -> Response:
        calendars.revoke(actor, link_id)
        flash("tasks.calendar_revoked")
        return see_other(url_for(".calendar"))

    @pages.get("/calendar/deadlines.ics")
    @needs(Permission.CASES_READ)
    def file(actor: Actor) -> Response:
        return _calendar(calendars.file(actor, language()), attachment=True)

    @pages.get("/calendar/of/<lang_of>/<secret>.ics")
    @public
    def feed(lang_of: str, secret: str) -> Response:
        """Return the calendar of a secret link: a calendar program has no login."""
        return _calendar(calendars.feed(secret, "en" if lang_of == "en" else "de"), attachment=False)

    return pages


def _calendar(data: bytes, *, attachment: bool) -> Response:
    response = Response(data, content_type=ICS)
    response.headers["Cache-Control"] = "no-store"
    if attachment:
        response.headers["Content-Disposition"] = 'attachment; filename="deadlines.ics"'
    return response


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
