"""A QR code as a picture inside the page."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr_code(text: str) -> Markup:
    """Return the QR code of a text as SVG: black on white, four modules of margin (ISO/IEC 18004)."""
    code = segno.make(text, error="m", micro=False)
    return Markup(  # noqa: S704 - made by the library out of squares
        code.svg_inline(border=4, omitsize=True, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    )
