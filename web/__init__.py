"""The web: shows what the engine decides. Flask, server-rendered pages, the ceremony's API, the agent's origin.

What enters: HTTP requests. What leaves: pages in German and English, problem objects, bytes of the engine's answers.
What may be touched here: the engine's use cases (``web.ports``) and the key of the session cookie. Clauses: RFC 9110
(HTTP), RFC 9457 (problem objects), W3C CSP 3, WCAG 2.2 AA.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from flask import Flask, Response, request
from jinja2 import StrictUndefined

from web import (
    agent_pages,
    approvals,
    ceremony_api,
    company,
    consents,
    demo_pages,
    forms,
    journeys,
    language,
    pages,
    problems,
    request_log,
    rights,
    security,
    session_key,
    verification,
)
from web.api import Beside, create_api
from web.ports import Application
from web.samples import Sample

if TYPE_CHECKING:
    from esign.engine import Application as EngineApplication

__all__ = ["Sample", "create_app"]

_FORM_BODY = 64 * 1024
"""Bytes; the largest body of a page's form."""


def create_app(
    application: Application,
    *,
    agent_origin: str,
    sandbox_url: str | None,
    samples: Callable[[], Sequence[Sample]] = tuple,
) -> Flask:
    """Return the web application over an engine.

    Args:
        application: The engine's use cases.
        agent_origin: Origin of the browser agent, the only foreign origin that may call the ceremony's API.
        sandbox_url: Where the simulated outside world shows its mailbox; None without a sandbox.
        samples: Returns the contracts that the start page of the demonstration offers today.
    """
    settings = application.settings
    app = Flask(__name__, static_folder="static", static_url_path="/static")
    app.config.update(
        SECRET_KEY=session_key.session_key(settings.state_dir),
        MAX_CONTENT_LENGTH=_FORM_BODY,
        MAX_FORM_PARTS=20,
        WEB_URL=settings.web_url,
        SEND_FILE_MAX_AGE_DEFAULT=300,
    )
    app.jinja_env.autoescape = True
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    request_log.install(app)
    if hasattr(application, "sessions"):
        company.room_for_files(app, cast("EngineApplication", application))
    app.jinja_env.globals["verification_door"] = None
    if hasattr(application, "verification"):
        verification.room_for_files(app)
    csrf = security.install(app, web_url=settings.web_url)
    language.install(app)
    problems.install(app)

    api = ceremony_api.blueprint(application, agent_origin=agent_origin)
    csrf.exempt(api)
    app.register_blueprint(api)
    app.register_blueprint(pages.blueprint())
    app.register_blueprint(journeys.blueprint(cast("EngineApplication", application)))
    app.register_blueprint(agent_pages.blueprint(application, agent_origin=agent_origin))
    demo = demo_pages.available(settings)
    if demo:
        app.register_blueprint(demo_pages.blueprint(application, sandbox_url=sandbox_url, samples=samples))

    if hasattr(application, "sessions"):  # the pages' own tests bring an engine without accounts
        company.install(app, cast("EngineApplication", application))
    app.jinja_env.globals["forms_door"] = None
    if hasattr(application, "forms"):
        forms.install(app, cast("EngineApplication", application))

    app.jinja_env.globals["rights_doors"] = tuple
    if hasattr(application, "withdrawal"):
        rights.install(app, cast("EngineApplication", application), csrf)
    if hasattr(application, "consents"):
        consents.install(app, cast("EngineApplication", application), csrf)

    if hasattr(application, "approvals"):
        approvals.install(app, cast("EngineApplication", application), csrf)

    if hasattr(application, "verification"):
        verification.install(app, cast("EngineApplication", application))

    @app.after_request
    def ceremony_is_open_to_the_agent(response: Response) -> Response:
        if request.path.startswith(ceremony_api.PREFIX):
            return ceremony_api.open_to_agent(response, agent_origin=agent_origin)
        return response

    interface = create_api(cast("EngineApplication", application))
    app.wsgi_app = Beside(app.wsgi_app, interface.wsgi_app)  # type: ignore[method-assign]  # as Flask says it is done

    app.jinja_env.globals.update(
        sandbox=settings.trust == "sandbox",
        demo=demo,
        sandbox_url=sandbox_url,
        agent_origin=agent_origin,
        cookie_name=app.config["SESSION_COOKIE_NAME"],
        samples=samples if demo else tuple,
    )
    return app
