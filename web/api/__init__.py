"""The door of backend systems: ``/api/v1``, contract-first.

What enters: HTTP requests with an API key. What leaves: JSON, documents, problem objects (RFC 9457). What may be
touched here: the engine's use cases; every one of them is told who asks. An application of its own beside the pages:
it has no session, reads no cookie, and lets no other origin's page read an answer. Clauses: OpenAPI 3.1, RFC 9110,
RFC 9457, RFC 6750, RFC 9530, draft-ietf-httpapi-idempotency-key-header, draft-ietf-httpapi-ratelimit-headers.
"""

from web.api.application import PREFIX, Beside, create_api

__all__ = ["PREFIX", "Beside", "create_api"]
