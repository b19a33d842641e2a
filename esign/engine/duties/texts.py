"""What a mail says about the files and the page that go with it."""

from __future__ import annotations

from collections.abc import Sequence

_ENCLOSED = {
    "de": "Angehängt ist, was Sie vor Ihrer Erklärung wissen müssen, auch zum Speichern und Drucken:\n{names}.",
    "en": "Attached is what you need to know before your declaration, also for storing and printing:\n{names}.",
}
_CONSENTS = {
    "de": (
        "{company} bittet Sie um Einwilligungen. Sie gehören nicht zur Erklärung, und sie hängt nicht davon ab.\n"
        "Hier können Sie jede einzeln geben und jederzeit widerrufen:\n\n{link}"
    ),
    "en": (
        "{company} asks for consents. They are no part of the declaration, nor does it depend on them.\n"
        "Here you can give each of them by itself and revoke it at any time:\n\n{link}"
    ),
}


def enclosed(lang: str, names: Sequence[str], *, company: str, consents: str = "") -> str:
    """Return the lines of a mail about what is attached to it; empty where there is nothing to say.

    Args:
        lang: ``de`` or ``en``.
        names: Names of the attached files.
        company: Whose contract it is.
        consents: Address of the party's page of consents; empty where none are asked for.
    """
    said = [_ENCLOSED[lang].format(names=", ".join(names))] if names else []
    said += [_CONSENTS[lang].format(company=company, link=consents)] if consents else []
    return "".join(f"\n{part}\n" for part in said)
