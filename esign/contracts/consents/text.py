"""The exact words of a consent, in force on the contract's date, filled in for one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from esign.contracts.consents.errors import ConsentIncomplete, ConsentNotAsked
from esign.contracts.duties.information import subject_of
from esign.contracts.errors import NotInForce
from esign.contracts.values import values
from esign.contracts.wording import all_wordings, fill, in_force
from esign.foundation.canonical import canonical
from esign.foundation.digests import sha256

if TYPE_CHECKING:
    from datetime import date

    from esign.contracts.data import ContractData

FOLDER = "consents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence that is ticked by itself; never ticked beforehand."""

    id: str
    text: str
    source: str
    mark: str
    event: str
    """What the computation of the period for withdrawal takes from it; empty: nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentText:
    """What is consented to, in one language."""

    kind: str
    version: str
    lang: str
    title: str
    purpose: str
    statements: tuple[Statement, ...]
    revocation: str
    """What revoking it means."""
    source: str
    mark: str
    in_confirmation: bool
    """Whether it stands in the confirmation of the contract (BGB § 312f (3))."""

    def canonical(self) -> bytes:
        """Return the words as canonical JSON: what the digest is of."""
        said = [{"id": each.id, "text": each.text} for each in self.statements]
        return canonical(
            {
                "kind": self.kind,
                "version": self.version,
                "lang": self.lang,
                "title": self.title,
                "purpose": self.purpose,
                "statements": said,
                "revocation": self.revocation,
            }
        )

    @property
    def digest(self) -> str:
        """Hexadecimal SHA-256 of the words."""
        return sha256(self.canonical()).hex()

    def missing(self, ticked: Iterable[str]) -> tuple[str, ...]:
        """Return the statements that were not ticked."""
        given = frozenset(ticked)
        return tuple(each.id for each in self.statements if each.id not in given)

    def require(self, ticked: Iterable[str]) -> None:
        """Refuse a consent of which a statement was not ticked.

        Raises:
            ConsentIncomplete: The facts name the statements.
        """
        if missing := self.missing(ticked):
            raise ConsentIncomplete("a statement was not ticked", kind=self.kind, missing=" ".join(missing))


def asked(contract: ContractData, party: int = 0, *, lang: str = "") -> tuple[ConsentText, ...]:
    """Return the consents that a contract asks one of its signatories for; nothing for who is no consumer.

    Args:
        contract: Checked contract data.
        party: Which of its signatories, from 0.
        lang: Language of the words; empty: the contract's.

    Raises:
        ConsentNotAsked: The data names a consent that contracts of this sector do not know.
        NotInForce: A text is not in force on the contract's date.
    """
    person = contract.signatories[party]
    if not contract.consents or not person.consumer:
        return ()
    known = subject_of(contract).sector.consents
    strange = [name for name in contract.consents if name not in known]
    if strange:
        raise ConsentNotAsked("contracts of this sector know no such consent", pointer="/consents", kind=strange[0])
    filled = {**values(contract, party), "signatory_email": person.email}
    language = lang or contract.lang
    return tuple(_text(consent_policy(name, contract.date), language, filled) for name in contract.consents)


def consent_policy(name: str, day: date) -> Mapping[str, Any]:
    """Return the policy of a consent that is in force on a contract's day.

    Raises:
        NotInForce: There is none.
    """
    for _, policy in all_wordings(FOLDER):
        if policy["id"] == name and in_force(policy, day):
            return policy
    raise NotInForce("no consent of this name is in force on the contract's day", name=name, day=day.isoformat())


def _text(policy: Mapping[str, Any], lang: str, filled: Mapping[str, str]) -> ConsentText:
    return ConsentText(
        kind=policy["id"],
        version=policy["version"],
        lang=lang,
        title=policy["title"][lang],
        purpose=policy["purpose"][lang],
        statements=tuple(
            Statement(
                id=item["id"],
                text=fill(item["text"][lang], filled),
                source=item["source"],
                mark=item["mark"],
                event=item.get("event", ""),
            )
            for item in policy["statements"]
        ),
        revocation=policy["revocation"][lang],
        source=policy["source"],
        mark=policy["mark"],
        in_confirmation=policy.get("in_confirmation") == "true",
    )
