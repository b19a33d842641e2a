"""What can be wrong around consents."""

from __future__ import annotations

from esign.contracts.errors import ContractsError


class ConsentError(ContractsError):
    """A consent cannot be asked for or given."""

    code = "contracts.consent"


class ConsentNotAsked(ConsentError):
    """The contract asks for no such consent, or its sector knows none of this kind."""

    code = "contracts.consent.not_asked"


class ConsentIncomplete(ConsentError):
    """Not every statement was ticked: without each of them nothing is consented to."""

    code = "contracts.consent.incomplete"
    source = "BGB § 356 (5), (6); GDPR Art. 4 No. 11, Art. 7"
