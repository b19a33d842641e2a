"""The door's own view of the engine: which form, whose draft, what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from json import dumps

from flask import Response

from esign.engine.forms.refusals import DraftSent, DraftUnknown
from esign.forms import Answers, Checked, FormDefinition, check
from web.errors import PageUnknown
from web.forms import cookies
from web.forms.addresses import FormPages, asked_for
from web.forms.ports import DraftView, FormApplication, Forms, FormView, Submitted


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A draft that this browser holds and may go on with."""

    token: str
    view: DraftView

    @property
    def base(self) -> str:
        """A word by which a page knows again which draft it showed; no secret, and good for nothing else."""
        return sha256(b"esign form page\0" + self.token.encode()).hexdigest()[:16]


class Door:
    """The engine's forms, for the company whose pages are asked for."""

    def __init__(self, application: FormApplication) -> None:
        self._application = application
        self.tenants: tuple[str, ...] = tuple(application.settings.tenants)

    def pages(self, name: str, import_name: str) -> FormPages:
        """Return a blueprint of pages that each company has."""
        return FormPages(name, import_name, self.tenants)

    @property
    def tenant(self) -> str:
        """The company of this request's address."""
        return asked_for(self.tenants)

    def cookie(self, form: str) -> str:
        """Return the draft's secret that this browser holds for a form; empty: none."""
        return cookies.read(self.place(self.tenant, form))

    def give(self, response: Response, form: str, token: str, *, expires_at: datetime) -> None:
        """Let a browser keep the secret of a draft."""
        cookies.give(response, self.place(self.tenant, form), token, expires_at=expires_at)

    def take(self, response: Response, form: str) -> None:
        """Let a browser forget the secret of a draft."""
        cookies.take(response, self.place(self.tenant, form))

    def place(self, tenant: str, form: str) -> str:
        """Return the name under which a browser keeps the secret of a company's form."""
        return form if tenant == self.tenants[0] else f"{tenant}.{form}"

    @property
    def forms(self) -> Forms:
        """The engine's use cases."""
        return self._application.forms

    def offer(self, name: str) -> FormView:
        """Return the offer of a form.

        Raises:
            PageUnknown: The company offers none of this name.
        """
        for item in self.forms.offered(self.tenant):
            if item.name == name:
                return item
        raise PageUnknown

    def form(self, name: str) -> FormDefinition:
        """Return a form that is offered.

        Raises:
            PageUnknown: The company offers none of this name.
        """
        return self.forms.definition(self.tenant, self.offer(name).name)

    def held(self, form: FormDefinition) -> Held | None:
        """Return the draft of this form that the browser may go on with; None: none, or its time is over."""
        token = self.cookie(form.name)
        if not token:
            return None
        try:
            view = self.forms.read(token)
        except (DraftUnknown, DraftSent):
            return None
        return Held(token=token, view=view) if (view.tenant, view.form) == (self.tenant, form.name) else None

    def sent(self, form: FormDefinition) -> Submitted | None:
        """Return what became of the form that this browser sent in; None: it sent none in, or long ago."""
        token = self.cookie(form.name)
        if not token:
            return None
        try:
            return self.forms.outcome(self.tenant, form.name, token)
        except DraftUnknown:
            return None

    def checked(self, form: FormDefinition, answers: Mapping[str, str]) -> Checked:
        """Check answers as they are shown; the engine checks again when they are sent in."""
        house = self.forms.household
        return check(form, Answers.parse(answers, form), day=house.today(), reference=house.reference)


def fingerprint(answers: Mapping[str, str]) -> str:
    """Return the digest of answers, by which a page knows whether it showed what is being sent in."""
    filled = {name: value for name, value in answers.items() if value}
    return sha256(dumps(filled, sort_keys=True).encode()).hexdigest()
