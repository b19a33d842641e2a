"""What can be wrong with forms, answers and reference files. Facts name places, never what a customer wrote."""

from __future__ import annotations

from esign.foundation.errors import EsignError


class FormsError(EsignError):
    """A form or its answers cannot be used."""

    code = "forms"


class FormMalformed(FormsError):
    """A form definition contradicts itself or asks for something that does not exist."""

    code = "forms.definition"


class FormUnknown(FormsError):
    """There is no form of this name on this day."""

    code = "forms.unknown"


class AnswersRefused(FormsError):
    """The answers cannot come from this form."""

    code = "forms.answers"


class UnknownField(AnswersRefused):
    """The answers hold a field that the form does not have."""

    code = "forms.answers.unknown_field"


class AnswersTooLarge(AnswersRefused):
    """The answers are larger than anything a person fills in."""

    code = "forms.answers.too_large"


class AnswersMalformed(AnswersRefused):
    """The answers are not texts by field name."""

    code = "forms.answers.malformed"


class NotComplete(FormsError):
    """Contract data was asked for while answers are missing or wrong."""

    code = "forms.not_complete"


class ReferenceFileMalformed(FormsError):
    """A file of postal codes or bank codes is not of the format that is read."""

    code = "forms.reference_file"


class ReferenceFileTooLarge(ReferenceFileMalformed):
    """A file of postal codes or bank codes is larger than such files are."""

    code = "forms.reference_file.too_large"
