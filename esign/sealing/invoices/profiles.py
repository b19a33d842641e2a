"""Which e-invoices there are: syntaxes, profiles, and how each is named in XML, in metadata and as a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum


class Syntax(StrEnum):
    """In which XML an invoice is written.

    Source: EN 16931-1 and CEN/TS 16931-3-2 (UBL), 16931-3-3 (CII); ZUGFeRD 1.0 for the older form of CII.
    """

    CII = "CII"
    UBL_INVOICE = "UBL Invoice"
    UBL_CREDIT_NOTE = "UBL CreditNote"
    ZUGFERD_1 = "ZUGFeRD 1.0"


class Profile(StrEnum):
    """How much an invoice says, and by whose rules."""

    MINIMUM = "MINIMUM"
    BASIC_WL = "BASIC WL"
    BASIC = "BASIC"
    EN_16931 = "EN 16931"
    EXTENDED = "EXTENDED"
    XRECHNUNG = "XRECHNUNG"
    XRECHNUNG_EXTENSION = "XRECHNUNG EXTENSION"
    CIUS = "CIUS"
    """Another usage specification of EN 16931, with rules of a country or a branch that are not known here."""
    ZUGFERD_1_BASIC = "ZUGFeRD 1.0 BASIC"
    ZUGFERD_1_COMFORT = "ZUGFeRD 1.0 COMFORT"
    ZUGFERD_1_EXTENDED = "ZUGFeRD 1.0 EXTENDED"
    UNKNOWN = "unknown"


ROOTS: Mapping[str, Syntax] = {
    "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice": Syntax.CII,
    "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice": Syntax.UBL_INVOICE,
    "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote": Syntax.UBL_CREDIT_NOTE,
    "{urn:ferd:CrossIndustryDocument:invoice:1p0}CrossIndustryDocument": Syntax.ZUGFERD_1,
}
"""Name of the root element, in Clark's notation."""

_EN = r"urn:cen\.eu:en16931:2017"
_XRECHNUNG = rf"{_EN}#compliant#urn:(?:xoev-de|xeinkauf\.de):kosit:(?:standard:)?xrechnung_\d+(?:\.\d+)+"
_CII: tuple[tuple[Profile, str], ...] = (
    (Profile.MINIMUM, r"urn:(?:factur-x\.eu:1p0|zugferd\.de:2p0):minimum"),
    (Profile.BASIC_WL, r"urn:(?:factur-x\.eu:1p0|zugferd\.de:2p0):basicwl"),
    (Profile.BASIC, rf"{_EN}(?:#compliant#urn:|:compliant:)(?:factur-x\.eu:1p0|zugferd\.de:2p0):basic"),
    (Profile.EXTENDED, rf"{_EN}(?:#conformant#urn:|:conformant:)(?:factur-x\.eu:1p0|zugferd\.de:2p0):extended"),
)
_CORE: tuple[tuple[Profile, str], ...] = (
    (Profile.EN_16931, _EN),
    (
        Profile.XRECHNUNG_EXTENSION,
        rf"{_XRECHNUNG}#conformant#urn:(?:xoev-de|xeinkauf\.de):kosit:extension:xrechnung_\d+(?:\.\d+)+",
    ),
    (Profile.XRECHNUNG, rf"{_XRECHNUNG}(?:#compliant#urn:xeinkauf\.de:kosit:xrechnung:cvd_\d+(?:\.\d+)+)?"),
    (Profile.CIUS, rf"{_EN}#compliant#urn:[!-~]{{1,200}}"),
)
_ZUGFERD_1: tuple[tuple[Profile, str], ...] = (
    (Profile.ZUGFERD_1_BASIC, r"urn:ferd:CrossIndustryDocument:invoice:1p0:basic"),
    (Profile.ZUGFERD_1_COMFORT, r"urn:ferd:CrossIndustryDocument:invoice:1p0:comfort"),
    (Profile.ZUGFERD_1_EXTENDED, r"urn:ferd:CrossIndustryDocument:invoice:1p0:extended"),
)
_KNOWN: Mapping[Syntax, tuple[tuple[Profile, re.Pattern[str]], ...]] = {
    syntax: tuple((profile, re.compile(pattern)) for profile, pattern in table)
    for syntax, table in (
        (Syntax.CII, (*_CII, *_CORE)),
        (Syntax.UBL_INVOICE, _CORE),
        (Syntax.UBL_CREDIT_NOTE, _CORE),
        (Syntax.ZUGFERD_1, _ZUGFERD_1),
    )
}


def profile_of(syntax: Syntax, specification: str) -> Profile:
    """Return the profile that a specification identifier names.

    Args:
        syntax: In which XML the invoice is written; some profiles exist in one only.
        specification: BT-24, ``GuidelineSpecifiedDocumentContextParameter/ID`` or ``CustomizationID``.

    Source: EN 16931-1 BT-24; Factur-X 1.0 section 5; XRechnung 3.0 section 5.
    """
    stripped = specification.strip()
    for profile, pattern in _KNOWN[syntax]:
        if pattern.fullmatch(stripped):
            return profile
    return Profile.UNKNOWN


LEVELS: Mapping[Profile, frozenset[str]] = {
    Profile.MINIMUM: frozenset({"MINIMUM"}),
    Profile.BASIC_WL: frozenset({"BASIC WL"}),
    Profile.BASIC: frozenset({"BASIC"}),
    Profile.EN_16931: frozenset({"EN 16931"}),
    Profile.EXTENDED: frozenset({"EXTENDED"}),
    Profile.XRECHNUNG: frozenset({"XRECHNUNG"}),
    Profile.XRECHNUNG_EXTENSION: frozenset({"XRECHNUNG"}),
    Profile.CIUS: frozenset({"EN 16931"}),
    Profile.ZUGFERD_1_BASIC: frozenset({"BASIC"}),
    Profile.ZUGFERD_1_COMFORT: frozenset({"COMFORT"}),
    Profile.ZUGFERD_1_EXTENDED: frozenset({"EXTENDED"}),
}
"""What ``ConformanceLevel`` in the metadata may say of each. Source: Factur-X 1.0 section 6.3; ZUGFeRD 1.0, 2.3."""

NAMES: Mapping[str, frozenset[str]] = {
    "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#": frozenset({"factur-x.xml", "xrechnung.xml"}),
    "urn:zugferd:pdfa:CrossIndustryDocument:invoice:2p0#": frozenset({"zugferd-invoice.xml", "factur-x.xml"}),
    "urn:ferd:pdfa:CrossIndustryDocument:invoice:1p0#": frozenset({"ZUGFeRD-invoice.xml"}),
}
"""By namespace of the declaration in the metadata: what the file may be called."""
SYNTAXES: Mapping[str, frozenset[Syntax]] = {
    "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#": frozenset({Syntax.CII}),
    "urn:zugferd:pdfa:CrossIndustryDocument:invoice:2p0#": frozenset({Syntax.CII}),
    "urn:ferd:pdfa:CrossIndustryDocument:invoice:1p0#": frozenset({Syntax.ZUGFERD_1}),
}
"""By namespace of the declaration: in which XML the invoice is written."""
FILE_NAMES = frozenset(name for names in NAMES.values() for name in names)
RELATIONSHIPS: Mapping[Profile, frozenset[str]] = {
    Profile.MINIMUM: frozenset({"Data"}),
    Profile.BASIC_WL: frozenset({"Data"}),
}
"""For each profile what ``/AFRelationship`` may be; for others the table's default."""
USUAL_RELATIONSHIPS = frozenset({"Alternative", "Source", "Data"})
MEDIA_TYPES = frozenset({"text/xml", "application/xml"})
