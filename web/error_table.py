"""The table of all error codes: ``python -m web.error_table > docs/error-codes.md``; a test keeps the page true."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import esign
import web
from esign.foundation.errors import EsignError
from web.problems import INTERNAL, STATUS, status_of
from web.wording import catalogue

HEAD = """\
# Error codes

Every refusal of this product has a stable, dotted code that extends the code of its kind: whoever knows
`ceremony.intent` can treat `ceremony.intent.wrong_code` as one of it. Codes are never given another meaning. The
interface answers them as `application/problem+json` (RFC 9457) with `type`, `title`, `status`, `code` and `facts`; the
command line prints `error: <detail> (<code>)`; `/problems/<code>` of an installation explains them to people.

HTTP `–`: the code is met on the command line or in the log only. The sandbox and its browserless signatory have codes
of their own (`sandbox.…`, `agent.…`, `server.…`), which are met in the demonstration and the tests only. This page is
written by `python -m web.error_table > docs/error-codes.md`.

| Code | HTTP | Means | Source | Deutsch |
|---|---|---|---|---|
"""

_OFF_LINE = ("cli", "client", "agent_origin", "settings", "policy")
"""Kinds that no HTTP answer of the web application carries."""


def error_classes() -> tuple[type[EsignError], ...]:
    """Return every error class of the engine and the web, by code."""
    for package in (esign, web):
        _import_all(package)
    return tuple(sorted(set(_below(EsignError)), key=lambda item: (item.code, item.__name__)))


def table() -> str:
    """Return the page ``docs/error-codes.md``."""
    german = catalogue("de")
    rows: dict[str, tuple[object, ...]] = {
        INTERNAL: (500, "A fault of ours; nothing else is said", "", german.problems[INTERNAL].title)
    }
    for error in error_classes():
        code = error.code
        if code == EsignError.code or code in rows:
            continue
        online = code.partition(".")[0] not in _OFF_LINE or code in STATUS
        sentence = (error.__doc__ or "").strip().splitlines()[0].rstrip(".")
        rows[code] = (status_of(code) if online else "–", sentence, error.source or "", german.problem(code).title)
    lines = (f"| `{code}` | {' | '.join(str(cell).replace('|', '/') for cell in row)} |" for code, row in rows.items())
    return HEAD + "\n".join(lines) + "\n"


def _import_all(package: ModuleType) -> None:
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.endswith("__main__") and ".migrations" not in module.name:
            importlib.import_module(module.name)


def _below(base: type[EsignError]) -> Iterator[type[EsignError]]:
    for error in base.__subclasses__():
        if error.__module__.partition(".")[0] in ("esign", "web"):
            yield error
        yield from _below(error)


if __name__ == "__main__":
    print(table(), end="")
