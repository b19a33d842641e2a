"""Why a type of contract cannot be declared in the way that was offered."""

from __future__ import annotations

from esign.contracts.errors import ContractsError


class FormError(ContractsError):
    """The form that the law asks for cannot be given or is not known."""

    code = "contracts.form"
    source = "BGB §§ 125-129"


class FormTypeUnknown(FormError):
    """The table of form requirements has no such type; nobody may sign before the operator has decided."""

    code = "contracts.form.unknown_type"


class FormNotInForce(FormError):
    """The table has the type, but no row that applies on that day."""

    code = "contracts.form.not_in_force"


class FormExcluded(FormError):
    """The law asks for paper or a notary; no electronic signature suffices."""

    code = "contracts.form.excluded"
    source = "BGB §§ 125, 126, 128"


class FormLevelTooLow(FormError):
    """The signature level offered is below the form that the law asks for."""

    code = "contracts.form.level"
    source = "BGB §§ 125, 126 (3), 126a"


class FormNotOffered(FormError):
    """The law asks for a level of signature that this installation cannot give."""

    code = "contracts.form.not_offered"
    source = "BGB §§ 125, 126 (3), 126a"
