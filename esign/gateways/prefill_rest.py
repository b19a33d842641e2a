"""A company's own interface is asked about one customer: a POST, so that no personal data stand in an address.

It gets ``{"key": {…}}`` and answers ``200`` with one JSON object, or with a list of one; ``404``, an empty list and a
list of several mean that nobody is shown anything.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from esign.gateways.errors import GatewayError, PrefillUnavailable
from esign.gateways.guarded_http import GuardedCaller

MAX_BYTES = 64 * 1024
"""Bytes of an answer, unless another limit is configured."""
_NOBODY = 404
_OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RestSource:
    """Asks one address, the configured one; it leads inside only where the operator named the network."""

    url: str
    caller: GuardedCaller
    limit: int
    token: str = field(repr=False, default="")

    @classmethod
    def of(cls, table: Mapping[str, Any], folder: Path, caller: Callable[[float], GuardedCaller]) -> Self:
        """Return the source of a table of the configuration.

        Raises:
            ValueError: A member cannot be used.
            KeyError: One is missing.
            OSError: The file of the token cannot be read.
        """
        seconds, limit = float(table.get("timeout", 3.0)), int(table.get("max_bytes", MAX_BYTES))
        if not 0 < seconds <= 30 or not 0 < limit <= 1024 * 1024:
            raise ValueError("a call lasts up to 30 seconds, an answer has up to a megabyte")
        token = ""
        if "token_file" in table:
            token = (folder / str(table["token_file"])).read_text("utf-8").strip()
            if not token.isascii() or not token.isprintable() or " " in token:
                raise ValueError("the token is not one line of ASCII")
        made, url = caller(seconds), str(table["url"])
        try:
            made.check(url)
        except GatewayError as error:
            raise ValueError(f"the address may not be called: {error.detail}") from error
        return cls(url=url, caller=made, limit=limit, token=token)

    def prepared(self, query: object, parts: tuple[str, ...]) -> tuple[str, ...]:
        """Return the parts of the key that are sent.

        Raises:
            ValueError: The configuration does not say ``true``.
        """
        if query is not True:
            raise ValueError("a REST source is switched on with true")
        return parts

    def find(self, query: tuple[str, ...], key: Mapping[str, str]) -> Mapping[str, object] | None:
        """Return the one record of a key; None: there is none, or there are several."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        body = json.dumps({"key": {part: key[part] for part in query}}).encode()
        try:
            answer = self.caller.post(self.url, body, headers=headers, limit=self.limit)
        except GatewayError as error:
            raise PrefillUnavailable("the company's interface did not answer", why=error.code) from error
        if answer.status == _NOBODY:
            return None
        if answer.status != _OK or answer.media_type != "application/json":
            raise PrefillUnavailable("the company's interface answered otherwise", status=answer.status)
        return _one(answer.body)

    def check(self) -> None:
        """Nothing can be asked without a customer."""


def _one(body: bytes) -> Mapping[str, object] | None:
    try:
        found: Any = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise PrefillUnavailable("the answer is not JSON") from error
    if isinstance(found, list):
        if len(found) != 1:
            return None
        found = found[0]
    if not isinstance(found, dict):
        raise PrefillUnavailable("the answer is not an object")
    return _flat(found)


def _flat(table: Mapping[str, Any]) -> dict[str, object]:
    """Return the members; those of objects inside as ``address.town``, one level deep."""
    found: dict[str, object] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            found.update({f"{name}.{inner}": each for inner, each in value.items()})
        else:
            found[name] = value
    return found
