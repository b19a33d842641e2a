"""Hostile bytes for the validation process: ``python -m benchmarks.hostile_cms COUNT [SEED]``.

Signatures, revocation lists and OCSP responses are changed at random (bytes set, cut out, put in, doubled). Whatever
comes in, the answer must be a value that no check broke on, and nothing may pass whose signer is another one or whose
value does not verify. Prints what was answered and the slowest; exit 1 if a rule was broken.
"""

from __future__ import annotations

import random
import sys
import time
import warnings
from collections import Counter
from datetime import timedelta

from esign.validation.process import Indication, SubIndication
from tests.validation.process_pki import T0, ocsp_answer
from tests.validation.process_world import (
    CONTENT,
    File,
    World,
    attribute,
    cms,
    judge,
    signature_timestamp,
    token,
)

LIKELY = (0x00, 0x01, 0x30, 0x80, 0x81, 0xA0, 0xFF)


def changed(data: bytes, chance: random.Random) -> bytes:
    """Return bytes with a few random changes."""
    found = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        place, kind = chance.randrange(len(found)), chance.random()
        if kind < 0.6:
            found[place] = chance.choice((*LIKELY, chance.randrange(256)))
        elif kind < 0.75:
            del found[place : place + chance.randrange(1, 20)]
        elif kind < 0.9:
            found[place:place] = chance.randbytes(chance.randrange(1, 8))
        else:
            start = chance.randrange(len(found))
            found[place:place] = found[start : start + chance.randrange(1, 200)]
        if not found:
            break
    return bytes(found)


def main(arguments: list[str]) -> None:
    """Run, and print what was answered."""
    if not arguments:
        sys.exit("usage: python -m benchmarks.hostile_cms COUNT [SEED]")
    warnings.simplefilter("ignore")
    chance = random.Random(int(arguments[1]) if len(arguments) > 1 else 1)
    world = World()
    content = attribute("1.2.840.113549.1.9.16.2.20", token(world.tsa, CONTENT, T0))
    lists = world.crls()
    good = (
        cms(world.signer, unsigned=signature_timestamp(world.tsa), more=(content,), crls=lists),
        *lists,
        ocsp_answer(world.signer, world.authority),
    )
    answers: Counter[str] = Counter()
    broken, slowest = 0, 0.0
    for _ in range(int(arguments[0])):
        values, which = list(good), chance.choice((0, 0, 0, 1, 2, 3))
        values[which] = changed(values[which], chance)
        file = File().sign(values[0]).store(crls=values[1:3], responses=values[3:])
        began = time.process_time()
        (result,) = judge(file, world, T0 + timedelta(hours=2))
        slowest = max(slowest, time.process_time() - began)
        passed = result.indication is Indication.TOTAL_PASSED
        wrongly = passed and not (result.signer == world.signer.der and result.signature_verified)
        broken += wrongly or result.sub_indication is SubIndication.POLICY_PROCESSING_ERROR
        answers[result.sub_indication.value if result.sub_indication is not None else "TOTAL_PASSED"] += 1
    for answer, count in answers.most_common():
        print(f"{count:8,} {answer}")
    print(f"slowest {slowest * 1000:.0f} ms; rules broken: {broken}")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main(sys.argv[1:])
