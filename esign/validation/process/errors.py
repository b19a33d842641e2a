"""What this room raises inside; outwards everything becomes a finding."""

from __future__ import annotations

from esign.validation.errors import ValidationError


class CmsUnreadable(ValidationError):
    """Bytes are not the CMS, certificate, revocation list or timestamp that they should be."""

    code = "validation.cms_unreadable"
    source = "RFC 5652"
