"""What a process opens for an order: how often it asks outside."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from certs.sandbox import Sandbox
from esign.foundation.clock import FixedClock
from esign.gateways.seal_keys import open_seal_key
from esign.seal_works.order import SealOrder
from esign.seal_works.recipe import line_parts


def test_revocation_data_are_fetched_anew_before_they_end_and_the_old_ones_serve_until_then(tmp_path: Path) -> None:
    clock = FixedClock(at=datetime.now(UTC).replace(microsecond=0))
    sandbox = Sandbox.create(tmp_path / "sandbox", clock=clock)
    for authority in sandbox.pki.authorities.values():
        object.__setattr__(authority, "crl_lifetime", timedelta(minutes=30))
    sandbox.seal_pkcs12(tmp_path / "seal.p12", tmp_path / "seal.pin")
    key = open_seal_key(f"file:{tmp_path}/seal.p12?pin-file={tmp_path}/seal.pin", clock=clock)
    app, began = sandbox.wsgi(), clock.at
    fetched: list[float] = []
    away = False

    def counted(environment: dict[str, object], answer: Callable[..., object]) -> object:
        fetched.append((clock.at - began).total_seconds() / 60)
        if away:
            answer("404 Not Found", [])
            return [b""]
        return app(environment, answer)

    http = httpx.Client(transport=httpx.WSGITransport(app=counted))
    order = SealOrder(device="", out=tmp_path, revocation_hosts=("localhost:8082",))
    with ExitStack() as stack:
        long_term = line_parts(stack, order, key, clock, http=http)["workshop"].long_term
        for minutes in (0, 1, 26, 28, 29):
            away = minutes == 28  # a list's last tenth begins at 27: in vain then, and once more at 29
            clock.at = began + timedelta(minutes=minutes)
            long_term.check_key()
    assert [fetched.count(minutes) > 0 for minutes in (0, 1, 26, 28, 29)] == [True, False, False, True, True]
