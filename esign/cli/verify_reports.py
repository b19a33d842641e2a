"""``esign verify --report``: what is written beside the verdict, and where."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from esign.cli.configuration import load_if_any
from esign.cli.errors import FileUnwritable

if TYPE_CHECKING:
    from esign.engine.evidence.reports import ReportDesk
    from esign.validation.reports import Reports
    from esign.validation.verdict import FileVerdict

AT_A_TIME = 3
"""Files with reports that are looked into at a time: pictures are made by few helpers."""
ENDINGS = (".report.pdf", ".report.xml", ".report.json")


class ReportFolder:
    """A folder that reports are written to; nothing in it is ever overwritten.

    Args:
        folder: Is made if it is not there.
        files: The files that reports will be about, each with a name of its own.
        lang: Language of the reports for people.
        config: The configuration that was named.

    Raises:
        FileUnwritable: The folder cannot be made, or a report of this name lies in it.
        SettingsError: The configuration cannot be used.
    """

    def __init__(self, folder: Path, files: Sequence[Path], *, lang: str, config: Path | None) -> None:
        self._folder = folder
        self._lang = lang
        self._stems = _stems(files)
        taken = next((path for stem in self._stems.values() for path in self._paths(stem) if path.exists()), None)
        if taken is not None:
            raise FileUnwritable("the report exists already", file=str(taken))
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileUnwritable("the folder cannot be made", file=str(folder)) from error
        self._desk = _desk(config)

    def write(self, file: Path, verdict: FileVerdict, data: bytes) -> None:
        """Write the reports on a file, sealed where a seal is configured; without the seal none is written.

        Raises:
            EsignError: A report could not be made, sealed or written.
        """
        from esign.validation.reports import Maker, make_reports, this_program

        maker = Maker(name=this_program()) if self._desk is None else self._desk.maker()
        reports = make_reports(verdict, data, maker=maker, lang=self._lang, made_at=datetime.now(UTC))
        if self._desk is not None:
            reports = self._desk.seal(reports)
        self._write(self._stems[file], reports)

    def _paths(self, stem: str) -> list[Path]:
        return [self._folder / f"{stem}{ending}" for ending in ENDINGS]

    def _write(self, stem: str, reports: Reports) -> None:
        contents = dict(zip(self._paths(stem), (reports.pdf, reports.xml, reports.json), strict=True))
        contents |= {self._folder / f"{stem}.report-{one.name}.png": one.png for one in reports.pictures}
        for path, content in contents.items():
            try:
                with path.open("xb") as target:
                    target.write(content)
            except FileExistsError as error:
                raise FileUnwritable("the file exists already", file=str(path)) from error
            except OSError as error:
                raise FileUnwritable("the file cannot be written", file=str(path)) from error


def _stems(files: Sequence[Path]) -> dict[Path, str]:
    """Return a name for each file's reports; files of the same name in several folders are numbered."""
    found: dict[Path, str] = {}
    taken: set[str] = set()
    for file in files:
        base = file.stem or "file"
        stem, number = base, 1
        while stem.casefold() in taken:
            number += 1
            stem = f"{base}-{number}"
        taken.add(stem.casefold())
        found[file] = stem
    return found


def _desk(config: Path | None) -> ReportDesk | None:
    """Return who seals reports; None where no installation is configured, or one without a seal."""
    settings = load_if_any(config)
    if settings is None or not settings.seal_uri:
        return None
    from esign.bootstrap import build

    return build(settings).reports
