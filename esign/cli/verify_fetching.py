"""What ``esign verify --fetch`` and ``esign augment --fetch`` may ask for, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from esign.cli.terminal import plain

if TYPE_CHECKING:
    from esign.validation.isolation import Isolation
    from esign.validation.process import Material
    from esign.validation.verdict import FileVerdict

_FETCHED = {"de": "abgerufen von", "en": "fetched from"}
_REFUSED = {"de": "nicht abgerufen von", "en": "not fetched from"}
_NOT_ALLOWED = {"de": "nicht erlaubt: --fetch", "en": "not allowed: --fetch"}


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
