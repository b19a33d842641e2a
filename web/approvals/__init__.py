"""The page of who is asked for consent or approval: a minor's legal representative, a customer after the summary.

What enters: the address that stands in a mail. What leaves: a page without a login, the document, and one declaration
in text form with exact words. What may be touched here: the engine's desk of approvals. The address itself is the
proof; forms carry no secret of a session, and what another site sends is refused by what browsers say about where a
form came from. Clauses: BGB §§ 107, 108, 126b; TKG § 54 (3); WCAG 2.2 AA.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from web.approvals import pages

if TYPE_CHECKING:
    from esign.engine import Application

__all__ = ["install"]


def install(app: Flask, application: Application, csrf: CSRFProtect) -> None:
    """Give an application the page."""
    found = pages.blueprint(application)
    csrf.exempt(found)
    app.register_blueprint(found)
