"""Trusted lists of the sandbox: a list of the lists, its pivots and national lists, made from a description.

What enters: ``certs/trusted-lists.yaml``, an instant. What leaves: a world in memory – lists as bytes by address,
the authorities and certificates that they speak of – for tests and measuring. Keys are made when the world is made and
never kept. Every name says SANDBOX; the addresses end in ``.test``. Format: ETSI TS 119 612.
"""

from certs.trusted_lists.description import ListDescription, ServiceDescription, describe
from certs.trusted_lists.signing import ListSigner, sign_list
from certs.trusted_lists.world import Issuer, ListWorld

__all__ = [
    "Issuer",
    "ListDescription",
    "ListSigner",
    "ListWorld",
    "ServiceDescription",
    "describe",
    "sign_list",
]
