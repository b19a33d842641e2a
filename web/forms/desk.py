"""The door's own view of the engine: which form, whose draft, what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from json import dumps

from esign.engine.forms.refusals import DraftSent, DraftUnknown
from esign.forms import Answers, Checked, FormDefinition, check
from web.errors import PageUnknown
from web.forms import cookies
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
    """The engine's forms, for the company whose pages these are."""

    def __init__(self, application: FormApplication) -> None:
        self._application = application
        self.tenant: str = application.settings.tenants[0]

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
        token = cookies.read(form.name)
        if not token:
            return None
        try:
            view = self.forms.read(token)
        except (DraftUnknown, DraftSent):
            return None
        return Held(token=token, view=view) if (view.tenant, view.form) == (self.tenant, form.name) else None

    def sent(self, form: FormDefinition) -> Submitted | None:
        """Return what became of the form that this browser sent in; None: it sent none in, or long ago."""
        token = cookies.read(form.name)
        if not token:
            return None
        try:
            return self.forms.outcome(token)
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
