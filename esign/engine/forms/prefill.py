"""What the company knows about a customer is filled in: for a recognised person, or for whoever brings a signed token.

A token is a JWS (HMAC-SHA-256, RFC 7515) under a key of the tenant's own that follows from the vault. It names the
form, ends soon, works once, and carries the customer's key sealed, so that nobody reads it in a link. It belongs in
the fragment of a link, which browsers send to nobody, and is exchanged by POST.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from esign.access import Actor, Permission
from esign.engine.forms.addresses import forms_url
from esign.engine.forms.ports import PrefillUse
from esign.engine.forms.refusals import FormNotOffered, PrefillNotConfigured, PrefillTokenRefused
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.evidence.kinds import EntryKind
from esign.forms import Answers, AnswersRefused, FormDefinition
from esign.foundation.clock import from_seconds, seconds
from esign.foundation.digests import labelled
from esign.foundation.encoding import b64url, from_b64url
from esign.foundation.errors import EsignError
from esign.foundation.identifiers import new_id
from esign.identity import IdentifiedPerson

LONGEST = timedelta(days=30)
"""Life of a prefill token at the most."""
CUSTOMER = "customer"
"""Name of the key that a token carries."""

_TYPE = "esign-prefill+jwt"
_ALGORITHMS = ["HS256"]
_CUSTOMER = re.compile(r"[^\x00-\x1f\x7f]{1,200}\Z")
_MAX_TOKEN = 4096
_log = logging.getLogger("esign.engine.forms.prefill")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefillLink:
    """A token, and the link that carries it in its fragment."""

    token: str
    link: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is filled in."""

    outcome: str
    """``found``, ``none`` or ``unavailable``."""
    answers: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    customer: Mapping[str, str] = field(default_factory=dict)
    way: str = ""
    """``token`` or ``identity``."""
    token: tuple[bytes, datetime] | None = None
    """Digest and end of a token that is used up with this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefillDesk:
    """Makes prefill tokens, and looks up what is filled in."""

    household: Household

    def token(self, actor: Actor, form: str, customer: str, *, lives: timedelta = timedelta(days=7)) -> PrefillLink:
        """Make a token with which one customer finds one form filled in, once.

        Args:
            actor: Who makes it.
            form: The form.
            customer: The key under which the company's data know the customer, such as a customer number.
            lives: How long it works, up to thirty days.

        Raises:
            AccessDenied: The actor may not.
            FormNotOffered: The company offers no such form.
            PrefillNotConfigured: Nothing fills in this form for a customer's key.
            PrefillTokenRefused: The key or the time is none.
        """
        actor.require(Permission.CONTRACTS_WRITE)
        house = self.household
        if form not in house.offers.of(actor.tenant):
            raise FormNotOffered
        use = house.prefill.of(actor.tenant, form)
        if use is None or not use.by_token:
            raise PrefillNotConfigured
        if not _CUSTOMER.match(customer) or not timedelta() < lives <= LONGEST:
            raise PrefillTokenRefused("a customer's key has up to 200 characters, a token lives up to thirty days")
        now = house.clock.now()
        name = new_id()
        with house.store.transaction() as tx:
            sealed = tx.vault.seal("prefill-customer", customer.encode(), actor.tenant, form, name)
            claims = {
                "jti": name,
                "aud": form,
                "iss": actor.tenant,
                "iat": seconds(now),
                "exp": seconds(now + lives),
                CUSTOMER: b64url(sealed),
            }
            token = jwt.encode({"alg": "HS256", "typ": _TYPE}, claims, _key(tx, actor.tenant), algorithms=_ALGORITHMS)
            facts = {"token": name, "form": form, "expires_at": claims["exp"]}
            house.record(tx, EntryKind.FORM_TOKEN_MADE, None, facts, by=actor)
        link = f"{forms_url(house.settings, actor.tenant)}/{form}#prefill={token}"
        return PrefillLink(token=token, link=link, expires_at=now + lives)

    def by_identity(self, tenant: str, form: str) -> bool:
        """Tell whether a form is filled in for a person who is recognised."""
        use = self.household.prefill.of(tenant, form)
        return use is not None and use.by_identity and self.household.customer_provider is not None

    def known(
        self, tenant: str, definition: FormDefinition, *, token: str | None, person: IdentifiedPerson | None
    ) -> Known:
        """Return what is filled in; nothing, where not exactly one customer is known, or the source does not answer.

        Raises:
            PrefillTokenRefused: The token is not genuine, is for another form, was used, or its time is over.
        """
        use = self.household.prefill.of(tenant, definition.name)
        if token is not None:
            name, until, customer = self._opened(tenant, definition.name, token)
            known = self._look_up(use if use and use.by_token else None, definition, {CUSTOMER: customer}, "token")
            if known.outcome == "unavailable":  # the token works again later
                return known
            return _with(known, token=(labelled("form/prefill-token", name.encode()), until))
        if person is not None and person.birth_date is not None and use is not None and use.by_identity:
            key = {
                "given_name": person.given_name,
                "family_name": person.family_name,
                "birth_date": person.birth_date.isoformat(),
            }
            return self._look_up(use, definition, key, "identity")
        return Known(outcome="none")

    def use(self, tx: Transaction, known: Known) -> None:
        """Use a token up, in the transaction of the draft that it fills in.

        Raises:
            PrefillTokenRefused: It was used before.
        """
        if known.token is not None and not tx.drafts.use_token(*known.token):
            raise PrefillTokenRefused("the token was used", reason="used")

    def _look_up(self, use: PrefillUse | None, definition: FormDefinition, key: Mapping[str, str], way: str) -> Known:
        if use is None:
            return Known(outcome="none")
        try:
            found = use.prefill.lookup(definition.name, key)
        except EsignError as error:  # the customer fills the form in by hand
            _log.warning("prefill not available", extra={"code": error.code})
            return Known(outcome="unavailable")
        answers = fitting(definition, found or {})
        outcome = "found" if answers else "none"
        return Known(outcome=outcome, answers=answers, source=use.source, customer=dict(key), way=way)

    def _opened(self, tenant: str, form: str, token: str) -> tuple[str, datetime, str]:
        refused = PrefillTokenRefused("the token is not genuine, or its time is over")
        if len(token) > _MAX_TOKEN:
            raise refused
        with self.household.store.reading() as tx:
            try:
                decoded = jwt.decode(token, _key(tx, tenant), algorithms=_ALGORITHMS)
                claims = decoded.claims
                name, until = str(claims["jti"]), from_seconds(int(claims["exp"]))
                if decoded.header.get("typ") != _TYPE or claims["aud"] != form or claims["iss"] != tenant:
                    raise refused
                if until <= self.household.clock.now():
                    raise refused
                sealed = from_b64url(str(claims[CUSTOMER]))
                customer = tx.vault.open("prefill-customer", sealed, tenant, form, name)
            except (JoseError, ValueError, KeyError, TypeError, EsignError) as error:
                raise refused from error
        return name, until, customer.decode()


def fitting(definition: FormDefinition, found: Mapping[str, str]) -> dict[str, str]:
    """Return what of the company's data a form takes: texts of fields that may be filled in, of a bounded size."""
    taken: dict[str, str] = {}
    for each in definition.fields:
        value = found.get(each.name)
        if not each.prefill or not isinstance(value, str) or len(value) > each.max_length:
            continue
        try:
            taken.update(Answers.parse({each.name: value}, definition))
        except AnswersRefused:
            _log.warning("a value for prefill does not fit", extra={"code": AnswersRefused.code})
    return taken


def _key(tx: Transaction, tenant: str) -> OctKey:
    return OctKey.import_key(tx.vault.index("prefill-token-key", b"", tenant))


def _with(known: Known, *, token: tuple[bytes, datetime]) -> Known:
    return Known(
        outcome=known.outcome,
        answers=known.answers,
        source=known.source,
        customer=known.customer,
        way=known.way,
        token=token,
    )
