"""Documents changed at random, and what is demanded of them: refused, or sealed as what readers saw before.

``python -m tests.sealing.sealing_mutations [SECONDS] [SEED]`` tries as many as it can; the test suite a few of them.
"""

from __future__ import annotations

import io
import logging
import random
import re
import sys
import time
from collections import Counter

import pikepdf

from esign.pdf import Pdf, PdfError, Ref, View
from esign.sealing import DocumentError, Sealer, check_sealed, sealed_document
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


def pages_of(data: bytes) -> list[tuple[dict[str, bytes], bytes | None]] | None:
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
        found = pages_of(whole)
        assert found is not None and len(found) == len(before)
        for (was, shown), (now, still) in zip(before, found, strict=True):  # what led nowhere may lead to the seal
            assert was.items() <= now.items() and shown == still
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


def campaign(seconds: float, seed: int = 0) -> Counter[str]:
    """Try for some seconds; return how often each outcome was seen, and print what must not be."""
    outcomes: Counter[str] = Counter()
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        seed += 1
        chance = random.Random(seed)
        way, names = chance.choice(((mutated, SMALL), (rewritten, PLAIN)))
        name = chance.choice(names)
        began = time.monotonic()
        try:
            outcomes[judged(way(document(name), chance))] += 1
        except Exception as error:
            outcomes["WRONG"] += 1
            print(f"seed {seed}, {name}: {type(error).__name__}: {error}"[:200])
        if time.monotonic() - began > 2:
            outcomes["SLOW"] += 1
            print(f"seed {seed}, {name}: took long")
    return outcomes


if __name__ == "__main__":
    logging.disable()
    found = campaign(*(float(each) for each in sys.argv[1:2] or ["60"]), *(int(each) for each in sys.argv[2:3]))
    print(dict(found.most_common()))
    sys.exit(bool(found["WRONG"] or found["SLOW"]))
