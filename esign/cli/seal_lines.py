"""What ``esign seal`` says: one line a document as JSON or for people, and how far it is."""

from __future__ import annotations

import base64
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from esign.cli.errors import error_line
from esign.cli.terminal import json_line, plain
from esign.foundation.errors import EsignError
from esign.sealing.batches import Counts, ItemResult
from esign.sealing.batches.proof import BatchProof


def line_of(result: ItemResult, *, sandbox: bool | None) -> dict[str, Any]:
    """Return what is said about a document (docs/schemas/seal.schema.json)."""
    return {
        **_name("input", result.item.source),
        **_name("output", result.item.output if result.sealed else b""),
        "state": result.state.value,
        "again": result.again,
        "level": result.level if result.sealed else None,
        "sandbox": sandbox,
        "sha256_in": result.digest_in.hex() or None,
        "sha256_out": (result.digest_out.hex() or None) if result.sealed else None,
        "path": result.path or None,
        "seconds": round(result.seconds, 6),
        "facts": dict(result.facts),
        "error": None if result.sealed else {"code": result.code, "detail": result.detail},
    }


def _name(word: str, name: bytes) -> dict[str, str | None]:
    """Return a name as text; where it is no UTF-8 its bytes stand beside it in base64."""
    try:
        return {word: name.decode("utf-8") or None}
    except UnicodeDecodeError:
        return {word: name.decode("utf-8", "replace"), f"{word}_bytes": base64.b64encode(name).decode("ascii")}


@dataclass(slots=True, kw_only=True)
class Speaker:
    """Tells results and progress.

    Args:
        as_json: One JSON object a document on standard output; else only documents that were set aside, as errors.
        sandbox: Whether the seal proves nothing.
        bar: Whether a line with the progress is kept on the terminal.
    """

    as_json: bool
    sandbox: bool | None
    bar: bool
    _began: float = field(default_factory=time.monotonic)
    _last: float = 0.0
    _shown: bool = False

    def told(self, results: Sequence[ItemResult], counts: Counts) -> None:
        """Say what became of documents, and how far it is."""
        for result in results:
            if self.as_json:
                click.echo(json_line(line_of(result, sandbox=self.sandbox)))
            elif not result.sealed:
                self.wipe()
                rules = result.facts.get("rules")
                names = f" [{', '.join(map(str, rules))}]" if isinstance(rules, list | tuple) and rules else ""
                name = plain(result.item.source.decode("utf-8", "replace"))
                click.echo(f"{name}: {plain(result.detail.rstrip('.'))}{plain(names)} ({result.code})", err=True)
        if self.as_json and results:
            sys.stdout.flush()
        now = time.monotonic()
        if self.bar and now - self._last >= 0.2:
            self._last, self._shown = now, True
            click.echo("\r\x1b[K" + progress(counts, now - self._began), nl=False, err=True)

    def proved(self, proof: BatchProof) -> None:
        """Say what became of the evidence records."""
        self.wipe()
        if self.as_json:
            failed = [{**_name("output", name), "code": error.code} for name, error in proof.failed.items()]
            told = {"made": proof.made, "there_before": proof.there, "failed": failed}
            click.echo(json_line({"evidence_records": told}))
            return
        for name, error in proof.failed.items():
            click.echo(f"{plain(name.decode('utf-8', 'replace'))}: no evidence record ({error.code})", err=True)
        click.echo(f"{proof.made:,} evidence records, {proof.there:,} there before", err=True)

    def proved_or_not(self, proof: BatchProof | EsignError) -> None:
        """Say what became of the evidence records of a portion, or why there are none yet."""
        if isinstance(proof, EsignError):
            self.wipe()
            click.echo(error_line(proof), err=True)
            return
        self.proved(proof)
        sys.stdout.flush()

    def ended(self, counts: Counts) -> None:
        """Say what it came to."""
        self.wipe()
        if not self.as_json:
            seconds = time.monotonic() - self._began
            words = f"{counts.sealed:,} sealed, {counts.set_aside:,} set aside"
            if counts.open or not counts.complete:
                words += f", {counts.open:,} not begun"
            click.echo(f"{words} ({seconds:,.1f} s, {_rate(counts.sealed / max(seconds, 1e-6))})", err=True)

    def wipe(self) -> None:
        """Take the line with the progress away."""
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True)
            self._shown = False


def _rate(rate: float) -> str:
    return f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s"


def progress(counts: Counts, seconds: float) -> str:
    """Return how far it is: documents, rate, time left."""
    done = counts.sealed + counts.set_aside
    rate = done / seconds if seconds > 0 else 0.0
    of = f"{counts.listed:,}" if counts.complete else f"{counts.listed:,}+"
    words = f"{done:,} of {of}, {counts.set_aside:,} set aside, {_rate(rate)}"
    if counts.complete and rate > 0:
        left = round(counts.open / rate)
        words += f", {left // 3600}:{left // 60 % 60:02}:{left % 60:02} left"
    if counts.complete and counts.listed:
        filled = 20 * done // counts.listed
        words = f"[{'#' * filled}{'.' * (20 - filled)}] {words}"
    return words
