"""The customer's form: fill in, check, send in, and go on on another device.

What enters: requests of anybody; the cookie of a draft. What leaves: pages that work without a script, and better with
one. What may be touched here: the engine's drafts and decisions (:mod:`web.forms.ports`). Nothing is kept before
somebody sends something; no answer ever stands in an address. Clauses: WCAG 2.2 AA, in particular 1.3.5 (purpose of
fields), 3.3.1-3.3.4 (mistakes: named, explained, corrected, checked before anything binds), 3.3.7 (nothing is asked
twice); BGB § 312i (1) No. 1 (means to find and correct mistakes before an order).
"""

from __future__ import annotations

from flask import Flask

from esign.engine.forms.addresses import FIRST
from web.forms import answering, filling, later, lookup, outcome, recognition, review
from web.forms.desk import Door
from web.forms.ports import FormApplication
from web.security import COMPANY_POLICY

__all__ = ["PREFIX", "install"]

PREFIX = FIRST
"""Where the first company's forms are; those of the others lie at addresses of their own."""


def install(app: Flask, application: FormApplication) -> None:
    """Give an application the customer's form pages."""
    door = Door(application)
    for part in (filling, review, outcome, later, lookup):
        pages = part.blueprint(door)
        pages.after_request(answering.policy(COMPANY_POLICY))
        app.register_blueprint(pages)
    for pages in recognition.blueprints(door, application.recognition, application.settings.web_url):
        pages.after_request(answering.policy(COMPANY_POLICY))
        app.register_blueprint(pages)
    app.jinja_env.globals["forms_door"] = PREFIX
