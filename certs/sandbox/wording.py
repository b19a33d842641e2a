"""The words of the sandbox's pages, in German and English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from flask import request

from certs.sandbox.description import CERTS, read_described

LANGUAGES = ("de", "en")
BERLIN = ZoneInfo("Europe/Berlin")


@cache
def _texts() -> Mapping[str, Any]:
    return read_described(CERTS / "wording.yaml", "wording.schema.json")


class Wording:
    """The words in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, key: str) -> str:
        """Return a text."""
        return str(_texts()[key][self.language])

    def day(self, value: date) -> str:
        """Return a calendar day as people write it: ``12.04.1990`` or ``12 April 1990``."""
        return f"{value:%d.%m.%Y}" if self.language == "de" else f"{value.day} {value:%B %Y}"

    def instant(self, value: datetime) -> str:
        """Return an instant in Berlin's time, to the second."""
        local = value.astimezone(BERLIN)
        return f"{self.day(local.date())}, {local:%H:%M:%S}"

    def size(self, octets: int) -> str:
        """Return a file size in the unit that suits it."""
        if octets < 1000:
            return f"{octets} Byte" if self.language == "de" else f"{octets} bytes"
        value, unit = (octets / 1000, "kB") if octets < 1_000_000 else (octets / 1_000_000, "MB")
        text = f"{value:.1f} {unit}"
        return text.replace(".", ",") if self.language == "de" else text


def wording() -> Wording:
    """Return the words in the language that the request asks for; German if it asks for neither."""
    for name in ("lang", "ui_locales"):
        for wanted in request.args.get(name, "").split():
            if wanted[:2] in LANGUAGES:
                return Wording(wanted[:2])
    return Wording(request.accept_languages.best_match(LANGUAGES, default="de") or "de")
