"""What can go wrong where things are kept."""

from __future__ import annotations

from esign.foundation.errors import EsignError


class StoreError(EsignError):
    """Something could not be kept or found."""

    code = "store"


class DatabaseError(StoreError):
    """The database cannot be used as configured."""

    code = "store.database"


class DatabaseUnavailable(DatabaseError):
    """The database cannot be reached, or is too busy at the moment; asking again later may help."""

    code = "store.database.unavailable"


class SchemaOutdated(DatabaseError):
    """The database's tables are not those of this version."""

    code = "store.database.schema"


class VaultError(StoreError):
    """The vault cannot be used as configured."""

    code = "store.vault"


class VaultKeyError(VaultError):
    """The vault's master key file is missing, readable by others, or of another length."""

    code = "store.vault.key"


class VaultSealBroken(VaultError):
    """Sealed bytes do not open: another master key, another purpose or context, or changed bytes."""

    code = "store.vault.seal_broken"


class BlobError(StoreError):
    """A blob cannot be kept or read."""

    code = "store.blob"


class BlobUnknown(BlobError):
    """There is no blob of that name."""

    code = "store.blob.unknown"


class BlobDamaged(BlobError):
    """The bytes of a blob are not those that its name promises."""

    code = "store.blob.damaged"


class BlobsUnavailable(BlobError):
    """The storage does not answer at the moment; asking again later may help."""

    code = "store.blob.unavailable"


class OutboxError(StoreError):
    """The outbox refused."""

    code = "store.outbox"


class LeaseLost(OutboxError):
    """Somebody else has taken the work over; what was done here must not be recorded."""

    code = "store.outbox.lease_lost"


class LedgerStoreError(StoreError):
    """The ledger's tables contradict themselves."""

    code = "store.ledger"
