"""All reports on one verdict, made together from the same values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from esign.documents.compare import Comparison, compare_pages
from esign.documents.draft import FieldPlacement
from esign.documents.report import draw_report
from esign.validation.reports.as_json import json_report
from esign.validation.reports.etsi import etsi_report
from esign.validation.reports.people import words_for_people
from esign.validation.reports.pictures import PicturedChange, pictured_changes
from esign.validation.reports.subject import Maker, Subject
from esign.validation.verdict import FileVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture of a page.

    Args:
        name: What distinguishes it from the others, such as ``1-page-3-signed``.
        png: The picture.
    """

    name: str
    png: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """The reports on one file, not sealed.

    Args:
        pdf: For people: PDF/A-3a and PDF/UA-1 as declared by the typesetter.
        xml: By ETSI TS 119 102-2.
        json: For programs.
        pictures: Pages that differ, the signed and the present one, differences marked.
        lang: Language of the report for people.
        seal_place: Where our seal stands in the PDF; None if it is not to be sealed.
        words: What the report for people says, for a page that shows it.
        shown: The pictures that ``words`` refers to by their place (PNG).
    """

    pdf: bytes
    xml: bytes
    json: bytes
    pictures: tuple[Picture, ...]
    lang: str
    seal_place: FieldPlacement | None
    words: Mapping[str, Any] = field(default_factory=dict)
    shown: tuple[bytes, ...] = ()


def make_reports(
    verdict: FileVerdict,
    data: bytes,
    *,
    maker: Maker,
    lang: str,
    made_at: datetime,
    compare: Callable[[bytes, bytes], Comparison] = compare_pages,
) -> Reports:
    """Return the reports on a verdict; a place for a seal is left where the maker has one.

    Args:
        verdict: What was found.
        data: The file that it is about.
        maker: Who makes the reports.
        lang: Language of the report for people, ``de`` or ``en``.
        made_at: When they are made; with a time zone.
        compare: Makes pictures of pages that differ, in a process of its own.

    Raises:
        HelpersBusy: Too many files are being looked into right now.
        DraftFailed: The report could not be typeset.
    """
    subject = Subject.of(verdict.file, data)
    pictured = pictured_changes(verdict, subject, compare=compare)
    words, pictures = words_for_people(verdict, subject, maker, pictured=pictured, lang=lang, made_at=made_at)
    drawn = draw_report(words, pictures=pictures, to_be_sealed=maker.certificate is not None, at=made_at)
    return Reports(
        pdf=drawn.pdf,
        xml=etsi_report(verdict, subject, maker),
        json=json_report(verdict, subject, maker, made_at=made_at),
        pictures=_named(pictured),
        lang=lang,
        seal_place=drawn.seal_place,
        words=words,
        shown=pictures,
    )


def _named(pictured: tuple[PicturedChange, ...]) -> tuple[Picture, ...]:
    """Return the pictures with names that sort as the report shows them."""
    found = []
    for number, change in enumerate(pictured, 1):
        for pair in change.comparison.pairs if change.comparison is not None else ():
            sides = ((pair.before, pair.before_picture, "signed"), (pair.after, pair.after_picture, "present"))
            for page, png, side in sides:
                if png is not None and page is not None:
                    found.append(Picture(name=f"{number}-page-{page + 1}-{side}", png=png))
    return tuple(found)
