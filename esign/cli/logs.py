"""The log: one JSON object a line on stderr. No personal data, no addresses, no query strings.

An exception is written as its type and the places it passed through; its message is left out, because messages of
libraries quote what they were given.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import os
import re
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

LEVEL = "ESIGN_LOG_LEVEL"
"""Environment variable: DEBUG, INFO (default), WARNING, ERROR."""

_OWN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_ADDRESS = re.compile(
    r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\w)|(?<![\w:.])[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*[0-9A-Fa-f:]"
)
"""What looks like an IPv4 or IPv6 address; :func:`_left_out` looks closer."""


class JsonFormatter(logging.Formatter):
    """Writes a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _ADDRESS.sub(_left_out, record.getMessage()),
        }
        line.update({key: value for key, value in vars(record).items() if key not in _OWN})
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["exception"] = type(error).__name__
            line["where"] = [
                f"{Path(frame.filename).name}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(error.__traceback__)
            ][-8:]
        return json.dumps(line, ensure_ascii=False, default=str)


def _left_out(found: re.Match[str]) -> str:
    try:
        ipaddress.ip_address(found.group())
    except ValueError:
        return found.group()
    return "<address>"


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to what stderr is at the moment."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # an attribute there; here it follows whatever stderr becomes
        return sys.stderr


def configure(otherwise: str = "INFO") -> None:
    """Send every record of this process to stderr as JSON lines.

    Args:
        otherwise: The lowest level that is written unless ``ESIGN_LOG_LEVEL`` names another.
    """
    level = os.environ.get(LEVEL, otherwise).upper()
    handler = _Stderr()
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level if level in logging.getLevelNamesMapping() else "INFO")
    for noisy in ("httpx", "httpcore", "alembic", "pikepdf", "fontTools", "PIL"):
        logging.getLogger(noisy).setLevel("WARNING")
    for personal in ("pyhanko", "pyhanko_certvalidator"):  # their warnings hold the names of signatories
        logging.getLogger(personal).setLevel("CRITICAL")


def log_faults() -> None:
    """Send what is wrong to stderr: for processes that a command starts."""
    configure(otherwise="ERROR")
