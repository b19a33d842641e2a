"""Validation data: what a person hands in, what allowed hosts have besides, and what became of asking them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from esign.cli.inputs import material_of
from esign.cli.options import PATH, gathered
from esign.cli.terminal import plain

if TYPE_CHECKING:
    from esign.settings import Settings
    from esign.validation.isolation import Isolation
    from esign.validation.process import Material
    from esign.validation.verdict import FileVerdict

_FETCHED = {"de": "abgerufen von", "en": "fetched from"}
_REFUSED = {"de": "nicht abgerufen von", "en": "not fetched from"}
_NOT_ALLOWED = {"de": "nicht erlaubt: --fetch", "en": "not allowed: --fetch"}


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenData:
    """Validation data at hand, and hosts that may be asked for more."""

    crls: tuple[Path, ...]
    ocsps: tuple[Path, ...]
    certificates: tuple[Path, ...]
    hosts: tuple[str, ...]

    def material(self) -> Material:
        """Read what is at hand.

        Raises:
            FileUnreadable: A file cannot be read, or holds something else.
        """
        return material_of(self.crls, self.ocsps, self.certificates)

    def fetching(self, settings: Settings | None = None) -> Fetching:
        """Return how more is asked for: from these hosts, and from those of an installation.

        Raises:
            FileUnreadable: A file cannot be read, or holds something else.
        """
        if settings is None:
            return Fetching(self.hosts, self.material())
        return Fetching((*settings.revocation_hosts, *self.hosts), self.material(), settings.private_networks)


given_data = gathered(
    GivenData,
    "given",
    click.option("--crl", "crls", type=PATH, multiple=True, help="A revocation list, PEM or DER."),
    click.option("--ocsp", "ocsps", type=PATH, multiple=True, help="An OCSP response, DER."),
    click.option(
        "--certificate", "certificates", type=PATH, multiple=True, help="Issuers' certificates: file or folder."
    ),
    click.option("--fetch", "hosts", metavar="HOST[:PORT]", multiple=True, help="A host that may be asked for more."),
)
"""The options of commands that judge signatures."""


class Fetching:
    """Completes verdicts with what allowed hosts have; one object for all files, so that nothing is asked for twice.

    Args:
        hosts: ``host`` or ``host:port``.
        given: Material at hand.
        private_networks: Networks that may be called although they are private.
    """

    def __init__(self, hosts: Sequence[str], given: Material, private_networks: Sequence[str] = ()) -> None:
        from esign.lookups import material_source

        self.given = given
        self._source = material_source(hosts, private_networks=private_networks)

    def complete(
        self, isolation: Isolation, data: bytes, verdict: FileVerdict, record: bytes | None = None
    ) -> FileVerdict:
        """Return the verdict with what allowed hosts have."""

        def judge(material: Material) -> FileVerdict:
            return isolation.verify(data, at=verdict.at, name=verdict.file, material=material, record=record)

        return self.judged(judge, verdict)[0]

    def judged(self, judge: Callable[[Material], FileVerdict], verdict: FileVerdict) -> tuple[FileVerdict, Material]:
        """Return the verdict with what allowed hosts have, and all material."""
        from esign.validation.completing import complete

        return complete(judge, verdict, given=self.given, source=self._source)

    def lines(self, lang: str) -> Iterator[str]:
        """Yield who was asked, and who was not and why; hosts only."""
        for host in dict.fromkeys(_host(url) for url in self._source.fetched):
            yield f"{_FETCHED[lang]} {host}"
        refused = {_host(url): code for url, code in self._source.refused.items()}
        for host, code in refused.items():
            why = f"{_NOT_ALLOWED[lang]} {host}" if code == "gateway.address" else code
            yield f"{_REFUSED[lang]} {host} ({why})"


def _host(url: str) -> str:
    try:
        return plain(urlsplit(url).netloc.rpartition("@")[2]) or "?"
    except ValueError:
        return "?"
