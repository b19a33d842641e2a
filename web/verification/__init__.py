"""Signatures verified in the browser: a page for everybody, and one for those of the company who may see evidence.

What enters: PDFs that somebody drops or chooses. What leaves: one page with the verdict, its pictures and its reports
as data within the page. What may be touched here: the engine's :class:`VerificationDesk`. Nothing of a file is kept:
not on a disk, not in the database, not in an address, not in the log. Clauses: eIDAS Art. 32, 33 (what the answer is
not); RFC 2397 (reports within the page); WCAG 2.2 AA.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from web.verification import room, stranger
from web.verification.answer import inert

if TYPE_CHECKING:
    from esign.engine import Application

__all__ = ["install", "room_for_files"]


def room_for_files(app: Flask) -> None:
    """Take files in, in memory and few at a time; before anything that reads a form."""
    room.install(app)


def install(app: Flask, application: Application) -> None:
    """Give an application the page for everybody, and its pages the link to it."""
    app.jinja_env.filters["inert"] = inert
    app.register_blueprint(stranger.blueprint(application))
    app.jinja_env.globals["verification_door"] = stranger.ADDRESS
