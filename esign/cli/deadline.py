"""``esign deadline``: withdrawal periods of contracts, and the bare arithmetic."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from esign.cli.errors import FileUnreadable

_json = click.option("--json", "as_json", is_flag=True, help="Print a JSON object (schemas in docs/schemas/).")


@click.group()
def deadline() -> None:
    """Compute periods of the law (BGB §§ 186-193): nominal end, shifted end, exclusive instant."""


@deadline.command()
@click.option(
    "--contract",
    "file",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Facts about the contract: kind, events, Länder (docs/schemas/withdrawal-facts.schema.json).",
)
@_json
def withdrawal(file: Path, as_json: bool) -> int:
    """Say how long a customer can withdraw, with every intermediate date and its clause."""
    from esign.contracts.deadlines import WithdrawalFacts, withdrawal_answer, withdrawal_deadline
    from esign.contracts.deadlines.facts import MAX_BYTES

    try:
        with file.open("rb") as source:
            data = source.read(MAX_BYTES + 1)
    except OSError as error:
        raise FileUnreadable("the file cannot be read", file=file.name) from error
    answer = withdrawal_answer(withdrawal_deadline(WithdrawalFacts.parse(data)))
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return 0
    for line in _lines(answer):
        click.echo(line)
    return 0


@deadline.command()
@click.option("--trigger", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Local day of the event.")
@click.option("--months", default=0, type=click.IntRange(0, 1200), help="Calendar months, counted first.")
@click.option("--days", default=0, type=click.IntRange(0, 36_525), help="Calendar days.")
@click.option("--consumer", required=True, help="Land of the consumer, such as NW or BY:Augsburg.")
@click.option("--trader", required=True, help="Land of the company.")
@_json
def period(trigger: datetime, months: int, days: int, consumer: str, trader: str, as_json: bool) -> int:
    """Compute the end of a period for a declaration, with the holidays of both Länder united."""
    from esign.contracts.deadlines import HolidayCalendar, Period, period_answer, period_end

    length = Period(months=months, days=days)
    answer = period_answer(period_end(trigger.date(), length, HolidayCalendar.of([consumer, trader])))
    if as_json:
        click.echo(json.dumps(answer))
    else:
        for name, value in answer.items():
            click.echo(f"{name}: {value}")
    return 0


def _lines(answer: dict[str, Any]) -> list[str]:
    head = [f"{name}: {answer[name] or '-'}" for name in ("state", "ends_by", "start", "nominal_end", "shifted_end")]
    head += [f"{name}: {answer[name] or '-'}" for name in ("expires_at", "exercisable_until")]
    steps = [
        f"  {step['day'] or '-':<10}  {step['step']}{' (' + step['note'] + ')' if step['note'] else ''}"
        f"  [{step['clause']}; {step['mark']}]"
        for step in answer["steps"]
    ]
    return [*head, "steps:", *steps]
