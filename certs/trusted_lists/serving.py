"""The sandbox's lists over HTTP, with the validators of conditional requests, and redirects where they are wanted."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

MEDIA_TYPE = "application/vnd.etsi.tsl+xml"
StartResponse = Callable[..., Any]
_LOOK = 0.05
"""Seconds between two looks whether the server is to stop."""


@dataclass(slots=True)
class ListServer(AbstractContextManager["ListServer"]):
    """Serves files by the path of their address, on loopback.

    Attributes:
        files: What is served, by path.
        moved: Paths that answer with a redirect, and where to.
        asked: Path and status of every request, in order.
        port: Where to serve; 0 takes a free one.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    port: int = 0
    _server: BaseWSGIServer | None = None

    def __enter__(self) -> Self:
        self._server = make_server("127.0.0.1", self.port, self, threaded=True, request_handler=_Quiet)
        threading.Thread(target=self._server.serve_forever, args=(_LOOK,), daemon=True).start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    @property
    def host(self) -> str:
        """Host and port."""
        return "" if self._server is None else f"127.0.0.1:{self._server.port}"

    def serve(self, addresses: dict[str, bytes]) -> None:
        """Serve files by their addresses, whatever host these name."""
        self.files = {urlsplit(address).path: data for address, data in addresses.items()}

    def __call__(self, environment: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = environment["PATH_INFO"]
        status, headers, body = self._answer(path, environment.get("HTTP_IF_NONE_MATCH", ""))
        self.asked.append((path, int(status[:3])))
        start_response(status, [*headers, ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, path: str, known: str) -> tuple[str, list[tuple[str, str]], bytes]:
        if path in self.moved:
            return "302 Found", [("Location", self.moved[path])], b""
        data = self.files.get(path)
        if data is None:
            return "404 Not Found", [], b""
        etag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
        if known == etag:
            return "304 Not Modified", [("ETag", etag)], b""
        return "200 OK", [("ETag", etag), ("Content-Type", MEDIA_TYPE)], data


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Write nothing."""
