"""What backend systems are refused, beside the refusals of the use cases themselves."""

from __future__ import annotations

from esign.foundation.errors import EsignError


class ApiError(EsignError):
    """A request of a backend system was refused."""

    code = "api"


class ApiKeyRefused(ApiError):
    """The API key is missing, unknown, expired or revoked; which of these is not said."""

    code = "api.key"
    source = "RFC 6750 section 3.1"


class ApiKeyUnknown(ApiError):
    """There is no such API key."""

    code = "api.key_unknown"


class ApiKeyInvalid(ApiError):
    """An API key cannot be made like this: its name, its scopes, or its end."""

    code = "api.key_invalid"


class RateExceeded(ApiError):
    """Too many requests; asking again after the time that is named helps."""

    code = "api.rate"
    source = "RFC 6585 section 4"


class RequestInvalid(ApiError):
    """The request is not as the interface's description says; the facts name the place and the rule."""

    code = "api.request"
    source = "OpenAPI document of the interface"


class BodyNotJson(RequestInvalid):
    """The request's body is not JSON."""

    code = "api.request.not_json"
    source = "RFC 8259"


class NotAcceptable(ApiError):
    """The answer exists only in a form that the request does not accept."""

    code = "api.not_acceptable"
    source = "RFC 9110 section 15.5.7"


class CursorRefused(ApiError):
    """The cursor does not belong to this list with this filter; begin again without one."""

    code = "api.cursor"


class IdempotencyError(ApiError):
    """Something is wrong with an idempotency key."""

    code = "api.idempotency"


class IdempotencyReused(IdempotencyError):
    """The idempotency key was used for another request; nothing was done."""

    code = "api.idempotency.reused"


class IdempotencyInProgress(IdempotencyError):
    """The same request is being worked on; asking again in a moment gets its answer."""

    code = "api.idempotency.in_progress"


class WebhookUnknown(ApiError):
    """There is no such webhook."""

    code = "api.webhook_unknown"


class WebhookDeliveryUnknown(ApiError):
    """There is no such delivery of this webhook."""

    code = "api.webhook_delivery_unknown"


class WebhookRefused(ApiError):
    """The webhook cannot be made like this."""

    code = "api.webhook"


class TooManyWebhooks(WebhookRefused):
    """There are as many webhooks as there may be."""

    code = "api.webhook.too_many"


class WebhookInactive(WebhookRefused):
    """The webhook is disabled; nothing is told to it."""

    code = "api.webhook.disabled"


class WebhookAnswerRefused(WebhookRefused):
    """The webhook did not answer with success."""

    code = "api.webhook.answer"


class DeliveryUnderWay(WebhookRefused):
    """The delivery has not ended; it is tried by itself."""

    code = "api.webhook.under_way"


class ReturnAddressUnknown(ApiError):
    """There is no such return address."""

    code = "api.return_address_unknown"


class ReturnAddressRefused(ApiError):
    """Customers cannot be sent back to this address: its origin is not registered, or it is none."""

    code = "api.return_address"


class JourneyRefused(ApiError):
    """The link cannot be handed on by the company: at the simple level only the mail shows who signs."""

    code = "api.journey"


class JourneyUnknown(ApiError):
    """There is no way back from here."""

    code = "api.journey_unknown"
