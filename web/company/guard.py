"""Who may call a view of the company's side: declared at each view, checked before it, checked again by the engine.

A view carries exactly one of :func:`needs` (somebody who is logged in, with a permission or any) and :func:`public`
(before the login). Blueprints are given to an application by :func:`register`; a view without a declaration is
refused at the start, so that none is forgotten.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, current_app, g, request, session, url_for

from esign.access import Actor, Permission
from esign.access.errors import ConfirmationNeeded, LoginNeeded
from web.company import cookies
from web.company.navigation import entries
from web.language import words
from web.security import COMPANY_POLICY, allow_passkeys
from web.see_other import see_other

if TYPE_CHECKING:
    from esign.engine import Application
    from esign.engine.accounts.sessions import Login

View = TypeVar("View", bound=Callable[..., Any])

_DECLARED = "company_access"
_NEXT = re.compile(r"/company(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*/?(\?[A-Za-z0-9_.=&%-]*)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may call a view."""

    permission: Permission | None = None
    """None: everybody who is logged in."""
    public: bool = False
    confirmed: bool = False
    """Whether the person has to have proven just now who it is."""


def needs(permission: Permission | None = None, *, confirmed: bool = False) -> Callable[[View], View]:
    """Declare that a view needs a login, and what it may do; the view gets the :class:`Actor` first.

    Args:
        permission: What the account must be allowed to do; None: anything.
        confirmed: Whether the person has to have proven just now who it is; otherwise it is asked to, and comes back.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            return view(_admitted(permission, confirmed=confirmed), *args, **kwargs)

        setattr(guarded, _DECLARED, Access(permission=permission, confirmed=confirmed))
        return guarded  # type: ignore[return-value]  # the same signature, by wraps

    return declare


def public(view: View) -> View:
    """Declare that everybody may call a view: it stands before the login."""

    @wraps(view)
    def open_view(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    setattr(open_view, _DECLARED, Access(public=True))
    return open_view  # type: ignore[return-value]  # the same view


def access_of(view: Callable[..., Any]) -> Access | None:
    """Return what a view declares; None: nothing."""
    found: Access | None = getattr(view, _DECLARED, None)
    return found


def register(app: Flask, application: Application, pages: Blueprint) -> None:
    """Give an application a blueprint of the company's side.

    Raises:
        RuntimeError: A view of it declares nothing. A fault of the programmer.
    """

    @pages.before_request
    def who_asks() -> None:
        g.company_application = application
        token = cookies.read(cookies.SESSION)
        g.company_login = application.sessions.find(token) if token else None
        if g.company_login is not None and "lang" not in session:
            g.language = g.company_login.account.language

    @pages.after_request
    def policy(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers.setdefault("Content-Security-Policy", COMPANY_POLICY)
        allow_passkeys(response)
        return response

    @pages.context_processor
    def vocabulary() -> dict[str, Any]:
        login: Login | None = g.get("company_login")
        return {
            "login": login,
            "may": (lambda name: login is not None and login.actor.may(Permission(name))),
            "navigation": entries(login.actor) if login is not None else (),
            "said": said,
        }

    app.register_blueprint(pages)
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith(f"{pages.name}.") and access_of(view) is None:
            raise RuntimeError(f"{endpoint} does not declare who may call it")


def login_of_request() -> Login:
    """Return the login of this request.

    Raises:
        LoginNeeded: There is none.
    """
    found: Login | None = g.get("company_login")
    if found is None:
        raise LoginNeeded
    return found


def back(default: str) -> str:
    """Return where to go after a login: ``next``, if it is a page of this side; nothing else is followed."""
    wanted = request.values.get("next", "")
    return wanted if len(wanted) <= 300 and _NEXT.fullmatch(wanted) else default


def said(group: str, value: object) -> str:
    """Return the word for one of the engine's words, such as a state, or the word itself."""
    key = f"{group}.{str(value).replace('.', '_')}"
    return words().phrase(key) if words().known(key) else str(value)


class Detour(Exception):
    """The request goes somewhere else first."""

    def __init__(self, response: Response) -> None:
        self.response = response
        super().__init__()


def install_detours(app: Flask) -> None:
    """Let detours be followed."""

    @app.errorhandler(Detour)
    def follow(detour: Detour) -> Response:
        return detour.response


def _admitted(permission: Permission | None, *, confirmed: bool) -> Actor:
    login: Login | None = g.get("company_login")
    looking = request.method in ("GET", "HEAD")
    if login is None:
        if not looking:
            raise LoginNeeded
        raise Detour(_to("company.login", {"next": _here()} if request.path.strip("/") != "company" else {}))
    actor = login.actor
    if permission is not None:
        actor.require(permission)
    if confirmed and not actor.confirmed(_now()):
        if not looking:
            raise ConfirmationNeeded
        raise Detour(_to("company_confirm.page", {"next": _here()}))
    return actor


def _now() -> Any:
    return g.company_application.contracts.household.clock.now()


def _here() -> str:
    query = request.query_string.decode("ascii", "ignore")
    return f"{request.path}?{query}" if query else request.path


def _to(endpoint: str, query: dict[str, str]) -> Response:
    address = url_for(endpoint)
    return see_other(f"{address}?{urlencode(query)}" if query else address)


def secure() -> bool:
    """Tell whether this installation is reached by https."""
    return bool(current_app.config["SESSION_COOKIE_SECURE"])
