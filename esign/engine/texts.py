"""The words of the mails, German and English."""

from __future__ import annotations

from collections.abc import Mapping

_SANDBOX = {
    "de": "SANDBOX: Dies ist eine Vorführung. Personen, Verträge und Zertifikate sind erfunden, nichts gilt.\n\n",
    "en": "SANDBOX: This is a demonstration. Persons, contracts and certificates are invented, nothing is binding.\n\n",
}

_MAILS = {
    ("invitation", "de"): (
        "Bitte prüfen und unterschreiben: {title} ({reference})",
        """Guten Tag {name},

{company} hat für Sie ein Dokument vorbereitet: {title}, Nummer {reference}.

Hier können Sie es in Ruhe lesen und, wenn Sie einverstanden sind, unterschreiben:

{link}

Der Link gilt bis {until} Uhr und ist nur für Sie bestimmt. Bitte geben Sie ihn nicht weiter.
Art der Unterschrift: {level}.

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

You did not expect this message? Then you need not do anything. Nothing comes about without
your signature.

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
    ("signed_copy", "de"): (
        "Ihr unterschriebenes Dokument: {title} ({reference})",
        """Guten Tag {name},

vielen Dank. Im Anhang erhalten Sie das unterschriebene Dokument: {title}, Nummer {reference}.

Bitte bewahren Sie die Datei unverändert auf; das Original ist die PDF-Datei selbst, nicht ihr Ausdruck.
Art der Unterschrift: {level}. Die Datei trägt zusätzlich Zeitstempel, die belegen, wann sie vorlag.
Manche Anzeigeprogramme melden deshalb Ergänzungen nach Ihrer Unterschrift: Das sind diese Zeitstempel
und die Prüfdaten der Zertifikate; am Inhalt wurde nichts geändert.

Freundliche Grüße
{company}
""",
    ),
    ("signed_copy", "en"): (
        "Your signed document: {title} ({reference})",
        """Dear {name},

Thank you. The signed document is attached: {title}, number {reference}.

Please keep the file unchanged; the original is the PDF file itself, not a print-out.
Kind of signature: {level}. The file also carries timestamps that show when it existed. Some viewers
therefore report additions after your signature: these are the timestamps and the certificates' validation
data; the content was not changed.

Kind regards
{company}
""",
    ),
}


def mail_text(kind: str, lang: str, words: Mapping[str, str]) -> tuple[str, str]:
    """Return subject and text of a mail.

    Args:
        kind: ``invitation`` or ``signed_copy``.
        lang: ``de`` or ``en``.
        words: name, title, company, reference, link, until, level; ``sandbox`` not empty where trust is a sandbox.
    """
    subject, text = _MAILS[kind, lang]
    sandbox = bool(words.get("sandbox"))
    prefix = "[SANDBOX] " if sandbox else ""
    return prefix + subject.format_map(words), (_SANDBOX[lang] if sandbox else "") + text.format_map(words)
