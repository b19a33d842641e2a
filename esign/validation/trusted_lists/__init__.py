"""Trusted lists of the Union: from the certificates in the Official Journal to the status of a service at an instant.

What enters: addresses and certificates where trust begins, bytes from a source, the present instant. What leaves: the
lists that can be used as values, what is wrong with the others as findings, an index of services. What may be touched
here: the source and the cache that are handed in (``ports.py``). Clauses: ETSI TS 119 612 (versions 5 and 6), ETSI
TS 119 615 clauses 4.1 to 4.3, ETSI EN 319 132-1.
"""

from esign.validation.trusted_lists.digital_identity import KeyAndName
from esign.validation.trusted_lists.errors import (
    ListDiffersFromPointer,
    ListMalformed,
    ListSignatureInvalid,
    ListSignerUnknown,
    ListTooLarge,
    ListUnavailable,
    ListWentBack,
    PivotsBroken,
    TrustedListError,
)
from esign.validation.trusted_lists.index import Found, ServiceIndex
from esign.validation.trusted_lists.loading import (
    STALE,
    UNCHECKED,
    ListAnchors,
    ListPolicy,
    ListProblem,
    LoadedLists,
    load_lists,
)
from esign.validation.trusted_lists.model import ListKind, ListPointer, Service, ServicePeriod, TrustedList
from esign.validation.trusted_lists.ports import Fetched, KeptList, ListCache, ListSource
from esign.validation.trusted_lists.reading import read_list
from esign.validation.trusted_lists.signature import VerifiedList, verify_list

__all__ = [
    "STALE",
    "UNCHECKED",
    "Fetched",
    "Found",
    "KeptList",
    "KeyAndName",
    "ListAnchors",
    "ListCache",
    "ListDiffersFromPointer",
    "ListKind",
    "ListMalformed",
    "ListPointer",
    "ListPolicy",
    "ListProblem",
    "ListSignatureInvalid",
    "ListSignerUnknown",
    "ListSource",
    "ListTooLarge",
    "ListUnavailable",
    "ListWentBack",
    "LoadedLists",
    "PivotsBroken",
    "Service",
    "ServiceIndex",
    "ServicePeriod",
    "TrustedList",
    "TrustedListError",
    "VerifiedList",
    "load_lists",
    "read_list",
    "verify_list",
]
