"""What is not sealed, each with its own code; the key is not used for it."""

from __future__ import annotations

import dataclasses
import io
import os
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest

from esign.sealing import (
    DocumentError,
    DocumentTooLarge,
    Sealer,
    SealProfile,
    SealProfileError,
    VisibleSeal,
    check_sealed,
    sealed_document,
    sealer,
)
from esign.sealing.incremental import library
from esign.sealing.incremental.unusual import Unusual
from esign.validation.certificates import TrustAnchors
from esign.validation.process import Material
from esign.validation.verdict import Outcome, verify
from tests.pades import small_world
from tests.pdf.writer import page_objects, write
from tests.sealing.sealing_worlds import PROFILE, seal_key, world

AT = small_world.NOW
VISIBLE = dataclasses.replace(PROFILE, visible=VisibleSeal(box=(20, 20, 180, 60), picture=small_world.picture()))


def catalog(text: bytes, **more: bytes) -> bytes:
    return write(page_objects() | {1: text} | {int(name[1:]): body for name, body in more.items()})


def trailer(text: bytes) -> bytes:
    return write(page_objects(), trailer=text)


def page_tree(text: bytes) -> bytes:
    return write(page_objects() | {2: text})


def signed(reference: bytes = b"", field: bytes = b"", then: bytes = b"", *, timestamped: bool = False) -> bytes:
    """Return a document with a field that holds a signature, as far as rights are concerned."""
    stamp = {
        "o7": b"<</FT/Sig/T(Stempel)/V 8 0 R/Subtype/Widget/Type/Annot/Rect[0 0 0 0]/F 132/P 3 0 R>>",
        "o8": b"<</Type/DocTimeStamp/Filter/A/SubFilter/ETSI.RFC3161/Contents<00>/ByteRange[0 1 2 3]>>",
    }
    return catalog(
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R%b]/SigFlags 3>>%b>>"
        % (b" 7 0 R" if timestamped else b"", then),
        **(stamp if timestamped else {}),
        o5=b"<</FT/Sig/T(Vertrag)/V 6 0 R/Subtype/Widget/Type/Annot/Rect[0 0 0 0]/F 132/P 3 0 R%b>>" % field,
        o6=b"<</Type/Sig/Filter/A/SubFilter/B/Contents<00>/ByteRange[0 1 2 3]%b>>" % reference,
    )


def rights(method: bytes, parameters: bytes) -> bytes:
    told = b"<</Type/SigRef/TransformMethod/%b/TransformParams<</Type/TransformParams/V/1.2%b>>>>"
    return signed(b"/Reference[" + told % (method, parameters) + b"]")


def encrypted() -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(small_world.draft())) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="owner", user=""))
    return out.getvalue()


PLAIN = write(page_objects())
START = PLAIN.rindex(b"startxref")

REFUSED: dict[str, tuple[str, bytes]] = {
    "no bytes": ("empty", b""),
    "text": ("not_pdf", b"An invoice, but only as text.\n" * 10),
    "the header only": ("broken", b"%PDF-1.7\n"),
    "cut off": ("broken", PLAIN[: len(PLAIN) // 2]),
    "junk before the header": ("broken", write(page_objects(), header=b"junk\n%PDF-1.4\n")),
    "a start that lies outside": ("broken", PLAIN[:START] + b"startxref\n99999999\n%%EOF\n"),
    "a start within the file": ("broken", PLAIN[:START] + b"startxref\n20\n%%EOF\n"),
    "a chain that runs in a circle": ("broken", trailer(b"/Root 1 0 R/Prev %d" % PLAIN.rindex(b"xref\n0"))),
    "a size that is too small": ("broken", write(page_objects() | {5: b"(five)"}, size=5)),
    "a size that is impossible": ("broken", write(page_objects(), size=99_999_999)),
    "no catalog": ("broken", trailer(b"")),
    "a catalog that is a page": ("broken", trailer(b"/Root 3 0 R")),
    "a catalog that is not there": ("broken", trailer(b"/Root 44 0 R")),
    "a trailer that names a key twice": ("broken", trailer(b"/Root 1 0 R/Root 3 0 R")),
    "a catalog that names a key twice": ("broken", catalog(b"<</Type/Catalog/Pages 2 0 R/Pages 9 0 R>>")),
    "a key twice, once escaped": ("broken", catalog(b"<</Type/Catalog/Pages 2 0 R/P#61ges 9 0 R>>")),
    "a form named twice": ("broken", catalog(b"<</Type/Catalog/Pages 2 0 R/Acro#46orm<<>>/AcroForm<<>>>>")),
    "a key twice further down": (
        "broken",
        catalog(b"<</Type/Catalog/Pages 2 0 R/MarkInfo<</Marked true/Marked false>>>>"),
    ),
    "an object that does not end": ("broken", catalog(b"<</Type/Catalog/Pages 2 0 R/X(")),
    "a page tree that runs in a circle": ("broken", page_tree(b"<</Type/Pages/Kids[2 0 R]/Count 1>>")),
    "a page tree without pages": ("broken", page_tree(b"<</Type/Pages/Kids[]/Count 0>>")),
    "a form that runs in a circle": (
        "broken",
        catalog(b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]>>>>", o5=b"<</T(a)/Kids[5 0 R]>>"),
    ),
    "a form that is the catalog": ("broken", catalog(b"<</Type/Catalog/Pages 2 0 R/AcroForm 1 0 R>>")),
    "encrypted": ("encrypted", encrypted()),
    "an XFA form": ("unsupported", catalog(b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]/XFA[(a)(b)]>>>>")),
    "certified, no change permitted": ("certified", rights(b"DocMDP", b"/P 1")),
    "certified by the catalog alone": (
        "certified",
        catalog(
            b"<</Type/Catalog/Pages 2 0 R/Perms<</DocMDP 5 0 R>>>>",
            o5=b"<</Type/Sig/Reference[<</TransformMethod/DocMDP/TransformParams<</P 1/V/1.2>>>>]>>",
        ),
    ),
    "certified by the catalog, besides a form": (
        "certified",
        catalog(
            b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]>>/Perms 6 0 R>>",
            o5=b"<</Type/Sig/Reference[<</TransformMethod/DocMDP/TransformParams<</P 1/V/1.2>>>>]>>",
            o6=b"<</DocMDP 5 0 R>>",
        ),
    ),
    "certified, no change permitted, with store and document timestamp": (
        "certified",
        signed(
            b"/Reference[<</TransformMethod/DocMDP/TransformParams<</P 1/V/1.2>>>>]",
            then=b"/DSS<</Certs[]>>",
            timestamped=True,
        ),
    ),
    "all fields locked, with store and document timestamp": (
        "locked",
        signed(
            b"/Reference[<</TransformMethod/FieldMDP/TransformParams<</Action/All/V/1.2>>>>]",
            then=b"/DSS<</Certs[]>>",
            timestamped=True,
        ),
    ),
    "certified in a way that is not understood": ("certified", rights(b"DocMDP", b"/P 7")),
    "locked for good by the field": ("certified", signed(field=b"/Lock<</Action/All/P 1>>")),
    "all fields locked": ("locked", rights(b"FieldMDP", b"/Action/All")),
    "all fields but others locked": ("locked", rights(b"FieldMDP", b"/Action/Exclude/Fields[(Anderes)]")),
    "all fields locked by the field": ("locked", signed(field=b"/Lock<</Action/All>>")),
    "more locked fields than are looked at": (
        "locked",
        rights(b"FieldMDP", b"/Action/Include/Fields[%b]" % b"".join(b"(%d)" % number for number in range(100_001))),
    ),
    "a lock that is not understood": ("locked", rights(b"FieldMDP", b"/Action/Some")),
}


@pytest.fixture(params=["as it comes", "library"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "library":

        def closed(*_: object) -> None:
            raise Unusual("closed")

        monkeypatch.setattr(sealer, "Source", closed)
    return str(request.param)


def refused(document: bytes, code: str, profile: SealProfile = PROFILE) -> None:
    key = seal_key()
    with pytest.raises(DocumentError) as error:
        Sealer(key, profile).seal(document, claimed_at=AT)
    assert error.value.code == f"sealing.document.{code}"
    assert key.used == 0


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_sealed_is_refused_with_its_code_and_the_key_is_not_used(way: str, name: str) -> None:
    code, document = REFUSED[name]
    refused(document, code)


@pytest.mark.parametrize("profile", [PROFILE, VISIBLE], ids=["invisible", "visible"])
@pytest.mark.parametrize("level", [b"2", b"3"])
def test_a_certified_document_that_permits_signatures_takes_a_seal_that_nobody_sees(
    way: str, level: bytes, profile: SealProfile
) -> None:
    bare = rights(b"DocMDP", b"/P " + level)
    told = b"/Reference[<</TransformMethod/DocMDP/TransformParams<</P %b/V/1.2>>>>]" % level
    named = signed(told, then=b"/DSS<</Certs[]>>/Perms<</DocMDP 6 0 R>>", timestamped=True)
    for document in (bare, named):
        if profile is VISIBLE:
            refused(document, "certified", profile)
            continue
        key = seal_key()
        sealed = Sealer(key, profile).seal(document, claimed_at=AT)
        check_sealed(document, sealed, certificate=key.certificate)
        assert sealed.path == ("library" if way == "library" else "incremental")


def test_a_field_name_that_is_locked_is_not_used(way: str) -> None:
    document = rights(b"FieldMDP", b"/Action/Include/Fields[(Siegel)(Siegel2)]")
    sealed = Sealer(seal_key(), PROFILE).seal(document, claimed_at=AT)
    assert "Siegel3".encode("utf-16-be").hex().upper().encode() in sealed.tail


def test_a_visible_seal_on_a_page_that_is_not_there_is_refused(way: str) -> None:
    visible = VisibleSeal(page=9, box=(20, 20, 180, 60), picture=small_world.picture())
    key = seal_key()
    with pytest.raises(SealProfileError):
        Sealer(key, dataclasses.replace(PROFILE, visible=visible)).seal(PLAIN, claimed_at=AT)
    assert key.used == 0


@pytest.mark.parametrize(
    "visible",
    [
        VisibleSeal(box=(20, 20, 180, 60), picture=b"no picture"),
        VisibleSeal(box=(20, 20, 20, 20), picture=small_world.picture()),
        VisibleSeal(page=-1, box=(20, 20, 180, 60), picture=small_world.picture()),
    ],
)
def test_a_picture_that_cannot_be_shown_is_refused_before_any_document(visible: VisibleSeal) -> None:
    with pytest.raises(SealProfileError):
        Sealer(seal_key(), dataclasses.replace(PROFILE, visible=visible))


def test_what_the_library_would_have_to_read_is_not_too_long_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "LARGEST", 100)
    with pytest.raises(DocumentTooLarge):
        Sealer(seal_key(), PROFILE).seal(PLAIN.replace(b" n \n", b" n\n"), claimed_at=AT)


def corpus() -> list[Path]:
    folder = os.environ.get("ESIGN_CORPUS")
    return sorted(Path(folder).glob("*/*.pdf")) if folder else []


@pytest.mark.parametrize("file", corpus(), ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_file_of_the_corpus_is_sealed_or_refused_and_earlier_signatures_stay_what_they_were(
    way: str, file: Path
) -> None:
    document, key = file.read_bytes(), seal_key()
    try:
        sealed = Sealer(key, PROFILE).seal(document, claimed_at=AT)
    except DocumentError:
        assert key.used == 0 and file.parent.name != "invoice"
        return
    check_sealed(document, sealed, certificate=key.certificate, chain=key.chain)
    moment = AT + timedelta(minutes=1)
    before = verify(document, trust=TrustAnchors(certificates=(world().root.der,)), material=Material(), at=moment)
    whole = sealed_document(document, sealed)
    after = verify(whole, trust=TrustAnchors(certificates=(world().root.der,)), material=Material(), at=moment)
    assert after.outcome is Outcome.OK
    *earlier, seal = after.signatures
    assert seal.integrity and seal.changes.covers_whole_file and not seal.changes.findings
    assert [each.indication for each in earlier] == [each.indication for each in before.signatures]
    for told, was in zip(earlier, before.signatures, strict=True):
        assert set(told.changes.findings) <= set(was.changes.findings)
