"""A verdict that lacks something, judged again with what allowed hosts have: issuers' certificates, revocation data.

1. A file is judged with what is at hand. 2. For every signature and timestamp that is left open, the chain as far as it
is known is handed to whoever may fetch. 3. With what that brings the file is judged again; a few rounds at the most,
and none where nothing new came, or where it is too much for the helper. What is fetched is only material: whether it is
good is judged like all other.

Source: ETSI EN 319 102-1 clause 5.2.6.1 (validation data that are not in the signature); RFC 5280 sections 4.2.1.13 and
4.2.2.1; RFC 6960.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from esign.validation.process import Indication, Material
from esign.validation.verdict import FileVerdict

ROUNDS = 3
"""Issuers of signers; revocation data of the chains; what responders and list signers need."""
MOST_CHAINS = 64
"""Chains of one file that somebody is asked about."""

Chain = tuple[bytes, ...]
"""Certificates (DER), the end entity first, as far up as they are known."""


class MaterialSource(Protocol):
    """Fetches what certificates name, from allowed hosts only."""

    def about(self, chains: Sequence[Chain]) -> Material:
        """Return what could be had about chains; never an error, and nothing that was judged."""


def complete(
    judge: Callable[[Material], FileVerdict], verdict: FileVerdict, *, given: Material, source: MaterialSource
) -> tuple[FileVerdict, Material]:
    """Return the verdict with what allowed hosts have, and all material.

    Args:
        judge: Returns the verdict on the file with material beside it.
        verdict: On the file with what was given.
        given: Material at hand.
        source: Fetches.
    """
    material = given
    for _ in range(ROUNDS):
        chains = tuple(dict.fromkeys(_open_chains(verdict)))[:MOST_CHAINS]
        if not chains:
            break
        more = _joined((material, source.about(chains)))
        if more == material:
            break
        again = judge(more)
        if again.error is not None:
            break  # what was fetched is too much: the verdict without it stands
        material, verdict = more, again
    return verdict, material


def _open_chains(verdict: FileVerdict) -> Iterator[Chain]:
    """Yield the chains of what is open though nothing else speaks against it."""
    record = verdict.evidence_record
    judged = [(part.indication, part.result) for part in verdict.parts]
    judged += [(result.indication, result) for result in (() if record is None else record.results)]
    for indication, result in judged:
        if indication is Indication.INDETERMINATE and result.signature_verified:
            yield result.chain or ((result.signer,) if result.signer is not None else ())
        for stamp in result.timestamps:
            if stamp.indication is Indication.INDETERMINATE and stamp.intact:
                yield stamp.chain or ((stamp.certificate,) if stamp.certificate is not None else ())


def _joined(parts: Iterable[Material]) -> Material:
    found = tuple(parts)
    return Material(
        certificates=_once(der for part in found for der in part.certificates),
        crls=_once(der for part in found for der in part.crls),
        ocsp_responses=_once(der for part in found for der in part.ocsp_responses),
    )


def _once(values: Iterable[bytes]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(values))
