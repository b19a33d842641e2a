"""All certificates at hand, found by name and key, and which of them really signed which: each link is checked once.

Standing here is no trust. The number of signature checks is bounded, whatever a file brings along.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache

from esign.validation.process.algorithms import Check, verify_value
from esign.validation.process.certificate import Certificate, read_certificate
from esign.validation.process.errors import CmsUnreadable
from esign.validation.process.names import Name

Path = tuple[Certificate, ...]
"""A certificate, those above it, and the trust anchor as the last."""

MOST_CERTIFICATES = 2000
MOST_LINKS = 1000
"""Signatures of certificates that are checked in one run."""
MOST_PATHS = 24
"""Candidate paths for one certificate."""
DEEPEST = 12
MOST_STEPS = 2000
"""Authorities that are looked at for the paths of one certificate."""


@lru_cache(maxsize=4096)
def _anchor(der: bytes) -> Certificate | None:
    """Read a trust anchor: the same few thousand in every run, of the configuration and of nobody's file."""
    try:
        return read_certificate(der)
    except CmsUnreadable:
        return None


class CertificatePool:
    """Certificates and trust anchors of one run.

    Args:
        anchors: Trusted certificates, DER.
    """

    def __init__(self, anchors: Iterable[bytes]) -> None:
        self._read: dict[bytes, Certificate | None] = {}
        self._by_subject: dict[Name, dict[bytes, Certificate]] = {}
        self._by_key_hash: dict[bytes, list[Certificate]] = {}
        self._links: dict[tuple[bytes, bytes], bool] = {}
        self._paths: dict[bytes, tuple[Path, ...]] = {}
        self._loose = self._steps = 0
        self.exhausted = False
        """Whether a limit was reached: something may have been left out."""
        self._anchors: dict[bytes, Certificate] = {}
        for der in anchors:
            anchor = self._read[der] = _anchor(der)
            if anchor is not None:
                self._anchors[anchor.fingerprint] = anchor
                self._place(anchor)

    def _load(self, der: bytes) -> Certificate | None:
        if der not in self._read:
            try:
                self._read[der] = read_certificate(der)
            except CmsUnreadable:
                self._read[der] = None
        return self._read[der]

    def add(self, der: bytes) -> Certificate | None:
        """Take a certificate in and return it; None for bytes that are none."""
        if der not in self._read and len(self._read) - len(self._anchors) >= MOST_CERTIFICATES:
            self.exhausted = True
            return None
        new = der not in self._read
        certificate = self._load(der)
        if certificate is not None and new:
            self._place(certificate)
            self._paths.clear()
        return certificate

    def _place(self, certificate: Certificate) -> None:
        self._by_subject.setdefault(certificate.subject_name, {})[certificate.fingerprint] = certificate
        if certificate.key is None:
            return
        with suppress(CmsUnreadable):  # a key that is no string of whole bytes: no responder is named by it
            self._by_key_hash.setdefault(certificate.key_hash, []).append(certificate)

    def with_key_hash(self, key_hash: bytes) -> tuple[Certificate, ...]:
        """Return the certificates of a public key, by its SHA-1."""
        return tuple(self._by_key_hash.get(key_hash, ()))

    def certificates(self) -> Iterator[Certificate]:
        """Yield every certificate."""
        yield from (certificate for certificate in self._read.values() if certificate is not None)

    def named(self, name: Name) -> tuple[Certificate, ...]:
        """Return the certificates of a subject."""
        return tuple(self._by_subject.get(name, {}).values())

    def is_anchor(self, certificate: Certificate) -> bool:
        """Tell whether a certificate itself is trusted."""
        return certificate.fingerprint in self._anchors

    def issued(self, certificate: Certificate, issuer: Certificate) -> bool:
        """Tell whether the issuer's key made the certificate's signature."""
        key = (certificate.fingerprint, issuer.public_key_info)
        if key not in self._links:
            if self._loose >= MOST_LINKS:
                self.exhausted = True
                return False
            self._loose += 1
            check = verify_value(issuer.key, certificate.scheme, certificate.signature, certificate.tbs)
            self._links[key] = check is Check.VALID
        return self._links[key]

    def paths(self, certificate: Certificate) -> tuple[Path, ...]:
        """Return the paths from a certificate to trust anchors, the likeliest first; bounded in number and length.

        Source: ETSI EN 319 102-1 clause 5.2.6.4 step 2; RFC 5280 section 6.1 (prospective certification path).
        """
        if certificate.fingerprint not in self._paths:
            found: list[Path] = []
            self._steps = 0
            self._climb((certificate,), found)
            self._paths[certificate.fingerprint] = tuple(found)
        return self._paths[certificate.fingerprint]

    def _climb(self, path: Path, found: list[Path]) -> None:
        last = path[-1]
        if self.is_anchor(last):
            found.append(path)
            return
        if len(path) > DEEPEST or len(found) >= MOST_PATHS:
            self.exhausted = self.exhausted or len(found) >= MOST_PATHS
            return
        for issuer in self._issuers(last):
            self._steps += 1
            if self._steps > MOST_STEPS:
                self.exhausted = True
                return
            if any(issuer.public_key_info == c.public_key_info and issuer.subject_name == c.subject_name for c in path):
                continue  # the same authority again: a loop
            if len(found) < MOST_PATHS and self.issued(last, issuer):
                self._climb((*path, issuer), found)

    def _issuers(self, certificate: Certificate) -> list[Certificate]:
        """Return who may have issued a certificate: of its issuer's name; anchors and matching identifiers first."""
        wanted = certificate.authority_key_identifier

        def rank(candidate: Certificate) -> tuple[int, int, int]:
            differs = wanted is not None and candidate.key_identifier not in (None, wanted)
            stale = not candidate.valid_at(certificate.not_before)
            return differs, stale, not self.is_anchor(candidate)

        same = [c for c in self.named(certificate.issuer_name) if c.fingerprint != certificate.fingerprint]
        return sorted((c for c in same if not c.problem), key=rank)
