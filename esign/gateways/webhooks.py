"""Hands events to webhooks: one guarded call, of whose answer only the status counts."""

from __future__ import annotations

from collections.abc import Mapping

from esign.gateways.guarded_http import GuardedCaller

ANSWER_LIMIT = 64 * 1024
"""Bytes of an answer; nobody reads them, but a receiver that floods us has failed."""


class GuardedWebhookCaller:
    """Calls webhooks."""

    def __init__(self, caller: GuardedCaller) -> None:
        self._caller = caller

    def check(self, url: str) -> None:
        """Refuse an address that can never be called.

        Raises:
            GatewayAddressRefused: It is none that may be called.
        """
        self._caller.check(url)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Hand something over and return the HTTP status of the answer.

        Raises:
            GatewayError: There was no answer in time, or the address leads where nobody may call.
        """
        return self._caller.post(url, body, headers=headers, limit=ANSWER_LIMIT).status
