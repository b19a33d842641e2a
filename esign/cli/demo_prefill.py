"""The demonstration's customers: a CSV of invented persons, from which its forms are filled in."""

from __future__ import annotations

import csv
from pathlib import Path

from esign.cli.samples import sample_contracts

FORMS_CLIENT = "esign-forms"
"""The sandbox's client that recognises who fills a form in."""

_COLUMNS = ("given_name", "family_name", "birth_date", "street", "postal_code", "town", "email", "phone")
_FIRST = 1001
_HEAD = """# SANDBOX: invented customers, from which the demonstration's forms are filled in.
# `esign forms prefill-token FORM NUMBER` makes a link for one of them; they can also log in at the sandbox's provider.

[sources.customers]
kind = "csv"
file = "sandbox-customers.csv"
encoding = "utf-8"
delimiter = ";"
"""


def write_prefill(folder: Path) -> Path:
    """Write the customers and the configuration that fills forms in from them; return the latter's path."""
    persons: dict[tuple[str, str], dict[str, str]] = {}
    forms: dict[str, tuple[str, ...]] = {}
    for sample in sample_contracts():
        signatory = sample.data["signatory"]
        found = {name: str(signatory.get(name, "")) for name in _COLUMNS}
        persons.setdefault((found["given_name"], found["family_name"]), found)
        template = str(sample.data["template"])
        if columns := _known(template):
            forms.setdefault(template, columns)
    with (folder / "sandbox-customers.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("number", *_COLUMNS), delimiter=";", lineterminator="\n")
        writer.writeheader()
        for number, person in enumerate(persons.values(), _FIRST):
            writer.writerow({"number": f"K-{number}", **person})
    parts = [_HEAD, *(_use(form, fields) for form, fields in sorted(forms.items()))]
    path = folder / "prefill.toml"
    path.write_text("\n".join(parts), "utf-8")
    return path


def _known(template: str) -> tuple[str, ...]:
    """Return the columns that the form of a template may be filled in with."""
    from esign.forms import form_definitions

    allowed = {
        field.name for form in form_definitions() if form.name == template for field in form.fields if field.prefill
    }
    return tuple(name for name in _COLUMNS if name in allowed)


def _use(form: str, fields: tuple[str, ...]) -> str:
    keys = ", ".join(f'{name} = "{name}"' for name in ("given_name", "family_name", "birth_date"))
    taken = ", ".join(f'{name} = "{name}"' for name in fields)
    return (
        f'[uses.default.{form}]\nsource = "customers"\ntoken = {{customer = "number"}}\n'
        f"identity = {{{keys}}}\nfields = {{{taken}}}\n"
    )
