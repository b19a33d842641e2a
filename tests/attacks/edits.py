"""What may be done behind a signature, by our own writers: store, timestamps, signatures, forms, remarks, dates."""

from __future__ import annotations

import hashlib
import random

from pikepdf import Array, Dictionary, Name, Stream, String

from esign.foundation.digests import sha256
from esign.pades import embed, prepare, signed_attributes, signed_data
from tests.attacks.on_annotations import put, remark
from tests.attacks.on_forms import look
from tests.attacks.register import edit
from tests.attacks.signing import POLICY, sign, stamp, store
from tests.attacks.subjects import Scene, Subject
from tests.attacks.workbench import NotHereError, Workbench, some_hand
from tests.pades.small_world import EVIDENCE, POLICY_DIGEST, picture

WORDS = ("Delivery on Monday", "Back door", "Müller & Söhne", "(in brackets)", "1.234,56", "a \\ b", "12.12.2026")
BLANK = ((200, 20, 300, 50), (310, 20, 400, 50), (40, 20, 140, 50), (240, 60, 340, 95))
"""Places on the first page where nothing stands."""


@edit("always")
def written_again(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """Objects are written again as they were, in another hand."""
    bench = Workbench(data)
    places = [item.objgen for item in bench.pdf.objects if isinstance(item, Dictionary | Array | Stream)]
    signatures = {field.V.objgen for field in bench.form.Fields if "/V" in field and field.V.is_indirect}
    kept = [
        place
        for place in places
        if place not in signatures and bench.pdf.get_object(place).get("/Type") not in ("/XRef", "/ObjStm")
        if isinstance(bench.pdf.get_object(place), Dictionary | Stream)
    ]
    bench.again = set(chance.sample(kept, min(len(kept), chance.randrange(1, 12))))
    return bench.append(some_hand(data, chance))


@edit("always")
def stored(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """Our own store."""
    made = store(data, scene.world, scene.signer, scene.second)
    if made == data:
        raise NotHereError
    return made


@edit("always")
def stored_by_hand(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A store with values for each signature, as other writers make it."""
    bench = Workbench(data)
    if "/DSS" not in bench.root:
        bench.root.DSS = bench.add(Dictionary(Type=Name.DSS))
    target = bench.root.DSS
    certificates = [bench.stream(der) for der in (scene.signer.der, *scene.signer.chain, scene.world.tsa.der)]
    lists = [bench.stream(scene.world.crl(one)) for one in (scene.world.root, scene.world.authority)]
    target.Certs = Array([*target.get("/Certs", []), *certificates])
    target.CRLs = Array([*target.get("/CRLs", []), *lists])
    if chance.random() < 0.7:
        if "/VRI" not in target:
            target.VRI = Dictionary()
        for field in bench.form.Fields:
            if field.get("/FT") == "/Sig" and "/V" in field and chance.random() < 0.8:
                key = hashlib.sha1(bytes(field.V.Contents)).hexdigest().upper()
                entry = Dictionary(Cert=Array(certificates), CRL=Array(lists))
                if chance.random() < 0.5:
                    entry.TU = String("D:20261122120500Z")
                target.VRI[f"/{key}"] = bench.add(entry) if chance.random() < 0.5 else entry
    return bench.append(some_hand(data, chance))


@edit("always")
def stamped(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """Our own document timestamp."""
    return stamp(data, scene.world)


@edit("always")
def stamped_by_hand(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A document timestamp written by somebody else."""
    hand = some_hand(data, chance)
    name = f"Stamp{chance.randrange(10**6)}"
    return sign(Workbench(data), scene.world, scene.signer, name=name, timestamp=True, hand=hand)


@edit("always")
def kept_for_long(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """Store and timestamp."""
    return stamp(store(data, scene.world, scene.signer, scene.second), scene.world)


@edit("always")
def dated(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """Date and program in the information dictionary, and the file's second identifier."""
    bench = Workbench(data)
    information = bench.pdf.trailer.get("/Info")
    if information is None:
        raise NotHereError
    information.ModDate = String(f"D:202611221205{chance.randrange(60):02}Z")
    if chance.random() < 0.5:
        information.Producer = String(f"Writer {chance.randrange(99)}")
    trailer = {}
    if "/ID" in bench.pdf.trailer and chance.random() < 0.7:
        trailer["/ID"] = b"[<%s><%032x>]" % (bytes(bench.pdf.trailer.ID[0]).hex().encode(), chance.getrandbits(128))
    return bench.append(some_hand(data, chance), trailer=trailer)


@edit("always")
def dated_in_metadata(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """The same in XMP."""
    bench = Workbench(data)
    target = bench.found(bench.root, "/Metadata")
    now = f"2026-11-22T12:05:{chance.randrange(60):02}Z"
    with bench.pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["xmp:ModifyDate"] = now
        metadata["xmp:MetadataDate"] = now
        if chance.random() < 0.5:
            metadata["pdf:Producer"] = f"Writer {chance.randrange(99)}"
    new = bench.root.Metadata
    if new.objgen != target.objgen and chance.random() < 0.5:
        target.write(new.read_bytes())
        bench.root.Metadata = target
    return bench.append(some_hand(data, chance))


@edit("always")
def newer_version(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A newer version, or an extension, of the format."""
    bench = Workbench(data)
    if chance.random() < 0.5:
        bench.root.Version = Name("/2.0")
    else:
        level = chance.randrange(1, 9)
        extension = Dictionary(
            BaseVersion=Name("/2.0"), ExtensionLevel=level, URL="https://www.iso.org/standard/1.html"
        )
        if "/Extensions" not in bench.root:
            bench.root.Extensions = Dictionary()
        bench.root.Extensions[f"/ISO{chance.randrange(9)}_"] = extension
    return bench.append(some_hand(data, chance))


@edit("always")
def something_unused(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """An object that nobody refers to."""
    bench = Workbench(data)
    bench.add(Dictionary(Unused=chance.randrange(99)))
    return bench.append(some_hand(data, chance))


def _blank(data: bytes, chance: random.Random, bench: Workbench) -> tuple[int, int, int, int]:
    taken = [[float(n) for n in field.Rect] for field in bench.form.Fields if "/Rect" in field]
    free = [
        box
        for box in BLANK
        if not any(box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3] for t in taken)
    ]
    if not free:
        raise NotHereError
    return chance.choice(free)


def _name(chance: random.Random) -> str:
    return f"Later{chance.randrange(10**6)}"


@edit("signing")
def signed_later(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A later signature in a new field, seen or not."""
    bench, hand = Workbench(data), some_hand(data, chance)
    box = _blank(data, chance, bench) if subject.rich and chance.random() < 0.6 else (0, 0, 0, 0)
    options = {}
    if chance.random() < 0.3:
        options["lock"] = {"Action": Name.Include, "Fields": Array(["something"])}
    made = sign(
        bench,
        scene.world,
        scene.second,
        name=_name(chance),
        box=box,
        hand=hand,
        stamped=chance.random() < 0.5,
        **options,
    )
    return store(made, scene.world, scene.signer, scene.second) if chance.random() < 0.5 else made


@edit("signing")
def signed_in_the_empty_field(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A later signature in the field that stands empty, with an appearance of its own or without."""
    bench, hand = Workbench(data), some_hand(data, chance)
    field = bench.field("Empty")
    if "/V" in field:
        raise NotHereError
    if chance.random() < 0.6:
        field.AP = Dictionary(N=bench.add(look(bench, "Erika Mustermann")))
    return sign(bench, scene.world, scene.second, name="", field=field, hand=hand, stamped=chance.random() < 0.5)


@edit("signing")
def signed_by_the_ceremony(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A later signature as our own product makes it, seen, with a tag."""
    bench = Workbench(data)
    if not subject.rich:
        raise NotHereError
    prepared = prepare(
        data,
        field=_name(chance),
        page=0,
        box=tuple(map(float, _blank(data, chance, bench))),  # type: ignore[arg-type]  # four
        appearance=picture(),
        name="Max Mustermann",
        reason="Zustimmung",
        claimed_at=scene.world.now,
    )
    attributes = signed_attributes(
        document_digest=prepared.digest,
        certificate=scene.second.der,
        policy_oid=POLICY,
        policy_digest=POLICY_DIGEST,
        evidence=EVIDENCE,
    )
    value = scene.second.sign(attributes)
    return embed(
        prepared,
        signed_data(
            attributes=attributes,
            signature=value,
            certificate=scene.second.der,
            chain=scene.second.chain,
            signature_timestamp=scene.world.stamp(sha256(value)),
        ),
    )


@edit("signing")
def empty_field_added(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """An empty signature field."""
    bench = Workbench(data)
    box = _blank(data, chance, bench) if subject.rich else (0, 0, 0, 0)
    page = bench.pages[0]
    field = bench.add(
        Dictionary(
            Type=Name.Annot, Subtype=Name.Widget, FT=Name.Sig, T=_name(chance), Rect=Array(list(box)), P=page, F=132
        )
    )
    bench.form.Fields.append(field)
    page.Annots = page.get("/Annots", Array([]))
    page.Annots.append(field)
    return bench.append(some_hand(data, chance))


def may_fill(bench: Workbench, subject: Subject, *names: str) -> list[str]:
    """Return the fields that may be filled in: not locked, and empty unless a certification permits more."""
    found = []
    for name in names:
        field = bench.field(name)
        field = field.Kids[0] if "/Kids" in field else field
        empty = "/V" not in field or field.V == "/Off" or not len(bytes(field.V) if name != "agree" else b"x")
        if name not in subject.locked and (empty or subject.certified > 1):
            found.append(name)
    return found


@edit("forms")
def text_filled(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """Text, with its appearance, drawn anew or written into the old one, or left to viewers."""
    bench = Workbench(data)
    names = may_fill(bench, subject, "amount", "note", "group")
    if not names:
        raise NotHereError
    field = bench.field(name := chance.choice(names))
    field = field.Kids[0] if name == "group" else field
    words = chance.choice(WORDS)
    shown = words.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    field.V = String(words)
    drawn = look(bench, shown, size=chance.randrange(7, 12))
    way = chance.randrange(3)
    if way == 0 and "/AP" in field and name == "amount":
        field.AP.N.write(drawn.read_bytes())
    elif way == 1 and "/AP" in field:
        del field["/AP"]
    else:
        field.AP = Dictionary(N=bench.add(drawn))
    if chance.random() < 0.3:
        field.M = String("D:20261122120500Z")
    return bench.append(some_hand(data, chance))


@edit("forms")
def box_ticked(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A box."""
    bench = Workbench(data)
    if not may_fill(bench, subject, "agree"):
        raise NotHereError
    field = bench.field("agree")
    field.V = field.AS = Name.Yes if field.V == "/Off" else Name.Off
    return bench.append(some_hand(data, chance))


@edit("forms")
def choice_made(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A choice."""
    bench = Workbench(data)
    if not may_fill(bench, subject, "choice"):
        raise NotHereError
    field = bench.field("choice")
    value, words = chance.choice((("1", "one"), ("2", "two")))
    field.V, field.AP = String(value), Dictionary(N=bench.add(look(bench, words)))
    if chance.random() < 0.5:
        field.I = Array([int(value) - 1])
    return bench.append(some_hand(data, chance))


@edit("annotations")
def remark_made(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """A remark where nothing stands."""
    bench = Workbench(data)
    x, y = chance.randrange(240, 300), chance.randrange(60, 70)
    kind = chance.choice(("Square", "Circle", "FreeText", "Ink", "Text", "Stamp", "Line"))
    put(bench.pages[0], remark(bench, kind, (x, y, x + 30, y + 20), b"0 0.6 0 rg 2 2 20 10 re f", Contents="seen"))
    return bench.append(some_hand(data, chance))


@edit("annotations")
def remark_changed(data: bytes, chance: random.Random, subject: Subject, scene: Scene) -> bytes:
    """The words of a remark."""
    bench = Workbench(data)
    for item in bench.pages[0].Annots:
        if item.get("/Subtype") == "/Square":
            item.Contents = f"seen {chance.randrange(99)}"
            return bench.append(some_hand(data, chance))
    raise NotHereError
