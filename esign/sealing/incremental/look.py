"""The picture of a visible seal, encoded once for all documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from esign.pades.appearance import add_appearance
from esign.pades.errors import AppearanceError
from esign.pades.revision import number
from esign.sealing.document_errors import SealProfileError
from esign.sealing.incremental.revision import Object
from esign.sealing.profile import VisibleSeal

if TYPE_CHECKING:
    from esign.pades.revision import Revision

_IMAGE = 7_777_777
"""Stands for the object number of the image until a document says which it is."""


class _Notebook:
    """Takes down what a revision would hold."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def new(self, body: bytes = b"") -> tuple[int, int]:
        self.bodies.append(body)
        return _IMAGE, 0


class Look:
    """What a visible seal looks like.

    Args:
        visible: The picture and its place.

    Raises:
        SealProfileError: The box is empty or off every page, or the picture is not a usable PNG.
    """

    def __init__(self, visible: VisibleSeal) -> None:
        left, bottom, right, top = visible.box
        if visible.page < 0 or not (right - left >= 1 and top - bottom >= 1 and max(map(abs, visible.box)) < 20_000):
            raise SealProfileError("box is empty or off every page")
        notebook = _Notebook()
        try:
            add_appearance(cast("Revision", notebook), visible.picture, right - left, top - bottom)
        except AppearanceError as error:
            raise SealProfileError(error.detail) from error
        self.page = visible.page
        self.box = b" ".join(map(number, visible.box))
        self._image, form = notebook.bodies
        self._before, self._after = form.split(b"%d 0 R" % _IMAGE)

    def objects(self, image: int) -> list[Object]:
        """Return the image and, with the number after it, the appearance.

        Args:
            image: Object number of the image.
        """
        return [(image, 0, self._image), (image + 1, 0, b"%b%d 0 R%b" % (self._before, image, self._after))]
