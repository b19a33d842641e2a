"""The step about the formation: what was recorded act by act is what is here, and it says how the contract came about.

It looks at what any reader can check without the tables of the law: who declared what, over which document, in which
form and level, by which control, that it was received, and when. Instants are compared as texts: all have one length.

Source: docs/dossier-spec.md, step ``formation``; BGB §§ 125-127, 130, 145-148, 312j (3), (4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from esign.evidence.dossier_findings import Findings
from esign.evidence.dossier_formation_ends import FORMATION, approvals, company_accepted, ends_on, instant, seconds
from esign.evidence.dossier_report import require
from esign.evidence.entry import Entry
from esign.evidence.kinds import EntryKind
from esign.foundation.canonical import canonical, parse_canonical
from esign.foundation.digests import sha256

VERSION = "esign-formation/1"
LEVELS = ("simple", "advanced", "qualified")
BEGINNINGS = (EntryKind.FORMATION_BEGUN, EntryKind.FORMATION_REBUILT)

Json = Mapping[str, Any]


def is_recorded(entries: Sequence[Entry], parts: Mapping[str, bytes]) -> bool:
    """Tell whether the formation belongs into the dossier: contracts from before have none."""
    return FORMATION in parts or any(entry.kind.value.startswith("formation.") for entry in entries)


def formation_concludes(everybody: Sequence[Findings]) -> str:
    """Hold the formation against the ledger, the contract data and everybody's transcript.

    1. It is what the ledger commits to, act by act and as a whole. 2. Its terms are those of the contract data.
    3. Each signatory declared exactly once: the own words about this document, at the transcript's level, in the form
    needed, by the order control where the contract needs it. 4. Each declaration accepted an offer that had arrived; or
    it was an offer, or came late and counts as one, and the company's acceptance of it, in the words that the ledger
    committed to, reached everybody. 5. Each was received, before the offer's end. 6. Where a minor declared without
    consent, or without the contract summary, it was approved. With the last of all that the contract is there.
    """
    first = everybody[0]
    require(FORMATION in first.parts, "it is missing", FORMATION)
    whole = first.parts[FORMATION]
    value = parse_canonical(whole)
    require(set(value) == {"v", "terms", "events"} and value["v"] == VERSION, "it is of another version", FORMATION)
    terms, events = value["terms"], value["events"]
    concluded = _as_recorded(first, whole, terms, events)
    _terms_are_the_contracts(everybody, terms)
    received = [_declared(found, terms, events) for found in everybody]
    matched = max(received)
    accepted = [each for each in events if each["kind"] == "company_accepted"]
    if accepted:
        require(not terms["one_sided"], "nobody has to accept this declaration", FORMATION)
        matched = company_accepted(first, terms, accepted, events, concluded, received)
    elif not terms["one_sided"]:
        require(terms["offer_by"] == "trader", "the company did not accept the order", FORMATION)
        _in_time(terms, events, concluded, matched)
    last = max([matched, *approvals(everybody, terms, events)])
    told = concluded.facts.get("at")
    require(told == seconds(last), "the ledger tells another instant of the conclusion", FORMATION)
    return f"{len(everybody)} declarations and their receipt conclude the contract at {last}"


def _as_recorded(found: Findings, whole: bytes, terms: Json, events: Sequence[Json]) -> Entry:
    contents: dict[tuple[int, str], bytes] = {
        (each.seq, each.opening.name): each.opening.content for each in found.dossier.openings
    }
    entries = [entry for entry in found.entries if entry.kind.value.startswith("formation.")]
    begun = [entry for entry in entries if entry.kind in BEGINNINGS]
    require(len(begun) == 1, "the ledger does not tell its terms exactly once", FORMATION)
    require(contents.get((begun[0].seq, "terms")) == canonical(terms), "the ledger tells other terms", FORMATION)
    told: list[bytes] = []
    for entry in entries:
        if "events" in entry.commitments:
            told += [canonical(each) for each in parse_canonical(contents[entry.seq, "events"])["events"]]
    here = [canonical(each) for each in events]
    require(sorted(told) == sorted(here), "the ledger tells other events", FORMATION)
    ends = [entry for entry in entries if entry.kind is EntryKind.FORMATION_CONCLUDED]
    require(len(ends) == 1, "the ledger does not tell its conclusion exactly once", FORMATION)
    require(contents.get((ends[0].seq, "formation")) == whole, "the ledger tells another formation", FORMATION)
    return ends[0]


def _terms_are_the_contracts(everybody: Sequence[Findings], terms: Json) -> None:
    contract = parse_canonical(everybody[0].parts["contract.json"])
    offer = contract.get("offer", {})
    orders = offer.get("by") == "customer"
    persons = [contract["signatory"], *contract.get("further_signatories", ())]
    same = {
        "reference": contract["reference"],
        "contract_type": contract["type"],
        "date": contract["date"],
        "lang": contract["lang"],
        "paid": contract["paid"],
        "consumer": contract["signatory"]["consumer"],
        "accept_until": None if orders else offer.get("accept_until"),
        "agreed_level": contract["level"],
    }
    for name, wanted in same.items():
        require(terms[name] == wanted, f"its {name} is another than the contract's", FORMATION)
    if not terms["one_sided"]:
        by = "customer" if orders else "trader"
        require(terms["offer_by"] == by, "the offer is another side's than the contract says", FORMATION)
    declarants = terms["declarants"]
    wanted_names = [("company", "trader"), *((f"signatory-{n}", "customer") for n in range(1, len(persons) + 1))]
    named = [(each["name"], each["side"]) for each in declarants]
    require(named == wanted_names, "other persons have to declare than the contract names", FORMATION)
    for found, person, declarant in zip(everybody, persons, declarants[1:], strict=True):
        born = person.get("birth_date")
        require(declarant["birth_date"] == born, "it tells another date of birth", FORMATION)
        words = sha256(found.parts["declaration.txt"]).hex()
        require(declarant["text_sha256"] == words, "other words have to be declared than were shown", FORMATION)


def _declared(found: Findings, terms: Json, events: Sequence[Json]) -> str:
    """Return when a signatory's declaration was received."""
    offers = terms["offer_by"] == "customer"
    who, tau, transcript = f"signatory-{found.number}", found.tau.hex(), found.transcript
    kind, receipt = ("offer_made", "offer_received") if offers else ("accepted", "acceptance_received")
    made = [each for each in events if each["kind"] == kind and each["declaration"]["declarant"] == who]
    require(len(made) == 1, f"{who} did not declare exactly once", FORMATION)
    (event,) = made
    told = event["declaration"]
    document = transcript.document.revisions[0].sha256.hex()
    own = (
        event["id"] == f"declared-{tau}"
        and told["kind"] == ("offer" if offers else "acceptance")
        and told["document_sha256"] == document
        and told["text_sha256"] == sha256(found.parts["declaration.txt"]).hex()
        and told["level"] == transcript.statement.level
        and told["button_label"] == transcript.order.label
    )
    require(own, f"what {who} declared is not what was signed", FORMATION)
    at = instant(told["declared_at"])
    _in_form(terms, told, who)
    if terms["paid"] and terms["consumer"]:
        pressed = [
            each
            for each in events
            if each["kind"] == "order_button_pressed"
            and (each["of"], each["by"], each["document_sha256"]) == (event["id"], who, document)
            and (each["label"], each["lang"]) == (told["button_label"], terms["lang"])
            and each["label"] in terms["labels"]
            and instant(each["at"]) <= at
        ]
        require(bool(pressed), f"{who} did not use the order control: there is no contract", FORMATION)
    if not offers:
        _offer_had_arrived(events, event["offer"], who, document, at)
    arrived = [
        instant(each["at"])
        for each in events
        if each["kind"] == receipt and each["of"] == event["id"] and each["by"] == "company"
    ]
    in_order = [each for each in arrived if each >= at]
    require(bool(in_order), f"what {who} declared did not arrive", FORMATION)
    return min(in_order)


def _in_form(terms: Json, told: Json, who: str) -> None:
    agreed = terms["agreed_level"]
    reached = LEVELS.index(told["level"])
    require(agreed is None or reached >= LEVELS.index(agreed), f"{who} declared below the level agreed", FORMATION)
    for row in terms["forms"]:
        if row["kind"] != told["kind"]:
            continue
        formed = row["form"] in ("none", "text") or (row["form"] == "electronic" and told["form"] == "electronic")
        enough = row["level"] is None or reached >= LEVELS.index(row["level"])
        require(formed and enough, f"{who} did not declare in the form that the law asks for", FORMATION)


def _offer_had_arrived(events: Sequence[Json], offer: str, who: str, document: str, at: str) -> None:
    made = [each for each in events if each["kind"] == "offer_made" and each["offer"] == offer]
    sound = (
        len(made) == 1
        and made[0]["declaration"]["declarant"] == "company"
        and made[0]["declaration"]["document_sha256"] == document
    )
    require(sound, "there is no such offer of the company", FORMATION)
    heard = [
        each
        for each in events
        if each["kind"] == "offer_received"
        and (each["of"], each["by"]) == (made[0]["id"], who)
        and instant(made[0]["declaration"]["declared_at"]) <= instant(each["at"]) <= at
    ]
    require(bool(heard), f"the offer had not reached {who}", FORMATION)


def _in_time(terms: Json, events: Sequence[Json], concluded: Entry, last: str) -> None:
    until = concluded.facts.get("until")
    require(type(until) is int and seconds(last) < until, "it was accepted when the offer was over", FORMATION)
    if terms["accept_until"] is not None:
        require(ends_on(terms["accept_until"], int(until)), "the offer ended another day", FORMATION)  # type: ignore[arg-type]  # required to be a whole number above
        return
    told = [seconds(each["until"]) for each in events if each["kind"] == "period_set"]
    require(until in told, "nobody told this end of the offer", FORMATION)
