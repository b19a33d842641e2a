"""A certificate revocation list read into what its rules of use ask of it.

Source: RFC 5280 section 5; ITU-T X.509 clause 9.5.2.8 (expiredCertsOnCRL).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography import x509

from esign.validation.process.algorithms import Scheme, read_scheme
from esign.validation.process.ber import GENERALIZED_TIME, INTEGER, SEQUENCE, UTC_TIME, Cursor
from esign.validation.process.errors import CmsUnreadable
from esign.validation.process.names import Name, comparable

ALL_REASONS = frozenset(x509.ReasonFlags) - {x509.ReasonFlags.unspecified, x509.ReasonFlags.remove_from_crl}
"""The reasons that a list can be limited to (RFC 5280 section 4.2.1.13)."""
_EXPIRED_CERTS_ON_CRL = "2.5.29.60"
_UNDERSTOOD = frozenset({"2.5.29.20", "2.5.29.27", "2.5.29.28", "2.5.29.35"})
_MOST_INDIRECT_ENTRIES = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A revoked certificate on a list."""

    revoked_at: datetime
    reason: x509.ReasonFlags


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crl:
    """What stands in a certificate revocation list.

    Args:
        fingerprint: SHA-256 over it.
        issuer_name: Comparable.
        this_update: When it was issued.
        next_update: When the next one is due; None if it does not say.
        tbs: What its issuer signed.
        scheme: How.
        signature: The value.
        number: CRL number.
        base: For a delta list, the number of the complete list that it builds on.
        authority_key_identifier: Of its issuer's key.
        scope: Issuing distribution point; None without the extension.
        expired_from: Expired certificates stay on it if they expired from then on; None if it does not say.
        problem: Why it cannot be used, or empty.
        loaded: The list of ``cryptography``.
        listed: Of an indirect list, the entries by serial number, once they were asked for.
    """

    fingerprint: bytes
    issuer_name: Name
    this_update: datetime
    next_update: datetime | None
    tbs: bytes
    scheme: Scheme
    signature: bytes
    number: int | None = None
    base: int | None = None
    authority_key_identifier: bytes | None = None
    scope: x509.IssuingDistributionPoint | None = None
    expired_from: datetime | None = None
    problem: str = ""
    loaded: Any = None
    listed: dict[int, list[tuple[Name, x509.RevokedCertificate]]] = field(default_factory=dict)

    @property
    def indirect(self) -> bool:
        """Whether it holds certificates of other issuers."""
        return self.scope is not None and self.scope.indirect_crl

    @property
    def reasons(self) -> frozenset[x509.ReasonFlags]:
        """The reasons that it knows of."""
        some = self.scope.only_some_reasons if self.scope is not None else None
        return ALL_REASONS if some is None else frozenset(some)

    def entry(self, serial: int, issuer: Name) -> Entry | None:
        """Return the entry of a certificate.

        Raises:
            CmsUnreadable: An entry has a critical extension that is not understood, or cannot be read.
        """
        try:
            if not self.indirect:
                found = self.loaded.get_revoked_certificate_by_serial_number(serial)
                return _entry(found) if found is not None else None
            if not self.listed:
                for holder, revoked in self._indirect():
                    self.listed.setdefault(revoked.serial_number, []).append((holder, revoked))
            for holder, revoked in self.listed.get(serial, ()):
                if holder == issuer:
                    return _entry(revoked)
        except CmsUnreadable:
            raise
        except Exception as error:  # hostile bytes: the library reads entries on demand
            raise CmsUnreadable("an entry of a revocation list cannot be read") from error
        return None

    def _indirect(self) -> Iterator[tuple[Name, x509.RevokedCertificate]]:
        """Yield each entry with the issuer of its certificate, which stays the same until another one is named."""
        holder = self.issuer_name
        for count, revoked in enumerate(self.loaded):
            if count > _MOST_INDIRECT_ENTRIES:
                raise CmsUnreadable("an indirect revocation list is too long")
            for extension in revoked.extensions:
                if isinstance(extension.value, x509.CertificateIssuer):
                    names = extension.value.get_values_for_type(x509.DirectoryName)
                    holder = comparable(names[0].public_bytes()) if names else ()
            yield holder, revoked


def read_crl(der: bytes) -> Crl:
    """Return what stands in a certificate revocation list.

    Raises:
        CmsUnreadable: Not one. One that cannot be used is returned with its ``problem``.
    """
    outer = Cursor(der).inside(SEQUENCE)
    tbs = outer.raw(SEQUENCE)
    algorithm = outer.raw(SEQUENCE)
    signature = outer.bits()
    inner = Cursor(tbs).inside(SEQUENCE)
    if inner.tag == INTEGER:
        inner.integer()
    inner.raw(SEQUENCE)
    issuer = inner.raw(SEQUENCE)
    this_update = inner.instant()
    next_update = inner.instant() if inner.tag in (UTC_TIME, GENERALIZED_TIME) else None
    found: dict[str, Any] = {}
    problem, loaded = "", None
    try:
        loaded = x509.load_der_x509_crl(der)
        found, unknown = _extensions(loaded)
        if unknown:
            problem = "a critical extension is not understood"
    except Exception as error:  # hostile bytes: what the library raises for them is not one kind
        problem = f"it cannot be read: {type(error).__name__}"
    return Crl(
        fingerprint=hashlib.sha256(der).digest(),
        issuer_name=comparable(issuer),
        this_update=this_update,
        next_update=next_update,
        tbs=tbs,
        scheme=read_scheme(algorithm),
        signature=signature,
        problem=problem,
        loaded=loaded,
        **found,
    )


def _extensions(crl: x509.CertificateRevocationList) -> tuple[dict[str, Any], bool]:
    found: dict[str, Any] = {}
    unknown = False
    for extension in crl.extensions:
        value, kind = extension.value, extension.oid.dotted_string
        unknown = unknown or (extension.critical and kind not in _UNDERSTOOD)
        if isinstance(value, x509.CRLNumber):
            found["number"] = value.crl_number
        elif isinstance(value, x509.DeltaCRLIndicator):
            found["base"] = value.crl_number
        elif isinstance(value, x509.AuthorityKeyIdentifier):
            found["authority_key_identifier"] = value.key_identifier
        elif isinstance(value, x509.IssuingDistributionPoint):
            found["scope"] = value
        elif kind == _EXPIRED_CERTS_ON_CRL and isinstance(value, x509.UnrecognizedExtension):
            found["expired_from"] = Cursor(value.value).instant()
    return found, unknown


def _entry(revoked: x509.RevokedCertificate) -> Entry:
    reason = x509.ReasonFlags.unspecified
    for extension in revoked.extensions:
        if isinstance(extension.value, x509.CRLReason):
            reason = extension.value.reason
        elif extension.critical and not isinstance(extension.value, x509.CertificateIssuer):
            raise CmsUnreadable("a critical extension of an entry is not understood")
    return Entry(revoked_at=revoked.revocation_date_utc, reason=reason)
