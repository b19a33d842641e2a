"""What augmentation needs from outside beside timestamps: who says what is revoked, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from esign.identity.ports import RevocationData, RevocationSource


class RevocationHistory(RevocationSource, Protocol):
    """Says what is revoked, and hands out the lists and responses that say so as well."""

    def gather(self, chain: Sequence[bytes]) -> RevocationData:
        """Return checked revocation data for every certificate of a chain (DER, end entity first), whatever it says.

        A signature that is proven to be older than the revocation of its certificate stays valid; whether it is, the
        verdict says, not who hands out the data.

        Raises:
            EsignError: About one of them nothing reliable could be had.
        """
