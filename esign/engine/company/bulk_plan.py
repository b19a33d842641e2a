"""How a row becomes contract data: through a form's questions, like a contract that there is, or as it is."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from esign.access import Actor
from esign.engine.company.bulk_columns import Target, leaves
from esign.engine.company.bulk_file import MAX_CELL, Line
from esign.engine.company.creation import CreationDesk
from esign.engine.own import known
from esign.forms import FormDefinition, Outcome
from esign.foundation.errors import EsignError

REFERENCE, SIGN_BY, DAYS = "reference", "sign_by", "days_to_sign"
_CONTRACT = {"de": "Zum Vertrag", "en": "About the contract"}
COMMON = (
    Target(name=REFERENCE, label={"de": "Vertragsnummer", "en": "Contract number"}, group=_CONTRACT),
    Target(name=SIGN_BY, label={"de": "Unterschreiben bis", "en": "Sign by"}, group=_CONTRACT),
    Target(name=DAYS, label={"de": "Frist in Tagen", "en": "Days to sign"}, group=_CONTRACT),
)
"""What any file may say of a contract, beside its answers or data."""
_PERSON = {
    "role": {"de": "Rolle", "en": "Role"},
    "given_name": {"de": "Vorname", "en": "Given name"},
    "family_name": {"de": "Nachname", "en": "Family name"},
    "birth_date": {"de": "Geburtsdatum", "en": "Date of birth"},
    "street": {"de": "Straße und Hausnummer", "en": "Street and number"},
    "postal_code": {"de": "Postleitzahl", "en": "Postal code"},
    "town": {"de": "Ort", "en": "Town"},
    "country": {"de": "Land", "en": "Country"},
    "email": {"de": "E-Mail-Adresse", "en": "E-mail address"},
    "phone": {"de": "Telefon", "en": "Telephone"},
    "consumer": {"de": "Verbraucher", "en": "Consumer"},
}
_DAY = re.compile(r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NOT_CHOSEN = (REFERENCE, "v", "template", "date", "company", "signatory", "further_signatories")
_STEP = re.compile(r"[a-z][a-z0-9_]*|[0-9]{1,2}")
_YES_NO = {"ja": True, "yes": True, "true": True, "1": True, "nein": False, "no": False, "false": False, "0": False}

_MISSING = ("Hier fehlt eine Angabe.", "Something is missing here.")
_MALFORMED = ("Diese Angabe hat nicht die richtige Form.", "This entry is not in the right form.")

Finding = tuple[str, str, str]
"""Column, and what is wrong, in German and in English."""


class RowRefused(Exception):
    """A row cannot become a contract."""

    def __init__(self, *findings: Finding) -> None:
        self.findings = findings
        super().__init__()


class Plan(Protocol):
    """How rows become contract data."""

    @property
    def kind(self) -> str:
        """``form`` or ``like``."""

    @property
    def name(self) -> str:
        """The form, or the contract."""

    @property
    def targets(self) -> tuple[Target, ...]:
        """Everything that a column can fill in."""

    def fits(self, column: str) -> str:
        """Return what a column fills in; empty: nothing."""

    def data(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """Return contract data of a row, whose cells are named by what they fill in.

        Raises:
            RowRefused: With everything that is wrong in it.
            EsignError: Something else is wrong with it.
        """


def by_column(used: Mapping[str, str], columns: tuple[str, ...], line: Line) -> dict[str, str]:
    """Return the cells of a row by what they fill in.

    Args:
        used: Column, and what it fills in.
        columns: All columns.
        line: The row.

    Raises:
        RowRefused: It has more or fewer cells than there are columns, or too much in one of them.
    """
    if len(line.cells) != len(columns):
        found, wanted = len(line.cells), len(columns)
        raise RowRefused(("", f"{found} Felder statt {wanted}.", f"{found} cells instead of {wanted}."))
    long = [name for name, cell in zip(columns, line.cells, strict=True) if name and len(cell) > MAX_CELL]
    if long:
        raise RowRefused(*((name, "Zu lang.", "Too long.") for name in long))
    return {used[name]: cell for name, cell in zip(columns, line.cells, strict=True) if name in used}


def taken_out(cells: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the cells that become contract data, and the validity that the others say, as plain values.

    Raises:
        RowRefused: A day or a number is none.
    """
    rest = {name: cell for name, cell in cells.items() if name not in (SIGN_BY, DAYS)}
    days, until = cells.get(DAYS, ""), cells.get(SIGN_BY, "")
    if days and not re.fullmatch(r"[0-9]{1,3}", days):
        raise RowRefused((DAYS, "Hier steht eine Zahl von Tagen.", "This is a number of days."))
    found = _DAY.fullmatch(until)
    if until and found is None:
        raise RowRefused((SIGN_BY, "Hier steht ein Tag: 2027-01-31 oder 31.01.2027.", "This is a day: 2027-01-31."))
    if found is not None and found["day"]:
        until = f"{found['year']}-{int(found['month']):02}-{int(found['day']):02}"
    return rest, ({"days": int(days)} if days else {}) | ({"until": until} if until else {})


def common(column: str) -> str:
    """Return which of the common targets a column is named after; empty: none."""
    wanted = column.casefold()
    named = ((each.name, each.name, *each.label.values()) for each in COMMON)
    return next((name for name, *words in named if wanted in (word.casefold() for word in words)), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPlan:
    """Rows are answers to a form's questions; columns are named like its fields, or like their labels."""

    desk: CreationDesk
    actor: Actor
    definition: FormDefinition
    kind: str = "form"

    @property
    def name(self) -> str:
        """The form's name."""
        return self.definition.name

    def fits(self, column: str) -> str:
        """Return the field that a column fills in."""
        wanted = column.casefold()
        for field in self.definition.fields:
            if wanted == field.name.casefold() or wanted in (text.casefold() for text in field.label.values()):
                return field.name
        return common(column)

    @property
    def targets(self) -> tuple[Target, ...]:
        """The form's fields under the headings of its sections, and what any file may say."""
        fields = tuple(
            Target(name=field.name, label=field.label, group=section.title)
            for section in self.definition.sections
            for field in section.fields
        )
        return (*fields, *COMMON)

    def data(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """Return contract data of a row."""
        answers = {name: self._answer(name, cell) for name, cell in cells.items() if name != REFERENCE}
        checked, decision = self.desk.check(self.actor, self.name, answers)
        wrong = [found for found in checked.findings if found.severity == "error"]
        if wrong:
            raise RowRefused(*((found.field or "", found.text["de"], found.text["en"]) for found in wrong))
        if decision is not None and decision.outcome is not Outcome.ACCEPT:
            raise RowRefused(
                *(
                    (reason.fields[-1] if reason.fields else "", reason.text["de"], reason.text["en"])
                    for reason in decision.reasons
                )
            )
        return self.desk.data(self.actor, self.name, answers, cells.get(REFERENCE, ""))

    def _answer(self, name: str, cell: str) -> str:
        """Return an answer; of a choice, people write what they see rather than the word behind it."""
        field = next(field for field in self.definition.fields if field.name == name)
        for option in field.options:
            if cell.casefold() in (text.casefold() for text in option.label.values()):
                return option.value
        if field.kind_name in ("yes_no", "consent") and cell.casefold() in _YES_NO:
            return "yes" if _YES_NO[cell.casefold()] else "no"
        return cell


@dataclass(frozen=True, slots=True, kw_only=True)
class LikePlan:
    """Rows are changes to the data of a contract that there is; columns are places in it, divided by dots.

    Nothing about a person is taken over but the role, the country, and whether it is a consumer; an empty cell empties
    its place.
    """

    desk: CreationDesk
    name: str
    """The contract's identifier."""
    pattern: Mapping[str, Any]
    kind: str = "like"

    def fits(self, column: str) -> str:
        """Return the place that a column fills in: ``signatory.given_name``."""
        steps = column.casefold().split(".")
        if common(column):
            return common(column)
        known_root = steps[0] in (*self.pattern, "offer", "further_signatories")
        return ".".join(steps) if known_root and all(_STEP.fullmatch(step) for step in steps) else ""

    @property
    def targets(self) -> tuple[Target, ...]:
        """Everything about the persons, the plain values of the pattern, and what any file may say."""
        persons = ["signatory", *(f"further_signatories.{n}" for n in range(len(self._further)))]
        found = []
        for number, person in enumerate(persons, 1):
            group = {"de": f"Person {number}", "en": f"Person {number}"}
            found += [Target(name=f"{person}.{name}", label=label, group=group) for name, label in _PERSON.items()]
        rest = {"de": "Stellen in den Vertragsdaten", "en": "Places in the contract data"}
        plain = {name: value for name, value in self.pattern.items() if name not in _NOT_CHOSEN}
        paths = [*leaves(plain), *([] if "offer" in self.pattern else ["offer.accept_until"])]
        found += [Target(name=path, label={"de": path, "en": path}, group=rest) for path in paths]
        return (*found, *COMMON)

    @property
    def _further(self) -> list[Any]:
        return list(self.pattern.get("further_signatories", ()))

    def data(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """Return contract data of a row."""
        made: dict[str, Any] = copy.deepcopy(dict(self.pattern))
        made["signatory"] = _nobody(made["signatory"])
        if "further_signatories" in made:
            made["further_signatories"] = [_nobody(person) for person in made["further_signatories"]]
        made["date"] = self.desk.household.today().isoformat()
        made[REFERENCE] = cells.get(REFERENCE) or self.desk.reference()
        for path, cell in cells.items():
            if path != REFERENCE:
                _put(made, path, cell)
        return made


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPlan:
    """Rows are contract data as they are; they come by the interface only."""

    kind: str = "data"
    name: str = ""

    @property
    def targets(self) -> tuple[Target, ...]:
        """Return nothing: there are no columns."""
        return ()

    def fits(self, column: str) -> str:
        """Return nothing: there are no columns."""
        return ""

    def data(self, cells: Mapping[str, str]) -> dict[str, Any]:
        """Return the data that stand in the one cell."""
        found: dict[str, Any] = json.loads(cells[""])
        return found


def plan_of(desk: CreationDesk, actor: Actor, kind: str, name: str) -> Plan:
    """Return the plan of a kind and name.

    Raises:
        FormUnknown: The company offers no such form.
        ContractUnknown: There is no such contract.
    """
    if kind == "data":
        return DataPlan()
    if kind == "form":
        return FormPlan(desk=desk, actor=actor, definition=desk.form(actor, name))
    house = desk.household
    with house.store.reading() as tx:
        record = known(tx, actor, name)
        data = json.loads(house.contract_contents(tx, record).data)
    return LikePlan(desk=desk, name=name, pattern=data)


def told(refusal: EsignError, cells: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return what a refusal says about a row: places, and plain words, or its code for words that the page looks up."""
    place = str(refusal.facts.get("pointer", refusal.facts.get("field", ""))).strip("/").replace("/", ".")
    rule = refusal.facts.get("rule")
    if rule == "required":
        empty = [path for path, cell in cells.items() if not cell and path.startswith(f"{place}." if place else "")]
        return tuple((path, *_MISSING) for path in empty or [place])
    if isinstance(rule, str):
        return ((place, *_MALFORMED),)
    return ((place, refusal.code, refusal.code),)


def _nobody(person: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a signatory may stand for somebody else too."""
    return {name: person[name] for name in ("role", "country", "consumer") if name in person}


def _put(data: dict[str, Any], path: str, cell: str) -> None:
    """Put a cell in its place, as the kind of value that stands there."""
    *way, last = path.split(".")
    here: Any = data
    for step in way:
        if isinstance(here, list):
            here = here[int(step)] if step.isdigit() and int(step) < len(here) else _nowhere(path)
        elif isinstance(here, dict):
            here = here.setdefault(step, {})
        else:
            _nowhere(path)
    if not isinstance(here, dict):
        _nowhere(path)
    present = here.get(last)
    if not cell:
        here.pop(last, None)
    elif isinstance(present, bool):
        if cell.casefold() not in _YES_NO:
            raise RowRefused((path, "Hier steht ja oder nein.", "This is yes or no."))
        here[last] = _YES_NO[cell.casefold()]
    elif isinstance(present, int):
        if not re.fullmatch(r"[0-9]{1,12}", cell):
            raise RowRefused((path, "Hier steht eine ganze Zahl.", "This is a whole number."))
        here[last] = int(cell)
    elif isinstance(present, dict | list):
        _nowhere(path)
    else:
        here[last] = cell


def _nowhere(path: str) -> Any:
    raise RowRefused((path, "Diese Stelle gibt es im Vertrag nicht.", "The contract has no such place."))
