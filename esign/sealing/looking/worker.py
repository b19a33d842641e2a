"""The helper of ``looking``: looks at documents, and makes pages of invoices that are XML, shut in with limits.

Runs as a process of its own (``python -I worker.py``). There are two kinds of it. One that *looks* admits documents
(e-invoices) and rehearses their seal; before the first one it gives up memory beyond a limit, further files, sockets
and processes. One that *renders* needs the typesetter's files and threads: it may read, and write nothing. Both have
processor time for each document. No key ever comes here.

Frames (``frames``) on standard input and output: first a setup and ``+``, then document after document. In between a
helper that looks asks for business rules to be run, which is done by a helper of their own. Standard error is nobody's.
"""

from __future__ import annotations

import codecs
import gc
import importlib
import os
import pkgutil
import resource
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from esign.sealing.batches.invoice_gate import InvoiceGate
    from esign.sealing.invoices.rule_sets import Rules
    from esign.sealing.invoices.schematron import Failed
    from esign.sealing.looking.rehearsal import Rehearsal
    from esign.sealing.profile import SealProfile

GROWN = 280_000_000
"""Bytes of memory after which the helper leaves: what one document took is given back to the system."""
_CODECS = ("ascii", "latin-1", "utf-8", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "utf-32-be", "cp1252", "idna")
_Answer = tuple[dict[str, Any], bytes]


def main() -> int:
    """Answer until nobody asks any more; return the process status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asks is interrupted, and then stops asking
    source, answers = sys.stdin.buffer, _own_output()
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from esign.sealing.looking.frames import READY, heard, tell

    try:
        setup, picture = heard(source)
    except EOFError:
        return 0
    statistics = os.open("/proc/self/statm", os.O_RDONLY)
    if setup["kind"] == "render":
        work = rendering()
        confine(setup["memory"], shut=False)
    else:
        work = looking(setup, picture, source, answers)
        gc.collect()
        gc.freeze()  # what was loaded stays: looking through it again for each document would cost more than many
        confine(setup["memory"], shut=True)
    answers.write(READY)
    answers.flush()
    while True:
        try:
            head, data = heard(source)
        except EOFError:
            return 0
        allow_time(setup["seconds"])
        told, body = answered(work, head, data)
        del data
        told["leaves"] = "costly" in told or _memory(statistics)[1] > GROWN
        tell(answers, told, body)
        if told["leaves"]:
            return 0


def looking(setup: Mapping[str, Any], picture: bytes, source: BinaryIO, answers: BinaryIO) -> Callable[..., _Answer]:
    """Load all that is needed to look at documents: nothing can be opened later. Return what looks at one."""
    from esign.sealing.batches.ports import Admitted
    from esign.sealing.looking.rehearsal import Rehearsal

    statistics = os.open("/proc/self/statm", os.O_RDONLY)
    rehearsal = Rehearsal(_profile(setup["profile"], picture))
    gate = _gate(setup, rehearsal, source, answers) if setup["policy"] else None
    for name in _CODECS:
        codecs.lookup(name)
    _warm_up(gate, rehearsal)

    def look(head: Mapping[str, Any], document: bytes) -> _Answer:
        made = head.get("pages") is True  # by another helper, of an invoice that was admitted
        admitted = gate.admit(document) if gate is not None and not made else Admitted(facts={})
        if admitted.instead is None:
            room = setup["rehearsal_room"] + 16 * len(document)
            with narrowed(statistics, seconds=setup["rehearsal_seconds"], room=room):
                rehearsal.run(document, level=head["level"], watched=admitted.watched)
        told = {"facts": dict(admitted.facts), "watched": admitted.watched, "pages": admitted.instead is not None}
        return told, b""

    return look


def rendering() -> Callable[..., _Answer]:
    """Load all that is needed to make pages; return what makes them of one invoice."""
    from esign.sealing.invoices.rendering import render_xrechnung

    def render(head: Mapping[str, Any], xml: bytes) -> _Answer:
        return {}, render_xrechnung(xml)

    return render


def answered(work: Callable[..., _Answer], head: Mapping[str, Any], data: bytes) -> _Answer:
    """Return what is to be said about a document, whatever becomes of the work."""
    from esign.foundation.errors import EsignError

    try:
        return work(head, data)
    except MemoryError:
        return {"costly": "memory"}, b""
    except EsignError as error:
        if _for_want_of_memory(error):
            return {"costly": "memory"}, b""
        return {"error": error.code, "detail": error.detail, "facts": dict(error.facts)}, b""
    except EOFError:
        raise
    except Exception as error:  # what it says may be the document's
        return {"costly": "memory"} if _for_want_of_memory(error) else {"fault": type(error).__name__}, b""


def _for_want_of_memory(error: BaseException | None) -> bool:
    seen = 0
    while error is not None and seen < 20:
        if isinstance(error, MemoryError):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False


class AskedRules:
    """Rules are run by whoever has documents looked at (:class:`esign.sealing.invoices.schematron.RulesRunner`).

    Args:
        source: Where answers come from.
        answers: Where questions go.
        installed: Whether the processor of the rules is there.
    """

    def __init__(self, source: BinaryIO, answers: BinaryIO, installed: bool) -> None:
        self._source = source
        self._answers = answers
        self._installed = installed

    def available(self) -> bool:
        """Tell whether the processor is installed."""
        return self._installed

    def run(self, rules: Sequence[Rules], invoice: bytes) -> dict[str, tuple[Failed, ...] | None]:
        """Return the rules that fail, for each set by name; None for a set that could not be run.

        Raises:
            HelperGone: There is no answer: nothing was checked.
        """
        from esign.sealing.invoices.schematron import HelperGone
        from esign.sealing.looking.frames import heard, tell

        tell(self._answers, {"rules": [each.name for each in rules]}, invoice)
        head, _ = heard(self._source)
        if "gone" in head:
            raise HelperGone(head["gone"])
        return {
            name: None if failed is None else tuple((str(rule), bool(fatal), str(path)) for rule, fatal, path in failed)
            for name, failed in head["sets"].items()
        }

    def close(self) -> None:
        """Nothing has to be let go."""


def _gate(setup: Mapping[str, Any], rehearsal: Rehearsal, source: BinaryIO, answers: BinaryIO) -> InvoiceGate:
    from esign.sealing.batches.invoice_gate import InvoiceGate
    from esign.sealing.invoices.check import InvoiceRules
    from esign.sealing.invoices.policy import invoice_policy, read_invoice_policy
    from esign.sealing.invoices.profiles import Profile, Syntax
    from esign.sealing.invoices.rule_sets import HandedRules, describe, schema_path
    from esign.sealing.invoices.schema import schema

    handed = HandedRules({name: Path(path) for name, path in setup["rules"].items()})
    rules = InvoiceRules(handed, runner=AskedRules(source, answers, setup["installed"]))
    for each in rules.sets().values():
        if each.path is not None:
            describe(each.name, each.path)
    for path in {schema_path(syntax, profile) for syntax in Syntax for profile in Profile} - {None}:
        if path is not None:
            schema(path)
            describe(path.name, path)
    name = setup["policy"]
    return InvoiceGate(
        policy=read_invoice_policy(Path(name)) if name.endswith(".yaml") else invoice_policy(name),
        rules=rules,
        render=lambda xml: b"",  # another helper's work
        diagnose=rehearsal.diagnose,
    )


def _profile(told: Mapping[str, Any], picture: bytes) -> SealProfile:
    from esign.sealing.profile import SealProfile, VisibleSeal

    fields = dict(told)
    place = fields.pop("visible")
    visible = None if place is None else VisibleSeal(page=place["page"], box=tuple(place["box"]), picture=picture)
    return SealProfile(**fields, visible=visible)


def _warm_up(gate: InvoiceGate | None, rehearsal: Rehearsal) -> None:
    """Go each way once, so that everything is loaded.

    Raises:
        SealingError: The helper is of no use.
    """
    import cryptography
    import pyhanko.pdf_utils

    from esign.foundation.errors import EsignError

    for package in (pyhanko.pdf_utils, cryptography):  # they load parts of themselves late
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            with suppress(ImportError):
                importlib.import_module(module.name)
    for row_end in (b" \n", b"\n"):  # as usual, and as only the library reads it
        document = _page(row_end)
        rehearsal.run(document, level="B-LTA", watched=True)
        if gate is not None:
            with suppress(EsignError):
                gate.admit(document)
    if gate is not None:
        with suppress(EsignError):
            gate.admit(b"<?xml version='1.0' encoding='UTF-8'?><a/>")


def _page(row_end: bytes) -> bytes:
    """Return a PDF of one empty page.

    Args:
        row_end: How the rows of its cross-reference table end.
    """
    bodies = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<<>>>>",
    )
    data, rows = b"%PDF-1.7\n", [b"0000000000 65535 f" + row_end]
    for number, body in enumerate(bodies, 1):
        rows.append(b"%010d 00000 n" % len(data) + row_end)
        data += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 4\n" + b"".join(rows) + b"trailer\n<</Size 4/Root 1 0 R/ID[<00><00>]>>\n"
    return data + b"startxref\n%d\n%%%%EOF\n" % start


def confine(memory: int, *, shut: bool) -> None:
    """Shut the process in.

    Args:
        memory: Address space in bytes.
        shut: Whether nothing can be opened or started any more.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    if shut:
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))  # what is open stays open; nothing else can be opened


def allow_time(seconds: int) -> None:
    """Allow processor time for one more document."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))


@contextmanager
def narrowed(statistics: int, *, seconds: int, room: int) -> Iterator[None]:
    """Allow less time and memory for a while.

    Args:
        statistics: ``/proc/self/statm``, opened before.
        seconds: Processor time.
        room: Bytes beyond what the process takes already.
    """
    time, memory = resource.getrlimit(resource.RLIMIT_CPU), resource.getrlimit(resource.RLIMIT_AS)
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (min(time[0], until), time[1]))
    resource.setrlimit(resource.RLIMIT_AS, (min(memory[0], _memory(statistics)[0] + room), memory[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, time)
        resource.setrlimit(resource.RLIMIT_AS, memory)


def _memory(statistics: int) -> tuple[int, int]:
    """Return how much address space and how much memory the process takes, in bytes.

    Args:
        statistics: ``/proc/self/statm``, opened before.
    """
    pages = os.pread(statistics, 200, 0).split()
    return int(pages[0]) * resource.getpagesize(), int(pages[1]) * resource.getpagesize()


def _own_output() -> BinaryIO:
    """Return standard output for answers alone: whatever else is printed does not come between them."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


if __name__ == "__main__":
    raise SystemExit(main())
