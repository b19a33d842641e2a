"""A mail server that delivers to nobody: whatever it is sent lands in the sandbox's mailbox."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from certs.sandbox.mail_store import MailStore
from esign.foundation.clock import Clock

MAX_MAIL = 25 * 1024 * 1024
"""Bytes of one mail."""
READY_SECONDS = 15.0

logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd logs addresses at INFO


class Mailbox:
    """Every mail that was sent to the sandbox, whoever it was for (``store``), and the server that takes it in."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.store = MailStore(folder, clock)
        self._server: _Server | None = None

    def start(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Take mails in over SMTP until :meth:`stop`.

        Returns:
            The port; one that is free if 0 was asked for.

        Raises:
            OSError: The port is taken.
        """
        if self._server is not None:
            return self._server.port
        # Bound here, because aiosmtpd waits for its whole timeout before it reports a port that is taken.
        listener = socket.create_server((host, port))
        server = _Server(self, listener, data_size_limit=MAX_MAIL, ready_timeout=READY_SECONDS, ident="SANDBOX")
        server.start()
        self._server = server
        return server.port

    def stop(self) -> None:
        """Take no more mails in."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Keep a mail (called by the server)."""
        content = envelope.original_content
        if not content:
            return "554 5.6.0 an empty mail"
        await server.loop.run_in_executor(None, self.store.add, content)
        return "250 2.0.0 kept in the SANDBOX mailbox; delivered to nobody"


class _Server(Controller):
    """A server on a socket that is bound already."""

    def __init__(self, handler: Mailbox, listener: socket.socket, **options: Any) -> None:
        host, port = listener.getsockname()[:2]
        super().__init__(handler, hostname=host, port=port, **options)
        self._listener = listener

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listener)
