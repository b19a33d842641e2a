"""Why a file is refused: one reason a file, the most telling one first."""

from __future__ import annotations

from typing import Final

ORDER: Final = (
    "not_pdf",
    "encrypted",
    "damaged",
    "ambiguous",
    "expansion",
    "too_complex",
    "xfa",
    "signed",
    "javascript",
    "open_action",
    "additional_actions",
    "action",
    "multimedia",
    "attachments",
    "layers",
    "external_reference",
    "no_pages",
    "too_many_pages",
    "page_size",
    "form",
    "annotation",
    "image_format",
    "font",
    "reserved_name",
)
"""The reasons; where several apply, the first is told and the others are named beside it."""


class Refused(Exception):
    """The file is not taken.

    Args:
        reason: One of :data:`ORDER`.
        facts: What helps the person to mend it; no content of the file beyond names of its fonts and pages.
    """

    def __init__(self, reason: str, **facts: str | int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


class Reasons:
    """Collects what speaks against a file, so that the person learns all of it at once."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, str | int]] = {}

    def add(self, reason: str, **facts: str | int) -> None:
        """Note a reason; the first facts of a reason stay."""
        self._found.setdefault(reason, facts)

    def check(self) -> None:
        """Refuse the file if anything speaks against it.

        Raises:
            Refused: By the first reason in the order.
        """
        found = sorted(self._found, key=ORDER.index)
        if found:
            also = {"also": ",".join(found[1:])} if found[1:] else {}
            raise Refused(found[0], **self._found[found[0]], **also)
