"""Changes: what stands behind a signature, byte by byte and object by object; only what is known to be harmless passes.

What enters: a file (:func:`open_file`). What leaves: for each signature the changes behind it, those that it permits
and those that nothing permits, with page and plain words. What may be touched here: nothing. Clauses: ISO 32000-2
clauses 12.7, 12.8; ETSI EN 319 142-1 clauses 5.4, 5.5.
"""

from esign.validation.changes.analysis import Analysis
from esign.validation.changes.byte_range import cms_length
from esign.validation.changes.change import Change, ChangeKind, Changes
from esign.validation.changes.found import FoundSignature, find_signatures
from esign.validation.changes.hidden import Hidden, HiddenKind, find_hidden
from esign.validation.changes.permission import Permission
from esign.validation.changes.reading import Reading, open_file

__all__ = [
    "Analysis",
    "Change",
    "ChangeKind",
    "Changes",
    "FoundSignature",
    "Hidden",
    "HiddenKind",
    "Permission",
    "Reading",
    "cms_length",
    "find_hidden",
    "find_signatures",
    "open_file",
]
