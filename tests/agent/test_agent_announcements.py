"""The whole ceremony as a screen reader tells it, in German and in English, word by word."""

import pytest

from tests.agent.screen_reader import ScreenReader

pytestmark = [pytest.mark.browser, pytest.mark.network]

STROKES = (8, 17, 25, 33, 42, 50, 58, 67)
"""Per cent that are free after each press of the button."""

GERMAN = {
    "landing": ["Ihre Einladung wird geöffnet …", "# Stromliefervertrag"],
    "landing controls": [
        "region Stromliefervertrag",
        "heading Stromliefervertrag",
        "button Weiter zum Ausweisen",
        "button Vertrag ablehnen",
        "heading So läuft es ab",
        "heading Fortgeschrittene elektronische Signatur",
        "heading Auf anderem Gerät fortsetzen",
        "button Auf anderem Gerät fortsetzen",
    ],
    "declining": ["# Vertrag ablehnen?"],
    "declining controls": [
        "region Vertrag ablehnen?",
        "heading Vertrag ablehnen?",
        "textbox Grund (freiwillig)",
        "button Ja, ablehnen",
        "button Zurück",
    ],
    "handover": [
        "# Einen Moment bitte",
        "Der Link für das andere Gerät wird geholt …",
        "# Auf anderem Gerät fortsetzen",
    ],
    "handover controls": [
        "region Auf anderem Gerät fortsetzen",
        "heading Auf anderem Gerät fortsetzen",
        "img QR-Code mit dem Link, der darunter steht",
        "textbox Link für das andere Gerät",
        "button Link kopieren",
        "button Hier weitermachen",
    ],
    "reading": [
        "Ihre Einladung wird geöffnet …",
        "Ihre Identität wird bestätigt und das Zertifikat geholt …",
        "Das Dokument wird geholt …",
        "Ihr Browser prüft das Dokument …",
        "# Stromliefervertrag",
        "Das Dokument ist da: 5 Seiten. Ihr Browser hat es geprüft.",
    ],
    "reading controls": [
        "region Stromliefervertrag",
        "heading Stromliefervertrag",
        "button Verkleinern",
        "button Vergrößern",
        "region Dokument",
        *(f"region Seite {page} von 5" for page in range(1, 6)),
        "link Dokument vor der Unterschrift speichern (PDF)",
        "link Informationen.pdf",
    ],
    "unlock": ["Sie haben das Ende des Dokuments erreicht. Unten folgt Ihre Erklärung."],
    "unlock controls": [
        "region Ihre Erklärung",
        "heading Ihre Erklärung",
        "heading Rubbelfeld freischalten",
        "button Mit Passkey freischalten",
        "heading Rubbelfeld",
        "slider Mit dem Regler freirubbeln",
        "button Ein Stück freirubbeln",
        "textbox Code aus dem Rubbelfeld",
        "table Ihre Bestellung im Überblick",
        "button zahlungspflichtig bestellen",
        "button Vertrag ablehnen",
    ],
    "scratch": ["Freigeschaltet. Jetzt das Rubbelfeld."],
    "revealed": [*(f"{share} Prozent frei" for share in STROKES), "Der Code lautet: {code}"],
    "typo": [
        "Das ist nicht der Code aus dem Rubbelfeld. Bitte vergleichen Sie die Ziffern; ein Tippfehler zählt nicht als "
        "Versuch."
    ],
    "done": [
        "# Ihre Erklärung wird festgehalten",
        "Erklärung übermitteln",
        "Prüfen, was unterschrieben wird",
        "Unterschreiben und Zeitstempel holen",
        "Fertiges Dokument prüfen",
        "# Unterschrieben",
    ],
    "done controls": [
        "region Unterschrieben",
        "heading Unterschrieben",
        "link Unterschriebenes Dokument speichern (PDF)",
        "heading Ihr Beleg",
        "heading Wie es weitergeht",
        "heading Was diese Signatur ist",
    ],
}

ENGLISH = {
    "landing": ["Opening your invitation …", "# Stromliefervertrag"],
    "landing controls": [
        "region Stromliefervertrag",
        "heading Stromliefervertrag",
        "button Continue to identification",
        "button Decline the contract",
        "heading How it works",
        "heading Advanced electronic signature",
        "heading Continue on another device",
        "button Continue on another device",
    ],
    "declining": ["# Decline the contract?"],
    "declining controls": [
        "region Decline the contract?",
        "heading Decline the contract?",
        "textbox Reason (optional)",
        "button Yes, decline",
        "button Back",
    ],
    "handover": ["# One moment please", "Fetching the link for the other device …", "# Continue on another device"],
    "handover controls": [
        "region Continue on another device",
        "heading Continue on another device",
        "img QR code of the link that stands below it",
        "textbox Link for the other device",
        "button Copy the link",
        "button Continue here",
    ],
    "reading": [
        "Opening your invitation …",
        "Confirming your identity and fetching the certificate …",
        "Fetching the document …",
        "Your browser is checking the document …",
        "# Stromliefervertrag",
        "The document is here: 5 pages. Your browser has checked it.",
    ],
    "reading controls": [
        "region Stromliefervertrag",
        "heading Stromliefervertrag",
        "button Zoom out",
        "button Zoom in",
        "region Document",
        *(f"region Page {page} of 5" for page in range(1, 6)),
        "link Save the document before signing (PDF)",
        "link Informationen.pdf",
    ],
    "unlock": ["You have reached the end of the document. Your declaration follows below."],
    "unlock controls": [
        "region Your declaration",
        "heading Your declaration",
        "heading Unlock the scratch field",
        "button Unlock with passkey",
        "heading Scratch field",
        "slider Scratch with the slider",
        "button Scratch a piece free",
        "textbox Code from the scratch field",
        "table Ihre Bestellung im Überblick",  # the contract's own language, and marked as such
        "button zahlungspflichtig bestellen",
        "button Decline the contract",
    ],
    "scratch": ["Unlocked. Now the scratch field."],
    "revealed": [*(f"{share} per cent free" for share in STROKES), "The code is: {code}"],
    "typo": [
        "That is not the code from the scratch field. Please compare the digits; a typing error does not count as an "
        "attempt."
    ],
    "done": [
        "# Your declaration is being recorded",
        "Send the declaration",
        "Check what is to be signed",
        "Sign and fetch the timestamp",
        "Check the finished document",
        "# Signed",
    ],
    "done controls": [
        "region Signed",
        "heading Signed",
        "link Save the signed document (PDF)",
        "heading Your receipt",
        "heading What happens next",
        "heading What this signature is",
    ],
}


@pytest.mark.parametrize(("lang", "expected"), [("de", GERMAN), ("en", ENGLISH)], ids=["German", "English"])
def test_the_whole_ceremony_by_ear(stack, desktop, lang, expected):
    page, told = desktop.page, {}
    reader = ScreenReader(page)
    _, link = stack.invite()

    def listen(name, root=None):
        page.wait_for_timeout(100)
        told[name] = reader.heard()
        if root:
            told[f"{name} controls"] = reader.controls(root)

    desktop.open(link.replace("/#", f"/?lang={lang}#"))
    listen("landing", "#landing")
    desktop.tap("#decline")
    listen("declining", "#declining")
    desktop.tap("#decline-back")
    reader.heard()
    desktop.tap("#handover-open")
    desktop.wait("handover")
    listen("handover", "#handover")
    desktop.tap("#handover-back")
    desktop.wait("landing")
    desktop.begin()
    page.wait_for_url("**/idp/**")
    desktop.tap('button[value="jana-beispiel"]')
    desktop.wait("reading")
    listen("reading", "#reading")
    desktop.read()
    listen("unlock", "#declaring")
    desktop.unlock()
    listen("scratch")
    page.locator("#scratch-step").focus()
    for share in STROKES:
        page.keyboard.press("Enter")
        page.wait_for_function("s => document.getElementById('status').textContent.startsWith(s)", arg=str(share))
    desktop.wait("revealed")
    code = desktop.code()
    listen("revealed")
    desktop.type("000000" if code != "000000" else "111111").order()
    desktop.wait("typo")
    listen("typo")
    desktop.type(code).order().done()
    listen("done", "#result")
    assert told == {name: [each.format(code=" ".join(code)) for each in words] for name, words in expected.items()}
    for identifier in ("declaration", "summary", "order-button"):  # read aloud in the contract's language
        assert page.locator(f"#{identifier}").get_attribute("lang") == "de"
