"""The page about what the server can do and what not: complete, alike in both languages, as the security model is."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODEL = (ROOT / "docs" / "security-model.md").read_text("utf-8")

ROWS = {
    "nothing but a guess": "has-guess",
    "another web site, open in the same browser": None,
    "the link of somebody else, before its owner": "has-link",
    "the link of somebody else, after its owner opened it": "has-opened",
    "a photograph of the hand-over's QR code": "has-qr",
    "the tablet of the company, after a customer signed on it (the next customer, the clerk)": "has-tablet",
    "the tablet of the company, while a customer signs on it (whoever administers it)": "has-tablet",
    "the mailbox of a wrong address": "has-link",
    "the customer's account at the identity provider, and the link": "has-account",
    "a recorded message": None,
    "a device with a bound key (a lying customer)": None,
    "the server and its database, seeds included": "has-server",
    "the server, and a script slipped in beside the agent's": None,
    "the agent's origin itself": "has-origin",
    "the customer's device without the passkey (a shared device)": "has-device",
    "the server and the certification authority": "has-authority",
    "the certification authority *and* the identity provider": "has-name",
    "one of the two dispute keys, and the server": "has-dispute",
    "another signatory of the same contract": "has-party",
    "the link to a consent or an approval (whoever reads the mail to a minor's representative)": "has-approval",
    "the ledger's storage": "has-ledger",
    "a signed file": "has-file",
    "a dossier": "has-dossier",
    "the company's seal key": "has-seal",
    "a silent or lying timestamp authority": "has-stamp",
    "the device's operating system or browser": "has-system",
}
"""Each attacker of the model, and the row that tells a customer; None: nothing that a customer could notice."""


COMPANY_SIDE = {
    "an API key of a company",
    "no API key, or one that was",
    "the right to name a webhook's address, and the name's DNS",
    "a webhook's message, recorded",
    "the addresses in a certificate or a trusted list that is verified, and their names' DNS",
    "an administrator's account of a company",
    "a clerk's account",
    "a stolen login of the company's side (its cookie)",
    "another web site, open beside a login of the company's side",
    "a guess at a login",
    "a stolen API key, besides the above",
    "an API key that may have documents sealed",
    "the output folder of `esign seal`, or folders in it, but not the journal's",
    "a stolen secret of a webhook",
    "another company of the same installation, with every right in its own",
    "a malicious PDF, and somebody who uploads it (again and again)",
    "a form that anybody may fill in",
    "another web site, open beside a customer's form, with a visit of its own at the identity provider",
    "a draft's cookie, a link to another device or a prefill token of one company's form, taken to another company's "
    + "address",
    "any role, any key, any draft, and an object in any state (concluded, declined, cancelled, expired, failed; "
    + "decided; retired; closed; sent in …)",
    "the installation's files without the vault's key, or its log",
    "a proxy in front that guards `/company`, to be passed",
    "a link of the way back",
    "a clerk's account, the customer at the counter (*in person*)",
    "the database alone, with the search words",
    "a file of rows (CSV), and a clerk who uploads it",
    "the server, when a signatory comes back for the file",
    "a stranger's PDF that is verified (`esign verify`)",
    "a stranger's document that is sealed by the interface",
    "the page that verifies files (`/pruefen`), without a login",
    "the token of the company's seal or of a person, without its PIN",
    "the remote signing service of the company's seal, or the line to it",
    "a script on the machine of a person with a qualified device (`esign sign`)",
}
"""Attackers of the company's side: the page for customers does not list them."""


def text(client, lang, page="/security"):
    return client.get(page, query_string={"lang": lang}, follow_redirects=True).text


def test_every_attacker_of_the_model_has_its_row_on_the_page(client):
    table = MODEL[MODEL.index("## Attacker has what") : MODEL.index("### What only the server can know")]
    attackers = [line.split(" | ")[0].removeprefix("| ") for line in table.splitlines() if line.startswith("| ")][1:]
    assert [attacker for attacker in attackers if attacker not in COMPANY_SIDE] == list(ROWS)
    assert set(attackers) >= COMPANY_SIDE
    for lang in ("de", "en"):
        shown = set(re.findall(r'id="(has-\w+)"', text(client, lang)))
        assert shown == {row for row in ROWS.values() if row} | {"has-code"}


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "de",
            [
                "Was der Server kann",
                "Was der Server nicht kann",
                "Ihnen einen anderen Vertrag anbieten",
                "Auch den Code im Rubbelfeld kennt er",
                "Auf der einfachen Stufe eine Erklärung erfinden",
                "Wer das Programm im Browser ausliefert, kann den Schlüssel benutzen",
                "a) eindeutig dem Unterzeichner zugeordnet; Forderung 1",
                "b) ermöglicht die Identifizierung; Forderung 2",
                "c) unter alleiniger Kontrolle erzeugt; Forderung 3",
                "d) spätere Änderungen erkennbar",
                "Forderung 4: zertifizierte Erstellungseinheit (nur qualifizierte Stufe)",
                "keine Rechtsberatung",
                "§ 371a ZPO",
            ],
        ),
        (
            "en",
            [
                "What the server can do",
                "What the server cannot do",
                "Offer you another contract",
                "It also knows the code in the scratch field",
                "Make up a declaration at the simple level",
                "Whoever serves the program in the browser can use the key",
                "(a) uniquely linked to the signatory; demand 1",
                "(b) capable of identifying the signatory; demand 2",
                "(c) under sole control; demand 3",
                "(d) later changes are detectable",
                "Demand 4: certified creation device (qualified level only)",
                "not legal advice",
                "§ 371a ZPO",
            ],
        ),
    ],
)
def test_the_page_says_plainly_what_matters(client, lang, words):
    page = text(client, lang)
    assert [each for each in words if each not in page] == []
    for demand in ("Art. 26 (a)", "Art. 26 (b)", "Art. 26 (c)", "Art. 26 (d)", "| 4 secure, certified creation device"):
        assert demand in MODEL


def test_both_languages_have_the_same_shape(client):
    """As many headings, rows, and points: nothing is said in one language only."""

    def shape(lang):
        page = text(client, lang)
        return [len(re.findall(f"<{tag}[ >]", page)) for tag in ("h1", "h2", "h3", "li", "tr", "td", "dt", "p")]

    assert shape("de") == shape("en")


def test_the_manifest_page_says_who_needs_it_and_what_it_does_not_cover(client):
    for lang, words in (
        ("de", "Zum Unterschreiben müssen Sie das nicht tun."),
        ("en", "You need not do this in order"),
    ):
        page = text(client, lang, "/agent/manifest")
        assert words in page and "config.json" in page and "npm ci --omit=optional" in page
