"""The mail that confirms a consent or its revocation: the words themselves, so that the mail alone would do."""

from __future__ import annotations

from collections.abc import Mapping

from esign.contracts.consents import Consent

MAILS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("consent_receipt", "de"): (
        "{consent_title}: {consent_state} ({reference})",
        """Guten Tag {name},

{consent_said}

{consent_words}

{consent_next}
Widerrufen und neu geben können Sie jede Einwilligung hier, ohne Anmeldung:

{consent_link}

Freundliche Grüße
{company}
""",
    ),
    ("consent_receipt", "en"): (
        "{consent_title}: {consent_state} ({reference})",
        """Dear {name},

{consent_said}

{consent_words}

{consent_next}
You can revoke each consent and give it anew here, without a login:

{consent_link}

Kind regards
{company}
""",
    ),
}
_SAID = {
    ("de", True): ("Einwilligung gegeben", "am {at} Uhr haben Sie {company} gegenüber erklärt:"),
    ("de", False): ("Einwilligung widerrufen", "am {at} Uhr haben Sie diese Einwilligung widerrufen:"),
    ("en", True): ("consent given", "on {at} (Berlin time) you declared to {company}:"),
    ("en", False): ("consent revoked", "on {at} (Berlin time) you revoked this consent:"),
}


def words(consent: Consent, *, company: str, revoked: bool, at: str, link: str) -> dict[str, str]:
    """Return what the mail says."""
    text = consent.text
    state, said = _SAID["en" if text.lang == "en" else "de", not revoked]
    return {
        "consent_title": text.title,
        "consent_state": state,
        "consent_said": said.format(at=at, company=company),
        "consent_words": "\n\n".join(each.text for each in text.statements),
        "consent_next": text.revocation,
        "consent_link": link,
    }
