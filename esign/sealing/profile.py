"""What every seal of a batch looks like."""

from __future__ import annotations

from dataclasses import dataclass

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in PDF points from the page's lower left corner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibleSeal:
    """A picture that stands on a page.

    Args:
        page: 0 is the first.
        box: Where it stands, in PDF points.
        picture: PNG that fills the box; made once for all documents.
    """

    page: int = 0
    box: Box
    picture: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SealProfile:
    """What every seal of a batch looks like.

    Args:
        name: Who seals (``/Name``): the company.
        field: Name of the signature field; where it is taken, a number follows.
        label: What assistive technology says (``/TU``); by default the field's name and who seals.
        visible: The picture, or None for an invisible seal.
        reserved: Bytes kept free for the CMS signature; None for what it takes without a timestamp.

    There is no ``/Reason`` and no ``/Location``: a seal declares nothing, and what nobody checks is not said.
    """

    name: str
    field: str = "Siegel"
    label: str | None = None
    visible: VisibleSeal | None = None
    reserved: int | None = None
