"""What can go wrong with evidence."""

from __future__ import annotations

from esign.foundation.errors import EsignError


class EvidenceError(EsignError):
    """Evidence cannot be written or read."""

    code = "evidence"


class EntryError(EvidenceError):
    """Bytes are not a ledger entry, or a ledger entry may not say this."""

    code = "evidence.entry"


class HeadError(EvidenceError):
    """Bytes are not a ledger head."""

    code = "evidence.head"


class CommitmentError(EvidenceError):
    """The content is not what was committed to."""

    code = "evidence.commitment"


class DossierError(EvidenceError):
    """A dossier cannot be written or read."""

    code = "evidence.dossier"


class ContainerError(DossierError):
    """The container is not exactly in the form of a dossier; ``facts["part"]`` names the part."""

    code = "evidence.dossier.container"
    source = "ETSI EN 319 162-1"


class ErasedError(EvidenceError):
    """The personal data were erased; nobody can read them any more."""

    code = "evidence.erased"
    source = "GDPR Art. 17"
