"""What is said to customers about their forms, beside the forms' own words, and mails in both languages."""

from __future__ import annotations

from types import MappingProxyType

from esign.engine.forms.records import CaseState
from esign.forms import Outcome

MESSAGES = MappingProxyType(
    {
        Outcome.ACCEPT: MappingProxyType(
            {
                "de": "Ihr Vertrag ist fertig. Wir haben Ihnen eine E-Mail mit dem Link zum Lesen und "
                "Unterschreiben geschickt.",
                "en": "Your contract is ready. We have sent you an e-mail with the link to read and sign it.",
            }
        ),
        Outcome.ASK: MappingProxyType(
            {
                "de": "Eines müssen wir noch wissen, bevor es weitergeht.",
                "en": "There is something that we need to know before we can go on.",
            }
        ),
        Outcome.REFUSE: MappingProxyType(
            {
                "de": "Diesen Vertrag können wir leider nicht mit Ihnen schließen.",
                "en": "We are sorry: we cannot form this contract with you.",
            }
        ),
        Outcome.REFER: MappingProxyType(
            {
                "de": "Das sieht sich jemand von uns an. Sie bekommen eine Antwort per E-Mail.",
                "en": "One of us will look at this. You will get an answer by e-mail.",
            }
        ),
    }
)
"""By outcome and language."""

OUTCOMES = MappingProxyType(
    {
        CaseState.ACCEPTED: Outcome.ACCEPT,
        CaseState.REFUSED: Outcome.REFUSE,
        CaseState.REFERRED: Outcome.REFER,
        CaseState.ASKED: Outcome.ASK,
        CaseState.CLOSED: Outcome.REFUSE,
    }
)
"""What a state means to the customer."""

STATES = MappingProxyType(
    {
        Outcome.ACCEPT: CaseState.ACCEPTED,
        Outcome.REFUSE: CaseState.REFUSED,
        Outcome.REFER: CaseState.REFERRED,
        Outcome.ASK: CaseState.ASKED,
    }
)
"""The state of a case of which the rules decided."""

RESUME = "form_resume"
REFUSAL = "case_refusal"
RULES_REFUSAL = "case_refused_by_rules"

_RESUME = (
    "Ihr Formular / Your form: {title}",
    """Guten Tag,

hier geht es mit Ihrem Formular weiter: {title}

{link}

Der Link gilt 30 Minuten und einmal. Ihre Angaben löschen wir von selbst, wenn Sie nicht weitermachen.
Sie haben das nicht gewünscht? Dann hat sich jemand vertippt; Sie müssen nichts tun.

--

Hello,

Go on with your form here: {title_en}

{link}

The link works once, within 30 minutes. We delete what you filled in by ourselves if you do not go on.
You did not ask for this? Then somebody mistyped an address; you need not do anything.

{company}
""",
)

_REFUSAL = (
    "Ihre Anfrage / Your request: {title}",
    """Guten Tag {name},

leider können wir diesen Vertrag nicht mit Ihnen schließen: {title}

{reason}

Ein Vertrag ist nicht zustande gekommen. Fragen beantwortet {company} ({contact}).

--

Dear {name},

We are sorry: we cannot form this contract with you: {title_en}

{reason}

No contract has come about. {company} ({contact}) answers your questions.
""",
)

_RULES_REFUSAL = (
    "Ihre Anfrage / Your request: {title}",
    """Guten Tag {name},

leider können wir diesen Vertrag nicht mit Ihnen schließen: {title}

Ein Vertrag ist nicht zustande gekommen, und Sie schulden uns nichts. Warum, haben wir Ihnen gleich nach dem Absenden
gesagt; hier steht es nicht, weil eine E-Mail auch andere lesen können.

Entschieden haben feste Regeln und kein Mensch. Wenn Sie möchten, dass jemand von uns Ihre Anfrage ansieht, oder wenn
Sie Fragen haben, schreiben Sie uns: {company} ({contact}). Nennen Sie bitte diese Nummer: {case}
Sie haben nichts angefragt? Dann hat sich jemand vertippt; Sie müssen nichts tun.

--

Dear {name},

We are sorry: we cannot form this contract with you: {title_en}

No contract has come about, and you owe us nothing. We told you why right after you had sent the form; it does not stand
here, because others may read an e-mail too.

Fixed rules have decided this, and no person. If you want one of us to look at your request, or if you have questions,
write to us: {company} ({contact}). Please name this number: {case}
You did not ask for anything? Then somebody mistyped an address; you need not do anything.
""",
)

_MAILS = {RESUME: _RESUME, REFUSAL: _REFUSAL, RULES_REFUSAL: _RULES_REFUSAL}
_SANDBOX = "SANDBOX – nur zur Vorführung, beweist nichts / for demonstration only, proves nothing\n\n"


def form_mail(kind: str, words: dict[str, str], *, sandbox: bool) -> tuple[str, str]:
    """Return subject and text of a mail, both languages in one: nobody's language is known.

    Args:
        kind: :data:`RESUME`, :data:`REFUSAL` or :data:`RULES_REFUSAL`.
        words: ``title``, ``title_en``, ``company``, ``contact``, ``link``, ``name``, ``reason``, ``case``.
        sandbox: Whether trust is a sandbox.
    """
    subject, text = _MAILS[kind]
    prefix = "[SANDBOX] " if sandbox else ""
    return prefix + subject.format_map(words), (_SANDBOX if sandbox else "") + text.format_map(words)
