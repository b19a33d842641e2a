"""Several signatories who do not belong together: one thing is another one, and both verifiers say which.

The step is asked directly: that its transcripts are read, signed and bound is what the steps before it are for.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from esign.ceremony import Revision
from esign.evidence.dossier_report import StepFailed
from esign.evidence.dossier_together import signatories_belong_together
from tests.verifier.helpers.both import needs_node

PROGRAM = Path(__file__).parent / "signatories.mjs"
Row = dict[str, Any]

pytestmark = needs_node


def person(given: str, **more: Any) -> dict[str, Any]:
    return {"given_name": given, "family_name": "Sommerfeld", "role": "Kundin", **more}


def transcript(given: str, length: int, revisions: list[Any], represents: str = "") -> dict[str, Any]:
    signatory = {"name": f"{given} Sommerfeld", "role": "Kundin", "represents": represents}
    return {"contract": "c-1", "signatory": signatory, "length": length, "revisions": revisions}


DRAFT, FIRST, STORE, SECOND = ["draft", 100, "d"], ["signature", 200, "a"], ["security_store", 250, "s"], 300


def honest() -> Row:
    """Return three persons who signed one after another; the second one for somebody."""
    principal = {"name": "Anna Groß", "power": "Vollmacht", "dated": "2026-01-01"}
    return {
        "contract": {
            "signatory": person("Mira"),
            "further_signatories": [person("David", represents=principal), person("Ida")],
        },
        "transcripts": [
            transcript("Mira", 200, [DRAFT]),
            transcript("David", 300, [DRAFT, FIRST, STORE], "Anna Groß"),
            transcript("Ida", 400, [DRAFT, FIRST, STORE, ["signature", 300, "b"]]),
        ],
    }


def ask_python(row: Row) -> Row:
    everybody: list[Any] = []
    for number, each in enumerate(row["transcripts"], 1):
        revisions = tuple(Revision(kind=k, length=n, sha256=digest.encode()) for k, n, digest in each["revisions"])
        read = SimpleNamespace(
            contract=each["contract"],
            signatory=SimpleNamespace(**each["signatory"]),
            document=SimpleNamespace(length=each["length"], revisions=revisions),
        )
        dossier = SimpleNamespace(contract=row["contract"].encode())
        everybody.append(SimpleNamespace(number=number, dossier=dossier, transcript=read, released=None, last=True))
    try:
        signatories_belong_together(everybody)
    except StepFailed as error:
        return {"why": error.detail, "part": error.facts.get("part")}
    released = [each.released and each.released.decode() for each in everybody]
    return {"why": None, "released": released, "last": [each.last for each in everybody]}


def canonical_row(row: Row) -> Row:
    text = json.dumps(row["contract"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return {**row, "contract": text}


def ask_both(rows: list[Row]) -> list[Row]:
    written = [canonical_row(row) for row in rows]
    done = subprocess.run(
        ["node", str(PROGRAM)], input=json.dumps(written), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    ours = [ask_python(row) for row in written]
    assert json.loads(done.stdout) == ours
    return ours


def changed(change: Callable[[Row], Any]) -> Row:
    row: Row = json.loads(json.dumps(honest()))  # nothing in it is shared
    change(row)
    return row


def swap(row: Row) -> None:
    persons = row["contract"]
    persons["signatory"], persons["further_signatories"][1] = persons["further_signatories"][1], persons["signatory"]
    row["transcripts"].reverse()


SECONDS, THIRDS = "signatories/2/transcript.json", "signatories/3/transcript.json"
NAMED, HISTORY = "it is about somebody else than the contract names", "it tells another history of the document"
BASE = "it was made on a file without the signature before"
NUMBER = "the contract names another number of signatories"
UNKNOWN = "the document holds signatures that nobody here made"
WRONG: dict[str, tuple[Callable[[Row], Any], str, str]] = {
    "one person more": (lambda r: r["contract"]["further_signatories"].append(person("Uta")), NUMBER, "contract.json"),
    "one person less": (lambda r: r["contract"]["further_signatories"].pop(), NUMBER, "contract.json"),
    "another name": (lambda r: r["transcripts"][1]["signatory"].update(name="Max Sommerfeld"), NAMED, SECONDS),
    "another role": (lambda r: r["transcripts"][2]["signatory"].update(role="Zeugin"), NAMED, THIRDS),
    "for nobody": (lambda r: r["transcripts"][1]["signatory"].update(represents=""), NAMED, SECONDS),
    "for somebody": (lambda r: r["transcripts"][0]["signatory"].update(represents="Uwe"), NAMED, "transcript.json"),
    "for somebody else": (lambda r: r["transcripts"][1]["signatory"].update(represents="Uwe"), NAMED, SECONDS),
    "another contract": (lambda r: r["transcripts"][1].update(contract="c-2"), "it is about another contract", SECONDS),
    "not in the order": (swap, "they did not sign in the order that the contract gives", "contract.json"),
    "another draft": (lambda r: r["transcripts"][1]["revisions"][0].__setitem__(2, "x"), HISTORY, SECONDS),
    "a longer draft": (lambda r: r["transcripts"][1]["revisions"][0].__setitem__(1, 101), HISTORY, SECONDS),
    "another first revision": (lambda r: r["transcripts"][2]["revisions"][1].__setitem__(2, "x"), HISTORY, THIRDS),
    "a forgotten signature": (lambda r: r["transcripts"][1]["revisions"].__setitem__(slice(1, 3), []), BASE, SECONDS),
    "another length": (lambda r: r["transcripts"][1]["revisions"][1].__setitem__(1, 199), BASE, SECONDS),
    "a store for a signature": (
        lambda r: r["transcripts"][2]["revisions"].__setitem__(3, ["security_store", 300, "b"]),
        BASE,
        THIRDS,
    ),
    "somebody unknown": (
        lambda r: r["transcripts"][2]["revisions"].append(["signature", 350, "x"]),
        UNKNOWN,
        "document.pdf",
    ),
}


def test_who_does_not_belong_together_is_named_by_both() -> None:
    answers = ask_both([changed(change) for change, _, _ in WRONG.values()])
    expected = [{"why": why, "part": part} for _, why, part in WRONG.values()]
    assert dict(zip(WRONG, answers, strict=True)) == dict(zip(WRONG, expected, strict=True))


def test_who_belongs_together_is_accepted_in_the_given_and_in_a_free_order() -> None:
    def free(row: Row) -> None:
        row["contract"]["signing_order"] = "free"
        swap(row)

    told, free_told = ask_both([honest(), changed(free)])
    assert told == {"why": None, "released": ["s", "b", None], "last": [False, False, True]}
    assert free_told == {"why": None, "released": [None, "b", "s"], "last": [True, False, False]}
