"""The extensions of a service: qualifiers, additional information, takeover, kept revocation information.

A critical extension that is not understood is named, never passed over: what it says could change all.

Source: ETSI TS 119 612 clause 5.5.9.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from esign.validation.trusted_lists.criteria import (
    Assertion,
    CriteriaList,
    Criterion,
    ExtendedKeyUsageCriterion,
    KeyUsageCriterion,
    PolicySetCriterion,
    Qualification,
    SubjectAttributesCriterion,
    UnknownCriterion,
)
from esign.validation.trusted_lists.errors import ListMalformed
from esign.validation.trusted_lists.xml import (
    SIE,
    TSL,
    TYPES,
    XADES,
    Element,
    children,
    in_english,
    instant,
    optional,
    required,
    text,
)

KEY_USAGES = (
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "crlSign",
    "encipherOnly",
    "decipherOnly",
)
"""Names of the bits. Source: ETSI TS 119 612 clause 5.5.9.2.2.1."""
MAX_NESTING = 8
"""Deepest nesting of lists of criteria that is followed."""
_OID = re.compile(r"(?:urn:oid:)?([0-2](?:\.(?:0|[1-9]\d*))+)\Z", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extensions:
    """What the extensions of a service say."""

    additional: tuple[str, ...] = ()
    qualifications: tuple[Qualification, ...] = ()
    taken_over_by: str = ""
    expired_certificates_from: datetime | None = None
    not_understood: tuple[str, ...] = ()


def read_extensions(holder: Element | None) -> Extensions:
    """Return what ``ServiceInformationExtensions`` says.

    Raises:
        ListMalformed: It does not keep to the schema.
    """
    additional: list[str] = []
    qualifications: list[Qualification] = []
    unknown: list[str] = []
    taken_over, expired = "", None
    for extension in () if holder is None else children(holder, TSL, "Extension"):
        critical = _critical(extension)
        contents = list(extension.iterchildren(etree.Element))
        if not contents and critical:
            unknown.append("empty")
        for content in contents:
            if content.tag == f"{{{TSL}}}AdditionalServiceInformation":
                additional.append(text(required(content, TSL, "URI")))
            elif content.tag == f"{{{SIE}}}Qualifications":
                elements = children(content, SIE, "QualificationElement")
                qualifications += [_qualification(item, critical=critical) for item in elements]
            elif content.tag == f"{{{TYPES}}}TakenOverBy":
                name = optional(content, TYPES, "TSPName")
                taken_over = ("" if name is None else in_english(name, TSL, "Name")) or "not named"
            elif content.tag == f"{{{TSL}}}ExpiredCertsRevocationInfo":
                expired = instant(content)
            elif critical:
                unknown.append(etree.QName(content).localname)
    return Extensions(
        additional=tuple(additional),
        qualifications=tuple(qualifications),
        taken_over_by=taken_over,
        expired_certificates_from=expired,
        not_understood=tuple(unknown),
    )


def _critical(extension: Element) -> bool:
    value = extension.get("Critical")
    if value not in ("true", "false", "1", "0"):
        raise ListMalformed("an extension does not say whether it is critical")
    return value in ("true", "1")


def _qualification(element: Element, *, critical: bool) -> Qualification:
    qualifiers = tuple(
        item.get("uri") or "" for item in children(required(element, SIE, "Qualifiers"), SIE, "Qualifier")
    )
    if not qualifiers or "" in qualifiers:
        raise ListMalformed("a qualifier has no name")
    criteria = _criteria_list(required(element, SIE, "CriteriaList"), 0)
    return Qualification(qualifiers=qualifiers, criteria=criteria, critical=critical)


def _criteria_list(element: Element, depth: int) -> CriteriaList:
    if depth > MAX_NESTING:
        raise ListMalformed("lists of criteria are nested too deeply")
    try:
        assertion = Assertion(element.get("assert") or "")
    except ValueError as error:
        raise ListMalformed("a list of criteria does not say how its criteria are taken together") from error
    criteria: list[Criterion] = []
    for item in element.iterchildren(etree.Element):
        if item.tag == f"{{{SIE}}}KeyUsage":
            criteria.append(_key_usage(item))
        elif item.tag == f"{{{SIE}}}PolicySet":
            criteria.append(_policies(item))
        elif item.tag == f"{{{SIE}}}CriteriaList":
            criteria.append(_criteria_list(item, depth + 1))
        elif item.tag == f"{{{SIE}}}otherCriteriaList":
            criteria += [_other(other) for other in item.iterchildren(etree.Element)]
        elif item.tag != f"{{{SIE}}}Description":
            criteria.append(UnknownCriterion(name=etree.QName(item).localname))
    return CriteriaList(assertion=assertion, criteria=tuple(criteria))


def _key_usage(element: Element) -> Criterion:
    bits = []
    for bit in children(element, SIE, "KeyUsageBit"):
        name, value = bit.get("name"), text(bit)
        if name not in KEY_USAGES or value not in ("true", "false", "1", "0"):
            raise ListMalformed("a bit of a key usage is malformed")
        bits.append((name, value in ("true", "1")))
    return KeyUsageCriterion(bits=tuple(bits)) if bits else UnknownCriterion(name="KeyUsage")


def _policies(element: Element) -> Criterion:
    found = _identifiers(element, SIE, "PolicyIdentifier")
    return PolicySetCriterion(policies=found) if found else UnknownCriterion(name="PolicySet")


def _other(element: Element) -> Criterion:
    if element.tag == f"{{{TYPES}}}ExtendedKeyUsage":
        usages = _identifiers(element, TYPES, "KeyPurposeId")
        if usages:
            return ExtendedKeyUsageCriterion(usages=usages)
    if element.tag == f"{{{TYPES}}}CertSubjectDNAttribute":
        attributes = _identifiers(element, TYPES, "AttributeOID")
        if attributes:
            return SubjectAttributesCriterion(attributes=attributes)
    return UnknownCriterion(name=etree.QName(element).localname)


def _identifiers(element: Element, namespace: str, name: str) -> frozenset[str]:
    """Return object identifiers; none at all where one is malformed: such a criterion is one that is not understood.

    Lists in force carry such slips; to refuse the whole list for one would leave a country without any.
    """
    found = set()
    for item in children(element, namespace, name):
        match = _OID.match(text(required(item, XADES, "Identifier")))
        if match is None:
            return frozenset()
        found.add(match[1])
    return frozenset(found)
