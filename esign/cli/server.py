"""One production HTTP server: gunicorn with threads, told to keep no addresses."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn has no types
from gunicorn.glogging import Logger  # type: ignore[import-untyped]  # gunicorn has no types

from esign.cli.logs import configure

THREADS = 8
"""Requests at a time in one process; most wait for the disk or for a trust service."""

SWITCH_SECONDS = 0.0005
"""How long a thread may compute while another one waits to go on. Whoever writes to the database lets go of the
interpreter at every statement; at the usual 5 ms each, everybody else would wait for the write lock that long."""

KEEP_SECONDS = 75
"""How long an idle connection stays: longer than proxies and clients keep it, so that none closes under a request."""

TIMEOUT = 120
"""Seconds after which a process that gives no sign of life is replaced."""


class _JsonLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """Hands gunicorn's own lines to this process's log; there is no access log."""

    def setup(self, cfg: Any) -> None:
        configure()
        self.error_log.handlers[:] = []
        self.error_log.propagate = True
        self.error_log.setLevel("WARNING")
        self.access_log.handlers[:] = []
        self.access_log.propagate = False


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """A server over an application that is made in each process, after the fork: no connection is shared."""

    def __init__(self, make: Callable[[], Any], options: dict[str, Any]) -> None:
        self._make = make
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        sys.setswitchinterval(SWITCH_SECONDS)
        application = self._make()
        gc.collect()
        gc.freeze()  # what is here at the start stays: looking through it again and again stops requests for long
        return application


def serve(
    make: Callable[[], Any], *, bind: Sequence[str], name: str, processes: int = 1, threads: int = THREADS
) -> None:
    """Serve a WSGI application until SIGTERM or SIGINT.

    Args:
        make: Makes the application; called once in each process.
        bind: Addresses, ``host:port``.
        name: Stands in the process list.
        processes: Number of processes.
        threads: Requests at a time in each.
    """
    _Server(
        make,
        {
            "bind": list(bind),
            "worker_class": "gthread",
            "workers": processes,
            "threads": threads,
            "timeout": TIMEOUT,
            "graceful_timeout": 10,
            "keepalive": KEEP_SECONDS,
            "proc_name": f"esign-{name}",
            "logger_class": _JsonLogger,
            "control_socket_disable": True,
            "worker_tmp_dir": None,
            # No field of a request says where it came from or which part of its path counts: whatever a proxy in
            # front hands through is the client's word.
            "forwarded_allow_ips": "",
            "forwarder_headers": "",
        },
    ).run()
