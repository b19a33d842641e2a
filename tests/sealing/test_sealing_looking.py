"""Strangers' documents are looked at in helper processes with limits: what costs too much ends there, others go on."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from esign.foundation.errors import EsignError
from esign.sealing import DocumentCostly, NotPdf
from esign.sealing.batches.errors import Unexpected
from esign.sealing.batches.invoice_gate import InvoiceGate
from esign.sealing.invoices import InvoiceRules, invoice_policy, render_xrechnung
from esign.sealing.invoices.errors import InvoiceAgainstRules, InvoiceUnreadable
from esign.sealing.looking import LookedGate, Looking, LookLimits, LookUnavailable, helper
from esign.sealing.looking.rehearsal import Rehearsal
from tests.pdf.writer import page_objects, write
from tests.sealing.invoice_samples import invoice_pdf, ubl
from tests.sealing.sealing_documents import DOCUMENTS, document, packed
from tests.sealing.sealing_worlds import PROFILE

GOOD = document("annotations")
NOT_ARCHIVED = {"one array for fields and annotations"}
"""The library writes such a document's timestamp in a way that our own check refuses (docs/known-limits.md)."""
SMALL = LookLimits(
    seconds=1, rehearsal_seconds=1, rendering_seconds=1, memory=420_000_000, rehearsal_room=40 << 20, waiting=20.0
)
"""Waiting is long: processor time is what ends a helper here, however busy the machine is."""


def looking(limits: LookLimits | None = None, policy: str = "standard") -> Looking:
    return Looking(policy=policy, rules=InvoiceRules(), profile=PROFILE, limits=limits or LookLimits(waiting=60.0))


@pytest.fixture(scope="module")
def looked() -> Iterator[Looking]:
    """What looks as an installation does."""
    with looking() as made:
        yield made


@pytest.fixture(scope="module")
def narrow() -> Iterator[Looking]:
    """What looks with small limits."""
    with looking(SMALL) as made:
        yield made


def outcome(of: Any) -> Any:
    """Return what came of looking at a document, as it would stand in a result."""
    try:
        admitted = of()
    except EsignError as error:
        return error.code, json.loads(json.dumps(dict(error.facts)))
    return json.loads(json.dumps(dict(admitted.facts))), admitted.watched, admitted.instead


def test_a_helper_sees_what_the_process_itself_would_see(looked: Looking) -> None:
    rehearsal = Rehearsal(PROFILE)
    samples = {name: document(name) for name in DOCUMENTS} | {
        "e-invoice": invoice_pdf(),
        "breaks rules": invoice_pdf(total="999.00"),
        "XML": ubl(),
        "XML, no invoice": b"<no/>",
        "empty": b"",
        "no document": b"nothing",
        "damaged": GOOD[:-200],
        "encrypted": write(page_objects(), trailer=b"/Root 1 0 R/Encrypt 9 0 R"),
    }
    with InvoiceRules() as rules:
        gate = InvoiceGate(
            policy=invoice_policy("standard"), rules=rules, render=render_xrechnung, diagnose=rehearsal.diagnose
        )

        def here(data: bytes) -> Any:
            admitted = gate.admit(data)
            if admitted.instead is None:
                rehearsal.run(data, level="B-LTA", watched=admitted.watched)
            return admitted

        for name, data in samples.items():
            there = outcome(lambda data=data: looked.admit(data, level="B-LTA"))
            if name in DOCUMENTS and name not in NOT_ARCHIVED:
                assert there == ({}, False, None), f"{name}: not sealed at every level"
            assert there == outcome(lambda data=data: here(data)), name
    assert len(looked._idle["look"]) == len(looked._idle["render"]) == 1, "not one helper for all of them"


def many_objects() -> bytes:
    """Return a PDF that only the library reads, object after object: small to write, seconds to read."""
    plain = write({**page_objects(), **dict.fromkeys(range(10, 200_010), b"<<>>")})
    return plain.replace(b" n \n", b" n\n").replace(b" f \n", b" f\n")


def long_texts() -> bytes:
    """Return an XRechnung of short lines, of which the typesetter makes more pages than there may be: in seconds."""
    begin, name, rest = ubl().partition(b"<cbc:Note>")
    return begin + (name + b"ab\n" * 1200 + b"</cbc:Note>") * 300 + name + rest


@pytest.mark.parametrize(
    ("hostile", "level", "limit"),
    [
        pytest.param(many_objects, "B-B", "time", id="objects without end"),
        pytest.param(lambda: packed(b"[" + b"0 " * 1_400_000 + b"]"), "B-LTA", "time", id="three kilobytes of values"),
        pytest.param(lambda: packed(b"[" + b"<<>>" * 1_200_000 + b"]"), "B-B", "", id="a bomb of dictionaries"),
        pytest.param(long_texts, "B-B", "time", id="texts that are hard to set"),
    ],
)
def test_what_costs_too_much_is_refused_and_the_next_one_is_looked_at(
    narrow: Looking, hostile: Any, level: str, limit: str
) -> None:
    data = hostile()
    before = time.process_time()
    with pytest.raises(DocumentCostly) as refused:
        narrow.admit(data, level=level)
    assert time.process_time() - before < 0.5, "it was looked at here"
    assert refused.value.code == "sealing.document.costly"
    assert refused.value.facts["limit"] in ({limit} if limit else {"time", "memory"})
    assert narrow.admit(GOOD, level="B-LTA").instead is None
    with pytest.raises(NotPdf):
        narrow.admit(b"nothing", level="B-B")


def test_memory_has_a_limit_of_its_own() -> None:
    limits = LookLimits(seconds=30, rehearsal_seconds=30, memory=300_000_000, waiting=60.0)
    with looking(limits, policy="") as made:
        with pytest.raises(DocumentCostly) as refused:
            made.admit(packed(b"[" + b"<<>>" * 1_200_000 + b"]"), level="B-B")
        assert refused.value.facts["limit"] == "memory"
        assert made.admit(GOOD, level="B-B").facts == {}


def test_rules_are_run_for_a_helper_and_told_as_its_own(looked: Looking) -> None:
    with pytest.raises(InvoiceAgainstRules) as refused:
        looked.admit(invoice_pdf(total="999.00"), level="B-B")
    assert refused.value.facts["rules"] == ["BR-CO-15"]
    assert looked.admit(invoice_pdf(), level="B-B").watched is True


def test_entities_and_depth_do_not_get_far(looked: Looking) -> None:
    laughs = b'<!DOCTYPE a [<!ENTITY b "%b"><!ENTITY c "%b">]><a>%b</a>' % (b"x" * 9, b"&b;" * 9999, b"&c;" * 999)
    for xml in (laughs, b"<a>" * 100_000):
        with pytest.raises(InvoiceUnreadable):
            looked.admit(xml, level="B-B")


def test_a_helper_that_looks_can_open_start_and_write_nothing(looked: Looking) -> None:
    looked.admit(GOOD, level="B-B")
    process = looked._idle["look"][-1].pid
    told = Path(f"/proc/{process}/limits").read_text()
    limits = {line[:26].strip(): line[26:].split()[:2] for line in told.splitlines()[1:]}
    for name in ("Max open files", "Max file size", "Max processes", "Max core file size"):
        assert limits[name] == ["0", "0"], name
    assert int(limits["Max address space"][1]) == LookLimits().memory
    assert Path(f"/proc/{process}/environ").read_bytes() == b""
    opened = [str(each.readlink()) for each in Path(f"/proc/{process}/fd").iterdir()]
    others = [name for name in opened if not name.startswith("pipe:") and name != "/dev/null"]
    assert all(name.endswith("/statm") for name in others), others


def test_a_helper_that_is_killed_is_blamed_on_its_document_only_while_it_looks(looked: Looking) -> None:
    looked.admit(GOOD, level="B-B")
    looked._idle["look"][-1].kill()
    assert looked.admit(GOOD, level="B-B").facts == {}, "it was killed between two documents"
    second = looked._idle["look"][-1].pid
    os.kill(second, signal.SIGSTOP)  # it looks for ever
    timer = threading.Timer(0.3, os.kill, (second, signal.SIGKILL))
    timer.start()
    with pytest.raises(DocumentCostly) as refused:
        looked.admit(GOOD, level="B-B")
    timer.join()
    assert refused.value.facts["limit"] == "broken"
    assert looked.admit(GOOD, level="B-B").facts == {}


def test_a_helper_that_does_nothing_is_not_waited_for() -> None:
    with looking(LookLimits(seconds=1, waiting=-0.5)) as made:
        with pytest.raises(DocumentCostly) as refused:
            with made._helper("look") as held:
                held._begin()
                os.kill(held.pid, signal.SIGSTOP)
            made.admit(GOOD, level="B-B")
        assert refused.value.facts["limit"] == "time"


def test_without_a_helper_nothing_is_looked_at_and_nothing_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helper, "WORKER", Path("/nonexistent.py"))
    with looking() as made, pytest.raises(LookUnavailable) as refused:
        made.admit(GOOD, level="B-B")
    assert refused.value.code == "sealing.look_unavailable"


SPOILED = """
import sys
sys.path.insert(0, {root!r})
from esign.sealing.looking.frames import heard, tell
source, answers = sys.stdin.buffer, sys.stdout.buffer
heard(source)
answers.write(b"+")
answers.flush()
heard(source)
{what}
"""


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("answers.write(b'x' * 100); answers.close()", DocumentCostly),
        ("tell(answers, {'error': 'access', 'detail': '', 'facts': {}, 'leaves': True})", Unexpected),
        ("tell(answers, {'rules': ['../../etc/passwd']}, b'<a/>'); heard(source)", DocumentCostly),
        ("tell(answers, {'facts': {}})", DocumentCostly),
        ("raise SystemExit(3)", DocumentCostly),
    ],
)
def test_a_spoiled_helper_gets_nothing_sealed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, error: type[EsignError]
) -> None:
    worker = tmp_path / "worker.py"
    worker.write_text(SPOILED.format(root=str(Path(__file__).resolve().parents[2]), what=what))
    monkeypatch.setattr(helper, "WORKER", worker)
    with looking() as made, pytest.raises(error):
        made.admit(GOOD, level="B-B")


def test_pages_that_a_spoiled_helper_made_are_looked_at_as_a_strangers(
    looked: Looking, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = looked._ask

    def spoiled(kind: str, data: bytes, **more: object) -> tuple[dict[str, Any], bytes]:
        return ({}, b"no pages") if kind == "render" else asked(kind, data, **more)

    monkeypatch.setattr(looked, "_ask", spoiled)
    with pytest.raises(NotPdf):
        looked.admit(ubl(), level="B-B")


def test_the_gate_still_looks_behind_the_seal(looked: Looking) -> None:
    gate = LookedGate(looked, "B-B")
    assert gate.admit(invoice_pdf()).watched is True
    with pytest.raises(EsignError):
        gate.unchanged(invoice_pdf(), b"no revision")
