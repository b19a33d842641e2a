"""``esign verify``: the truth about signed PDFs, ours or a stranger's."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from esign.cli.configuration import config_option
from esign.cli.errors import FileUnreadable, WrongUse, error_line
from esign.cli.fetching import Fetching, GivenData, given_data
from esign.cli.inputs import files_of, instant_of, read_file, records_of, shown, trust_of
from esign.cli.options import PATH
from esign.cli.terminal import json_line
from esign.cli.trusted_list_inputs import NamedLists, lists_of, named_lists
from esign.foundation.errors import EsignError

if TYPE_CHECKING:
    from esign.cli.verify_reports import ReportFolder
    from esign.validation.isolation import Isolation
    from esign.validation.verdict import FileVerdict

UNREADABLE = 2
_ORDER = (2, 1, 3, 0)
"""Of several files the first of these that occurs is the exit status."""
_WIDTH = 40
"""Signs of the bar."""
_EACH = 16
"""Files for which one more helper is worth its start."""
_MANY = 4
"""Files in work or answered for each helper, so that thousands do not wait in memory."""


@click.command()
@click.argument("paths", metavar="FILE|FOLDER...", nargs=-1, required=True, type=PATH)
@click.option("--trust", type=PATH, multiple=True, help="Trusted certificates, PEM or DER: a file, or a folder.")
@given_data
@named_lists
@click.option("--evidence-record", "record", type=PATH, metavar="FILE|DIR", help="Of the file, or a folder of them.")
@click.option("--at", metavar="TIME", help="The instant of the validation, such as 2026-11-22T12:00:00Z (now).")
@click.option("--offline", is_flag=True, help="Ask nobody, whatever else is said.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line (docs/schemas/verify.schema.json).")
@click.option("--jobs", type=click.IntRange(1, 64), help="Files looked into at a time (default: by processors).")
@click.option("--report", type=PATH, metavar="DIR", help="Folder for reports: PDF, JSON, XML (ETSI TS 119 102-2).")
@click.option("--lang", type=click.Choice(("de", "en")), help="Language for people (default: that of the system).")
@config_option
def verify(
    paths: tuple[Path, ...],
    trust: tuple[Path, ...],
    given: GivenData,
    lists: NamedLists,
    record: Path | None,
    at: str | None,
    offline: bool,
    as_json: bool,
    jobs: int | None,
    report: Path | None,
    lang: str | None,
    config: Path | None,
) -> int:
    """Say the truth about signed PDFs: who signed, on which level, proven since when, and what was changed afterwards.

    Exit 0 valid and unmodified, 1 not valid, modified or no signature, 2 cannot be read or wrong use, 3 indeterminate;
    of several files the first of 2, 1, 3, 0 that occurs. Nothing is fetched from anywhere but hosts named with --fetch
    and a list of the lists. An evidence record that stands beside a file (FILE.ers) is taken with it. Without --trust
    and --trusted-list those of the configuration are used; without one, nobody is trusted and every chain stays open.
    """
    from esign.cli.verify_reports import AT_A_TIME, ReportFolder
    from esign.validation.isolation import Isolation
    from esign.validation.qualification import TrustedServices

    lang = lang or _language()
    try:
        if offline and given.hosts:
            raise WrongUse("--offline and --fetch contradict each other")
        files = list(files_of(paths))
        if report is not None:
            files = list(dict.fromkeys(files))
        records = records_of(record, files)
        instant = instant_of(at)
        anchors, material = trust_of(trust, config), given.material()
        found_lists = lists_of(lists, hosts=given.hosts, config=config, at=instant, offline=offline)
        services = None if found_lists is None else TrustedServices.of(found_lists)
        reports = ReportFolder(report, files, lang=lang, config=config) if report is not None else None
    except EsignError as error:
        click.echo(error_line(error), err=True)
        return UNREADABLE
    if not anchors.certificates and services is None and not as_json:
        click.echo(_NOBODY[lang], err=True)
    found: set[int] = set()
    jobs = min(jobs or min(os.cpu_count() or 1, 1 + len(files) // _EACH), len(files))
    if reports is not None:
        jobs = min(jobs, AT_A_TIME)
    fetching = Fetching(given.hosts, material) if given.hosts else None
    with Isolation(trust=anchors, material=material, lists=services) as isolation:
        bar = _Bar(len(files))
        work = _Work(at=instant, isolation=isolation, records=records, reports=reports, fetching=fetching)
        with closing(_verdicts(files, work, jobs)) as verdicts:
            for verdict, refused in verdicts:
                found.add(verdict.status if refused is None else UNREADABLE)
                bar.away()
                _print(verdict, as_json, lang)
                if refused is not None:
                    click.echo(error_line(refused), err=True)
                bar.step()
    if fetching is not None:
        for line in fetching.lines(lang):
            click.echo(line, err=True)
    return next(status for status in _ORDER if status in found)


_NOBODY = {
    "de": "Hinweis: ohne --trust wird niemandem vertraut; jede Zertifikatskette bleibt offen",
    "en": "note: without --trust nobody is trusted; every chain of certificates stays open",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What every file is looked into with."""

    at: datetime
    isolation: Isolation
    records: Callable[[Path], bytes | None]
    reports: ReportFolder | None
    fetching: Fetching | None


def _verdicts(
    files: Sequence[Path], work: _Work, jobs: int
) -> Generator[tuple[FileVerdict, EsignError | None], None, None]:
    """Yield a verdict for each file, in order, and why its reports could not be written; several at a time."""
    with ThreadPoolExecutor(jobs) as threads:

        def begin(file: Path) -> Future[tuple[FileVerdict, EsignError | None]]:
            return threads.submit(_one, file, work)

        waiting = [begin(file) for file in files[: jobs * _MANY]]
        rest = iter(files[len(waiting) :])
        try:
            while waiting:
                yield waiting.pop(0).result()
                waiting += [begin(file) for file in [next(rest, None)] if file]
        finally:
            threads.shutdown(wait=False, cancel_futures=True)


def _one(file: Path, work: _Work) -> tuple[FileVerdict, EsignError | None]:
    from esign.validation.isolation import MAX_BYTES
    from esign.validation.verdict import FileVerdict

    try:
        data = read_file(file, MAX_BYTES)
        record = work.records(file)
    except FileUnreadable as error:
        return FileVerdict.unreadable(shown(file), error, at=work.at), None
    verdict = work.isolation.verify(data, at=work.at, name=shown(file), record=record)
    if work.fetching is not None:
        verdict = work.fetching.complete(work.isolation, data, verdict, record)
    if work.reports is not None:
        try:
            if len(data) > MAX_BYTES:
                raise FileUnreadable("the file is too long for a report")
            work.reports.write(file, verdict, data)
        except EsignError as error:
            return verdict, error
    return verdict, None


class _Bar:
    """How far it is, on standard error where that is a terminal; it makes way for what is printed."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._done = 0
        self._wanted = count > 1 and sys.stderr.isatty()

    def away(self) -> None:
        """Take the bar away."""
        if self._wanted:
            click.echo("\r\x1b[K", nl=False, err=True)

    def step(self) -> None:
        """Draw the bar, one file further; with the last one it is gone."""
        self._done += 1
        if self._wanted and self._done < self._count:
            full = _WIDTH * self._done // self._count
            bar = "#" * full + "-" * (_WIDTH - full)
            click.echo(f"\r[{bar}] {self._done}/{self._count}", nl=False, err=True)


def _print(verdict: FileVerdict, as_json: bool, lang: str) -> None:
    if as_json:
        click.echo(json_line(verdict.to_json()))
        return
    from esign.cli.verify_text import lines

    for line in lines(verdict, lang):
        click.echo(line)


def _language() -> str:
    said = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "de" if said.lower().startswith("de") else "en"
