"""Which level a signature reaches, which device may make it, and the permission to use a key (station 5).

What enters: the level that a declaration needs, the signature policy, what is known about the key. What leaves: a
device that may sign, and a permission for exactly one digest. What may be touched here: nothing; devices come in
through :class:`CreationDevice`. Clauses: eIDAS Art. 3 (10)–(12), 26, 29, 36, Annex II.

A qualified signature is only ever made by a person's own act on a qualified device; where none is configured, the
engine refuses instead of making something less.
"""

from esign.signing.devices import Devices, NoQualifiedDevice, NoSealDevice, SealNotValid
from esign.signing.errors import SigningError
from esign.signing.levels import KeyHolding, LevelNotReached, level_reached, require_level, statement_held_by
from esign.signing.permission import Permission, PermissionRefused, Receipt, grant
from esign.signing.ports import CreationDevice

__all__ = [
    "CreationDevice",
    "Devices",
    "KeyHolding",
    "LevelNotReached",
    "NoQualifiedDevice",
    "NoSealDevice",
    "Permission",
    "PermissionRefused",
    "Receipt",
    "SealNotValid",
    "SigningError",
    "grant",
    "level_reached",
    "require_level",
    "statement_held_by",
]
