"""Terms and events as bytes of their own: what is written down act by act, before anybody knows how it ends."""

from __future__ import annotations

from collections.abc import Iterable

from esign.contracts.formation.codec import from_json, to_json
from esign.contracts.formation.errors import FormationMalformed
from esign.contracts.formation.events import WORDS, Event
from esign.contracts.formation.formation import event_of
from esign.contracts.formation.terms import Terms
from esign.foundation.canonical import CanonicalJsonError, canonical, parse_canonical


def terms_to_bytes(terms: Terms) -> bytes:
    """Return terms as canonical JSON."""
    return canonical(to_json(terms))


def terms_from_bytes(data: bytes) -> Terms:
    """Return the terms that canonical JSON means.

    Raises:
        FormationMalformed: It is not that.
    """
    try:
        return from_json(Terms, parse_canonical(data), "/terms")
    except CanonicalJsonError as error:
        raise FormationMalformed("not canonical JSON") from error


def events_to_bytes(events: Iterable[Event]) -> bytes:
    """Return events as canonical JSON: ``{"events":[…]}``, each with its kind."""
    return canonical({"events": [{"kind": WORDS[type(event)], **to_json(event)} for event in events]})


def events_from_bytes(data: bytes) -> tuple[Event, ...]:
    """Return the events that canonical JSON means.

    Raises:
        FormationMalformed: It is not that.
    """
    try:
        value = parse_canonical(data)
    except CanonicalJsonError as error:
        raise FormationMalformed("not canonical JSON") from error
    items = value.get("events")
    if set(value) != {"events"} or not isinstance(items, list):
        raise FormationMalformed("no events")
    return tuple(event_of(item, f"/events/{at}") for at, item in enumerate(items))
