"""The two public doors: no login, no actor; what they say reveals nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from esign.contracts.rights import Function, Read, Right, function, read
from esign.documents.notices import Notice, draw_up_notice
from esign.engine.household import Household
from esign.engine.rights import notices
from esign.engine.rights.receiving import Received, receive


@dataclass(frozen=True, slots=True, kw_only=True)
class _Door:
    """What both doors do alike."""

    household: Household
    right: Right

    def function(self) -> Function:
        """Return labels, fields and texts as they are today."""
        return function(self.right, self.household.today())

    def read(self, typed: Mapping[str, str]) -> Read:
        """Return what was typed, and what is still missing; nothing is kept."""
        return read(self.function(), typed)

    def declare(self, tenant: str, typed: Mapping[str, str], *, press: str, lang: str) -> Received:
        """Receive a declaration: kept in the same moment, acknowledged by mail at once.

        Args:
            tenant: Whose customer declares.
            typed: The prescribed fields by name.
            press: A random word of the page on which the button was pressed.
            lang: ``de`` or ``en``: language of that page.

        Raises:
            DeclarationIncomplete: A prescribed field is empty, or the address is none.
        """
        return receive(self.household, self.right, tenant, typed, press=press, lang=lang)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalDesk(_Door):
    """Two steps: name, contract, address; then the button that confirms.

    Source: BGB § 356a.
    """

    right: Right = Right.WITHDRAWAL


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminationDesk(_Door):
    """One page with the prescribed fields and the button that terminates.

    Source: BGB § 312k.
    """

    right: Right = Right.TERMINATION

    def copy(self, tenant: str, received: Received, *, lang: str) -> bytes:
        """Return the declaration as a file that the consumer can store, with the instant of its submission.

        Source: BGB § 312k (3).
        """
        notice: Notice = notices.of_declaration(self.household, tenant, received, self.function(), lang=lang)
        return draw_up_notice(notice).pdf
