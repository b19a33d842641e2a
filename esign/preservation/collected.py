"""Validation data gathered for a file: for whom they are needed, asked for, and put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cryptography.x509 import load_der_x509_crl, ocsp

from esign.preservation.levels import BaselineLevel, standing_at
from esign.preservation.ports import RevocationHistory
from esign.proof.certificate_path import load_certificate
from esign.validation.process import Indication, Material
from esign.validation.verdict import FileVerdict

Chain = tuple[bytes, ...]
"""Certificates (DER), the end entity first."""


@dataclass(slots=True)
class Collected:
    """What was gathered so far; each chain is asked about once.

    Args:
        source: Says what is revoked.
        given: What the caller handed in.
    """

    source: RevocationHistory
    given: Material = field(default_factory=Material)
    _chains: dict[Chain, Material] = field(default_factory=dict)

    def about(self, chains: Iterable[Chain], *, unrevoked: bool = False) -> Material:
        """Return the data about these chains, asking for those that are not here yet.

        Args:
            chains: Of signatures and timestamps.
            unrevoked: Whether it must say that nobody is revoked: for a timestamp that is being made.

        Raises:
            EsignError: A certificate is revoked that must not be, or nothing reliable could be had about one.
        """
        found = [self._of(chain, unrevoked) for chain in dict.fromkeys(chains) if chain]
        return Material(
            certificates=_once(value for one in found for value in one.certificates),
            crls=_once(value for one in found for value in one.crls),
            ocsp_responses=_once(value for one in found for value in one.ocsp_responses),
        )

    def given_about(self, chain: Chain) -> bool:
        """Tell whether revocation data for all certificates of a chain were handed in."""
        issuers = {load_der_x509_crl(der).issuer for der in self.given.crls}
        answered = {serial for der in self.given.ocsp_responses for serial in _serials(der)}
        below = [load_certificate(der) for der in chain[:-1]]
        return all(item.issuer in issuers or item.serial_number in answered for item in below)

    @property
    def everything(self) -> Material:
        """All that was gathered and handed in."""
        found = (self.given, *self._chains.values())
        return Material(
            certificates=_once(value for one in found for value in one.certificates),
            crls=_once(value for one in found for value in one.crls),
            ocsp_responses=_once(value for one in found for value in one.ocsp_responses),
        )

    def wanted(self, chains: Iterable[Chain]) -> Material:
        """Return what belongs in the security store: chains, all that was fetched, and of what was handed in the lists
        of their authorities.

        Args:
            chains: Of the signatures and timestamps of the file.
        """
        links = _once(der for chain in (*chains, *self._chains) for der in chain)
        fetched = self.about(self._chains)
        names = {load_certificate(der).subject for der in links}
        return Material(
            certificates=links,
            crls=_once((*fetched.crls, *(der for der in self.given.crls if load_der_x509_crl(der).issuer in names))),
            ocsp_responses=_once((*fetched.ocsp_responses, *self.given.ocsp_responses)),
        )

    def _of(self, chain: Chain, unrevoked: bool) -> Material:
        if chain not in self._chains:
            data = self.source.collect(chain) if unrevoked else self.source.gather(chain)
            self._chains[chain] = Material(
                certificates=chain, crls=tuple(data.crls), ocsp_responses=tuple(data.ocsp_responses)
            )
        return self._chains[chain]


def _serials(der: bytes) -> list[int]:
    response = ocsp.load_der_ocsp_response(der)
    if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        return []
    return [answer.serial_number for answer in response.responses]


def open_chains(verdict: FileVerdict) -> Iterator[Chain]:
    """Yield the chains of every signature and timestamp that did not pass with the data at hand."""
    for signature in verdict.signatures:
        if signature.indication is not Indication.TOTAL_PASSED:
            yield signature.result.chain
        for stamp in signature.result.timestamps:
            if stamp.indication is not Indication.TOTAL_PASSED:
                yield stamp.chain
    for timestamp in verdict.timestamps:
        if timestamp.indication is not Indication.TOTAL_PASSED:
            yield timestamp.result.chain


def unproven_chains(verdict: FileVerdict) -> Iterator[Chain]:
    """Yield the chains of signatures without a timestamp: they count as of now, whatever older data say."""
    for signature in verdict.signatures:
        if standing_at(signature) is BaselineLevel.B:
            yield signature.result.chain


def all_chains(verdict: FileVerdict) -> Iterator[Chain]:
    """Yield the chains of every signature and timestamp."""
    for part in verdict.parts:
        yield part.result.chain
        for stamp in part.result.timestamps:
            yield stamp.chain


def _once(values: Iterable[bytes]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(values))
