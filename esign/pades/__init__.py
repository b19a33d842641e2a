"""PAdES mechanics: prepare, sign elsewhere, embed, augment. Knows bytes, not law.

What enters: a PDF, a picture, certificates, a signature value, timestamp tokens, revocation data. What leaves: a
prepared document with its digest, the signed attributes, a CMS signature, a longer PDF. What may be touched here:
nothing; every step is a function of its arguments, and between the steps nothing is kept.

The walk: :func:`prepare` → :func:`signed_attributes` → a key elsewhere signs them → :func:`signed_data` →
:func:`embed` → :func:`add_document_security_store` → :func:`prepare_document_timestamp` → :func:`embed` the token.

Clauses: ISO 32000-1 7.5.6 and 12.8, ETSI EN 319 142-1 (PAdES baseline), EN 319 122-1 (CAdES attributes), RFC 5652,
ISO 19005-3 (PDF/A-3), ISO 14289-1 (PDF/UA), ``docs/ceremony-spec.md`` sections 3, 7 and 8.
"""

from esign.pades.attributes import SignedAttributes, read_signed_attributes, signed_attributes
from esign.pades.cms import SignedData, raw_to_der, read_signed_data, signed_data
from esign.pades.document_timestamp import prepare_document_timestamp
from esign.pades.embed import embed
from esign.pades.errors import PadesError
from esign.pades.evidence import CeremonyEvidence, Statement
from esign.pades.placeholder import PreparedDocument, range_digest
from esign.pades.prepare import prepare
from esign.pades.read import EmbeddedSignature, read_signatures
from esign.pades.seal_attributes import seal_attributes
from esign.pades.security_store import add_document_security_store, read_security_store

__all__ = [
    "CeremonyEvidence",
    "EmbeddedSignature",
    "PadesError",
    "PreparedDocument",
    "SignedAttributes",
    "SignedData",
    "Statement",
    "add_document_security_store",
    "embed",
    "prepare",
    "prepare_document_timestamp",
    "range_digest",
    "raw_to_der",
    "read_security_store",
    "read_signatures",
    "read_signed_attributes",
    "read_signed_data",
    "seal_attributes",
    "signed_attributes",
    "signed_data",
]
