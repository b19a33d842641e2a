"""What can go wrong at the client's side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esign.foundation.errors import EsignError


class ClientError(EsignError):
    """A call of the client did not succeed."""

    code = "client"


class ConnectionFailed(ClientError):
    """The installation could not be reached, or did not answer, however often it was asked."""

    code = "client.connection"


class ApiProblem(ClientError):
    """The installation refused; its own code, status and facts say why."""

    code = "client.problem"

    def __init__(self, *, status: int, problem: str, title: str = "", details: Mapping[str, Any] | None = None) -> None:
        self.status = status
        """HTTP status."""
        self.problem = problem
        """The installation's stable code, such as ``engine.contract.unknown``."""
        self.title = title
        self.details: Mapping[str, Any] = dict(details or {})
        super().__init__(title or "the installation refused", status=status, problem=problem)
