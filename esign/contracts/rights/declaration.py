"""What a consumer declares: read without refusing anything but emptiness."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from esign.contracts.deadlines.errors import PeriodOutOfRange
from esign.contracts.deadlines.instants import within
from esign.contracts.rights.function import Function, FunctionField, Right

__all__ = ["Read", "RightDeclaration", "is_address", "read", "tidy"]

_ADDRESS = re.compile(r"[^@\s\"<>(),:;\\\[\]]{1,64}@[^@\s\"<>(),:;\\\[\]]{1,190}")
_NUMBERED = re.compile(r"([0-9]{1,2})\.\s*([0-9]{1,2})\.\s*([0-9]{4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class RightDeclaration:
    """A declaration that has everything it needs; :func:`read` is the only door."""

    right: Right
    name: str = field(repr=False)
    contract: str = field(repr=False)
    """How the consumer names the contract, or the part of it."""
    email: str = field(repr=False)
    how: str = ""
    """``ordinary`` or ``extraordinary``; empty in a withdrawal."""
    reason: str = field(default="", repr=False)
    wished: date | None = None
    """The day on which the contract shall end; None: as early as possible."""

    @property
    def values(self) -> Mapping[str, str]:
        """The fields as texts, by name; a day as in ISO 8601."""
        return {
            "how": self.how,
            "reason": self.reason,
            "name": self.name,
            "contract": self.contract,
            "wished": self.wished.isoformat() if self.wished else "",
            "email": self.email,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was typed, and what it lacks."""

    values: Mapping[str, str] = field(repr=False)
    missing: tuple[str, ...]
    """Names of fields without which nobody could acknowledge or match the declaration."""
    declaration: RightDeclaration | None
    """None while something is missing."""


def read(function: Function, typed: Mapping[str, str]) -> Read:
    """Return what a consumer typed as a declaration, or what is still missing.

    Nothing is asked for beyond the prescribed fields; fields that the function does not have are not looked at. No
    form is checked but that of the electronic address, without which no acknowledgement could be sent.

    Source: BGB § 356a (2), § 312k (2) sentence 3 No. 1.
    """
    values = {item.name: tidy(typed.get(item.name, "")) for item in function.fields}
    if "email" in values:
        values["email"] = values["email"].strip("<>").removeprefix("mailto:")
    missing = tuple(item.name for item in function.fields if _lacks(item, values))
    declaration = None
    if not missing:
        declaration = RightDeclaration(
            right=function.right,
            name=values["name"],
            contract=values["contract"],
            email=values["email"],
            how=values.get("how", ""),
            reason=values.get("reason", ""),
            wished=_day(values.get("wished", "")),
        )
    return Read(values=values, missing=missing, declaration=declaration)


def is_address(text: str) -> bool:
    """Tell whether an acknowledgement could be sent to an electronic address."""
    return _ADDRESS.fullmatch(text) is not None


def tidy(text: str) -> str:
    """Return a text in NFC, on one line, without characters that are not to be seen.

    Line breaks become spaces, so that no text can add a line to a mail's head or to a document; controls of direction
    and the like are taken out, because they can make a reader see something else.
    """
    seen = []
    for char in unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8")):
        category = unicodedata.category(char)
        if char.isspace() or category in ("Zl", "Zp"):
            seen.append(" ")
        elif category not in ("Cc", "Cf", "Cs", "Co", "Cn"):
            seen.append(char)
    return " ".join("".join(seen).split())


def _lacks(item: FunctionField, values: Mapping[str, str]) -> bool:
    value = values[item.name]
    if len(value) > item.longest:
        return True
    if item.choices:
        return value not in {choice.value for choice in item.choices}
    if item.name == "email":
        return not _ADDRESS.fullmatch(value)
    if item.name == "wished" and value:
        return _day(value) is None
    needed = item.required or (
        item.required_with is not None and values.get(item.required_with[0]) == item.required_with[1]
    )
    return needed and not value


def _day(text: str) -> date | None:
    """Return the day that ``2027-01-31`` or ``31.1.2027`` means; None: none."""
    numbered = _NUMBERED.fullmatch(text)
    if numbered is not None:
        text = f"{numbered[3]}-{int(numbered[2]):02}-{int(numbered[1]):02}"
    try:
        return within(date.fromisoformat(text))
    except (ValueError, PeriodOutOfRange):
        return None
