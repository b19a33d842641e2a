"""``esign trusted-lists``: which trusted lists there are, how old they are, and what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from esign.cli.configuration import config_option
from esign.cli.errors import ConfigurationMissing, error_line
from esign.cli.options import PATH
from esign.cli.terminal import plain
from esign.cli.trusted_list_inputs import configured, fetched
from esign.foundation.errors import EsignError

if TYPE_CHECKING:
    from esign.validation.list_keeper import ListKeeper
    from esign.validation.trusted_lists import ListProblem, LoadedLists, TrustedList

GOOD, WRONG, WRONG_USE = 0, 1, 2
"""Exit status: all lists can be used and are fresh; some are not; wrong use, or none are configured."""
_Command = TypeVar("_Command", bound=Callable[..., Any])


def _options(command: _Command) -> _Command:
    for option in (
        config_option,
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object (trusted-lists.schema.json)."),
        click.option("--cache", type=PATH, help="Folder of the kept lists, with --url."),
        click.option("--host", "hosts", multiple=True, help="A further host that may be asked; *: all by https."),
        click.option("--journal", default="", help="Address of the publication in the Official Journal."),
        click.option("--signer", "signers", type=PATH, multiple=True, help="Who may sign it: certificates."),
        click.option("--url", help="Address of the list of the lists (default: that of the configuration)."),
    ):
        command = option(command)
    return command


@click.group("trusted-lists")
def trusted_lists() -> None:
    """Bring trusted lists up to date, and show them."""


@trusted_lists.command()
@_options
def update(**given: Any) -> int:
    """Ask for every list from the Official Journal's certificates onwards, and keep what is good.

    Exit 0 all lists can be used and are fresh, 1 not all, 2 wrong use or none are configured.
    """
    return _told(given, lambda keeper: keeper.update(keeper.clock.now()))


@trusted_lists.command()
@_options
def show(**given: Any) -> int:
    """Show the kept lists, verified again; nobody is asked.

    Exit 0 all lists can be used and are fresh, 1 not all, 2 wrong use or none are configured.
    """
    return _told(given, lambda keeper: keeper.kept(keeper.clock.now()))


def _told(given: dict[str, Any], work: Callable[[ListKeeper], LoadedLists]) -> int:
    try:
        keeper = _keeper(given)
        loaded = work(keeper)
    except EsignError as error:
        click.echo(error_line(error), err=True)
        return WRONG_USE
    if given["as_json"]:
        click.echo(json.dumps(_object(keeper, loaded), ensure_ascii=False))
    else:
        for line in _lines(loaded):
            click.echo(line)
    return WRONG if loaded.problems else GOOD


def _keeper(given: dict[str, Any]) -> ListKeeper:
    if given["url"]:
        return fetched(
            given["url"],
            signers=given["signers"],
            journal=given["journal"],
            hosts=given["hosts"],
            cache=given["cache"],
        )
    keeper = configured(given["config"])
    if keeper is None:
        raise ConfigurationMissing("no trusted lists: set trusted_lists_url, or give --url and --signer")
    return keeper


def _object(keeper: ListKeeper, loaded: LoadedLists) -> dict[str, Any]:
    lotl = loaded.list_of_lists
    return {
        "url": keeper.anchors.location,
        "list_of_lists": None if lotl is None else _list(lotl, loaded),
        "lists": [_list(item, loaded) for item in loaded.lists],
        "problems": [
            {
                "territory": problem.territory,
                "location": problem.location,
                "code": problem.code,
                "used": problem.usable,
                "what": problem.finding.what,
            }
            for problem in loaded.problems
        ],
    }


def _list(item: TrustedList, loaded: LoadedLists) -> dict[str, Any]:
    return {
        "territory": item.territory,
        "version": item.version,
        "sequence": item.sequence,
        "operator": item.operator,
        "issued_at": _written(item.issued_at),
        "next_update": _written(item.next_update),
        "checked_at": _written(loaded.checked.get(item.territory)),
        "services": len(item.services),
    }


def _lines(loaded: LoadedLists) -> Iterator[str]:
    lotl = loaded.list_of_lists
    for item in (*((lotl,) if lotl is not None else ()), *loaded.lists):
        due = f"next by {item.next_update:%Y-%m-%d}" if item.next_update else "closed"
        checked = loaded.checked.get(item.territory)
        asked = f", asked {checked:%Y-%m-%d %H:%M} UTC" if checked else ""
        yield (
            f"{plain(item.territory):<3} no. {item.sequence:<4} version {item.version}, "
            f"{len(item.services):>4} services, of {item.issued_at:%Y-%m-%d}, {due}{asked}"
        )
    for problem in loaded.problems:
        yield _wrong(problem)
    services = sum(len(item.services) for item in loaded.lists)
    yield f"{len(loaded.lists)} national lists with {services} services can be used"


def _wrong(problem: ListProblem) -> str:
    state = "stale, still used" if problem.usable else "NOT USED"
    return f"{plain(problem.territory):<3} {state}: {plain(problem.finding.what)} ({problem.code})"


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")
