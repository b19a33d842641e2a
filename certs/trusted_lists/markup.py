"""Writing a list: from a description to elements. Source: ETSI TS 119 612 clauses 5.2 to 5.6."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from lxml import etree

from certs.trusted_lists.description import PeriodDescription, ServiceDescription

TSL = "http://uri.etsi.org/02231/v2#"
TYPES = "http://uri.etsi.org/02231/v2/additionaltypes#"
SIE = "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
KIND = "http://uri.etsi.org/TrstSvc/TrustedList/TSLType/"
MEDIA_TYPE = "application/vnd.etsi.tsl+xml"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

Element = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """A pointer to a list: address, kind (``EUgeneric``, ``EUlistofthelists``), territory, signers (DER)."""

    location: str
    kind: str
    territory: str
    signers: tuple[bytes, ...]
    media_type: str = MEDIA_TYPE


def scheme(
    *,
    version: int,
    sequence: int,
    kind: str,
    territory: str,
    issued_at: datetime,
    next_update: datetime | None,
    information: Sequence[str] = (),
    pointers: Sequence[Pointer] = (),
) -> Element:
    """Return a list without services: root and ``SchemeInformation``."""
    names = {None: TSL, "tslx": TYPES, "sie": SIE, "xades": XADES}
    root = etree.Element(f"{{{TSL}}}TrustServiceStatusList", nsmap=names)
    root.set("TSLTag", "http://uri.etsi.org/19612/TSLTag")
    root.set("Id", "sandbox-list")
    scheme = add(root, "SchemeInformation")
    add(scheme, "TSLVersionIdentifier", str(version))
    add(scheme, "TSLSequenceNumber", str(sequence))
    add(scheme, "TSLType", KIND + kind)
    _words(add(scheme, "SchemeOperatorName"), f"SANDBOX operator {territory}")
    _words(add(scheme, "SchemeName"), f"{territory}: SANDBOX trusted list, proves nothing")
    addresses = add(scheme, "SchemeInformationURI")
    for address in information:
        add(addresses, "URI", address).set(_LANG, "en")
    add(scheme, "StatusDeterminationApproach", "http://uri.etsi.org/TrstSvc/TrustedList/StatusDetn/EUappropriate")
    add(scheme, "SchemeTerritory", territory)
    add(scheme, "HistoricalInformationPeriod", "65535")
    if pointers:
        holder = add(scheme, "PointersToOtherTSL")
        for pointer in pointers:
            _pointer(holder, pointer)
    add(scheme, "ListIssueDateTime", _instant(issued_at))
    due = add(scheme, "NextUpdate")
    if next_update is not None:
        add(due, "dateTime", _instant(next_update))
    return root


def add_services(root: Element, services: Sequence[ServiceDescription], certificate: Callable[[str], bytes]) -> None:
    """Append the providers with their services.

    Args:
        root: The list.
        services: What they are.
        certificate: The certificate (DER) of the service of a name.
    """
    providers = add(root, "TrustServiceProviderList")
    holders: dict[str, Element] = {}
    for service in services:
        if service.provider not in holders:
            provider = add(providers, "TrustServiceProvider")
            _words(add(add(provider, "TSPInformation"), "TSPName"), service.provider)
            holders[service.provider] = add(provider, "TSPServices")
        holder = holders[service.provider]
        der = certificate(service.same_key_as or service.name)
        entry = add(holder, "TSPService")
        _period(add(entry, "ServiceInformation"), service, service.periods[0], der, current=True)
        if service.periods[1:]:
            history = add(entry, "ServiceHistory")
            for period in service.periods[1:]:
                _period(add(history, "ServiceHistoryInstance"), service, period, der, current=False)


def add(parent: Element, name: str, text: str | None = None, namespace: str = TSL) -> Element:
    """Append and return an element."""
    element = etree.SubElement(parent, f"{{{namespace}}}{name}")
    element.text = text
    return element


def _period(
    element: Element, service: ServiceDescription, period: PeriodDescription, der: bytes, *, current: bool
) -> None:
    add(element, "ServiceTypeIdentifier", f"http://uri.etsi.org/TrstSvc/Svctype/{period.kind}")
    _words(add(element, "ServiceName"), f"SANDBOX {service.name}")
    identity = add(element, "ServiceDigitalIdentity")
    known = x509.load_der_x509_certificate(der)
    if current:
        add(add(identity, "DigitalId"), "X509Certificate", _base64(der))
    add(add(identity, "DigitalId"), "X509SubjectName", known.subject.rfc4514_string())
    key_identifier = x509.SubjectKeyIdentifier.from_public_key(known.public_key())
    add(add(identity, "DigitalId"), "X509SKI", _base64(key_identifier.digest))
    add(element, "ServiceStatus", f"http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/{period.status}")
    add(element, "StatusStartingTime", _instant(period.begins))
    extensions = add(element, "ServiceInformationExtensions")
    for purpose in period.serves:
        additional = add(_extension(extensions), "AdditionalServiceInformation")
        add(additional, "URI", f"http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/{purpose}").set(_LANG, "en")
    if period.qualifications:
        holder = add(_extension(extensions, period.qualifications_critical), "Qualifications", namespace=SIE)
        for item in period.qualifications:
            _qualification(holder, item)
    if period.taken_over_by:
        taken = add(_extension(extensions, critical="false"), "TakenOverBy", namespace=TYPES)
        add(taken, "URI", "https://successor.sandbox.test/", TYPES).set(_LANG, "en")
        _words(add(taken, "TSPName", namespace=TYPES), period.taken_over_by)
    if period.unknown_critical:
        etree.SubElement(_extension(extensions), f"{{urn:sandbox}}{period.unknown_critical}")
    if not len(extensions):
        element.remove(extensions)


def _qualification(holder: Element, raw: Mapping[str, Any]) -> None:
    element = add(holder, "QualificationElement", namespace=SIE)
    qualifiers = add(element, "Qualifiers", namespace=SIE)
    for word in raw["qualifiers"]:
        uri = f"http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/{word}"
        add(qualifiers, "Qualifier", namespace=SIE).set("uri", uri)
    _criteria(element, raw["criteria"])


def _criteria(parent: Element, raw: Mapping[str, Any]) -> None:
    element = add(parent, "CriteriaList", namespace=SIE)
    element.set("assert", raw["assert"])
    if raw.get("key_usage"):
        usage = add(element, "KeyUsage", namespace=SIE)
        for name, value in raw["key_usage"].items():
            add(usage, "KeyUsageBit", value, SIE).set("name", name)
    for policy in raw.get("policies", ()):
        _identifier(add(add(element, "PolicySet", namespace=SIE), "PolicyIdentifier", namespace=SIE), policy)
    for inner in raw.get("lists", ()):
        _criteria(element, inner)
    others = [("ExtendedKeyUsage", "KeyPurposeId", oid) for oid in raw.get("extended_key_usages", ())]
    others += [("CertSubjectDNAttribute", "AttributeOID", oid) for oid in raw.get("subject_attributes", ())]
    if others or raw.get("unknown"):
        holder = add(element, "otherCriteriaList", namespace=SIE)
        for name, inner_name, oid in others:
            _identifier(add(add(holder, name, namespace=TYPES), inner_name, namespace=TYPES), oid)
        if raw.get("unknown"):
            etree.SubElement(holder, f"{{urn:sandbox}}{raw['unknown']}")


def _identifier(element: Element, oid: str) -> None:
    add(element, "Identifier", f"urn:oid:{oid}", XADES).set("Qualifier", "OIDAsURN")


def _extension(holder: Element, critical: str = "true") -> Element:
    element = add(holder, "Extension")
    element.set("Critical", critical)
    return element


def _pointer(holder: Element, pointer: Pointer) -> None:
    element = add(holder, "OtherTSLPointer")
    identities = add(element, "ServiceDigitalIdentities")
    for der in pointer.signers:
        add(add(add(identities, "ServiceDigitalIdentity"), "DigitalId"), "X509Certificate", _base64(der))
    add(element, "TSLLocation", pointer.location)
    information = add(element, "AdditionalInformation")
    add(add(information, "OtherInformation"), "TSLType", KIND + pointer.kind)
    add(add(information, "OtherInformation"), "SchemeTerritory", pointer.territory)
    add(add(information, "OtherInformation"), "MimeType", pointer.media_type, TYPES)


def _words(holder: Element, text: str) -> None:
    add(holder, "Name", text).set(_LANG, "en")


def _instant(value: datetime) -> str:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
