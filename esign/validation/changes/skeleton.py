"""The parts of a document that may change behind a signature, and where a reader of one revision finds them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from esign.pdf import Dictionary, Field, Object, Page, PdfStructureError, Ref, View
from esign.validation.changes.references import TRAILER, Path, Use

_STORE_LISTS = ("Certs", "OCSPs", "CRLs")
_DEEPEST = 96


class Role(Enum):
    """What an object is for whoever refers to it."""

    CATALOG = auto()
    INFO = auto()
    METADATA = auto()
    FORM = auto()
    FIELD_LIST = auto()
    FIELD = auto()
    VALUE = auto()
    APPEARANCE = auto()
    EXTENSIONS = auto()
    RESOURCES = auto()
    STORE = auto()
    ANNOTATIONS = auto()
    ANNOTATION = auto()


@dataclass(frozen=True, slots=True)
class Place:
    """What stands at one place.

    Args:
        role: What it is.
        field: Number of the object of the field or widget that it belongs to.
        page: Number of the object of the page that it belongs to.
    """

    role: Role
    field: int | None = None
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Met:
    """A field or widget as one revision shows it: what it refers to, and the places where it does.

    Args:
        node: Its dictionary.
        behind: What stands behind its references.
        places: The places.
        appearances: The objects that are its appearance.
    """

    node: Dictionary
    behind: tuple[tuple[Ref, Object], ...]
    places: dict[Use, Place]
    appearances: frozenset[int]

    def holds(self, view: View, node: Dictionary) -> bool:
        """Whether another revision shows just the same objects."""
        return node is self.node and all(view.get(ref) is value for ref, value in self.behind)


class Skeleton:
    """The form, the store, the annotations of the pages, metadata: each by the place where it is referred to.

    Args:
        view: The document as of one revision.
        met: Fields that other revisions have shown; those of this one are added.

    Raises:
        PdfError: The document cannot be read.
    """

    def __init__(self, view: View, met: dict[int, Met] | None = None) -> None:
        self.view = view
        self._met = {} if met is None else met
        self._behind: list[tuple[Ref, Object]] = []
        root = view.trailer.get("Root")
        if type(root) is not Ref:
            raise PdfStructureError("the file has no catalog")
        self.root = root.number
        self.catalog = view.catalog
        self.pages: dict[int, Page] = {page.ref.number: page for page in view.pages()}
        self.fields = view.fields()
        self.nodes: dict[int, Field] = {}
        """Each object that is a field without fields below it, or a widget of one."""
        self.groups: set[int] = set()
        """Each object that is a field with fields below it."""
        self.appearances: dict[int, set[int]] = {}
        """For each field or widget the objects that are its appearance."""
        self.shown_on: dict[int, int] = {}
        """Each annotation that is an object of its own, with the number of its page's object."""
        self.places: dict[Use, Place] = {(TRAILER, ("Root",)): Place(Role.CATALOG)}
        self._follow(TRAILER, ("Info",), view.trailer.get("Info"), Place(Role.INFO))
        self._follow(self.root, ("Metadata",), self.catalog.get("Metadata"), Place(Role.METADATA))
        extensions = Place(Role.EXTENSIONS)
        holder, path, value = self._follow(self.root, ("Extensions",), self.catalog.get("Extensions"), extensions)
        for key, item in value.items() if isinstance(value, dict) else ():
            self._follow(holder, (*path, key), item, extensions)
        self._form()
        self._store()
        for page in self.pages.values():
            self._annotations(page)

    def page_number(self, page: int | None) -> int | None:
        """Return which page an object is, 1 is the first."""
        found = None if page is None else self.pages.get(page)
        return None if found is None else found.number + 1

    def page_of_field(self, field: Field) -> int | None:
        """Return the page that shows a field first, 1 is the first page of the document."""
        for ref, dictionary in field.widgets:
            page = dictionary.get("P")
            number = self.shown_on.get(ref.number) if ref else None
            found = self.page_number(number if number is not None else page.number if type(page) is Ref else None)
            if found is not None:
                return found
        return None

    def list_of(self, dictionary: Dictionary, key: str) -> list[Object]:
        """Return the items of a dictionary's array; an empty list where there is none.

        Raises:
            PdfStructureError: It is something else.
        """
        value = self.view.value(dictionary, key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise PdfStructureError("a list is none")
        return value

    def _follow(self, holder: int, path: Path, value: Object, place: Place) -> tuple[int, Path, Object]:
        """Take down a place if a reference stands there; return holder, path and value behind it."""
        if type(value) is not Ref:
            return holder, path, value
        self.places[(holder, path)] = place
        if place.role is Role.APPEARANCE and place.field is not None:
            self.appearances.setdefault(place.field, set()).add(value.number)
        behind = self.view.resolve(value)
        self._behind.append((value, behind))
        return value.number, (), behind

    def _form(self) -> None:
        for field in self.fields:
            self.groups.update(parent.number for parent in field.parents)
            for ref in (field.ref, *(widget for widget, _ in field.widgets)):
                if ref is not None:
                    self.nodes[ref.number] = field
        holder, path, form = self._follow(self.root, ("AcroForm",), self.catalog.get("AcroForm"), Place(Role.FORM))
        if isinstance(form, dict):
            self._list(holder, (*path, "Fields"), form.get("Fields"), 0)
            place = Place(Role.RESOURCES)
            holder, path, resources = self._follow(holder, (*path, "DR"), form.get("DR"), place)
            for key, value in resources.items() if isinstance(resources, dict) else ():
                self._follow(holder, (*path, key), value, place)

    def _list(self, holder: int, path: Path, value: Object, depth: int) -> None:
        holder, path, items = self._follow(holder, path, value, Place(Role.FIELD_LIST))
        if not isinstance(items, list) or depth > _DEEPEST:
            return
        for index, item in enumerate(items):
            number = item.number if type(item) is Ref else None
            node_holder, inside, node = self._follow(holder, (*path, index), item, Place(Role.FIELD, number))
            if isinstance(node, dict):
                self._field(node_holder, inside, node, number)
                if node.get("Kids") is not None:
                    self._list(node_holder, (*inside, "Kids"), node.get("Kids"), depth + 1)

    def _field(self, holder: int, path: Path, node: Dictionary, number: int | None) -> None:
        if number is None or path:
            self._follow_field(holder, path, node, number)
            return
        met = self._met.get(number)
        if met is None or not met.holds(self.view, node):
            places, appearances = self.places, self.appearances
            self.places, self.appearances, self._behind = {}, {}, []
            try:
                self._follow_field(holder, path, node, number)
                found = frozenset(self.appearances.get(number, ()))
                met = Met(node, tuple(self._behind), self.places, found)
            finally:
                self.places, self.appearances = places, appearances
            self._met[number] = met
        self.places.update(met.places)
        if met.appearances:
            self.appearances.setdefault(number, set()).update(met.appearances)

    def _follow_field(self, holder: int, path: Path, node: Dictionary, number: int | None) -> None:
        self._follow(holder, (*path, "V"), node.get("V"), Place(Role.VALUE, number))
        place = Place(Role.APPEARANCE, number)
        inner, inside, appearance = self._follow(holder, (*path, "AP"), node.get("AP"), place)
        for key, value in appearance.items() if isinstance(appearance, dict) else ():
            states, within, state = self._follow(inner, (*inside, key), value, place)
            for word, stream in state.items() if isinstance(state, dict) else ():
                self._follow(states, (*within, word), stream, place)

    def _store(self) -> None:
        place = Place(Role.STORE)
        holder, path, store = self._follow(self.root, ("DSS",), self.catalog.get("DSS"), place)
        if not isinstance(store, dict):
            return
        for key in _STORE_LISTS:
            self._store_list(holder, (*path, key), store.get(key))
        holder, path, related = self._follow(holder, (*path, "VRI"), store.get("VRI"), place)
        for name, value in related.items() if isinstance(related, dict) else ():
            inner, inside, entry = self._follow(holder, (*path, name), value, place)
            for key, item in entry.items() if isinstance(entry, dict) else ():
                self._store_list(inner, (*inside, key), item)

    def _store_list(self, holder: int, path: Path, value: Object) -> None:
        holder, path, items = self._follow(holder, path, value, Place(Role.STORE))
        for index, item in enumerate(items) if isinstance(items, list) else ():
            self._follow(holder, (*path, index), item, Place(Role.STORE))

    def _annotations(self, page: Page) -> None:
        value = page.dictionary.get("Annots")
        if value is None:
            return
        number = page.ref.number
        holder, path, items = self._follow(number, ("Annots",), value, Place(Role.ANNOTATIONS, page=number))
        for index, item in enumerate(items) if isinstance(items, list) else ():
            if type(item) is Ref:
                self.shown_on.setdefault(item.number, number)
                role = Role.FIELD if item.number in self.nodes else Role.ANNOTATION
                self.places[(holder, (*path, index))] = Place(role, item.number, number)
