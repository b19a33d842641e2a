"""What is refused around consents."""

from __future__ import annotations

from esign.engine.refusals import EngineError


class ConsentPageUnknown(EngineError):
    """There is no such page: the address is none of ours, or what it was about is erased."""

    code = "engine.consent.page_unknown"


class ConsentUnknown(EngineError):
    """There is no such consent about this contract."""

    code = "engine.consent.unknown"


class ConsentRefused(EngineError):
    """The consent cannot be given: the contract has ended, or what is told about it is not complete."""

    code = "engine.consent.refused"
    source = "GDPR Art. 7"
