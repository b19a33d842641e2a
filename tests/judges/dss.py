"""What EU DSS says of PDF files: one run of a small Java program (``DssJudge.java``) for many of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

PROGRAM = Path(__file__).with_name("DssJudge.java")
CLASSPATH = os.environ.get("ESIGN_DSS_CLASSPATH", "")
needs_dss = pytest.mark.skipif(
    not (CLASSPATH and shutil.which("java")),
    reason="ESIGN_DSS_CLASSPATH is not set, or java is missing (docs/conformance.md, Other people's judges)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question.

    Args:
        pdf: The file.
        at: As at which instant it is judged.
        record: Its evidence record (RFC 4998).
    """

    pdf: Path
    at: datetime
    record: Path | None = None

    def line(self) -> str:
        """Return the question as the program reads it."""
        parts = [str(self.pdf), f"{self.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"]
        return "\t".join([*parts, str(self.record)] if self.record else parts)


def dss(
    asked: Sequence[Asked], *, trust: Sequence[bytes], crls: Sequence[bytes] = (), folder: Path
) -> list[dict[str, Any]]:
    """Return what DSS says of each file, by its own default policy: ``signatures``, ``timestamps``, ``records``.

    Args:
        asked: The files.
        trust: Trust anchors, DER.
        crls: Revocation lists beside the files, DER.
        folder: Where anchors and lists are written.
    """
    options = []
    for option, items in (("--trust", trust), ("--crl", crls)):
        for number, der in enumerate(items):
            file = folder / f"{option[2:]}-{number}.der"
            file.write_bytes(der)
            options += [option, str(file)]
    done = subprocess.run(
        ["java", "-cp", CLASSPATH, str(PROGRAM), *options],
        input="".join(f"{each.line()}\n" for each in asked),
        capture_output=True,
        text=True,
        check=True,
        timeout=900,
    )
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(said) == len(asked), done.stderr
    return said
