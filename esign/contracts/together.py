"""Several signatories in words: who signs with whom, who acts for whom, and what the company adds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from esign.contracts.formats import day
from esign.contracts.wording import fill, in_language, wording

if TYPE_CHECKING:
    from esign.contracts.data import ContractData
    from esign.contracts.parties import Signatory


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """The words about a contract's signatories, in the contract's language."""

    contract: ContractData

    @property
    def names(self) -> str:
        """All signatories in one phrase: ``Jana Beispiel, Tom Beispiel und Mia Probe``."""
        return self._joined([person.name for person in self.contract.signatories])

    @property
    def principals(self) -> str:
        """Those who become bound: the signatories, or those in whose name they declare."""
        bound = [person.represents.name if person.represents else person.name for person in self.contract.signatories]
        return self._joined(list(dict.fromkeys(bound)))

    def declarer(self, person: Signatory) -> str:
        """Return how a signatory names himself or herself in the declaration (BGB § 164 (1))."""
        return self._of(person, "declares") or person.name

    def acts_for(self, person: Signatory) -> str:
        """Return the short words for whom a signatory acts; empty where nobody is represented."""
        return self._of(person, "acts_for")

    def power(self, person: Signatory) -> str:
        """Return the words that name the power; empty where nobody is represented."""
        return self._of(person, "power")

    def summary(self, person: Signatory) -> tuple[tuple[str, str], ...]:
        """Return what stands first above a signatory's order button, as labels and values."""
        lines = []
        if person.represents is not None:
            value = f"{person.represents.name} ({self.power(person)})"
            lines.append((self._say("represented_label"), value))
        if self.contract.further_signatories:
            lines.append((self._say("everybody_label"), self._say("everybody", names=self.names)))
        return tuple(lines)

    def notes(self) -> tuple[str, ...]:
        """Return what the document says above the signatures, where there is more than one."""
        said = []
        if self.contract.further_signatories:
            said.append(self._say(f"note_{self.contract.signing_order}", names=self.names))
            if self.contract.paid:
                said.append(self._say("joint"))
        if self.contract.company_signature == "seal":
            said.append(self._say("seal"))
        return tuple(said)

    def _of(self, person: Signatory, text: str) -> str:
        power = person.represents
        if power is None:
            return ""
        return self._say(
            text,
            name=person.name,
            represented=power.name,
            power=power.power,
            power_date=day(power.dated, self.contract.lang),
        )

    def _joined(self, names: list[str]) -> str:
        return f" {self._say('and')} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)

    def _say(self, text: str, **values: str) -> str:
        texts = wording("parties", self.contract.date)["texts"]
        return fill(in_language(texts[text], self.contract.lang), values)
