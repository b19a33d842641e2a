"""What is for printers and presenters is left out of an upload: the browser agent would refuse it."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from esign.documents import normalise
from esign.documents.upload_errors import UploadReservedName
from tests.documents.looking import browser_says, difference
from tests.documents.pdf_making import in_root, made

WORDS = (b"/Alternates", b"/OPI", b"/PresSteps", b"/NeedAppearances")


def image(document: pikepdf.Pdf, shade: int) -> Any:
    return document.make_stream(
        bytes([shade]) * 16,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=4,
        Height=4,
        BitsPerComponent=8,
        ColorSpace=Name.DeviceGray,
    )


def prepress(document: pikepdf.Pdf) -> None:
    """A picture with another one for printing and a link to a finer one, and a step of a presentation."""
    shown = image(document, 60)
    shown["/Alternates"] = Array([Dictionary(Image=image(document, 200), DefaultForPrinting=True)])
    shown["/OPI"] = Dictionary({"/1.3": Dictionary(Type=Name.OPI, Version=1.3, F=String("fine.tif"))})
    page = document.pages[0].obj
    page["/Resources"]["/XObject"] = Dictionary(Im=shown)
    page["/Contents"] = document.make_stream(b"q 100 0 0 100 60 500 cm /Im Do Q")
    page["/PresSteps"] = Dictionary(Type=Name.NavNode)


def test_pictures_for_printers_and_steps_of_presentations_are_left_out(tmp_path: Any) -> None:
    original = made(prepress, in_root(AcroForm=Dictionary(Fields=Array([]), NeedAppearances=True)))
    assert all(word in original for word in WORDS)
    taken = normalise(original).pdf
    assert not any(word in taken for word in WORDS)
    with pikepdf.open(io.BytesIO(taken)) as document:
        assert list(document.pages[0].get_images()), "the picture itself stays"
    assert difference(taken, original) == 0
    assert browser_says(tmp_path, taken) == ["accepted"]


@pytest.mark.parametrize("name", ["Alternates", "OPI", "PresSteps", "NeedAppearances"])
def test_such_a_name_where_it_means_something_else_is_refused_and_not_left_to_the_customer(name: str) -> None:
    def named(document: pikepdf.Pdf) -> None:
        fonts = document.pages[0].obj["/Resources"]["/Font"]
        fonts[f"/{name}"] = fonts["/F1"]

    with pytest.raises(UploadReservedName) as refused:
        normalise(made(named))
    assert refused.value.facts == {"name": name}


@pytest.mark.parametrize("value", [7, Array([7]), Name.None_, String("x")])
def test_an_output_intent_of_an_impossible_shape_is_left_out(value: Any) -> None:
    taken = normalise(made(in_root(OutputIntents=value))).pdf
    with pikepdf.open(io.BytesIO(taken)) as document:
        assert "/OutputIntents" not in document.Root
