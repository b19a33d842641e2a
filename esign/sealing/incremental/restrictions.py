"""What the form and the signatures that are there already say about one more signature field."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from esign.pdf import Dictionary, Object, Ref, String
from esign.sealing.document_errors import CertifiedDocument, LockedDocument
from esign.sealing.incremental.unusual import Unusual
from esign.sealing.incremental.values import whole
from esign.validation.changes.permission import NOTHING, Permission, read_permission, strictest

if TYPE_CHECKING:
    from esign.pdf import Field, View
    from esign.sealing.incremental.values import Values

_MOST_FIELDS = 5_000
_DEEPEST = 64
_MOST_SIGNATURES = 1_000
_MOST_LOCKED = 100_000
"""Names of fields that all signatures of a document lock together, as far as they are looked at."""


class Plain(NamedTuple):
    """As much of a field as the reading of its lock looks at."""

    dictionary: Dictionary


class Restrictions(NamedTuple):
    """What stands against one more signature field.

    Args:
        names: The names that are taken at the top of the form.
        signatures: What each signature permits afterwards.
    """

    names: frozenset[str]
    signatures: tuple[Permission, ...]

    def name_for(self, wanted: str) -> str:
        """Return a name for the field: the wanted one, or the first with a number that is free and not locked.

        Raises:
            LockedDocument: Every name is locked.
        """
        others = (f"{wanted}{number}" for number in range(2, len(self.names) + len(self.signatures) + 100))
        for name in (wanted, *others):
            if name not in self.names and not any(permission.locks(name) for permission in self.signatures):
                return name
        raise LockedDocument()

    def check(self, *, visible: bool) -> None:
        """Check that one more signature is permitted.

        Args:
            visible: Whether something is going to be seen on a page.

        Raises:
            CertifiedDocument: The document is certified and permits no change, or none that is seen.
            LockedDocument: A signature says of the fields that it locks what is not understood.
        """
        for permission in self.signatures:
            level = strictest(permission.certifies, permission.afterwards)
            if level == NOTHING or (visible and permission.certifies is not None):
                raise CertifiedDocument(permission=level)
            if not permission.understood:
                raise LockedDocument("an earlier signature locks form fields in a way that is not understood")


NONE = Restrictions(frozenset(), ())
"""A document without a form."""


class Permissions:
    """What the signatures of a document permit, taken down one after the other: more than any honest one is refused."""

    def __init__(self) -> None:
        self._found: list[Permission] = []
        self._locked = 0

    def add(self, permission: Permission) -> None:
        """Take down what one signature permits.

        Raises:
            LockedDocument: There are more of them than are looked at.
        """
        self._found.append(permission)
        self._locked += len(permission.fields)
        if len(self._found) > _MOST_SIGNATURES or self._locked > _MOST_LOCKED:
            raise LockedDocument("earlier signatures, or fields that they lock, are more than are looked at")

    def all(self) -> tuple[Permission, ...]:
        """Return them."""
        return tuple(self._found)


def read_restrictions(values: Values, fields: Object) -> Restrictions:
    """Return what a form says, every field of it looked at.

    Args:
        values: The document.
        fields: The form's list of fields.

    Raises:
        Unusual: A form that is damaged, circular or very large.
        LockedDocument: Signatures say more than is looked at.
    """
    names: set[str] = set()
    signatures = Permissions()
    seen: set[Ref] = set()
    waiting: list[tuple[Object, int, Object, Object]] = [(fields, 0, None, None)]
    while waiting:
        kids, depth, kind, held = waiting.pop()
        if not isinstance(kids, list) or depth > _DEEPEST:
            raise Unusual("form")
        for kid in kids:
            if not isinstance(kid, Ref) or kid in seen or len(seen) > _MOST_FIELDS:
                raise Unusual("form")
            seen.add(kid)
            field = values.resolve(kid)
            if not isinstance(field, dict):
                raise Unusual("form")
            if depth == 0:
                name = values.value(field, "T")
                names.add(name.text if isinstance(name, String) else "")
            own_kind = values.resolve(field.get("FT", kind))
            own_held = field.get("V", held)
            if own_kind == "Sig" and own_held is not None:
                signature = values.resolve(own_held)
                if isinstance(signature, dict):
                    view, plain = cast("View", values), cast("Field", Plain(field))
                    signatures.add(read_permission(view, plain, signature))
            if "Kids" in field:
                waiting.append((values.value(field, "Kids"), depth + 1, own_kind, own_held))
    return Restrictions(frozenset(names), signatures.all())


def with_certification(known: Restrictions, values: Values, permissions: bytes) -> Restrictions:
    """Return restrictions with what the certification says that a catalog names (ISO 32000-2 clause 12.8.6).

    Args:
        known: What the form says.
        values: The document.
        permissions: The catalog's ``/Perms``.

    Raises:
        Unusual: Damaged.
    """
    named = values.resolve(whole(permissions))
    if not isinstance(named, dict):
        raise Unusual("permissions")
    held = values.value(named, "DocMDP")
    if held is None:
        return known
    if not isinstance(held, dict):
        raise Unusual("permissions")
    permission = read_permission(cast("View", values), cast("Field", Plain({})), held)
    return Restrictions(known.names, (*known.signatures, permission))
