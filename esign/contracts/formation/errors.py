"""Why a formation cannot be read or begun. What the law makes of declarations is a value, never an error."""

from __future__ import annotations

from esign.contracts.errors import ContractsError


class FormationError(ContractsError):
    """The formation of a contract cannot be told from what was given."""

    code = "contracts.formation"
    source = "BGB §§ 145-156"


class FormationMalformed(FormationError):
    """Not the canonical JSON of a formation, or a value in it is none."""

    code = "contracts.formation.malformed"


class FormationRefused(FormationError):
    """An event of the formation contradicts the contract's parties, or the events before it; the facts say the rule."""

    code = "contracts.formation.event"
