"""The sandbox on real sockets: HTTP with a thread for each request, and SMTP."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

if TYPE_CHECKING:
    from certs.sandbox.world import Sandbox


_LOOK = 0.05
"""Seconds between two looks whether the server is to stop."""


class _Quiet(WSGIRequestHandler):
    """Writes no access log: queries of the login page name persons."""

    protocol_version = "HTTP/1.1"
    timeout = 30

    def log(self, type: str, message: str, *args: object) -> None:
        """Write nothing."""


class Serving:
    """A sandbox that is being served.

    Attributes:
        port: Of the HTTP server.
        smtp_port: Of the SMTP server.
    """

    def __init__(self, sandbox: Sandbox, server: BaseWSGIServer, smtp_port: int) -> None:
        self.port = server.port
        self.smtp_port = smtp_port
        self._sandbox = sandbox
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(_LOOK,), name="sandbox-http", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close both servers; returns when they are closed."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._sandbox.mailbox.stop()


def start(sandbox: Sandbox, host: str = "127.0.0.1", port: int = 8082, smtp_port: int = 8025) -> Serving:
    """Serve a sandbox in threads of this process; port 0 takes a free one.

    Raises:
        OSError: A port is taken; nothing is left running.
    """
    # Bound here, because werkzeug ends the whole process when a port is taken.
    with socket.create_server((host, port)) as listener:
        mail_port = sandbox.mailbox.start(host, smtp_port)
        server = make_server(host, port, sandbox.wsgi(), threaded=True, request_handler=_Quiet, fd=listener.fileno())
        return Serving(sandbox, server, mail_port)


def run(
    sandbox: Sandbox,
    host: str = "127.0.0.1",
    port: int = 8082,
    smtp_port: int = 8025,
    stop_event: threading.Event | None = None,
) -> None:
    """Serve a sandbox until the event is set, or for ever.

    Raises:
        OSError: A port is taken; nothing is left running.
    """
    serving = start(sandbox, host, port, smtp_port)
    try:
        (stop_event or threading.Event()).wait()
    finally:
        serving.stop()
