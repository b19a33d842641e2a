"""Pointers from one list to another. Source: ETSI TS 119 612 clause 5.3.13."""

from __future__ import annotations

from esign.validation.trusted_lists.errors import ListMalformed
from esign.validation.trusted_lists.model import ListPointer
from esign.validation.trusted_lists.xml import TSL, TYPES, Element, binary, children, optional, required, text

MEDIA_TYPE = "application/vnd.etsi.tsl+xml"
"""Media type of a list for machines; pointers to lists for people carry another. Source: clause 5.3.13, annex B."""
MAX_POINTERS = 500


def read_pointers(holder: Element | None) -> tuple[ListPointer, ...]:
    """Return the pointers of ``PointersToOtherTSL``.

    Raises:
        ListMalformed: It does not keep to the schema.
    """
    if holder is None:
        return ()
    found = tuple(_pointer(item) for item in children(holder, TSL, "OtherTSLPointer"))
    if len(found) > MAX_POINTERS:
        raise ListMalformed("the list has too many pointers")
    return found


def _pointer(element: Element) -> ListPointer:
    signers: list[bytes] = []
    identities = optional(element, TSL, "ServiceDigitalIdentities")
    for item in () if identities is None else children(identities, TSL, "ServiceDigitalIdentity"):
        for digital in children(item, TSL, "DigitalId"):
            signers += [binary(der) for der in children(digital, TSL, "X509Certificate")]
    stated: dict[str, str] = {}
    information = optional(element, TSL, "AdditionalInformation")
    for other in () if information is None else children(information, TSL, "OtherInformation"):
        for namespace, name in ((TSL, "TSLType"), (TSL, "SchemeTerritory"), (TYPES, "MimeType")):
            for item in children(other, namespace, name):
                if name in stated:
                    raise ListMalformed("a pointer says something twice", element=name)
                stated[name] = text(item)
    return ListPointer(
        location=text(required(element, TSL, "TSLLocation")),
        kind=stated.get("TSLType", ""),
        territory=stated.get("SchemeTerritory", ""),
        media_type=stated.get("MimeType", ""),
        signers=tuple(dict.fromkeys(signers)),
    )
