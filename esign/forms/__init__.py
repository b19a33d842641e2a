"""Station 1, the form: what a customer is asked, what is plausible, what follows, and what becomes of it.

What enters: form definitions as data (``policies/forms``), answers that anybody may have sent, postal codes and bank
codes. What leaves: ``Checked`` answers with findings in plain words next to their fields, a ``Decision`` whose every
reason names its rule and source, and contract data. What may be touched here: files below ``policies``, the bundled
sample, read-only. Clauses: BGB §§ 2, 104-113 (age), 312j (what must be known before the order), WCAG 2.2 1.3.5 (purpose
of a field); the schemes of check digits stand above their checkers.
"""

from esign.forms.answers import Answers
from esign.forms.checking import Checked, Finding, check
from esign.forms.deciding import Decision, Reason, decide
from esign.forms.definition import (
    Check,
    Computed,
    CrossRule,
    DecidingRule,
    Field,
    FormDefinition,
    Option,
    Outcome,
    Section,
)
from esign.forms.errors import (
    AnswersMalformed,
    AnswersRefused,
    AnswersTooLarge,
    FormMalformed,
    FormsError,
    FormUnknown,
    NotComplete,
    ReferenceFileMalformed,
    ReferenceFileTooLarge,
    UnknownField,
)
from esign.forms.form_tests import FormFault, check_forms
from esign.forms.library import form_definition, form_definitions
from esign.forms.mapping import contract_data, left_over
from esign.forms.ports import Bank, Prefill, ReferenceData
from esign.forms.reference import ReferenceTables, sample_reference

__all__ = [
    "Answers",
    "AnswersMalformed",
    "AnswersRefused",
    "AnswersTooLarge",
    "Bank",
    "Check",
    "Checked",
    "Computed",
    "CrossRule",
    "DecidingRule",
    "Decision",
    "Field",
    "Finding",
    "FormDefinition",
    "FormFault",
    "FormMalformed",
    "FormUnknown",
    "FormsError",
    "NotComplete",
    "Option",
    "Outcome",
    "Prefill",
    "Reason",
    "ReferenceData",
    "ReferenceFileMalformed",
    "ReferenceFileTooLarge",
    "ReferenceTables",
    "Section",
    "UnknownField",
    "check",
    "check_forms",
    "contract_data",
    "decide",
    "form_definition",
    "form_definitions",
    "left_over",
    "sample_reference",
]
