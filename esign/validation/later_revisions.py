"""What stands behind a signature: the difference analysis of the second implementation, with two things more.

1. The signed revision is taken by itself (:mod:`esign.validation.signed_revision`): what it shows stands in the signed
   bytes. The library alone compares a revision with what a cross-reference may have borrowed from behind them.
2. What this product itself appends – values of the security store, invisible document timestamps, further signature
   fields – is recognised entry by entry. To know that nothing else was changed, the library then need not follow every
   path through the document.

Whatever is not recognised is judged by the library's own policy; nothing is permitted that it would not permit.
"""

from __future__ import annotations

import logging
from typing import Any

from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    DiffResult,
    StandardDiffPolicy,
    SuspiciousModification,
)

from esign.validation.appended import Appended
from esign.validation.signed_revision import NotPlain, References, read_alone, references

_log = logging.getLogger(__name__)


class LaterRevisions(StandardDiffPolicy):
    """Judges what was appended behind the signed bytes.

    Args:
        signed: The file up to the end of the signature's byte range.
    """

    def __init__(self, signed: bytes) -> None:
        super().__init__(DEFAULT_DIFF_POLICY.global_rules, DEFAULT_DIFF_POLICY.form_rule)
        self._signed = signed
        self._references: References | None = None

    def review_file(
        self, reader: Any, base_revision: Any, field_mdp_spec: Any = None, doc_mdp: Any = None
    ) -> DiffResult | SuspiciousModification:
        """Compare each later revision with the signed one."""
        number = base_revision if isinstance(base_revision, int) else base_revision.revision
        base = reader.get_historical_resolver(number)
        try:
            self._references = references(base, self._signed)
        except NotPlain:
            return self._review_alone(reader, number, field_mdp_spec, doc_mdp)
        return super().review_file(reader, base, field_mdp_spec=field_mdp_spec, doc_mdp=doc_mdp)

    def _review_alone(
        self, reader: Any, number: int, field_mdp_spec: Any, doc_mdp: Any
    ) -> DiffResult | SuspiciousModification:
        try:
            base = read_alone(self._signed, number)
            return super().review_file(reader, base, field_mdp_spec=field_mdp_spec, doc_mdp=doc_mdp)
        except Exception as error:
            return SuspiciousModification(f"the signed revision is not whole by itself: {type(error).__name__}")

    def apply(self, old: Any, new: Any, field_mdp_spec: Any = None, doc_mdp: Any = None) -> DiffResult:
        """Judge one later revision.

        Raises:
            SuspiciousModification: Something was changed that nothing permits.
        """
        if self._references is not None and field_mdp_spec is None and doc_mdp is None:
            try:
                return DiffResult(Appended(old, new, self._references).level(), set())
            except Exception:  # not recognised, or not even readable: the library says what it is
                _log.debug("a later revision is judged by every path through the document")
        return super().apply(old, new, field_mdp_spec=field_mdp_spec, doc_mdp=doc_mdp)
