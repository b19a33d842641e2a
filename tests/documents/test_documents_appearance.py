"""The picture in the signature field says who, what and whether it counts; long names fit; no time, no transparency."""

from __future__ import annotations

import inspect
import io

import pytest
from PIL import Image

from esign.documents import AppearanceFailed, signature_appearance
from esign.documents import appearance as room
from esign.policy import LegalLevel

SIZE = (229.0, 63.0)
RED = (176, 32, 32)


def _draw(**change) -> Image.Image:
    wanted = {
        "name": "Jana Beispiel",
        "level": LegalLevel.ADVANCED,
        "sandbox": False,
        "lang": "de",
        "size_points": SIZE,
        **change,
    }
    return Image.open(io.BytesIO(signature_appearance(**wanted)))


def _colours(picture: Image.Image) -> set[tuple[int, int, int]]:
    return {colour for _, colour in picture.getcolors(1_000_000)}


@pytest.fixture
def said(monkeypatch):
    """Collect every line of text that is fitted into the picture."""
    lines: list[str] = []
    fit = room._fit
    room._paper.cache_clear()

    def collect(text, *rest):
        lines.append(text)
        return fit(text, *rest)

    monkeypatch.setattr(room, "_fit", collect)
    return lines


def test_it_is_an_opaque_png_without_metadata_of_four_pixels_a_point() -> None:
    picture = _draw()
    assert (picture.format, picture.mode, picture.size) == ("PNG", "RGB", (916, 252))
    assert picture.info == {}


@pytest.mark.parametrize(
    ("level", "lang", "words"),
    [
        (LegalLevel.SIMPLE, "de", "Einfache elektronische Signatur (Art. 3 Nr. 10 eIDAS)"),
        (LegalLevel.ADVANCED, "de", "Fortgeschrittene elektronische Signatur (Art. 3 Nr. 11 eIDAS)"),
        (LegalLevel.QUALIFIED, "de", "Qualifizierte elektronische Signatur (Art. 3 Nr. 12 eIDAS)"),
        (LegalLevel.SIMPLE, "en", "Simple electronic signature (Art. 3 (10) eIDAS)"),
        (LegalLevel.ADVANCED, "en", "Advanced electronic signature (Art. 3 (11) eIDAS)"),
        (LegalLevel.QUALIFIED, "en", "Qualified electronic signature (Art. 3 (12) eIDAS)"),
    ],
)
def test_the_level_is_said_in_the_laws_words(said, level: LegalLevel, lang: str, words: str) -> None:
    _draw(level=level, lang=lang)
    assert said[1:] == ["Jana Beispiel", words]
    assert said[0] == {"de": "Elektronisch unterschrieben von", "en": "Signed electronically by"}[lang]


def test_a_simple_declaration_names_the_scratch_field_and_who_sealed(said) -> None:
    _draw(level=LegalLevel.SIMPLE, sealed_by="Funkbrücke Beispiel Mobil GmbH")
    assert said == [
        "Im Rubbelfeld erklärt von",
        "Jana Beispiel",
        "Einfache elektronische Signatur (Art. 3 Nr. 10 eIDAS)",
        "gesiegelt von Funkbrücke Beispiel Mobil GmbH",
    ]


def test_the_simple_level_never_calls_itself_more(said) -> None:
    for lang in ("de", "en"):
        _draw(level=LegalLevel.SIMPLE, lang=lang, sandbox=True, sealed_by="GmbH")
    words = " ".join(said).casefold()
    for more in ("fortgeschritten", "qualifiziert", "advanced", "qualified"):
        assert more not in words


def test_a_sandbox_is_marked_in_red_and_nothing_else_is(said) -> None:
    assert RED in _colours(_draw(sandbox=True))
    assert said[0] == "SANDBOX – ohne Rechtswirkung"
    assert RED not in _colours(_draw(sandbox=False))
    _draw(sandbox=True, lang="en")
    assert "SANDBOX – no legal effect" in said


def test_it_takes_no_time_and_says_none(said) -> None:
    assert not {"at", "time", "signed_at", "date"} & set(inspect.signature(signature_appearance).parameters)
    _draw(sandbox=True)
    assert not any(char.isdigit() for char in " ".join(said).replace("Art. 3 Nr. 11", ""))


@pytest.mark.parametrize(
    "name",
    [
        "Li Wu",
        "Karl-Heinz Österreicher",
        "Prof. Dr. Maximiliane-Theodora Freifrau von und zu Hohenstein-Wittelsbach-Österreicher",
        "W" * 80 + " " + "M" * 80,
        "-".join(["Anna"] * 30),
    ],
)
@pytest.mark.parametrize("sandbox", [True, False])
def test_long_names_fit_whole_and_leave_the_margin_white(name: str, sandbox: bool) -> None:
    picture = _draw(name=name, sandbox=sandbox).convert("L")
    edge = 4
    width, height = picture.size
    for box in (
        (0, 0, width, edge),
        (0, height - edge, width, height),
        (0, 0, edge, height),
        (width - edge, 0, width, height),
    ):
        assert picture.crop(box).getextrema() == (255, 255)


def test_same_words_give_the_same_bytes() -> None:
    wanted = {"name": "A B", "level": LegalLevel.SIMPLE, "sandbox": True, "lang": "de", "size_points": SIZE}
    assert signature_appearance(**wanted) == signature_appearance(**wanted)


@pytest.mark.parametrize("size", [(10, 10), (95, 60), (200, 20), (2000, 100), (float("nan"), 60), (-200, -60)])
def test_impossible_sizes_are_refused(size) -> None:
    with pytest.raises(AppearanceFailed) as caught:
        _draw(size_points=size)
    assert caught.value.code == "documents.appearance"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(AppearanceFailed):
        _draw(lang="fr")
