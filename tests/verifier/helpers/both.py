"""Both verifiers asked about the same files, and their answers compared."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from esign.evidence import verify_dossier

PROGRAM = Path(__file__).parents[3] / "web" / "verifier" / "cli.js"

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A file, what it is called in a failure, and who is trusted."""

    label: str
    data: bytes
    anchors: tuple[bytes, ...]


Answer = dict[str, Any]


def pem(anchors: Iterable[bytes]) -> bytes:
    return b"".join(x509.load_der_x509_certificate(anchor).public_bytes(Encoding.PEM) for anchor in anchors)


def ask_javascript(samples: Sequence[Sample], folder: Path) -> list[Answer]:
    """Return the JavaScript verifier's answers; one node for all."""
    folder.mkdir(exist_ok=True)
    roots: dict[tuple[bytes, ...], Path] = {}
    lines = []
    for number, sample in enumerate(samples):
        root = roots.setdefault(sample.anchors, folder / f"root-{len(roots)}.pem")
        root.write_bytes(pem(sample.anchors))
        file = folder / f"{number}.dossier"
        file.write_bytes(sample.data)
        lines.append(json.dumps({"file": str(file), "trust": [str(root)]}))
    done = subprocess.run(
        ["node", str(PROGRAM), "--lines"], input="\n".join(lines), capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(samples)
    return [_answer(answer) for answer in answers]


def ask_python(sample: Sample) -> Answer:
    report = verify_dossier(sample.data, anchors=sample.anchors)
    return _answer(
        {
            "valid": report.valid,
            "sandbox": report.sandbox,
            "level": report.level,
            "signatory": report.signatory,
            "signatories": list(report.signatories),
            "proven_at": report.proven_at and report.proven_at.isoformat(),
            "dossier_at": report.dossier_at and report.dossier_at.isoformat(),
            "steps": [
                {"name": step.name, "outcome": step.outcome.value, "what": step.what, "part": step.part}
                for step in report.steps
            ],
        }
    )


def _answer(report: Answer) -> Answer:
    steps = report["steps"]
    first = next((step for step in steps if step["outcome"] == "failed"), None)
    members = ("valid", "sandbox", "level", "signatory", "signatories", "proven_at", "dossier_at")
    return {
        **{name: report[name] for name in members},
        "first": first and first["name"],
        "outcomes": [(step["name"], step["outcome"]) for step in steps],
        "why": first and f"{first['name']}: {first['what']} [{first['part']}]",
    }


def differences(samples: Sequence[Sample], folder: Path) -> tuple[list[str], list[Answer]]:
    """Return where the verifiers differ, in words, and the Python answers.

    They must agree about everything but words and parts: validity, the outcome of every step, names, times.
    """
    theirs = ask_javascript(samples, folder)
    ours = [ask_python(sample) for sample in samples]
    found = []
    for sample, one, other in zip(samples, ours, theirs, strict=True):
        for name in one.keys() - {"why"}:
            if one[name] != other[name]:
                found.append(f"{sample.label}: {name}: Python {one['why']}, JavaScript {other['why']}")
                break
    return found, ours
