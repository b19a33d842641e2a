"""How the client talks: one request, sent again where that helps, pages as iterators."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import quote

import httpx

from esign.client.errors import ApiProblem, ConnectionFailed

TRY_AGAIN = frozenset({429, 502, 503, 504})
"""Answers after which the same request is sent again; the idempotency key sees to it that it is done once."""

IN_PROGRESS = "api.idempotency.in_progress"

Json = dict[str, Any]


class Transport:
    """Talks to the interface of one installation.

    Args:
        url: Origin of the installation, such as ``https://vertrag.example``.
        key: An API key, ``esk_…``.
        http: Makes the calls; None: an own one with a timeout of 30 seconds.
        tries: How often a request is sent at the most.
        sleep: Waits between two tries.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        http: httpx.Client | None = None,
        tries: int = 4,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = f"{url.rstrip('/')}/api/v1"
        self._key = key
        self._own = http is None
        self._http = http or httpx.Client(timeout=30.0)
        self._tries = tries
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections, if they are the client's own."""
        if self._own:
            self._http.close()

    def _get(self, path: str, query: Mapping[str, str] | None = None) -> Json:
        return dict(self._send("GET", path, query=query).json())

    def _items(self, path: str) -> list[Json]:
        return list(self._get(path)["items"])

    def _pages(self, path: str, query: Mapping[str, str]) -> Iterator[Json]:
        after: str | None = None
        while True:
            page = self._get(path, {**query, **({"after": after} if after else {})})
            yield from page["items"]
            after = page["next"]
            if after is None:
                return

    def _post(self, path: str, body: Mapping[str, Any] | None, idempotency_key: str | None = None) -> Json:
        answer = self._send("POST", path, body=body, key=idempotency_key or str(uuid.uuid4()))
        return dict(answer.json())

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        data: tuple[str, bytes] | None = None,
        key: str | None = None,
    ) -> httpx.Response:
        """Send a request, again where that helps; a POST always with the same idempotency key.

        Raises:
            ApiProblem: The installation refused.
            ConnectionFailed: It could not be reached.
        """
        headers = {"Authorization": f"Bearer {self._key}"} | ({"Idempotency-Key": key} if key else {})
        headers |= {"Content-Type": data[0]} if data else {}
        for attempt in range(1, self._tries + 1):
            last = attempt == self._tries
            try:
                answer = self._http.request(
                    method,
                    f"{self._base}{path}",
                    params=query,
                    json=body,
                    content=data[1] if data else None,
                    headers=headers,
                    follow_redirects=False,
                )
            except httpx.TransportError as error:
                if last:
                    raise ConnectionFailed(tries=attempt) from error
                self._sleep(_pause(attempt, None))
                continue
            if answer.is_success:
                return answer
            problem = _problem(answer)
            again = answer.status_code in TRY_AGAIN or problem.problem == IN_PROGRESS
            if last or not again:
                raise problem
            self._sleep(_pause(attempt, answer.headers.get("Retry-After")))
        raise ConnectionFailed(tries=self._tries)


def quoted(text: str) -> str:
    """Return a name for its place in an address, which it cannot leave."""
    return quote(text, safe="")


def instant(value: datetime | None) -> str | None:
    """Return an instant as the interface reads it (RFC 3339, UTC)."""
    return None if value is None else value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def given(**values: Any) -> dict[str, Any]:
    """Return the values that are given: what is None is left out."""
    return {key: value for key, value in values.items() if value is not None}


def _pause(attempt: int, wished: str | None) -> float:
    return min(float(wished), 60.0) if wished is not None and wished.isdigit() else 0.25 * 2.0 ** (attempt - 1)


def _problem(answer: httpx.Response) -> ApiProblem:
    try:
        told = answer.json()
        return ApiProblem(
            status=answer.status_code, problem=told["code"], title=told.get("title", ""), details=told.get("facts")
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return ApiProblem(status=answer.status_code, problem="")
