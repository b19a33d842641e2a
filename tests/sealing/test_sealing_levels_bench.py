"""A small sample of the benchmark: its authority's answers are good timestamps, its rounds seal."""

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from benchmarks import sealing_timestamps as bench
from benchmarks.fast_authority import FastAuthority
from esign.foundation.clock import SystemClock
from esign.proof.timestamps import TimestampRequest, read_reply, trust_token
from esign.sealing.levels.token_check import TokenChecker
from tests.pades import small_world


def test_its_authority_is_accepted_both_ways():
    world = bench.World()
    authority = FastAuthority(world.tsa.public_bytes(Encoding.DER), world.tsa_key)
    checker = TokenChecker(anchors=[world.anchor], clock=SystemClock())
    for nonce in (1 << 62, (1 << 62) + 1):
        request = TimestampRequest.new(bytes(range(32)), nonce)
        reply = authority.answer(request.der)
        assert checker.check(reply, request).digest == request.digest
        trust_token(read_reply(reply, request, now=SystemClock().now()), anchors=[world.anchor])


@pytest.mark.network
def test_a_small_round_seals_everything():
    world = bench.World()
    with world.authority() as url:
        small = bench.Bench(world, url, [small_world.draft()])
        for level in bench.LEVELS:
            with small.workshop(world.key("P-256"), level, 0) as workshop:
                seconds, cpu = small.seal(workshop, 8, 2)
                assert seconds > 0 and cpu > 0
