"""The second opinion of the release check: another implementation (pyHanko) looks at every signature of our own file.

What enters: a finished document, trust anchors, an instant. What leaves: findings. What may be touched here: nothing.
Only the release check asks it; a document is released if this and our own verdict agree. Clauses: ETSI EN 319 102-1.
"""

from esign.validation.second_opinion.opinion import second_opinion

__all__ = ["second_opinion"]
