"""Why a deadline cannot be calculated. Facts name places in the data, never what stands there."""

from __future__ import annotations

from esign.contracts.errors import ContractsError


class DeadlineError(ContractsError):
    """A deadline cannot be calculated from what was given."""

    code = "contracts.deadline"


class DeadlineDataRefused(DeadlineError):
    """The facts about the contract are not as their schema says, or contradict themselves."""

    code = "contracts.deadline.data"


class PlaceUnknown(DeadlineError):
    """Not one of the sixteen Länder, or a municipality of another one."""

    code = "contracts.deadline.place"
    source = "BGB § 193"


class PeriodOutOfRange(DeadlineError):
    """A day or a period is beyond what can be calculated with known holidays."""

    code = "contracts.deadline.range"


class NoRuleInForce(DeadlineError):
    """No rule of this kind of contract is in force on the contract's day."""

    code = "contracts.deadline.not_in_force"
