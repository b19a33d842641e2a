"""Which language a page is shown in: chosen by ``?lang=``, remembered in the session cookie; German otherwise."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask, Response, g, request, session
from flask_babel import Babel, format_datetime  # type: ignore[import-untyped]  # it has no types
from werkzeug.datastructures import MultiDict

from web.clauses import clause_in
from web.see_other import see_other
from web.wording import LANGUAGES, Catalogue, catalogue

BERLIN = ZoneInfo("Europe/Berlin")


def language() -> str:
    """Return the language of this request's page."""
    chosen = g.get("language") or session.get("lang")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def words() -> Catalogue:
    """Return the catalogue of this request's page."""
    return catalogue(language())


def negotiated() -> Catalogue:
    """Return the catalogue that an API client asks for by ``Accept-Language``; English otherwise."""
    return catalogue(request.accept_languages.best_match(("en", "de"), default="en"))


def install(app: Flask) -> None:
    """Let an application speak both languages."""
    Babel(app, locale_selector=language, timezone_selector=lambda: "Europe/Berlin")
    app.add_template_filter(lambda text: clause_in(str(text), language()), "clause")

    @app.before_request
    def remember_choice() -> Response | None:
        chosen = request.args.get("lang")
        if request.method != "GET" or chosen not in LANGUAGES or request.endpoint is None:
            return None
        if chosen != language():
            session["lang"] = chosen
        rest = MultiDict((key, value) for key, value in request.args.items(multi=True) if key != "lang")
        path = request.path + ("?" + urlencode(list(rest.items(multi=True))) if rest else "")
        return see_other(path)

    @app.context_processor
    def vocabulary() -> dict[str, Any]:
        return {"lang": language(), "languages": LANGUAGES, "t": words().phrase} | _TIMES


def _instant(value: Any) -> str:
    """Write an instant for people: legal time in Germany, minutes."""
    pattern = "d. MMMM y, HH:mm 'Uhr'" if language() == "de" else "d MMMM y, HH:mm"
    return str(format_datetime(value, pattern))


def _to_the_second(value: Any) -> str:
    """Write an instant for people: legal time in Germany, seconds, with its zone."""
    if language() == "de":
        return str(format_datetime(value, "d. MMMM y, HH:mm:ss 'Uhr' (z)"))
    return f"{format_datetime(value, 'd MMMM y, HH:mm:ss')} ({value.astimezone(BERLIN).tzname()})"


_TIMES = {"instant": _instant, "to_the_second": _to_the_second}
