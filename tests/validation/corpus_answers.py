"""What ``esign`` says about a corpus of signed, attacked and broken files: ``./run corpus``.

The corpus is no part of this project: a folder with ``corpus.json`` (files, anchors, revocation lists, the instant,
what is expected) and ``score.py``, which judges. Every file is verified as ``esign verify`` does
it, in a helper process; invoices are sealed before (:mod:`tests.validation.sealed_invoices`).
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from esign.validation.certificates import NoTrustAnchors, TrustAnchors
from esign.validation.isolation import Isolation
from esign.validation.process import Material
from tests.validation.sealed_invoices import sealed_and_verified

SEALED = "invoice"
"""The group whose files are to be sealed, then verified."""


def answers(corpus: Path) -> Iterator[dict[str, Any]]:
    """Yield for each case what score.py judges, cases with the same trust together."""
    cases = json.loads((corpus / "corpus.json").read_text("utf-8"))["cases"]
    together: dict[str, list[dict[str, Any]]] = {}
    for case in cases:
        together.setdefault(json.dumps([case["anchors"], case["crls"]]), []).append(case)
    for group in together.values():
        with Isolation(trust=_trust(corpus, group[0]), material=_material(corpus, group[0])) as isolation:
            for case in group:
                yield _answer(corpus, case, isolation)


def _answer(corpus: Path, case: dict[str, Any], isolation: Isolation) -> dict[str, Any]:
    at = datetime.fromisoformat(case["time"]) if case["time"] else datetime.now(UTC)
    data = (corpus / case["file"]).read_bytes()
    begun = time.monotonic()
    if case["group"] == SEALED:
        found = sealed_and_verified(data, case["file"])
    else:
        found = isolation.verify(data, at=at, name=case["file"]).to_json()
    return {
        **{key: found[key] for key in ("kept", "prefix") if key in found},
        "id": case["id"],
        "outcome": found["outcome"],
        "clean": found["clean"],
        "verdict": [signature["indication"] for signature in found["signatures"]],
        "levels": [signature["level"] for signature in found["signatures"]],
        "findings": found["findings"],
        "integrity": bool(found["signatures"]) and all(signature["integrity"] for signature in found["signatures"]),
        "seconds": time.monotonic() - begun,
        "rss_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }


def _trust(corpus: Path, case: dict[str, Any]) -> TrustAnchors:
    if not case["anchors"]:
        return NoTrustAnchors()
    return TrustAnchors.from_pem((corpus / name).read_bytes() for name in case["anchors"])


def _material(corpus: Path, case: dict[str, Any]) -> Material:
    return Material(crls=tuple(_crl((corpus / name).read_bytes()) for name in case["crls"]))


def _crl(data: bytes) -> bytes:
    return x509.load_pem_x509_crl(data).public_bytes(Encoding.DER) if data.startswith(b"-----") else data


def table(corpus: Path, folder: Path) -> str:
    """Return the table of score.py: cases that are not right, then how many are, by group and grade."""
    results = folder / "RESULTS.jsonl"
    results.write_text("".join(json.dumps(answer) + "\n" for answer in answers(corpus)), "utf-8")
    command = [sys.executable, str(corpus / "score.py"), str(corpus / "corpus.json"), str(results)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def missed(scores: str) -> list[str]:
    """Return the cases that must be right and are not."""
    rows = [line.split(" | ") for line in scores.splitlines() if " | " in line]
    return [" | ".join(row) for row in rows if row[0] == "must"]


def main(arguments: list[str]) -> int:
    """Print the table; return 1 if a case is missed that must be right."""
    place = arguments[0] if arguments else os.environ.get("ESIGN_CORPUS", "")
    if not (Path(place) / "corpus.json").is_file():
        print("where is the corpus? name its folder, or set ESIGN_CORPUS", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        scores = table(Path(place), Path(folder))
    print(scores, end="")
    return 1 if missed(scores) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
