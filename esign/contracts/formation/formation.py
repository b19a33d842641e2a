"""The formation of one contract: its terms and everything that happened, in one canonical order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from esign.contracts.formation.codec import from_json, to_json
from esign.contracts.formation.errors import FormationMalformed, FormationRefused
from esign.contracts.formation.events import KINDS, WORDS, Event, instant
from esign.contracts.formation.refusal import Refusal, refusal
from esign.contracts.formation.terms import Terms
from esign.contracts.formation.values import Clause
from esign.foundation.canonical import CanonicalJsonError, canonical, parse_canonical

VERSION = "esign-formation/1"
"""Version of the canonical JSON."""
MAX_EVENTS = 500
"""More happens to no contract; what asks for it is an attack."""
MAX_BYTES = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Formation:
    """A value folded over events. The same facts give the same value, in whatever order they were told."""

    terms: Terms
    events: tuple[Event, ...] = ()
    """In order of their instants, then their identifiers; each stands once."""

    def after(self, event: Event) -> Formation | Refusal:
        """Return the formation with one event more; told again, nothing changes.

        What has happened is taken in whether or not it has an effect: :func:`~esign.contracts.formation.state` says
        what the law makes of it.

        Returns:
            The new formation; or, where the event contradicts the parties, itself or an event of the same identifier,
            why it was not taken in.
        """
        for known in self.events:
            if known.id == event.id:
                same = known == event
                return self if same else _refused(event, "contradiction", "BGB § 130")
        if (refused := refusal(self.terms, event)) is not None:
            return refused
        if len(self.events) >= MAX_EVENTS:
            return _refused(event, "too_many", "engineering decision")
        ordered = sorted((*self.events, event), key=lambda each: (instant(each), each.id))
        return Formation(terms=self.terms, events=tuple(ordered))

    def fold(self, events: Iterable[Event]) -> Formation:
        """Return the formation after all these events.

        Raises:
            FormationRefused: One of them was refused; the facts say by which rule.
        """
        formation = self
        for event in events:
            following = formation.after(event)
            if isinstance(following, Refusal):
                raise FormationRefused(
                    "an event was refused", rule=following.clause.rule, clause=following.clause.source
                )
            formation = following
        return formation

    def canonical(self) -> bytes:
        """Return the canonical JSON (RFC 8785) with the version of its schema."""
        events = [{"kind": WORDS[type(event)], **to_json(event)} for event in self.events]
        return canonical({"v": VERSION, "terms": to_json(self.terms), "events": events})

    @classmethod
    def parse(cls, data: bytes) -> Formation:
        """Return the formation that canonical bytes mean, replayed event by event.

        Raises:
            FormationMalformed: Not canonical, of another version, or a value is none.
            FormationRefused: An event contradicts the parties or another event.
        """
        if len(data) > MAX_BYTES:
            raise FormationMalformed("too large", limit=MAX_BYTES)
        try:
            value = parse_canonical(data)
        except CanonicalJsonError as error:
            raise FormationMalformed("not canonical JSON") from error
        if set(value) != {"v", "terms", "events"} or value["v"] != VERSION or not isinstance(value["events"], list):
            raise FormationMalformed("not a formation of this version")
        terms = from_json(Terms, value["terms"], "/terms")
        names = [each.name for each in terms.declarants]
        if len(names) != len(set(names)) or len({each.side for each in terms.declarants}) != 2:
            raise FormationMalformed(
                "each side needs declarants, each with a name of its own", place="/terms/declarants"
            )
        read = [event_of(item, f"/events/{at}") for at, item in enumerate(value["events"])]
        formation = cls(terms=terms).fold(read)
        if formation.canonical() != data:
            raise FormationMalformed("the events do not stand in their order, each once", place="/events")
        return formation


def event_of(item: Any, place: str) -> Event:
    """Return the event that a JSON object means.

    Raises:
        FormationMalformed: It is none.
    """
    word = item.get("kind") if isinstance(item, dict) else None
    if not isinstance(word, str) or word not in KINDS:
        raise FormationMalformed("no event of a known kind", place=place)
    return from_json(KINDS[word], {name: value for name, value in item.items() if name != "kind"}, place)


def _refused(event: Event, rule: str, source: str) -> Refusal:
    return Refusal(event=event.id, clause=Clause(rule=f"formation.event.{rule}", source=source))
