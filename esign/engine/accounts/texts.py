"""The words of the mail with which an account is set up, German and English."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from esign.access.people import Person
from esign.engine.ports import Mail

_BERLIN = ZoneInfo("Europe/Berlin")
_SANDBOX = {
    "de": "SANDBOX: Dies ist eine Vorführung.\n\n",
    "en": "SANDBOX: This is a demonstration.\n\n",
}
_WORDS = {
    "de": (
        "Ihr Zugang zu esign",
        """Guten Tag {name},

für Sie wurde ein Konto eingerichtet. Mit diesem Link legen Sie fest, wie Sie sich anmelden:

{link}

Der Link gilt bis {until} Uhr, nur einmal und nur für Sie. Bitte geben Sie ihn nicht weiter.

Sie haben diese Nachricht nicht erwartet? Dann öffnen Sie den Link nicht und sagen Sie der Person
Bescheid, die bei Ihnen die Konten verwaltet.
""",
    ),
    "en": (
        "Your access to esign",
        """Dear {name},

an account was made for you. With this link you decide how you log in:

{link}

The link is valid until {until} (Berlin time), once, and for you only. Please do not pass it on.

You did not expect this message? Then do not open the link, and tell the person who administers the
accounts where you work.
""",
    ),
}


def link_mail(person: Person, *, link: str, until: datetime, identifier: str, sandbox: bool) -> Mail:
    """Return the mail with the link to an account."""
    subject, text = _WORDS[person.language]
    local = until.astimezone(_BERLIN)
    written = local.strftime("%d.%m.%Y, %H:%M" if person.language == "de" else "%Y-%m-%d %H:%M")
    body = text.format(name=person.name, link=link, until=written)
    return Mail(
        to=person.email,
        subject=f"SANDBOX – {subject}" if sandbox else subject,
        text=(_SANDBOX[person.language] if sandbox else "") + body,
        identifier=f"account-{identifier}",
    )
