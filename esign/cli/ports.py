"""Ports on this machine: which addresses are loopback's, and whether they are free."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable

from esign.cli.errors import PortInUse


def loopback(port: int) -> tuple[str, ...]:
    """Return the addresses ``host:port`` by which ``localhost`` is reached here: IPv4, and IPv6 where there is one."""
    return (f"127.0.0.1:{port}", f"[::1]:{port}") if _bindable("::1", 0) else (f"127.0.0.1:{port}",)


def require_free(ports: Iterable[tuple[str, int]]) -> None:
    """Refuse to begin when a port is taken.

    Args:
        ports: Pairs of the option that chooses the port, and the port.

    Raises:
        PortInUse: It names the first one that is taken, and the option by which another is chosen.
    """
    seen: set[int] = set()
    for option, port in ports:
        taken = port in seen or not _bindable("127.0.0.1", port) or (_bindable("::1", 0) and not _bindable("::1", port))
        if taken:
            raise PortInUse(f"port {port} is in use: stop what runs there, or choose another with {option} PORT")
        seen.add(port)


def answers(port: int) -> bool:
    """Tell whether something on this machine accepts connections at a port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.5):
            return True
    except OSError:
        return False


def _bindable(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind((host, port))
            probe.listen(1)
    except OSError as error:
        return error.errno == errno.EACCES and False
    return True
