"""A small client for the interface of an installation (``/api/v1``).

What enters: an address, an API key, plain Python values. What leaves: plain values, documents as bytes, one error
class with the stable code. What may be touched here: the network, through httpx; nothing of the engine. Clauses: the
OpenAPI document of the installation; RFC 9457; Standard Webhooks.
"""

from esign.client.client import ApiClient
from esign.client.errors import ApiProblem, ClientError, ConnectionFailed
from esign.client.returns import Returned, ReturnRefused
from esign.client.webhooks import WebhookEvent, WebhookRefused

__all__ = [
    "ApiClient",
    "ApiProblem",
    "ClientError",
    "ConnectionFailed",
    "ReturnRefused",
    "Returned",
    "WebhookEvent",
    "WebhookRefused",
]
