"""The words of the mails about orders, acceptances, consents and approvals, German and English."""

from __future__ import annotations

from collections.abc import Mapping

MAILS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("acceptance", "de"): (
        "Wir nehmen Ihre Bestellung an: {title} ({reference})",
        """Guten Tag {name},

{company} nimmt Ihre Bestellung an: {title}, Nummer {reference}. Die Annahmeerklärung liegt als gesiegeltes PDF bei.

Mit dem Zugang dieser Nachricht kommt der Vertrag zustande; bei mehreren Bestellern, sobald sie allen zugegangen ist.
Die Vertragsbestätigung mit dem unterschriebenen Dokument folgt mit eigener Nachricht.
{withdraw}
Freundliche Grüße
{company}
""",
    ),
    ("acceptance", "en"): (
        "We accept your order: {title} ({reference})",
        """Dear {name},

{company} accepts your order: {title}, number {reference}. The declaration of acceptance is enclosed as a sealed PDF.

The contract comes about when this message reaches you; where several persons have ordered, when it has reached all of
them. The confirmation of the contract with the signed document follows in a message of its own.
{withdraw}
Kind regards
{company}
""",
    ),
    ("order_declined", "de"): (
        "Kein Vertrag zustande gekommen: {title} ({reference})",
        """Guten Tag {name},

zu {title}, Nummer {reference}, ist kein Vertrag mit {company} zustande gekommen: Ihre Erklärung wurde nicht angenommen,
oder eine Zustimmung, die das Gesetz verlangt, wurde nicht erteilt. Sie sind nicht mehr gebunden.
{reason}
Fragen beantwortet {company} ({contact}).

Freundliche Grüße
{company}
""",
    ),
    ("order_declined", "en"): (
        "No contract has come about: {title} ({reference})",
        """Dear {name},

No contract with {company} has come about on {title}, number {reference}: your declaration was not accepted, or a
consent that the law asks for was not given. You are bound no longer.
{reason}
{company} answers your questions ({contact}).

Kind regards
{company}
""",
    ),
    ("order_lapsed", "de"): (
        "Ihre Bestellung ist erloschen: {title} ({reference})",
        """Guten Tag {name},

{company} hat Ihre Bestellung zu {title}, Nummer {reference}, nicht innerhalb der Annahmefrist angenommen. Sie sind
daran nicht mehr gebunden (§ 146 BGB). Ein Vertrag ist nicht zustande gekommen; Sie müssen nichts tun.

Fragen beantwortet {company} ({contact}).

Freundliche Grüße
{company}
""",
    ),
    ("order_lapsed", "en"): (
        "Your order has lapsed: {title} ({reference})",
        """Dear {name},

{company} has not accepted your order about {title}, number {reference}, within the time for acceptance. It binds you no
longer (section 146 of the German Civil Code). No contract has come about; you need not do anything.

{company} answers your questions ({contact}).

Kind regards
{company}
""",
    ),
    ("late_offer", "de"): (
        "Nach dem Ende der Frist eingegangen: {title} ({reference})",
        """Guten Tag {name},

Ihre Erklärung zu {title}, Nummer {reference}, ist erst nach dem Ende der Annahmefrist bei {company} eingegangen. Das
zeigen wir Ihnen hiermit an (§ 149 BGB). Ein Vertrag ist dadurch noch nicht zustande gekommen.

Ihre Erklärung gilt als Ihr neues Angebot an uns (§ 150 Absatz 1 BGB). Ob wir es annehmen, teilen wir Ihnen mit. Hören
Sie innerhalb von 14 Tagen nichts, sind Sie daran nicht mehr gebunden.

Fragen beantwortet {company} ({contact}).

Freundliche Grüße
{company}
""",
    ),
    ("late_offer", "en"): (
        "Received after the end of the period: {title} ({reference})",
        """Dear {name},

Your declaration about {title}, number {reference}, reached {company} only after the time for accepting the offer was
over. We hereby notify you of that (section 149 of the German Civil Code). No contract has come about by it yet.

Your declaration counts as your new offer to us (section 150 (1) of the German Civil Code). We will tell you whether we
accept it. If you hear nothing within 14 days it binds you no longer.

{company} answers your questions ({contact}).

Kind regards
{company}
""",
    ),
    ("consent_request", "de"): (
        "Bitte um Ihre Einwilligung: {title} ({reference})",
        """Guten Tag {name},

{declarant} möchte mit {company} einen Vertrag schließen: {title}, Nummer {reference}. {company} hat Sie als gesetzliche
Vertretung genannt bekommen. Ohne Ihre Zustimmung wird der Vertrag nicht wirksam (§§ 107, 108 BGB).

Das Dokument liegt bei. Hier willigen Sie ein oder lehnen ab, ohne Anmeldung:

{link}

Der Link ist nur für Sie bestimmt; bitte geben Sie ihn nicht weiter. Sie sind nicht gesetzliche Vertretung? Dann
müssen Sie nichts tun; bitte sagen Sie {company} Bescheid ({contact}).

Freundliche Grüße
{company}
""",
    ),
    ("consent_request", "en"): (
        "Please give your consent: {title} ({reference})",
        """Dear {name},

{declarant} would like to conclude a contract with {company}: {title}, number {reference}. {company} was told that
you are the legal representative. Without your consent the contract does not take effect (sections 107, 108 of the
Civil Code).

The document is enclosed. Consent or refuse here, without a login:

{link}

The link is meant for you only; please do not pass it on. You are not the legal representative? Then you need not do
anything; please tell {company} ({contact}).

Kind regards
{company}
""",
    ),
    ("approval_request", "de"): (
        "Bitte um Ihre Genehmigung: {title} ({reference})",
        """Guten Tag {name},

{declarant} hat mit {company} einen Vertrag geschlossen: {title}, Nummer {reference}. Er ist noch nicht wirksam: Es
kommt darauf an, ob Sie ihn als gesetzliche Vertretung genehmigen (§ 108 Absatz 1 BGB).

Das Dokument liegt bei. Hier genehmigen Sie oder verweigern die Genehmigung, ohne Anmeldung:

{link}

Der Link ist nur für Sie bestimmt; bitte geben Sie ihn nicht weiter. Fragen beantwortet {company} ({contact}).

Freundliche Grüße
{company}
""",
    ),
    ("approval_request", "en"): (
        "Please decide about your approval: {title} ({reference})",
        """Dear {name},

{declarant} has concluded a contract with {company}: {title}, number {reference}. It has no effect yet: that depends on
whether you approve it as legal representative (section 108 (1) of the Civil Code).

The document is enclosed. Approve or refuse here, without a login:

{link}

The link is meant for you only; please do not pass it on. {company} answers your questions ({contact}).

Kind regards
{company}
""",
    ),
    ("own_approval_request", "de"): (
        "Bitte um Ihre eigene Genehmigung: {title} ({reference})",
        """Guten Tag {name},

vor Ihrem 18. Geburtstag haben Sie mit {company} einen Vertrag geschlossen: {title}, Nummer {reference}. Er ist noch
nicht wirksam. Jetzt kommt es allein darauf an, ob Sie ihn selbst genehmigen (§ 108 Absatz 3 BGB).

Das Dokument liegt bei. Hier genehmigen Sie oder verweigern die Genehmigung, ohne Anmeldung:

{link}

Der Link ist nur für Sie bestimmt; bitte geben Sie ihn nicht weiter. Fragen beantwortet {company} ({contact}).

Freundliche Grüße
{company}
""",
    ),
    ("own_approval_request", "en"): (
        "Please decide about your own approval: {title} ({reference})",
        """Dear {name},

before your eighteenth birthday you concluded a contract with {company}: {title}, number {reference}. It has no effect
yet. Now that depends on you alone: on whether you approve it yourself (section 108 (3) of the Civil Code).

The document is enclosed. Approve or refuse here, without a login:

{link}

The link is meant for you only; please do not pass it on. {company} answers your questions ({contact}).

Kind regards
{company}
""",
    ),
    ("approval_demand", "de"): (
        "Aufforderung, sich über die Genehmigung zu erklären: {title} ({reference})",
        """Guten Tag {name},

{words}

Hier erklären Sie sich, ohne Anmeldung:

{link}

Das Dokument liegt bei. Fragen beantwortet {company} ({contact}).

Freundliche Grüße
{company}
""",
    ),
    ("approval_demand", "en"): (
        "Please declare about your approval: {title} ({reference})",
        """Dear {name},

{words}

Declare here, without a login:

{link}

The document is enclosed. {company} answers your questions ({contact}).

Kind regards
{company}
""",
    ),
    ("approval_receipt", "de"): (
        "Ihre Erklärung: {title} ({reference})",
        """Guten Tag {name},

am {at} Uhr (Ortszeit in Deutschland) ist bei {company} diese Erklärung von Ihnen eingegangen:

{words}

Sie haben das nicht erklärt? Dann wenden Sie sich bitte sofort an {company} ({contact}).

Freundliche Grüße
{company}
""",
    ),
    ("approval_receipt", "en"): (
        "Your declaration: {title} ({reference})",
        """Dear {name},

on {at} (local time in Germany) this declaration of yours reached {company}:

{words}

You have not declared this? Then please contact {company} at once ({contact}).

Kind regards
{company}
""",
    ),
    ("summary_request", "de"): (
        "Vertragszusammenfassung und Genehmigung: {title} ({reference})",
        """Guten Tag {name},

Sie haben bei {company} bestellt: {title}, Nummer {reference}. Die Vertragszusammenfassung konnten wir Ihnen vor Ihrer
Bestellung nicht geben; Sie finden sie im Anhang.

Der Vertrag wird erst wirksam, wenn Sie ihn nach Erhalt der Zusammenfassung genehmigen (§ 54 Absatz 3 TKG). Hier
genehmigen Sie ihn, ohne Anmeldung:

{link}

Möchten Sie ihn nicht genehmigen, müssen Sie nichts tun: Er wird dann nicht wirksam, und Sie zahlen nichts.

Freundliche Grüße
{company}
""",
    ),
    ("summary_request", "en"): (
        "Contract summary and approval: {title} ({reference})",
        """Dear {name},

You have ordered from {company}: {title}, number {reference}. We could not give you the contract summary before your
order; you find it enclosed.

The contract takes effect only when you approve it after having received the summary (section 54 (3) TKG). Approve it
here, without a login:

{link}

If you do not want to approve it you need not do anything: it then takes no effect, and you pay nothing.

Kind regards
{company}
""",
    ),
}
"""Subject and text of each kind, by language."""
