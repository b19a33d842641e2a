"""Pages of two states side by side, and text that can be seen."""

from __future__ import annotations

import io
import os

import pikepdf
import pytest
from PIL import Image

from esign.documents import RenderingFailed
from esign.documents.compare import compare_pages
from esign.documents.legible import legible


def sheets(*texts: str) -> bytes:
    """Return a PDF with a page for each text."""
    document = pikepdf.new()
    for text in texts:
        page = document.add_blank_page(page_size=(200, 200))
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        page.obj.Contents = document.make_stream(f"BT /F 14 Tf 20 100 Td ({text}) Tj ET".encode())
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_only_pages_that_differ_are_pictured_and_the_difference_is_framed_in_red():
    found = compare_pages(sheets("one", "two", "1,000 EUR"), sheets("one", "two", "9,000 EUR"))
    (pair,) = found.pairs
    assert (pair.before, pair.after, found.differing, found.complete) == (2, 2, 1, True)
    for png in (pair.before_picture, pair.after_picture):
        picture = Image.open(io.BytesIO(png))
        colours = {colour for _, colour in picture.getcolors(100_000)}
        assert (200, 30, 20) in colours


def test_a_page_put_in_between_is_one_difference_not_all_pages_behind_it():
    found = compare_pages(sheets("one", "two"), sheets("one", "new", "two"))
    assert [(pair.before, pair.after, pair.before_picture) for pair in found.pairs] == [(None, 1, None)]


def test_equal_files_have_no_pairs_and_more_pages_than_shown_are_counted():
    assert compare_pages(sheets("one"), sheets("one")).pairs == ()
    found = compare_pages(sheets("a", "b", "c"), sheets("x", "y", "z"), most=1)
    assert (len(found.pairs), found.differing) == (1, 3)


def noise(pages: int) -> bytes:
    """Return a PDF whose pages are large and cannot be pictured in few bytes."""
    document = pikepdf.new()
    picture = document.make_stream(os.urandom(3_000_000))
    picture.update(pikepdf.Dictionary(Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=1000, Height=1000))
    picture.update(pikepdf.Dictionary(ColorSpace=pikepdf.Name.DeviceRGB, BitsPerComponent=8))
    for _ in range(pages):
        page = document.add_blank_page(page_size=(900, 900))
        page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=picture))
        page.obj.Contents = document.make_stream(b"900 0 0 900 0 0 cm /I Do")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_pictures_are_few_and_coarse_where_they_would_be_large():
    found = compare_pages(noise(2), sheets("one"))
    pictures = [png for pair in found.pairs for png in (pair.before_picture, pair.after_picture) if png]
    assert found.differing == 2 and pictures
    assert all(len(png) <= 3_000_000 for png in pictures)
    assert sum(map(len, pictures)) <= 16_000_000


def test_a_file_that_cannot_be_read_is_refused():
    with pytest.raises(RenderingFailed) as caught:
        compare_pages(b"%PDF-1.7 and nothing", sheets("one"))
    assert caught.value.code == "documents.rendering"


def test_text_is_shown_whole_or_by_number_and_cut_where_it_is_endless():
    assert legible("Erika Müller – Straße „5“ čšž Ελλάδα") == "Erika Müller – Straße „5“ čšž Ελλάδα"
    assert legible("a\u202eb\n\u0639\ud800") == "a[U+202E]b[U+000A][U+0639][U+D800]"
    assert len(legible("x" * 1000)) == 400
