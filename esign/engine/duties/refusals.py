"""What is refused around information duties."""

from __future__ import annotations

from esign.engine.refusals import EngineError


class DutyError(EngineError):
    """Something about the information before a declaration is not as it has to be."""

    code = "engine.duty"


class InformationNotDelivered(DutyError):
    """The information before the declaration has not been delivered to this person yet; the declaration has to wait."""

    code = "engine.duty.not_delivered"
    source = "BGB § 312d; EGBGB Art. 246a § 4; VVG § 7 (1); TKG § 54"
