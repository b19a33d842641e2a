"""Reading a list: from what its signature covers to values; whatever does not keep to the format is refused.

Source: ETSI TS 119 612 V2.1.1 (version 5) and V2.4.1 (version 6), clauses 5.2 to 5.6.
"""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

from esign.foundation.digests import sha256
from esign.validation.trusted_lists.digital_identity import DigitalIdentity, identity
from esign.validation.trusted_lists.errors import ListMalformed
from esign.validation.trusted_lists.extensions import read_extensions
from esign.validation.trusted_lists.model import ListKind, Service, ServicePeriod, TrustedList
from esign.validation.trusted_lists.pointers import read_pointers
from esign.validation.trusted_lists.signature import VerifiedList
from esign.validation.trusted_lists.xml import (
    DS,
    TSL,
    Element,
    binary,
    children,
    in_english,
    instant,
    number,
    optional,
    parse,
    required,
    text,
)

TAG = "http://uri.etsi.org/19612/TSLTag"
VERSIONS = (5, 6)
MAX_SERVICES = 100_000
"""Most services and periods of one list."""


def read_list(verified: VerifiedList) -> TrustedList:
    """Return what a verified list says.

    Raises:
        ListMalformed: Another version, an element that is missing, stands twice or says nothing that is understood.
    """
    root = parse(verified.content)
    if root.tag != f"{{{TSL}}}TrustServiceStatusList" or root.get("TSLTag") != TAG:
        raise ListMalformed("the root is no trusted list")
    scheme = required(root, TSL, "SchemeInformation")
    version = number(required(scheme, TSL, "TSLVersionIdentifier"))
    if version not in VERSIONS:
        raise ListMalformed("the version of the list is not understood", version=version)
    if version == 6 and verified.certificate_property != 2:
        raise ListMalformed("a list of version 6 states its signing certificate in the old form", version=version)
    try:
        kind = ListKind(text(required(scheme, TSL, "TSLType")))
    except ValueError as error:
        raise ListMalformed("the kind of the list is not understood") from error
    territory = text(required(scheme, TSL, "SchemeTerritory"))
    sequence = number(required(scheme, TSL, "TSLSequenceNumber"))
    if sequence < 1:
        raise ListMalformed("the number of the issue is not positive")
    issued_at = instant(required(scheme, TSL, "ListIssueDateTime"))
    next_update = _next_update(scheme)
    if next_update is not None and next_update <= issued_at:
        raise ListMalformed("the next issue is due before this one")
    addresses = optional(scheme, TSL, "SchemeInformationURI")
    return TrustedList(
        version=version,
        sequence=sequence,
        kind=kind,
        territory=territory,
        operator=in_english(required(scheme, TSL, "SchemeOperatorName"), TSL, "Name"),
        issued_at=issued_at,
        next_update=next_update,
        information=() if addresses is None else tuple(text(item) for item in children(addresses, TSL, "URI")),
        pointers=read_pointers(optional(scheme, TSL, "PointersToOtherTSL")),
        services=_services(root, territory, f"#{sequence}/{issued_at:%Y-%m-%d}"),
        digest=sha256(verified.content),
        signer=verified.signer,
    )


def list_of_lists_number(data: bytes) -> int | None:
    """Return the number of a list of the lists, unverified; None for a list of another kind.

    Raises:
        TrustedListError: It cannot be read.
    """
    scheme = required(parse(data), TSL, "SchemeInformation")
    if text(required(scheme, TSL, "TSLType")) != ListKind.LIST_OF_LISTS:
        return None
    return number(required(scheme, TSL, "TSLSequenceNumber"))


def _next_update(scheme: Element) -> datetime | None:
    holder = required(scheme, TSL, "NextUpdate")
    stated = optional(holder, TSL, "dateTime")
    return None if stated is None else instant(stated)


def _services(root: Element, territory: str, issue: str) -> tuple[Service, ...]:
    providers = optional(root, TSL, "TrustServiceProviderList")
    services: list[Service] = []
    periods = 0
    for provider in () if providers is None else children(providers, TSL, "TrustServiceProvider"):
        name = in_english(required(required(provider, TSL, "TSPInformation"), TSL, "TSPName"), TSL, "Name")
        for service in children(required(provider, TSL, "TSPServices"), TSL, "TSPService"):
            services.append(_service(service, provider=name, territory=territory, issue=issue))
            periods += len(services[-1].periods)
            if periods > MAX_SERVICES:
                raise ListMalformed("the list has too many services")
    return tuple(services)


def _service(element: Element, *, provider: str, territory: str, issue: str) -> Service:
    current = _period(required(element, TSL, "ServiceInformation"), ends=None)
    periods = [current]
    history = optional(element, TSL, "ServiceHistory")
    for item in () if history is None else children(history, TSL, "ServiceHistoryInstance"):
        periods.append(_period(item, ends=periods[-1].begins))
    if any(newer.begins < older.begins for newer, older in pairwise(periods)):
        raise ListMalformed("the history of a service is out of order")
    return Service(territory=territory, provider=provider, periods=tuple(periods), issue=issue)


def _period(element: Element, *, ends: datetime | None) -> ServicePeriod:
    extensions = read_extensions(optional(element, TSL, "ServiceInformationExtensions"))
    return ServicePeriod(
        kind=text(required(element, TSL, "ServiceTypeIdentifier")),
        status=text(required(element, TSL, "ServiceStatus")),
        name=in_english(required(element, TSL, "ServiceName"), TSL, "Name"),
        identity=_identity(required(element, TSL, "ServiceDigitalIdentity")),
        begins=instant(required(element, TSL, "StatusStartingTime")),
        ends=ends,
        additional=extensions.additional,
        qualifications=extensions.qualifications,
        taken_over_by=extensions.taken_over_by,
        expired_certificates_from=extensions.expired_certificates_from,
        not_understood=extensions.not_understood,
    )


def _identity(element: Element) -> DigitalIdentity:
    certificates, key_identifiers, names = [], [], []
    for holder in children(element, TSL, "DigitalId"):
        for item in holder.iterchildren():
            if item.tag == f"{{{TSL}}}X509Certificate":
                certificates.append(binary(item))
            elif item.tag == f"{{{TSL}}}X509SKI":
                key_identifiers.append(binary(item))
            elif item.tag == f"{{{TSL}}}X509SubjectName":
                names.append(text(item))
            elif item.tag == f"{{{DS}}}KeyValue":
                continue  # a key without a name identifies nobody here
    return identity(certificates, key_identifiers, names)
