"""A person's page of consents: each by itself, none ticked beforehand, revoked with one press.

What enters: the address that stands in the invitation's mail. What leaves: a page without a login, and changes of the
consents of one person at one contract. What may be touched here: the engine's desk of consents. The address itself is
the proof; forms carry no secret of a session, and what another site sends is refused by what browsers say about where
a form came from. Clauses: GDPR Art. 7; BGB § 356 (5), (6); WCAG 2.2 AA.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from web.consents import pages

if TYPE_CHECKING:
    from esign.engine import Application

__all__ = ["install"]


def install(app: Flask, application: Application, csrf: CSRFProtect) -> None:
    """Give an application the page."""
    found = pages.blueprint(application)
    csrf.exempt(found)
    app.register_blueprint(found)
