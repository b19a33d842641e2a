"""Preservation: a signature is brought to the level at which it can still be verified after years, and kept there.

What enters: a signed PDF, the level that is wanted, trust anchors, a timestamp authority, a source of revocation data,
the time. What leaves: the same file with revisions behind it, or an error and nothing. What may be touched here: the
two ports, in memory everything else; files are written elsewhere. What is made is verified by
:mod:`esign.validation.verdict` before it is handed out.

Clauses: ETSI EN 319 142-1 clauses 5.4 and 6.3 (levels, security store, document timestamp), ETSI EN 319 102-1 clause
5.6 (proofs of existence), ETSI TS 119 312 (hash of a renewal).
"""

from esign.preservation.augmented import Augmented, SignatureLevels
from esign.preservation.augmenter import Augmenter
from esign.preservation.errors import PreservationError
from esign.preservation.levels import BaselineLevel

__all__ = ["Augmented", "Augmenter", "BaselineLevel", "PreservationError", "SignatureLevels"]
