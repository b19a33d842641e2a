"""Changed at random, a document is refused, or sealed as what readers saw before: never as something else."""

from __future__ import annotations

import io
import random
import re

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from esign.pdf import Pdf, PdfError, Ref, View
from esign.sealing import DocumentError, Sealer, SealNotGood, check_sealed, sealed_document
from esign.sealing.incremental.syntax import split, written
from esign.sealing.incremental.unusual import Unusual
from tests.pades import small_world
from tests.pdf.writer import write
from tests.sealing.sealing_documents import QUICK, document
from tests.sealing.sealing_worlds import PROFILE, seal_key

AT = small_world.NOW
KEY = seal_key()
SEALER = Sealer(KEY, PROFILE)
SMALL = [name for name in QUICK if len(document(name)) < 3_000]
PLAIN = [name for name in SMALL if document(name).count(b"\nxref\n") == 1]
TOKENS = [
    *(b"<<", b">>", b"[", b"]", b"(", b")", b"<", b">", b"/", b"%", b"#", b"\\", b"\0", b" ", b"\n", b"\r", b"endobj"),
    *(b"obj", b"stream", b"endstream", b"xref", b"trailer", b"startxref", b"%%EOF", b"0", b"1", b"9", b"-", b".", b"R"),
    *(b"/Type", b"/Catalog", b"/Pages", b"/Kids", b"/AcroForm", b"/Annots", b"/Fields", b"/Root", b"/Size", b"/Prev"),
    *(b"/Acro#46orm<<>>", b"1 0 R", b"2 0 R", b"3 0 R", b"5 0 R", b"/Pages 3 0 R", b"null", b"true", b"f", b"n"),
    *(b"/Annots[6 0 R]", b"/Kids[3 0 R]", b"/Parent 2 0 R", b"/AcroForm 5 0 R", b"/Extensions 8 0 R", b"/Fields 7 0 R"),
    *(b"/T(Siegel)", b"/FT/Sig", b"/V 6 0 R", b"/Lock<</Action/All>>", b"/XFA 4 0 R", b"/Type/Page", b"/Type/Pages"),
]
_OBJECTS = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj\n", re.DOTALL)
_PLACES = re.compile(rb"xref|trailer|startxref|obj|/[A-Z]\w+|\d+ \d+ R|\d{10}")


def mutated(data: bytes, chance: random.Random) -> bytes:
    """Return a document with up to four changes, most of them where the structure is."""
    for _ in range(chance.randint(1, 4)):
        places = [found.start() for found in _PLACES.finditer(data)] or [0]
        at = chance.choice(places) + chance.randint(-2, 6) if chance.random() < 0.8 else chance.randrange(len(data) + 1)
        at = max(0, min(at, len(data)))
        end = min(len(data), at + chance.choice((0, 0, 1, 1, 2, 5, 20)))
        kind = chance.randrange(4)
        if kind == 0:
            data = data[:at] + chance.choice(TOKENS) + data[end:]
        elif kind == 1:
            data = data[:at] + bytes((chance.randrange(256),)) + data[min(len(data), at + 1) :]
        elif kind == 2:
            data = data[:at] + data[end:]
        else:
            other = chance.choice(places)
            data = data[:at] + data[other : other + 30] + data[at:]
    return data


def rewritten(data: bytes, chance: random.Random) -> bytes:
    """Return a document of which one to three objects were changed, or swapped, with a cross-reference that is true."""
    objects = {int(number): body for number, body in _OBJECTS.findall(data)}
    for _ in range(chance.randint(1, 3)):
        number = chance.choice([*objects])
        body = objects[number]
        if chance.random() < 0.15:
            objects[number] = objects[chance.choice([*objects])]
            continue
        places = [found.start() for found in _PLACES.finditer(body)] or [0]
        at = chance.choice([*places, len(body), max(0, len(body) - 2), 2])
        end = min(len(body), at + chance.choice((0, 0, 0, 1, 5, 8)))
        objects[number] = body[:at] + b" ".join(chance.choices(TOKENS, k=chance.randint(1, 3))) + body[end:]
    return write(objects)


def seen(view: View) -> dict[int, object]:
    """Return all that a reader can see, by object number; what it cannot read is None."""

    def read(reference: Ref | None) -> object:
        try:
            return repr(view.resolve(reference))
        except PdfError:
            return None

    return {number: read(view.reference(number)) for number in view.numbers()}


def pages_of(data: bytes) -> list[object] | None:
    """Return the pages as qpdf sees them, annotations left out; None where it must guess."""
    try:
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False, suppress_warnings=True) as pdf:
            pages = []
            for page in pdf.pages:
                shown = {key: value for key, value in page.obj.items() if key not in ("/Annots", "/Tabs", "/Parent")}
                told = {key: value.unparse() for key, value in shown.items() if isinstance(value, pikepdf.Object)}
                content = page.obj.get("/Contents")
                pages.append((told, content.read_bytes() if isinstance(content, pikepdf.Stream) else None))
            return None if pdf.get_warnings() else pages
    except (pikepdf.PdfError, ValueError, RuntimeError):
        return None


def judged(data: bytes) -> str:
    """Seal a document and check what came out; return how it went."""
    used = KEY.used
    try:
        sealed = SEALER.seal(data, claimed_at=AT)
    except DocumentError as error:
        assert error.code.startswith("sealing.document.") and KEY.used == used
        return error.code
    check_sealed(data, sealed, certificate=KEY.certificate, chain=KEY.chain)
    whole = sealed_document(data, sealed)
    compare(data, whole)
    before = pages_of(data)
    if before is not None:
        assert pages_of(whole) == before
    return sealed.path


def compare(data: bytes, whole: bytes) -> None:
    """What our own reader saw before, it sees now; only form, annotations and extensions have grown."""
    try:
        before = Pdf(data).view()
        pages = [page.ref for page in before.pages()]
        catalog = before.catalog
    except PdfError:
        return
    after = Pdf(whole).view()
    assert [page.ref for page in after.pages()] == pages
    grown = ("AcroForm", "Extensions")
    assert {k: v for k, v in after.catalog.items() if k not in grown} == {
        k: v for k, v in catalog.items() if k not in grown
    }
    was, now = seen(before), seen(after)
    changed = {number for number, value in was.items() if now.get(number) != value}
    allowed = allowed_to_change(before)
    assert changed <= allowed, (changed, allowed)
    for number in changed:
        check_growth(before.resolve(before.reference(number)), after.resolve(after.reference(number)))


def allowed_to_change(view: View) -> set[int]:
    """Return catalog, first page and form, and the arrays that they refer to; they can be read, or no seal was made."""
    page = view.pages()[0]
    found = [view.trailer["Root"], page.ref, dict(page.dictionary).get("Annots"), view.catalog.get("AcroForm")]
    form = view.value(view.catalog, "AcroForm")
    if isinstance(form, dict):
        found.append(form.get("Fields"))
    return {each.number for each in found if isinstance(each, Ref)}


def check_growth(before: object, after: object) -> None:
    if isinstance(before, list):
        assert isinstance(after, list) and after[: len(before)] == before and len(after) == len(before) + 1
        return
    assert isinstance(before, dict) and isinstance(after, dict)
    grows = ("AcroForm", "Extensions", "Annots", "Tabs", "Fields", "SigFlags")
    for key, value in before.items():
        assert key in grows or after[key] == value
    assert set(after) - set(before) <= set(grows)


@settings(max_examples=60, deadline=2_000, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(SMALL), seed=st.integers(0, 2**32))
def test_a_document_changed_at_random_is_refused_or_sealed_as_what_it_was(name: str, seed: int) -> None:
    judged(mutated(document(name), random.Random(seed)))


@settings(max_examples=150, deadline=2_000, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(PLAIN), seed=st.integers(0, 2**32))
def test_objects_changed_at_random_are_refused_or_sealed_as_what_they_were(name: str, seed: int) -> None:
    judged(rewritten(document(name), random.Random(seed)))


@pytest.mark.parametrize("name", SMALL)
def test_ten_changes_of_each_kind_of_document(name: str) -> None:
    for number in range(10):
        judged(mutated(document(name), random.Random(f"{name}{number}")))


@settings(max_examples=100, deadline=1_000)
@given(body=st.lists(st.sampled_from(TOKENS), max_size=30).map(b"".join))
def test_a_dictionary_is_taken_apart_as_the_strict_reader_does_or_left_to_the_library(body: bytes) -> None:
    text = b"<<" + body + b">>"
    try:
        quick = split(text)
    except Unusual:
        return
    again = split(written(quick))
    assert list(again) == list(quick)


@settings(max_examples=60, deadline=1_000)
@given(data=st.data())
def test_a_changed_tail_never_passes_the_check(data: st.DataObject) -> None:
    original = document("form by reference")
    sealed = SEALER.seal(original, claimed_at=AT)
    chance = random.Random(data.draw(st.integers(0, 2**32)))
    tail = mutated(sealed.tail, chance)
    if tail == sealed.tail:
        return
    with pytest.raises(SealNotGood):
        check_sealed(original, sealed._replace(tail=tail), certificate=KEY.certificate, chain=KEY.chain)
