"""How a formation ends where the customers' declarations alone do not end it: an acceptance by the company, approvals.

Source: docs/dossier-spec.md, step ``formation``; BGB §§ 108, 130, 146-150; TKG § 54 (3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from esign.evidence.dossier_findings import Findings
from esign.evidence.dossier_report import require
from esign.evidence.entry import Entry
from esign.evidence.kinds import EntryKind
from esign.foundation.digests import sha256
from esign.foundation.encoding import EncodingError

FORMATION = "formation.json"
NEW = "/new"
"""What the name of an offer gets that came of a late acceptance (BGB § 150 (1))."""
EARLIEST, LATEST = timedelta(hours=22), timedelta(days=12)
"""Between the beginning (UTC) of the last day of an offer and its end: Berlin's midnight, moved by days off at most."""
OF_AGE = 18
_INSTANT = re.compile(r"[1-9]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_BERLIN = ZoneInfo("Europe/Berlin")

Json = Mapping[str, Any]


def company_accepted(
    found: Findings,
    terms: Json,
    accepted: Sequence[Json],
    events: Sequence[Json],
    concluded: Entry,
    received: Sequence[str],
) -> str:
    """Return when the company's acceptance of the customers' offer had reached everybody.

    1. The company accepted once, in the words that the ledger committed to, about the customers' document, after their
    last declaration had arrived. 2. Where they had accepted an offer of the company, that was late: it had ended.
    3. The acceptance reached each of them in time, or was sent in time. 4. The end is one that the law gives.
    """
    require(len(accepted) == 1, "the company did not accept exactly once", FORMATION)
    event, told, last = accepted[0], accepted[0]["declaration"], max(received)
    document = found.transcript.document.revisions[0].sha256.hex()
    own = told["declarant"] == "company" and told["kind"] == "acceptance" and told["document_sha256"] == document
    require(own, "what the company accepted is not what was offered", FORMATION)
    words = [
        each.opening.content
        for each in found.dossier.openings
        for entry in found.entries
        if entry.seq == each.seq and entry.kind is EntryKind.FORMATION_ACCEPTED and each.opening.name == "words"
    ]
    same = len(words) == 1 and sha256(words[0]).hex() == told["text_sha256"]
    require(same, "the company accepted in other words than the ledger tells", FORMATION)
    declared_at = instant(told["declared_at"])
    require(declared_at >= last, "the company accepted before everybody had offered", FORMATION)
    offers = {each["offer"] for each in events if each["kind"] in ("offer_made", "accepted") and _customers(each)}
    late = terms["offer_by"] == "trader"
    wanted = {name + (NEW if late else "") for name in offers}
    require(wanted == {event["offer"]}, "the company accepted another offer", FORMATION)
    if late:
        _was_late(terms, events, offers, last)
    arrived = []
    for each in terms["declarants"]:
        if each["side"] == "customer":
            at = _reached(events, event["id"], each["name"], declared_at)
            require(bool(at), f"the acceptance did not reach {each['name']}", FORMATION)
            arrived.append(at)
    until = concluded.facts.get("until")
    in_time = type(until) is int and (seconds(max(arrived)) < until or seconds(instant(told["sent_at"])) < until)
    require(in_time, "it was accepted when the offer was over", FORMATION)
    begun = date.fromisoformat(last[:10]) + timedelta(days=int(terms["answer_days"]))
    near = any(ends_on((begun + timedelta(days=more)).isoformat(), int(until)) for more in (0, 1))  # type: ignore[arg-type]  # required to be a whole number above
    require(near, "the offer ended another day", FORMATION)
    return max(arrived)


def approvals(everybody: Sequence[Findings], terms: Json, events: Sequence[Json]) -> Iterator[str]:
    """Yield when each approval came that a contract needs: of a minor's, and of one without its summary before."""
    for found in everybody:
        who = f"signatory-{found.number}"
        declared = next(
            instant(each["declaration"]["declared_at"])
            for each in events
            if each["kind"] in ("accepted", "offer_made") and each["declaration"]["declarant"] == who
        )
        if not terms["one_sided"] and _minor(terms, events, who, declared):
            consented = [each for each in _consents(events, who) if each <= declared]
            later = sorted(each for each in (*_consents(events, who), *_approved(events, "contract_approved", who)))
            require(bool(later), f"nobody who represents {who} consented or approved", FORMATION)
            if not consented:
                yield later[0]
        if terms["summary_first"]:
            had = [instant(e["at"]) for e in events if e["kind"] == "summary_received" and e["by"] == who]
            require(bool(had), f"{who} never got the contract summary", FORMATION)
            if min(had) > declared:
                fine = [each for each in _approved(events, "summary_approved", who) if each >= min(had)]
                require(bool(fine), f"{who} did not approve after the contract summary had come", FORMATION)
                yield fine[0]


def ends_on(day: str, until: int) -> bool:
    """Tell whether an instant can be the end of a period with this last day, moved by days off or not."""
    begins = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
    return begins + EARLIEST.total_seconds() <= until <= begins + LATEST.total_seconds()


def instant(text: Any) -> str:
    """Return an instant as its text; refuse every other text.

    Raises:
        EncodingError: It is none.
    """
    if not isinstance(text, str) or not _INSTANT.fullmatch(text):
        raise EncodingError("not an instant")
    return text


def seconds(text: str) -> int:
    """Return the whole seconds since 1970 of an instant."""
    return int(datetime.fromisoformat(instant(text)).timestamp())


def _customers(event: Json) -> bool:
    return bool(event["declaration"]["declarant"] != "company")


def _was_late(terms: Json, events: Sequence[Json], offers: set[str], last: str) -> None:
    """Require that the company's own offer was over: an acceptance in time needs no second one."""
    if terms["accept_until"] is not None:
        begins = datetime.fromisoformat(terms["accept_until"]).replace(tzinfo=UTC)
        over = seconds(last) >= int((begins + EARLIEST).timestamp())
    else:
        told = [seconds(each["until"]) for each in events if each["kind"] == "period_set" and each["offer"] in offers]
        over = bool(told) and seconds(last) >= max(told)
    require(over, "the company's offer was not over: there was nothing to accept", FORMATION)


def _reached(events: Sequence[Json], of: str, who: str, declared_at: str) -> str:
    found = [
        instant(each["at"])
        for each in events
        if each["kind"] == "acceptance_received" and (each["of"], each["by"]) == (of, who)
    ]
    return min((each for each in found if each >= declared_at), default="")


def _minor(terms: Json, events: Sequence[Json], who: str, declared: str) -> bool:
    known = [each["birth_date"] for each in terms["declarants"] if each["name"] == who]
    told = [e["birth_date"] for e in events if e["kind"] == "person_identified" and e["declarant"] == who]
    text = next((each for each in (*known, *told) if each is not None), None)
    if text is None:
        return False
    born, day = date.fromisoformat(text), datetime.fromisoformat(declared).astimezone(_BERLIN).date()
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day)) < OF_AGE


def _consents(events: Sequence[Json], who: str) -> list[str]:
    return [instant(e["at"]) for e in events if e["kind"] == "consent_given" and e["declarant"] == who]


def _approved(events: Sequence[Json], kind: str, who: str) -> list[str]:
    found = [e for e in events if e["kind"] == kind and e["declaration"]["declarant"] == who]
    return sorted(instant(each["reaches"]) for each in found)
