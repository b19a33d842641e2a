"""Made-up persons and values with which a page template is tried out."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from esign.documents import PageTemplate

_PERSON = {
    "role": "Kundin",
    "given_name": "Erika",
    "family_name": "Musterfrau",
    "birth_date": "1980-01-31",
    "street": "Musterweg 12",
    "postal_code": "00000",
    "town": "Beispielstadt",
    "email": "erika.musterfrau@post.example",
    "phone": "030 4710 815",
}
_COMPANY = {
    "name": "Beispiel GmbH",
    "street": "Beispielallee 1",
    "postal_code": "00000",
    "town": "Beispielstadt",
    "email": "kontakt@firma.example",
    "phone": "030 4710 0",
    "website": "https://www.firma.example",
    "represented_by": "Max Mustermann",
}

SAMPLE_CONTRACT: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        lang: {
            "reference": "MUSTER-0001",
            "date": "2027-01-01",
            "title": title,
            "company": _COMPANY,
            "signatory": {**_PERSON, "role": role},
            "further_signatories": [
                {**_PERSON, "given_name": name, "role": role} for name in ("Max", "Mia", "Tom", "Eva")
            ],
        }
        for lang, title, role in (("de", "Mustervertrag", "Kundin"), ("en", "Sample contract", "Customer"))
    }
)
"""Contract data, as far as variables may come from there, by language."""


def sample_values(template: PageTemplate) -> dict[str, Any]:
    """Return a value for every variable that is to be given: its example, or one that is made up."""
    made: dict[str, Any] = {"date": "2027-01-31", "money": 123456, "number": "1234.5", "email": _PERSON["email"]}
    return {
        each.name: each.example
        or (each.choices[0] if each.type == "choice" else made.get(each.type, each.label[: each.max_length]))
        for each in template.variables
        if not each.source
    }
