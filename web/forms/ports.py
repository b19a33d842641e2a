"""What the form pages ask of the engine, in the engine's own words. Nothing else of it is touched here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from esign.forms import Checked, FormDefinition, ReferenceData
from web.ports import Settings


class FormView(Protocol):
    """A form that a company offers."""

    @property
    def name(self) -> str:
        """Its name, as it stands in the address."""

    @property
    def company(self) -> str:
        """Name of the company."""

    @property
    def prefill(self) -> bool:
        """Whether a customer who is recognised at the identity provider finds it filled in."""


class DraftOpened(Protocol):
    """A draft that this device may go on with."""

    @property
    def token(self) -> str:
        """Secret of this device."""

    @property
    def tenant(self) -> str:
        """The company."""

    @property
    def form(self) -> str:
        """Name of the form."""

    @property
    def expires_at(self) -> datetime:
        """Instant (UTC) after which the draft is gone."""

    @property
    def prefill(self) -> str:
        """``found``, ``none`` or ``unavailable``."""


class Reason(Protocol):
    """Why it was decided so."""

    @property
    def text(self) -> Mapping[str, str]:
        """In words, by language."""

    @property
    def fields(self) -> Sequence[str]:
        """The answers that it looks at."""


class Submitted(Protocol):
    """What became of a form."""

    @property
    def outcome(self) -> str:
        """``accept``, ``ask``, ``refuse``, ``refer``."""

    @property
    def reasons(self) -> Sequence[Reason]:
        """Why, the strictest first."""

    @property
    def answer_by(self) -> date | None:
        """The day by which an employee answers, where one has to."""


class DraftView(Protocol):
    """What is filled in so far."""

    @property
    def form(self) -> str:
        """Name of the form."""

    @property
    def answers(self) -> Mapping[str, str]:
        """As they were typed."""

    @property
    def prefilled(self) -> Mapping[str, str]:
        """What the company's data filled in."""

    @property
    def tenant(self) -> str:
        """The company."""

    @property
    def expires_at(self) -> datetime:
        """Instant (UTC) after which it is gone."""


class ResumeLink(Protocol):
    """A link by which another device goes on, once."""

    @property
    def link(self) -> str:
        """The link; its secret stands in the fragment."""

    @property
    def expires_at(self) -> datetime:
        """Instant (UTC) after which it opens nothing."""


class Household(Protocol):
    """What the engine works with."""

    @property
    def reference(self) -> ReferenceData:
        """Postal codes and bank codes."""

    def today(self) -> date:
        """Return the local day, from which ages and periods are counted."""


class Forms(Protocol):
    """Drafts and what becomes of them."""

    @property
    def household(self) -> Household:
        """What the engine works with."""

    def offered(self, tenant: str) -> Sequence[FormView]:
        """Return the forms that a company offers today."""

    def definition(self, tenant: str, name: str) -> FormDefinition:
        """Return a form as it applies today."""

    def begin(self, tenant: str, name: str, prefill_token: str | None = None) -> DraftOpened:
        """Begin a draft."""

    def read(self, token: str) -> DraftView:
        """Return what is filled in so far."""

    def save(self, token: str, answers: Mapping[str, str]) -> DraftView:
        """Keep answers, plausible or not."""

    def check(self, token: str, answers: Mapping[str, str]) -> Checked:
        """Check answers."""

    def resume_link(self, token: str, email: str | None) -> ResumeLink:
        """Make a link for another device, and send it by mail if there is an address."""

    def resume(self, tenant: str, secret: str) -> DraftOpened:
        """Exchange the secret of a link for a device's own."""

    def submit(self, token: str, answers: Mapping[str, str]) -> Submitted:
        """Send the form in; a second time it answers the same."""

    def outcome(self, tenant: str, name: str, token: str) -> Submitted:
        """Return what became of a form that was sent in for good."""

    def discard(self, token: str) -> None:
        """Delete a draft now."""


class Departure(Protocol):
    """Where a browser is sent."""

    @property
    def token(self) -> str:
        """By which the browser is known when it comes back."""

    @property
    def address(self) -> str:
        """At the identity provider."""


class Recognition(Protocol):
    """Recognises who fills a form in."""

    def depart(self, tenant: str, form: str, *, redirect_uri: str, draft: str = "") -> Departure:
        """Return where to send a browser."""

    def arrive(
        self, token: str, *, state: str, code: str, issuer: str | None, holds: Callable[[str, str], str]
    ) -> DraftOpened:
        """Take a browser back and begin the form."""


class FormApplication(Protocol):
    """The engine as the form pages see it."""

    @property
    def settings(self) -> Settings:
        """Settings of the installation."""

    @property
    def forms(self) -> Forms:
        """Drafts and what becomes of them."""

    @property
    def recognition(self) -> Recognition:
        """Recognises who fills a form in."""
