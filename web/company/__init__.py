"""The company's side: pages for those who work there, behind a login.

What enters: requests with the cookie of a login. What leaves: pages, each with what its reader may do. What may be
touched here: the engine's use cases; every one of them is told who asks. Each view declares who may call it
(:mod:`web.company.guard`); one that declares nothing is never served. Clauses: OWASP ASVS 5.0 chapters 6, 7, 8; WCAG
2.2 AA, in particular 3.3.8 (Accessible Authentication).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from web.company import (
    account,
    accounts,
    audit,
    bodies,
    bulk,
    cases,
    confirm,
    contracts,
    create,
    declarations,
    guard,
    home,
    in_person,
    keys,
    login,
    performance,
    setup,
    tasks,
    templates,
    verification,
    webhooks,
)

if TYPE_CHECKING:
    from esign.engine import Application

__all__ = ["PREFIX", "install", "room_for_files"]

DESK = (contracts, in_person, create, bulk, keys, webhooks, cases, declarations, tasks, performance, verification)

PREFIX = "/company"


def install(app: Flask, application: Application) -> None:
    """Give an application the pages of the company's side."""
    guard.install_detours(app)
    for part in (home, login, setup, confirm, account, accounts, audit, templates, *DESK):
        guard.register(app, application, part.blueprint(application))


def room_for_files(app: Flask, application: Application) -> None:
    """Let those who may send larger files; before anything that reads a form."""
    bodies.install(app, application)
