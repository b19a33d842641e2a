"""``esign augment``: a signed PDF is brought to B-T, B-LT or B-LTA, or its B-LTA renewed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace as replace_fields
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from esign.cli.configuration import config_option, load
from esign.cli.errors import FileUnwritable, tell
from esign.cli.fetching import Fetching, GivenData, given_data
from esign.cli.inputs import read_document, trust_of
from esign.cli.options import PATH
from esign.cli.terminal import json_line, plain
from esign.cli.whole_file import create, replace
from esign.foundation.errors import EsignError

if TYPE_CHECKING:
    from esign.preservation import Augmented, Augmenter
    from esign.validation.process import Material

DONE, REFUSED, WRONG_USE = 0, 1, 2
"""Exit status."""


@click.command()
@click.argument("file", type=PATH)
@click.option("--level", type=click.Choice(("B-T", "B-LT", "B-LTA")), required=True, help="Where the signatures go.")
@click.option("--out", type=PATH, help="A new file to write (default: FILE itself is replaced as a whole).")
@click.option("--trust", type=PATH, multiple=True, help="Trusted certificates beside those of the configuration.")
@given_data
@click.option(
    "--grace", type=click.FloatRange(0, 24 * 31), default=0.0, metavar="HOURS", help="See docs/augment.md (0)."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object (docs/schemas/augment.schema.json).")
@config_option
def augment(
    file: Path,
    level: str,
    out: Path | None,
    trust: tuple[Path, ...],
    given: GivenData,
    grace: float,
    as_json: bool,
    config: Path | None,
) -> int:
    """Bring every signature of a PDF to a level; a file that is B-LTA already is renewed by --level B-LTA.

    The timestamp authority, the hosts that may be asked for revocation data and the trust anchors are those of the
    configuration; what is handed in beside them goes into the file as well. What is made is verified before it is
    written. Exit 0 done (or nothing to do), 1 refused, 2 the file cannot be read, or wrong use; unless it is 0, nothing
    was written.
    """
    from esign.preservation import BaselineLevel
    from esign.preservation.errors import FileNotReadable

    try:
        data = read_document(file)
        if out is not None and out.exists():
            raise FileUnwritable("the file exists already", file=str(out))
        augmenter = replace_fields(_augmenter(trust, config), grace=timedelta(hours=grace))
        fetching = given.fetching(load(config))
    except EsignError as error:
        tell(error, file, as_json=as_json)
        return WRONG_USE
    try:
        material = _look(data, augmenter, fetching)
        made = augmenter.augment(data, BaselineLevel.named(level), material=material)
        if out is not None:
            create(out, made.data)
        elif made.changed:
            replace(file, made.data, was=data)
    except EsignError as error:
        tell(error, file, as_json=as_json)
        return WRONG_USE if isinstance(error, FileNotReadable) else REFUSED
    if as_json:
        click.echo(json_line(_object(file, out or file, made)))
    else:
        for line in _lines(out or file, made):
            click.echo(line)
    return DONE


def _augmenter(trust: tuple[Path, ...], config: Path | None) -> Augmenter:
    from esign import bootstrap
    from esign.validation.certificates import TrustAnchors

    settings = load(config)
    anchors = bootstrap.trust_anchors(settings.trust_anchors)
    if trust:
        more = (*anchors.certificates, *trust_of(trust, config).certificates)
        anchors = TrustAnchors(certificates=tuple(dict.fromkeys(more)))
    return bootstrap.augmenter(settings, trust=anchors)


def _look(data: bytes, augmenter: Augmenter, fetching: Fetching) -> Material:
    """Look into the file in a helper process first: one that costs too much or breaks things is refused there.

    Returns:
        What was handed in, and what allowed hosts have for chains that are open.

    Raises:
        FileNotReadable: There is no verdict on it.
    """
    from esign.preservation.admission import require_signatures
    from esign.validation.findings import FindingKind
    from esign.validation.isolation import Isolation

    at = augmenter.clock.now()
    with Isolation(trust=augmenter.trust, material=fetching.given) as isolation:
        verdict = isolation.verify(data, at=at, name="")
        require_signatures(verdict)
        if FindingKind.UNTRUSTED not in {finding.kind for finding in verdict.all_findings}:
            return fetching.given
        return fetching.judged(lambda material: isolation.verify(data, at=at, material=material), verdict)[1]


def _object(file: Path, out: Path, made: Augmented) -> dict[str, Any]:
    return {"file": str(file), "out": str(out), "error": None, **made.to_json()}


def _lines(out: Path, made: Augmented) -> Iterator[str]:
    if made.verdict.sandbox:
        yield "SANDBOX: the trust services are simulated; these timestamps prove nothing to anybody"
    yield f"{plain(str(out))}: " + (
        ", ".join(kind.replace("_", " ") for kind in made.added) + " added" if made.changed else "unchanged"
    )
    for one in made.signatures:
        field = plain(one.field)
        yield (f"  {field}: {one.before} -> {one.after}" if one.before != one.after else f"  {field}: {one.after}")
    if made.renew_before is not None:
        yield f"  renew before {made.renew_before:%Y-%m-%d}: esign augment --level B-LTA"
