"""Whether a revocation list is about a certificate at all.

Source: RFC 5280 section 6.3.3 (b), (d), (e).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cryptography import x509

from esign.validation.process.certificate import Certificate
from esign.validation.process.crl import ALL_REASONS, Crl
from esign.validation.process.names import Name, comparable

Reasons = frozenset[x509.ReasonFlags]


def covered_reasons(crl: Crl, certificate: Certificate) -> Reasons:
    """Return the reasons for which a list would name a certificate; empty where it is not about it."""
    scope = crl.scope
    if scope is None:
        return ALL_REASONS if crl.issuer_name == certificate.issuer_name else frozenset()
    if scope.only_contains_attribute_certs:
        return frozenset()
    if scope.only_contains_user_certs and certificate.authority:
        return frozenset()
    if scope.only_contains_ca_certs and not certificate.authority:
        return frozenset()
    listed = frozenset[x509.ReasonFlags]()
    for point in _points(certificate):
        if _matches(crl, certificate, point):
            listed |= crl.reasons & (frozenset(point.reasons) if point.reasons else ALL_REASONS)
    return listed


def _points(certificate: Certificate) -> Sequence[x509.DistributionPoint]:
    """Return the distribution points, and the one that every certificate has: its issuer's own list (section 6.3.3)."""
    name = _directory_name(certificate)
    own = x509.DistributionPoint(full_name=[name] if name else None, relative_name=None, reasons=None, crl_issuer=None)
    return (*certificate.distribution_points, own)


def _directory_name(certificate: Certificate) -> x509.GeneralName | None:
    try:
        return x509.DirectoryName(x509.load_der_x509_certificate(certificate.der).issuer)
    except Exception:  # a hostile name: then nothing matches it
        return None


def _matches(crl: Crl, certificate: Certificate, point: x509.DistributionPoint) -> bool:
    issuers = [comparable(name.value.public_bytes()) for name in _directories(point.crl_issuer)]
    if issuers:
        if crl.issuer_name not in issuers or not crl.indirect:
            return False
    elif crl.issuer_name != certificate.issuer_name:
        return False
    scope = crl.scope
    if scope is None or (scope.full_name is None and scope.relative_name is None):
        return True  # it is for all distribution points
    wanted = set(_named(scope.full_name, scope.relative_name, crl.issuer_name))
    base = issuers[0] if issuers else certificate.issuer_name
    offered = set(_named(point.full_name, point.relative_name, base))
    if point.full_name is None and point.relative_name is None:
        offered = set(issuers)
    return bool(wanted & offered)


def _directories(names: Sequence[x509.GeneralName] | None) -> Iterator[x509.DirectoryName]:
    yield from (name for name in names or () if isinstance(name, x509.DirectoryName))


def _named(
    full: Sequence[x509.GeneralName] | None, relative: x509.RelativeDistinguishedName | None, base: Name
) -> Iterator[Name | str]:
    """Yield the comparable names of a distribution point."""
    for name in full or ():
        if isinstance(name, x509.DirectoryName):
            yield comparable(name.value.public_bytes())
        else:
            yield f"{type(name).__name__} {name.value}"
    if relative is not None:
        yield (*base, *comparable(x509.Name([relative]).public_bytes()))
