"""What commands are given about trusted lists: files, folders, an address, or those of the configuration."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from esign.cli.configuration import load_if_any
from esign.cli.errors import FileUnreadable, WrongUse
from esign.cli.inputs import input_file, trust_of
from esign.cli.options import PATH, gathered

if TYPE_CHECKING:
    from esign.validation.list_keeper import ListKeeper
    from esign.validation.trusted_lists import ListAnchors, LoadedLists

_SCHEMES = ("https://", "http://")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedLists:
    """The trusted lists that a command is told of.

    ``lists`` are files, folders, or the address of a list of the lists; ``signers`` certificates of the Official
    Journal, for an address, and where the way from there is wanted; ``journal`` is the address of that publication.
    """

    lists: tuple[str, ...]
    signers: tuple[Path, ...]
    journal: str


named_lists = gathered(
    NamedLists,
    "lists",
    click.option("--trusted-list", "lists", metavar="FILE|DIR|URL", multiple=True, help="Trusted lists (TS 119 612)."),
    click.option(
        "--trusted-list-signer", "signers", type=PATH, multiple=True, help="Who may sign the list of the lists."
    ),
    click.option("--journal", default="", help="Address of the publication that names them; pivots lead back to it."),
)
"""The options of commands that judge what the law calls a signature."""


def lists_of(
    lists: NamedLists, *, hosts: Sequence[str], config: Path | None, at: datetime, offline: bool
) -> LoadedLists | None:
    """Return the trusted lists that are meant; without any those of the configuration; None where there are none.

    Args:
        lists: Those that are named.
        hosts: Who may be asked besides the host of the address.
        config: The configuration file.
        at: The instant of the validation.
        offline: Whether nobody may be asked.

    Raises:
        FileUnreadable: A file cannot be read.
        TrustedListError: A list that somebody vouches for cannot be used.
        WrongUse: These things do not go together.
        SettingsError: The configuration cannot be used.
    """
    named, signers, journal = lists.lists, lists.signers, lists.journal
    addresses = [name for name in named if name.lower().startswith(_SCHEMES)]
    if not named:
        keeper = configured(config)
        return None if keeper is None else keeper.kept(at)
    if addresses:
        if len(named) > 1:
            raise WrongUse("an address of a list of the lists stands for all lists: name nothing beside it")
        keeper = fetched(addresses[0], signers=signers, journal=journal, hosts=hosts)
        return keeper.kept(at) if offline else keeper.current(at)
    files = list(_files(named))
    if not signers:
        return _handed(files, at)
    return _mirrored(files, signers, journal).update(at)


def _handed(files: Sequence[Path], at: datetime) -> LoadedLists:
    from esign.validation.trusted_lists import ListDiffersFromPointer, TrustedListError
    from esign.validation.verdict.handed_lists import load_handed

    read: list[Path] = []

    def contents() -> Iterator[bytes]:
        for file in files:
            read.append(file)
            yield input_file(file)

    try:
        return load_handed(contents(), at=at)
    except ListDiffersFromPointer:
        raise  # it names the territory
    except TrustedListError as error:
        error.facts = MappingProxyType({**error.facts, "file": str(read[-1])})
        raise


def configured(config: Path | None) -> ListKeeper | None:
    """Return the trusted lists of the configuration; None where there is none, or it names none.

    Raises:
        SettingsError: The configuration cannot be used.
    """
    settings = load_if_any(config)
    if settings is None:
        return None
    from esign.lookups import list_keeper

    return list_keeper(settings)


def fetched(
    address: str, *, signers: Sequence[Path], journal: str, hosts: Sequence[str], cache: Path | None = None
) -> ListKeeper:
    """Return the trusted lists below an address, kept in a folder of the person's.

    Args:
        address: Of the list of the lists.
        signers: Certificates of the Official Journal.
        journal: Address of that publication.
        hosts: Who may be asked besides the host of the address.
        cache: The folder; None: the usual place for such things.

    Raises:
        WrongUse: Nobody is named who may sign the list of the lists.
        FileUnreadable: A certificate cannot be read.
    """
    from esign.lookups import fetched_lists

    if not signers:
        raise WrongUse("say with --trusted-list-signer who may sign the list of the lists")
    return fetched_lists(_anchors(address, signers, journal), cache=cache or _usual_cache(), hosts=hosts)


def _mirrored(files: Sequence[Path], signers: Sequence[Path], journal: str) -> ListKeeper:
    from esign.lookups import mirrored_lists

    location = _list_of_lists(files)
    return mirrored_lists(files, _anchors(location, signers, journal))


def _list_of_lists(files: Sequence[Path]) -> str:
    """Return the name of the newest list of the lists among files; nothing is trusted by that."""
    from esign.validation.trusted_lists import TrustedListError
    from esign.validation.trusted_lists.reading import list_of_lists_number

    found: list[tuple[int, str]] = []
    for file in files:
        try:
            number = list_of_lists_number(input_file(file))
        except TrustedListError:
            continue  # named when it is read
        if number is not None:
            found.append((number, file.name))
    if not found:
        raise WrongUse("there is no list of the lists among the files: without one --trusted-list-signer says nothing")
    return max(found)[1]


def _anchors(location: str, signers: Sequence[Path], journal: str) -> ListAnchors:
    from esign.validation.trusted_lists import ListAnchors

    return ListAnchors(location=location, signers=trust_of(signers, None).certificates, journal=journal)


def _files(named: Sequence[str]) -> Iterator[Path]:
    for path in map(Path, named):
        if not path.is_dir():
            yield path
            continue
        inside = sorted(file for file in path.glob("*.xml") if file.is_file())
        if not inside:
            raise FileUnreadable("there is no trusted list (.xml) in the folder", file=str(path))
        yield from inside


def _usual_cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "esign" / "trusted-lists"
