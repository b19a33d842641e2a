"""What the law does not let come about, as errors for the people who asked for it."""

from __future__ import annotations

from esign.contracts.formation import Clause
from esign.engine.refusals import EngineError


class FormationRefusal(EngineError):
    """A declaration that would have no effect is not taken in; the facts carry the clause and the consequence."""

    code = "engine.formation.refused"
    source = "BGB §§ 125-126b, 130, 145-150, 312j"

    @classmethod
    def by(cls, clause: Clause) -> FormationRefusal:
        """Return the refusal that a clause means."""
        return cls(
            "the declaration would have no effect",
            rule=clause.rule,
            clause=clause.source,
            consequence=clause.consequence,
            consequence_de=clause.consequence_de,
        )


class FormationClockBehind(EngineError):
    """The clock stands before what has happened already: nothing is declared until it is right again."""

    code = "engine.formation.clock"
    source = "BGB § 130 (1)"


class ConsentRefused(EngineError):
    """A consent is noted of a party of the contract, while the contract can still come about."""

    code = "engine.formation.consent"
    source = "BGB §§ 107, 182, 183"


class ApprovalPageUnknown(EngineError):
    """There is no such page: the link is incomplete, replaced or a month over, or what it was about was erased."""

    code = "engine.formation.approval_unknown"


class ApprovalRefused(EngineError):
    """Nobody can be asked, or nothing can be declared there any more; the facts name the reason."""

    code = "engine.formation.approval"
    source = "BGB §§ 107, 108; TKG § 54 (3)"
