"""Why a trusted list is not used; the codes stand in the findings about it."""

from __future__ import annotations

from esign.validation.errors import ValidationError


class TrustedListError(ValidationError):
    """A trusted list cannot be used."""

    code = "validation.trusted_list"
    source = "ETSI TS 119 612"


class ListTooLarge(TrustedListError):
    """A trusted list is larger than what is read."""

    code = "validation.trusted_list.too_large"


class ListMalformed(TrustedListError):
    """Bytes are no trusted list of a version that is understood."""

    code = "validation.trusted_list.malformed"


class ListSignatureInvalid(TrustedListError):
    """The signature of a trusted list does not cover and verify the whole list."""

    code = "validation.trusted_list.signature"
    source = "ETSI TS 119 612 clause 5.7, annex B.6"


class ListSignerUnknown(ListSignatureInvalid):
    """A trusted list is signed with a certificate that nobody named for it."""

    code = "validation.trusted_list.signature.signer"
    source = "ETSI TS 119 615 clause 4.2"


class ListDiffersFromPointer(TrustedListError):
    """A trusted list is not the one that was pointed to: kind, territory or media type differ."""

    code = "validation.trusted_list.pointer"
    source = "ETSI TS 119 615 clause 4.2"


class ListWentBack(TrustedListError):
    """A trusted list is older than one that was seen before."""

    code = "validation.trusted_list.sequence"
    source = "ETSI TS 119 612 clause 5.3.2"


class PivotsBroken(TrustedListError):
    """The pivots do not lead from the trusted certificates to the list of the lists."""

    code = "validation.trusted_list.pivots"
    source = "ETSI TS 119 615 clause 4.1"


class ListUnavailable(TrustedListError):
    """A trusted list could not be had."""

    code = "validation.trusted_list.unavailable"
