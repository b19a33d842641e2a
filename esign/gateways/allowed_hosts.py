"""Hosts that somebody allowed to be asked, one by one; nothing else is asked, whatever a document names.

An entry is ``host`` (the scheme's own port) or ``host:port``. A host stays within the public internet, unless the
operator named its network (``private_networks``), or the entry itself is an address (``192.0.2.7:8080``) or
``localhost``: then exactly that is what was allowed.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network

from esign.gateways.errors import GatewayAddressRefused
from esign.gateways.guarded_http import GuardedAnswer, GuardedCaller, Resolve, resolve
from esign.gateways.http import checked_url

EVERY = "*"
"""Every public host, over https."""
_LOOPBACK = ("127.0.0.0/8", "::1/128")


class AllowedHosts:
    """Calls allowed hosts, each with the care of :class:`GuardedCaller`.

    Args:
        hosts: The entries; ``*`` stands for every public host by https.
        private_networks: Networks (CIDR) that may be called although they are private, and without TLS.
        plain: Whether public hosts may be called without TLS: only for what is signed in itself.
        timeout: Seconds that a call may take altogether.
        resolver: Name and port to addresses.
        tls: TLS context; None: the system's trusted certificates.
    """

    def __init__(
        self,
        hosts: Iterable[str],
        *,
        private_networks: Iterable[str] = (),
        plain: bool = False,
        timeout: float = 10.0,
        resolver: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)
        named = tuple(private_networks)

        def caller(networks: tuple[str, ...], *, plain: bool) -> GuardedCaller:
            return GuardedCaller(private_networks=networks, plain=plain, timeout=timeout, resolver=resolver, tls=tls)

        self._listed = caller(named, plain=plain)
        self._every = caller((), plain=False)
        literal = {host: networks for host in self._hosts if (networks := _networks(host))}
        self._literal = {host: caller((*named, *networks), plain=plain) for host, networks in literal.items()}

    def get(self, url: str, *, limit: int, headers: Mapping[str, str] | None = None) -> GuardedAnswer:
        """Fetch something from an allowed host.

        Raises:
            GatewayError: One subclass for each way in which it can fail.
        """
        return self._caller(url).get(url, limit=limit, headers=headers)

    def post(self, url: str, body: bytes, *, limit: int, headers: Mapping[str, str] | None = None) -> GuardedAnswer:
        """Hand something over to an allowed host, once.

        Raises:
            GatewayError: One subclass for each way in which it can fail.
        """
        return self._caller(url).post(url, body, limit=limit, headers=headers)

    def _caller(self, url: str) -> GuardedCaller:
        parts = checked_url(url)
        host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else str(parts.hostname)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        own = port == (443 if parts.scheme == "https" else 80)
        for name in (f"{host}:{port}", *((host,) if own else ())):
            if name in self._literal:
                return self._literal[name]
            if name in self._hosts:
                return self._listed
        if EVERY in self._hosts:
            return self._every
        raise GatewayAddressRefused("the host is not on the list of those that may be asked")


def _networks(entry: str) -> tuple[str, ...]:
    """Return the networks of an entry that is an address itself, or ``localhost``; empty for a name."""
    host, colon, port = entry.rpartition(":")
    host = host if colon and port.isdigit() and (host.endswith("]") or ":" not in host) else entry
    if host == "localhost":
        return _LOOPBACK
    try:
        return (str(ip_network(ip_address(host.strip("[]")))),)
    except ValueError:
        return ()
