"""What veraPDF says of PDF files: one run of its command line for many of them."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

needs_verapdf = pytest.mark.skipif(
    shutil.which("verapdf") is None, reason="veraPDF is not on the PATH (docs/conformance.md, Other people's judges)"
)

Faults = Mapping[str, tuple[str, ...]]
"""For each standard that a file declares (``PDF/A-3A`` …) the clauses that it breaks: none where it keeps them."""


def verapdf(folder: Path) -> dict[str, Faults]:
    """Return what veraPDF finds in each PDF of a folder, by the standards that the file itself declares.

    A file that veraPDF cannot read, or that declares nothing, has no standard here.
    """
    done = subprocess.run(
        ["verapdf", "--format", "json", "--recurse", str(folder)], capture_output=True, check=False, timeout=900
    )
    found: dict[str, Faults] = {}
    for job in json.loads(done.stdout)["report"]["jobs"]:
        name = Path(job["itemDetails"]["name"]).name
        found[name] = {
            each["profileName"].removesuffix(" validation profile"): tuple(
                f"{rule['clause']}-{rule['testNumber']}" for rule in each["details"]["ruleSummaries"]
            )
            for each in job.get("validationResult", ())
        }
    return found
