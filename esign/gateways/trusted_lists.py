"""Trusted lists over HTTP: from allowed hosts only, within limits, and not again what did not change.

Source: RFC 9110 sections 13.1.2, 13.1.3 and 15.4.5 (conditional requests).
"""

from __future__ import annotations

from esign.gateways.allowed_hosts import AllowedHosts
from esign.gateways.errors import GatewayError, GatewayTooLarge
from esign.validation.trusted_lists import Fetched, KeptList, ListTooLarge, ListUnavailable
from esign.validation.trusted_lists.xml import MAX_BYTES

ACCEPT = "application/vnd.etsi.tsl+xml, application/xml;q=0.9, text/xml;q=0.8, */*;q=0.1"


class HttpListSource:
    """A :class:`~esign.validation.trusted_lists.ListSource` over HTTP. Redirects are not followed.

    Args:
        hosts: Whom to ask.
    """

    def __init__(self, hosts: AllowedHosts) -> None:
        self._hosts = hosts

    def fetch(self, location: str, kept: KeptList | None = None) -> Fetched:
        """Return the list at an address; the kept one where the place says that nothing changed.

        Raises:
            ListUnavailable: The host is not allowed, leads into a private network, did not answer in time or refused.
            ListTooLarge: What it sends is larger than what is read.
        """
        headers = {"Accept": ACCEPT}
        if kept is not None and kept.etag:
            headers["If-None-Match"] = kept.etag
        if kept is not None and kept.modified:
            headers["If-Modified-Since"] = kept.modified
        try:
            answer = self._hosts.get(location, headers=headers, limit=MAX_BYTES)
        except GatewayTooLarge as error:
            raise ListTooLarge(limit=MAX_BYTES) from error
        except GatewayError as error:
            detail = error.detail or "the host did not answer as it must"
            raise ListUnavailable(f"it could not be fetched: {detail} ({error.code})", reason=error.code) from error
        if answer.status == 304 and kept is not None and (kept.etag or kept.modified):
            return Fetched(data=kept.data, etag=kept.etag, modified=kept.modified)
        if answer.status != 200:
            raise ListUnavailable(f"it could not be fetched: the host answered {answer.status}", status=answer.status)
        return Fetched(data=answer.body, etag=answer.etag, modified=answer.modified)
