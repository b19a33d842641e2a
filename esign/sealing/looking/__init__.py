"""Looking at strangers' documents in helper processes with limits, before the process that has the key reads them.

What enters: a document, the level it is to reach. What leaves: whether it may be sealed and what its result notes, the
pages of an invoice that is XML, or one error. What may be touched here: helper processes that hold no key. A helper
admits a document and rehearses its seal with a key that is worth nothing; whoever asked then does the same steps on the
same bytes with the real one, and knows what they cost. Clauses: none of law; docs/sealing.md, *The interface*.
"""

from esign.sealing.looking.errors import LookUnavailable
from esign.sealing.looking.gate import LookedGate
from esign.sealing.looking.limits import LookLimits
from esign.sealing.looking.looking import Looking

__all__ = ["LookLimits", "LookUnavailable", "LookedGate", "Looking"]
