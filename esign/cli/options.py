"""Options that several commands have: each has one name, one meaning and one help text."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

PATH = click.Path(path_type=Path)
"""A file or a folder."""
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

level_option = click.option(
    "--level", type=click.Choice(("B-B", "B-T", "B-LT", "B-LTA")), default="B-B", show_default=True
)
"""The level of new seals (PAdES)."""
evidence_record_option = click.option(
    "--evidence-record", is_flag=True, help="One timestamp for the whole batch, a record (.ers) beside each."
)
seal_json_option = click.option(
    "--json", "as_json", is_flag=True, help="One JSON object a document (docs/schemas/seal.schema.json)."
)


def gathered(kind: type[Any], name: str, *options: Decorator) -> Decorator:
    """Return a decorator by which options reach a command together, as one value.

    Args:
        kind: A dataclass; its fields are named like the options' parameters.
        name: The command's parameter.
        options: In the order in which ``--help`` shows them.
    """
    names = [field.name for field in dataclasses.fields(kind)]

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def called(**given: Any) -> Any:
            value = kind(**{each: given.pop(each) for each in names})
            return command(**{name: value}, **given)

        for option in reversed(options):
            option(called)
        return called

    return decorate
