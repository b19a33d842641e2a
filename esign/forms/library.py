"""The forms of ``policies/forms``, chosen by name and day."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from esign.forms.definition import FormDefinition
from esign.forms.errors import FormUnknown
from esign.policy import policies_root, read_policy


@cache
def form_definitions(root: Path | None = None) -> tuple[FormDefinition, ...]:
    """Return every form in ``policies/forms``, of every version; read once in the life of a process.

    Raises:
        FormMalformed: One of the files contradicts itself.
        PolicyMalformed: One of the files does not fit the schema.
    """
    folder = (root or policies_root()) / "forms"
    return tuple(FormDefinition.parse(read_policy(path)) for path in sorted(folder.glob("*.yaml")))


def form_definition(name: str, day: date, root: Path | None = None) -> FormDefinition:
    """Return the form of a name that is in force on a local day; of several, the latest version.

    Raises:
        FormUnknown: There is none.
    """
    found = [form for form in form_definitions(root) if form.name == name and form.in_force(day)]
    if not found:
        raise FormUnknown(day=day.isoformat())
    return max(found, key=lambda form: (form.valid_from, form.version))
