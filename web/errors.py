"""Refusals that the web itself makes, before the engine is asked."""

from __future__ import annotations

from esign.foundation.errors import EsignError


class WebError(EsignError):
    """A request could not be served."""

    code = "web"


class PageUnknown(WebError):
    """There is no such page."""

    code = "web.page_unknown"


class MethodNotAllowed(WebError):
    """The address does not take this HTTP method."""

    code = "web.method_not_allowed"
    source = "RFC 9110 section 15.5.6"


class BodyTooLarge(WebError):
    """The request's body is larger than any message of this door."""

    code = "web.body_too_large"
    source = "RFC 9110 section 15.5.14"


class MediaTypeUnsupported(WebError):
    """The request's body is of another media type than this door takes."""

    code = "web.media_type_unsupported"
    source = "RFC 9110 section 15.5.16"


class RequestMalformed(WebError):
    """The request is not HTTP as this server reads it."""

    code = "web.request_malformed"
    source = "RFC 9110 section 15.5.1"


class HostUnknown(WebError):
    """The request names a host that this installation does not serve."""

    code = "web.host_unknown"


class FormExpired(WebError):
    """A form came back without its fresh secret, or from another site; nothing was done."""

    code = "web.form_expired"


class SampleUnknown(WebError):
    """There is no sample contract of that name."""

    code = "web.sample_unknown"


class DemoUnavailable(WebError):
    """The demonstration's pages exist only on the machine itself and only with sandbox trust."""

    code = "web.demo_unavailable"
