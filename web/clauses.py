"""Clauses in the reader's language: policies name them in English, German pages in German legal style."""

from __future__ import annotations

import re
from collections.abc import Mapping

_GERMAN: Mapping[str, str] = {
    r"a place is not known: all Länder united": "Ort nicht bekannt: alle Länder zusammen",
    r"holidays of both places united": "Feiertage beider Orte zusammen",
    r"how many deliveries there are was not said": "wie viele Lieferungen es sind, ist nicht gesagt",
    r"an instruction that does not name the function counts as not given": (
        "eine Belehrung, die die Funktion nicht nennt, gilt als nicht erteilt"
    ),
    r"as in force until (\d{4})-(\d\d)-(\d\d)": r"in der bis \3.\2.\1 geltenden Fassung",
    r"new text of (\d{4})-(\d\d)-(\d\d) not read; no latest end as the cautious reading": (
        r"Fassung vom \3.\2.\1 nicht gelesen; vorsichtig: kein spätestes Ende"
    ),
    r"no latest end in the state of (\d{4})-(\d\d)-(\d\d)": r"kein spätestes Ende, Stand \3.\2.\1",
    r"no latest end for financial services": "kein spätestes Ende bei Finanzdienstleistungen",
    r"no latest end": "kein spätestes Ende",
    r"not before conclusion, since (\d{4})-(\d\d)-(\d\d)": r"nicht vor Vertragsschluss, seit \3.\2.\1",
    r"PRIIPs or PEPP key information document": "PRIIP- oder PEPP-Basisinformationsblatt",
    r"terms of the contract": "Vertragsbestimmungen",
    r"copy of contract or application": "Abschrift von Vertrag oder Antrag",
    r"period of one month where mandatory information is caught up": "ein Monat, wenn Pflichtangaben nachgeholt werden",
    r"on the latest end \(disputed; the later day\)": "auf das späteste Ende (umstritten; der spätere Tag)",
    r"not effective until approved in Textform": "unwirksam bis zur Genehmigung in Textform",
    r"no clause asks for a form": "keine Vorschrift verlangt eine Form",
    r"\bsentences?\b": "Satz",
    r"\bNos?\.": "Nr.",
    r"\band\b": "und",
    r"\bwith\b": "mit",
    r"\bsince\b": "seit",
}


def clause_in(text: str, lang: str) -> str:
    """Return a clause as a page in a language quotes it.

    Args:
        text: As policies and refusals name it, such as ``BGB § 356 (3) sentence 1``.
        lang: ``de`` or ``en``.
    """
    if lang != "de":
        return text
    for english, german in _GERMAN.items():
        text = re.sub(english, german, text)
    return text
