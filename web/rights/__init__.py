"""The two public doors: withdraw from a contract (BGB § 356a), terminate a contract (§ 312k).

What enters: what somebody types, without login, cookie or script. What leaves: pages that say the same whether there
is such a contract or not. What may be touched here: the engine's two desks. Clauses: BGB §§ 312k, 356a; WCAG 2.2 AA.

The forms carry no secret of a session: a declaration has no power of a login that another site could borrow, and none
must be lost to a cookie that was refused or a page that stood open overnight. What another site sends is refused by
what browsers say about where a form came from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from web.rights import doors, termination, withdrawal

if TYPE_CHECKING:
    from esign.engine import Application

__all__ = ["install"]


def install(app: Flask, application: Application, csrf: CSRFProtect) -> None:
    """Give an application both doors, and its pages the links to them."""
    for part in (withdrawal, termination):
        pages = part.blueprint(application)
        csrf.exempt(pages)
        app.register_blueprint(pages)
    app.jinja_env.globals["rights_doors"] = doors.links(application)
