"""The words of the mails, German and English."""

from __future__ import annotations

from collections.abc import Mapping

from esign.engine.consents.texts import MAILS as CONSENT_MAILS
from esign.engine.formation.texts import MAILS as FORMATION_MAILS

SANDBOX = {
    "de": "SANDBOX: Dies ist eine Vorführung. Personen, Verträge und Zertifikate sind erfunden, nichts gilt.\n\n",
    "en": "SANDBOX: This is a demonstration. Persons, contracts and certificates are invented, nothing is binding.\n\n",
}
"""The warning at the head of every mail of a sandbox."""

_MAILS = {
    ("invitation", "de"): (
        "Bitte prüfen und unterschreiben: {title} ({reference})",
        """Guten Tag {name},

{company} hat für Sie ein Dokument vorbereitet: {title}, Nummer {reference}.

Hier können Sie es in Ruhe lesen und, wenn Sie einverstanden sind, unterschreiben:

{link}

Der Link gilt bis {until} Uhr und ist nur für Sie bestimmt. Bitte geben Sie ihn nicht weiter.
Art der Unterschrift: {level}.
{enclosed}
Sie haben diese Nachricht nicht erwartet? Dann müssen Sie nichts tun. Ohne Ihre Unterschrift
kommt nichts zustande.

Freundliche Grüße
{company}
""",
    ),
    ("invitation", "en"): (
        "Please review and sign: {title} ({reference})",
        """Dear {name},

{company} has prepared a document for you: {title}, number {reference}.

Read it here in your own time and, if you agree, sign it:

{link}

The link is valid until {until} (Berlin time) and meant for you only. Please do not pass it on.
Kind of signature: {level}.
{enclosed}
You did not expect this message? Then you need not do anything. Nothing comes about without
your signature.

Kind regards
{company}
""",
    ),
    ("information", "de"): (
        "Informationen vor Ihrer Erklärung: {title} ({reference})",
        """Guten Tag {name},

{company} hat für Sie ein Dokument vorbereitet: {title}, Nummer {reference}.
{enclosed}
Bestätigen müssen Sie nichts.

Freundliche Grüße
{company}
""",
    ),
    ("information", "en"): (
        "Information before your declaration: {title} ({reference})",
        """Dear {name},

{company} has prepared a document for you: {title}, number {reference}.
{enclosed}
There is nothing for you to confirm.

Kind regards
{company}
""",
    ),
    ("your_turn", "de"): (
        "Sie sind an der Reihe: {title} ({reference})",
        """Guten Tag {name},

alle vor Ihnen haben unterschrieben: {title}, Nummer {reference}, von {company}. Jetzt sind Sie an der Reihe.

Bitte verwenden Sie den Link aus unserer Einladung. Er gilt bis {until} Uhr und ist nur für Sie bestimmt.
Sie finden die Nachricht nicht mehr? Dann schickt Ihnen {company} gern eine neue.

Freundliche Grüße
{company}
""",
    ),
    ("your_turn", "en"): (
        "It is your turn: {title} ({reference})",
        """Dear {name},

everybody before you has signed: {title}, number {reference}, by {company}. Now it is your turn.

Please use the link in our invitation. It is valid until {until} (Berlin time) and meant for you only.
You cannot find that message any more? {company} will gladly send you a new one.

Kind regards
{company}
""",
    ),
    ("reminder", "de"): (
        "Erinnerung: {title} ({reference}) wartet auf Sie",
        """Guten Tag {name},

{company} hat für Sie ein Dokument vorbereitet: {title}, Nummer {reference}. Ihre Unterschrift fehlt noch.

Der Link aus unserer Einladung gilt nur noch bis {until} Uhr. Sie finden die Nachricht nicht mehr?
Dann schickt Ihnen {company} gern eine neue.

Sie möchten nicht unterschreiben? Dann müssen Sie nichts tun. Ohne Ihre Unterschrift kommt nichts zustande.

Freundliche Grüße
{company}
""",
    ),
    ("reminder", "en"): (
        "Reminder: {title} ({reference}) is waiting for you",
        """Dear {name},

{company} has prepared a document for you: {title}, number {reference}. Your signature is still missing.

The link in our invitation is valid only until {until} (Berlin time). You cannot find that message any more?
{company} will gladly send you a new one.

You do not wish to sign? Then you need not do anything. Nothing comes about without your signature.

Kind regards
{company}
""",
    ),
    ("right_reminder", "de"): (
        "Erinnerung an Ihr Widerrufsrecht: {title} ({reference})",
        """Guten Tag {name},

Sie haben mit {company} einen Vertrag geschlossen: {title}, Nummer {reference}. Sie können ihn widerrufen.
Wie lange und mit welchen Folgen, steht in der Widerrufsbelehrung Ihres Vertrags.

So geht es online, ohne Anmeldung: {link}
Ein Brief oder eine E-Mail genügt ebenso: {contact}. Einen Grund müssen Sie nicht nennen.

Möchten Sie den Vertrag behalten, müssen Sie nichts tun.

Freundliche Grüße
{company}
""",
    ),
    ("right_reminder", "en"): (
        "Reminder of your right of withdrawal: {title} ({reference})",
        """Dear {name},

you have concluded a contract with {company}: {title}, number {reference}. You can withdraw from it.
For how long and with which consequences, the instruction on withdrawal of your contract says.

This is how it is done online, without a login: {link}
A letter or an e-mail will do as well: {contact}. You need not give any reason.

If you wish to keep the contract, you need not do anything.

Kind regards
{company}
""",
    ),
    ("signed_copy", "de"): (
        "Bestätigung und unterschriebenes Dokument: {title} ({reference})",
        """Guten Tag {name},

vielen Dank. Wir bestätigen Ihnen: {title}, Nummer {reference}. Im Anhang erhalten Sie das unterschriebene Dokument,
die Bestätigung und, wo Sie ein Widerrufsrecht haben, die Widerrufsbelehrung mit dem Muster-Widerrufsformular.
{withdraw}
Bitte bewahren Sie die Datei unverändert auf; das Original ist die PDF-Datei selbst, nicht ihr Ausdruck.
Art der Unterschrift: {level}. Die Datei trägt zusätzlich Zeitstempel, die belegen, wann sie vorlag.
Manche Anzeigeprogramme melden deshalb Ergänzungen nach Ihrer Unterschrift: Das sind diese Zeitstempel
und die Prüfdaten der Zertifikate; am Inhalt wurde nichts geändert.

Freundliche Grüße
{company}
""",
    ),
    ("signed_copy", "en"): (
        "Confirmation and signed document: {title} ({reference})",
        """Dear {name},

Thank you. We confirm: {title}, number {reference}. Attached are the signed document, the confirmation and, where you
have a right of withdrawal, the instruction with the model form.
{withdraw}
Please keep the file unchanged; the original is the PDF file itself, not a print-out.
Kind of signature: {level}. The file also carries timestamps that show when it existed. Some viewers
therefore report additions after your signature: these are the timestamps and the certificates' validation
data; the content was not changed.

Kind regards
{company}
""",
    ),
    ("order_receipt", "de"): (
        "Eingangsbestätigung: {title} ({reference})",
        """Guten Tag {name},

Ihre Erklärung zu {title}, Nummer {reference}, ist am {at} Uhr (Ortszeit in Deutschland) bei {company} eingegangen.

Diese Nachricht bestätigt nur den Eingang. Sie ist selbst keine Annahme und keine Vertragsbestätigung.
Sobald feststeht, dass der Vertrag zustande gekommen ist, erhalten Sie eine Vertragsbestätigung mit dem
unterschriebenen Dokument.

Stimmt etwas nicht? Dann wenden Sie sich bitte an {company} ({contact}).

Freundliche Grüße
{company}
""",
    ),
    ("order_receipt", "en"): (
        "Receipt of your declaration: {title} ({reference})",
        """Dear {name},

Your declaration about {title}, number {reference}, reached {company} on {at} (local time in Germany).

This message confirms the receipt only. It accepts nothing and is no confirmation of a contract. As soon as it is
certain that the contract has come about you will get its confirmation with the signed document.

Is anything wrong? Then please contact {company} ({contact}).

Kind regards
{company}
""",
    ),
    ("lateness", "de"): (
        "Zu spät eingegangen: {title} ({reference})",
        """Guten Tag {name},

Ihre Erklärung zu {title}, Nummer {reference}, ist erst nach dem Ende der Annahmefrist bei {company} eingegangen.
Das zeigen wir Ihnen hiermit an (§ 149 BGB). Ein Vertrag ist dadurch nicht zustande gekommen.

Sie möchten den Vertrag weiterhin schließen? Dann wenden Sie sich bitte an {company} ({contact}):
Sie erhalten ein neues Angebot.

Freundliche Grüße
{company}
""",
    ),
    ("lateness", "en"): (
        "Received too late: {title} ({reference})",
        """Dear {name},

Your declaration about {title}, number {reference}, reached {company} only after the time for accepting the offer was
over. We hereby notify you of that (section 149 of the German Civil Code). No contract has come about by it.

You still want the contract? Then please contact {company} ({contact}): you will get a new offer.

Kind regards
{company}
""",
    ),
    ("certificate_notice", "de"): (
        "Zertifikat auf Ihren Namen ausgestellt: {title} ({reference})",
        """Guten Tag {name},

soeben wurde auf Ihren Namen ein Zertifikat für eine elektronische Unterschrift ausgestellt.

Wofür: {title}, Nummer {reference}, von {company}.
Gültig bis: {until} Uhr. Danach kann mit ihm nicht mehr unterschrieben werden.
Der Schlüssel dazu liegt nur auf dem Gerät, auf dem die Identität bestätigt wurde.

Sie waren das? Dann müssen Sie nichts tun.

Sie waren das nicht? Dann wenden Sie sich bitte sofort an {company} ({contact}): Der Vorgang wird dann
abgebrochen. Prüfen Sie außerdem Ihren Zugang bei dem Dienst, der Ihre Identität bestätigt hat.

Freundliche Grüße
{company}
""",
    ),
    ("certificate_notice", "en"): (
        "A certificate was issued in your name: {title} ({reference})",
        """Dear {name},

A certificate for an electronic signature has just been issued in your name.

What for: {title}, number {reference}, from {company}.
Valid until: {until} (Berlin time). After that nothing can be signed with it.
Its key lies only on the device on which the identity was confirmed.

This was you? Then you need not do anything.

This was not you? Then please contact {company} at once ({contact}): the process
will be stopped. Please also check your account at the service that confirmed your identity.

Kind regards
{company}
""",
    ),
    ("cancellation", "de"): (
        "Einladung zurückgenommen: {title} ({reference})",
        """Guten Tag {name},

das Dokument {title}, Nummer {reference}, wird nicht mehr unterschrieben; der Vorgang ist beendet.
{reason}
Ihr Link gilt nicht mehr. Sie müssen nichts tun. Ein Vertrag ist nicht zustande gekommen.

Fragen beantwortet {company} ({contact}).

Freundliche Grüße
{company}
""",
    ),
    ("cancellation", "en"): (
        "Invitation withdrawn: {title} ({reference})",
        """Dear {name},

The document {title}, number {reference}, will not be signed any more; the process has ended.
{reason}
Your link is no longer valid. You need not do anything. No contract has come about.

{company} answers your questions ({contact}).

Kind regards
{company}
""",
    ),
    ("decline_notice", "de"): (
        "Abgelehnt: {title} ({reference})",
        """Guten Tag,

{name} hat abgelehnt, {title}, Nummer {reference}, zu unterschreiben.
Der Vorgang ist beendet; alle Einladungen sind geschlossen.
{reason}
Ein Vertrag ist nicht zustande gekommen.
""",
    ),
    ("decline_notice", "en"): (
        "Declined: {title} ({reference})",
        """Hello,

{name} has declined to sign {title}, number {reference}. The process has ended; all invitations are closed.
{reason}
No contract has come about.
""",
    ),
    ("decline_receipt", "de"): (
        "Sie haben abgelehnt: {title} ({reference})",
        """Guten Tag {name},

Sie haben abgelehnt, das Dokument {title}, Nummer {reference}, zu unterschreiben. {company} weiß Bescheid.
Ein Vertrag ist nicht zustande gekommen, und Ihr Link gilt nicht mehr.

Sie haben nicht abgelehnt, oder Sie haben es sich anders überlegt? Dann wenden Sie sich bitte an
{company} ({contact}).

Freundliche Grüße
{company}
""",
    ),
    ("decline_receipt", "en"): (
        "You have declined: {title} ({reference})",
        """Dear {name},

You have declined to sign the document {title}, number {reference}. {company} has been told.
No contract has come about, and your link is no longer valid.

You did not decline, or you have changed your mind? Then please contact {company} ({contact}).

Kind regards
{company}
""",
    ),
}

REASON = {"de": "\nBegründung: {reason}\n", "en": "\nReason: {reason}\n"}
"""How a stated reason stands in a mail; without one there is an empty line."""


def reason_text(lang: str, reason: str) -> str:
    """Return the paragraph that states a reason; empty where none was given."""
    return REASON[lang].format(reason=reason) if reason else ""


def mail_text(kind: str, lang: str, words: Mapping[str, str]) -> tuple[str, str]:
    """Return subject and text of a mail.

    Args:
        kind: ``invitation``, ``signed_copy``, or one of :mod:`esign.engine.contracts.notices`.
        lang: ``de`` or ``en``.
        words: name, title, company, contact, reference, link, until, level, reason, enclosed, and what the kind says
            beside them; ``sandbox`` not empty where trust is a sandbox.
    """
    subject, text = {**_MAILS, **CONSENT_MAILS, **FORMATION_MAILS}[kind, lang]
    sandbox = bool(words.get("sandbox"))
    prefix = "[SANDBOX] " if sandbox else ""
    return prefix + subject.format_map(words), (SANDBOX[lang] if sandbox else "") + text.format_map(words)
