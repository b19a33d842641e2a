"""The helper of ``schematron``: reads an invoice from standard input, runs rules over it, answers with identifiers.

Runs as a process of its own (``python -I schematron_worker.py``): the rules are written in XSLT, and their processor
is a compiled library that has broken down in other people's servers. What it breaks is this process.

On standard input: a length (8 bytes) and a head in JSON (``rules``: name to path; ``only``; ``size``), then the invoice
as UTF-8. On standard output: a length and an answer in JSON. Standard error is nobody's: the processor's messages
quote what they complain about.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import struct
import sys
from typing import Any, BinaryIO

DATA = 1_500_000_000
"""Bytes of memory that the process may write to. Its processor reserves 32 GiB of addresses and uses a fraction."""
GROWN = 900_000_000
"""Bytes of memory after which it leaves, so that what many invoices took is given back."""
CPU_SECONDS = 60
"""Processor time for one invoice, compiling its rules included."""
SIZE = struct.Struct(">Q")
_FEATURES = {
    "allow-external-functions": "off",
    "allowedProtocols": "file",
    "preEvaluateDocFunction": "true",
}
"""No code beside the rules, nothing from a network; lists of codes are read once and not for every invoice."""
MOST = 200
"""Most findings that an answer names."""
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_NAMED = re.compile(r"\s*\[([A-Z]{2,8}(?:-[A-Z0-9]{1,10}){1,4})\]")
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,59}")


def main() -> int:
    """Answer until nobody asks any more; return the process status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who asks is interrupted, and then stops asking
    source, answers = sys.stdin.buffer, _own_output()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (DATA, DATA))
    processor = _Processor()
    while True:
        head = source.read(SIZE.size)
        if len(head) < SIZE.size:
            return 0
        request = json.loads(source.read(SIZE.unpack(head)[0]))
        invoice = source.read(request["size"])
        _allow_time()
        answer = processor.run(request["rules"], request["only"], invoice.decode("utf-8"))
        answer["leaves"] = _resident() > GROWN
        written = json.dumps(answer).encode("ascii")
        answers.write(SIZE.pack(len(written)) + written)
        answers.flush()
        if answer["leaves"]:
            return 0


class _Processor:
    """Saxon, with the rules that were compiled until now."""

    def __init__(self) -> None:
        import saxonche

        self._saxon = saxonche.PySaxonProcessor(license=False)
        for feature, value in _FEATURES.items():
            self._saxon.set_configuration_property(f"http://saxon.sf.net/feature/{feature}", value)
        self._compiled: dict[str, Any] = {}

    def run(self, rules: dict[str, str], only: dict[str, str], invoice: str) -> dict[str, Any]:
        """Return, for each set, the rules that fail: identifier, weight, path; or that the set could not be run."""
        node = self._saxon.parse_xml(xml_text=invoice)
        answer: dict[str, Any] = {}
        for name, path in rules.items():
            try:
                answer[name] = _failed(self._style(path).transform_to_string(xdm_node=node), only.get(name, ""))
            except Exception:  # whatever the processor makes of it: these rules did not run, and its words are not kept
                answer[name] = None
        return {"sets": answer}

    def _style(self, path: str) -> Any:
        if path not in self._compiled:
            style = self._saxon.new_xslt30_processor().compile_stylesheet(stylesheet_file=path)
            style.set_save_xsl_message(True)  # they are dropped, not printed
            self._compiled[path] = style
        return self._compiled[path]


def _failed(report: str | None, only: str) -> list[list[str]] | None:
    """Return the failed rules of a report; None where it is no report or no rule found anything to look at.

    Source: ISO/IEC 19757-3 Annex D (Schematron Validation Report Language).
    """
    from lxml import etree

    if not report:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    root = etree.fromstring(report.encode("utf-8"), parser)
    if root.tag != f"{_SVRL}schematron-output" or root.find(f"{_SVRL}fired-rule") is None:
        return None
    wanted = re.compile(only) if only else None
    failed = []
    for element in root.iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report"):
        asserted = element.tag == f"{_SVRL}failed-assert"
        identifier = _identifier(element, "unnamed" if asserted else "unnamed-report")
        if wanted is not None and not wanted.fullmatch(identifier):
            continue
        weight = element.get("flag") or element.get("role") or ("fatal" if asserted else "warning")
        fatal = weight.lower() not in ("warning", "warn", "information", "info")
        failed.append([identifier, "fatal" if fatal else "warning", (element.get("location") or "")[:2000]])
    failed.sort(key=lambda item: item[1])  # fatal ones first: they are named even where there are many others
    return failed[:MOST]


def _identifier(element: Any, otherwise: str) -> str:
    """Return a rule's identifier: that with which its text begins in brackets, else that of the rule set.

    Some sets number their rules anew and name the standard's rule in front of the text: ``[BR-CO-15]-…``.
    """
    text = element.findtext(f"{_SVRL}text") or ""
    named = _NAMED.match(text[:200])
    identifier = named[1] if named else element.get("id") or otherwise
    return identifier if _IDENTIFIER.fullmatch(identifier) else "unnamed"


def _allow_time() -> None:
    """Allow processor time for one more invoice."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + 1 + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _resident() -> int:
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 - read for every invoice: without a path object
        return int(file.read(200).split()[1]) * resource.getpagesize()


def _own_output() -> BinaryIO:
    """Return standard output for answers alone: whatever else is printed does not come between them."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


if __name__ == "__main__":
    raise SystemExit(main())
