"""The label of the control that concludes the contract: nothing else than what the policy allows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from esign.contracts.wording import wording

_NAMES_PAYMENT = re.compile(
    r"\b(zahlungspflichtig\w*|kostenpflichtig\w*|kaufen|obligation to pay|pay|buy)\b", re.IGNORECASE
)
"""What a label has to say whatever the policy allows: that payment is owed. Source: BGB § 312j (3) sentence 2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderButtons:
    """Which labels the control may carry whose use is the declaration of intent.

    Source: BGB § 312j (3), (4); Directive 2011/83/EU Art. 8 (2).
    """

    paid: frozenset[tuple[str, str]]
    """(language, label) where the declaration obliges to pay."""
    unpaid: frozenset[tuple[str, str]]
    """(language, label) where it does not."""
    refused: frozenset[str]
    """Labels that courts or the statute's wording rule out, in lower case."""

    @classmethod
    def on(cls, day: date) -> OrderButtons:
        """Return the labels that are allowed on a contract's day.

        Raises:
            NotInForce: No policy is in force on that day.
        """
        data = wording("order-buttons", day)
        refused = frozenset(item["label"].casefold() for item in data["refused"])
        return cls(
            paid=frozenset((item["lang"], item["label"]) for item in data["paid"] if lawful(item["label"], refused)),
            unpaid=frozenset((item["lang"], item["label"]) for item in data["unpaid"]),
            refused=refused,
        )

    def allows(self, label: str, *, lang: str, paid: bool) -> bool:
        """Tell whether a control may carry exactly this label."""
        return (lang, label) in (self.paid if paid else self.unpaid)

    def refuses(self, label: str) -> bool:
        """Tell whether the label is one that is known to conclude no paid contract."""
        return label.strip().casefold() in self.refused


def lawful(label: str, refused: frozenset[str]) -> bool:
    """Tell whether a label can stand on the control of a paid contract at all: it names payment and was not refused.

    No policy allows less.

    Source: BGB § 312j (3) sentence 2.
    """
    return label.strip().casefold() not in refused and _NAMES_PAYMENT.search(label) is not None
