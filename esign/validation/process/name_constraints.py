"""Name constraints along a path: which names the authorities above allow.

Source: RFC 5280 sections 4.2.1.10 and 6.1.3 (b), (c).
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID

from esign.validation.process.certificate import Certificate
from esign.validation.process.names import comparable, within

_KNOWN = (x509.DirectoryName, x509.RFC822Name, x509.DNSName, x509.UniformResourceIdentifier, x509.IPAddress)


def permitted(certificate: Certificate, above: Sequence[x509.NameConstraints]) -> bool:
    """Tell whether every name of a certificate is permitted by all constraints above it."""
    if not above:
        return True
    names = list(certificate.alternative_names)
    subject = x509.DirectoryName(_subject(certificate)) if certificate.subject_name else None
    if subject is not None:
        names.append(subject)
        if not any(isinstance(name, x509.RFC822Name) for name in names):
            names += [_mail(a.value) for a in subject.value.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)]
    return all(_allows(constraints, name) for constraints in above for name in names)


def _subject(certificate: Certificate) -> x509.Name:
    return x509.load_der_x509_certificate(certificate.der).subject


def _mail(value: str | bytes) -> x509.GeneralName:
    text = value if isinstance(value, str) else ""
    return x509.RFC822Name(text) if text.isascii() else x509.OtherName(NameOID.EMAIL_ADDRESS, b"")


def _allows(constraints: x509.NameConstraints, name: x509.GeneralName) -> bool:
    kind = type(name)
    allowed = [base for base in constraints.permitted_subtrees or () if type(base) is kind]
    barred = [base for base in constraints.excluded_subtrees or () if type(base) is kind]
    if kind not in _KNOWN:  # a constraint on names that are not understood permits none of them
        return not allowed and not barred
    if any(_inside(name, base) for base in barred):
        return False
    return not allowed or any(_inside(name, base) for base in allowed)


def _inside(name: x509.GeneralName, base: x509.GeneralName) -> bool:
    if isinstance(name, x509.DirectoryName) and isinstance(base, x509.DirectoryName):
        return within(comparable(name.value.public_bytes()), comparable(base.value.public_bytes()))
    if isinstance(name, x509.IPAddress) and isinstance(base, x509.IPAddress):
        network, address = base.value, name.value
        if isinstance(network, IPv4Network | IPv6Network) and not isinstance(address, IPv4Network | IPv6Network):
            return address.version == network.version and address in network
        return False
    value, limit = str(name.value), str(base.value).casefold()
    if isinstance(name, x509.RFC822Name):
        return _mail_inside(value, limit)
    if isinstance(name, x509.UniformResourceIdentifier):
        return _host_inside((urlsplit(value).hostname or "").casefold(), limit)
    host = value.casefold()
    return host == limit or not limit or host.endswith("." + limit.lstrip("."))


def _mail_inside(value: str, limit: str) -> bool:
    local, _, host = value.rpartition("@")
    host = host.casefold()
    if "@" in limit:
        name, _, domain = limit.rpartition("@")
        return local.casefold() == name and host == domain
    return host.endswith(limit) if limit.startswith(".") else host == limit


def _host_inside(host: str, limit: str) -> bool:
    """Hosts of addresses: a limit that begins with a dot means everything below, without it just that host."""
    if not host:
        return False
    return host.endswith(limit) if limit.startswith(".") else host == limit
