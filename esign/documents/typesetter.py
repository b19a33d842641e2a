"""The typesetter: typst with our own templates and typefaces; data goes in as data, never as code."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal

import typst

from esign.documents.errors import DraftFailed, GlyphMissing

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
REPORT_TEMPLATES = HERE / "report_templates"
"""Templates that show pictures; those of contracts never do."""
FONTS = HERE / "fonts"
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a private folder is made in it
"""Where pictures lie meanwhile: Linux keeps it in memory, so that no page of a stranger's file comes onto a disk."""
STANDARDS: Final[tuple[Literal["a-3a"], Literal["ua-1"]]] = ("a-3a", "ua-1")
"""PDF/A-3a (ISO 19005-3) and PDF/UA-1 (ISO 14289-1): the typesetter refuses to write what breaks their rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A typeset document and what its template reports about it."""

    pdf: bytes
    reports: tuple[Mapping[str, Any], ...]
    """Values of the template's labelled metadata: lengths as numbers of points, origin at the top left."""


def typeset(
    template: str,
    inputs: Mapping[str, str],
    *,
    at: datetime,
    templates: Path = TEMPLATES,
    pictures: Sequence[bytes] = (),
) -> Sheet:
    """Typeset one document; same template, inputs and instant give the same bytes on every machine.

    Each call has a compiler of its own, so threads do not share state; the typefaces are loaded once.

    Args:
        template: Name of one of our templates, without suffix.
        inputs: What the template reads as ``sys.inputs``.
        at: Creation instant that the document carries; whole seconds count.
        templates: The folder of ours in which the template lies; it can read nothing outside it.
        pictures: PNG files that the template reads as ``picture-0.png`` and so on; they and the template lie in a
            temporary folder meanwhile, in memory where the system has such a place.

    Raises:
        GlyphMissing: A character is in none of our typefaces.
        DraftFailed: Anything else that the typesetter refuses.
    """
    if not pictures:
        return _typeset(templates, template, inputs, at)
    with TemporaryDirectory(prefix="esign-", dir=_IN_MEMORY if os.access(_IN_MEMORY, os.W_OK) else None) as name:
        folder = Path(name)
        for source in templates.glob("*.typ"):
            (folder / source.name).write_bytes(source.read_bytes())
        for number, picture in enumerate(pictures):
            (folder / f"picture-{number}.png").write_bytes(picture)
        return _typeset(folder, template, inputs, at)


def _typeset(folder: Path, template: str, inputs: Mapping[str, str], at: datetime) -> Sheet:
    try:
        compiler = typst.Compiler(folder / f"{template}.typ", root=folder, font_paths=_fonts(), sys_inputs=dict(inputs))
        pdf = compiler.compile(
            format="pdf", pdf_standards=list(STANDARDS), timestamp=at.astimezone(UTC).replace(microsecond=0)
        )
        reports = json.loads(compiler.query("<report>", field="value"))
    except typst.TypstError as error:
        if "could not be displayed with" in str(error):
            raise GlyphMissing(template=template) from None
        raise DraftFailed("the typesetter refused the document", template=template) from error
    if not isinstance(pdf, bytes):
        raise DraftFailed("the typesetter wrote no document", template=template)
    return Sheet(pdf=pdf, reports=tuple(reports))


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
