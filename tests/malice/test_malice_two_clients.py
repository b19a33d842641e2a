"""One table of crafted files, two clients that share no line: the browser agent and the browserless signatory agree.

``LATER``: what a server hands over instead of the honestly longer file. ``PREPARED``: what it shows as the document to
sign on, with a claim about earlier revisions that fits every digest.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from certs.signatory import SignatoryRefused
from certs.signatory.document_checks import check_prepared
from certs.signatory.later_revisions import check_later
from certs.signatory.words import h
from esign.pades import add_document_security_store, prepare, prepare_document_timestamp
from esign.pades.document import Document
from esign.pades.revision import Revision, pointer, serialise, stream, with_entries, with_items
from tests.actors import COMPANY
from tests.malice.server import MaliciousServer
from tests.malice.variants import appended
from tests.samples import COUPLE, sample

ROOT = Path(__file__).parents[2]
AGENT = "http://localhost:8081"
PICTURE = stream(b"", b"0 0 500 500 re f")
LATER = "agent.result.later_revision"
VALUE = b"0\x03\x02\x01\x05"


@dataclass
class Files:
    """Two signatures and a seal: what the first signatory got, what the second signed on, and the end."""

    first: bytes
    prepared: bytes
    claim: dict[str, Any]
    end: bytes


@pytest.fixture(scope="module")
def files(shared_world: Any) -> Files:
    world = shared_world
    contract = world.application.contracts.draw_up(COMPANY, sample(COUPLE))
    world.application.contracts.invite(COMPANY, contract)
    first = world.signatory(link(world), "mira-sommerfeld").run()
    second = world.signatory(link(world), "david-sommerfeld")
    end = second.run().document
    return Files(
        first=first.document,
        prepared=second._attempt.document,
        claim=dict(second._attempt.claims["document"]),
        end=end,
    )


def link(world: Any) -> str:
    world.application.delivery.deliver_due()
    found = re.search(re.escape(AGENT) + r"/#[A-Za-z0-9_-]{43}", world.post.text())
    assert found is not None
    return found.group()


# Behind a known file --------------------------------------------------------------------------------------------------

Change = Callable[[Document, Revision], object]


def changed(pdf: bytes, change: Change) -> bytes:
    document = Document(pdf)
    revision = Revision(document)
    change(document, revision)
    return revision.write()[0]


def signed(pdf: bytes, *, field: str = "Signatory9", box: tuple[float, ...] = (60, 90, 260, 130)) -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (60, 20), "white").save(picture, "PNG")
    made = prepare(
        pdf,
        field=field,
        page=0,
        box=box,
        appearance=picture.getvalue(),
        name="A Stranger",
        reason="Mine",
        claimed_at=datetime.now(UTC),
    )
    return made.data


def stored(pdf: bytes, value: bytes = VALUE) -> bytes:
    return add_document_security_store(pdf, certificates=(value,), crls=(), ocsp_responses=())


def timestamped(pdf: bytes) -> bytes:
    return prepare_document_timestamp(pdf).data


def on_page(**entries: bytes) -> Change:
    def change(document: Document, revision: Revision) -> None:
        place = document.page(0)
        assert place is not None
        revision.put(
            place.reference, with_entries(place.dictionary, {f"/{name}": each for name, each in entries.items()})
        )

    return change


def in_catalog(**entries: bytes) -> Change:
    def change(document: Document, revision: Revision) -> None:
        wanted = {f"/{name}": each for name, each in entries.items()}
        revision.put(document.reader.root_ref, with_entries(document.root, wanted))

    return change


def new_content(document: Document, revision: Revision) -> None:
    on_page(Contents=pointer(revision.new(PICTURE)))(document, revision)


def overwritten_content(document: Document, revision: Revision) -> None:
    place = document.page(0)
    assert place is not None
    revision.put(place.dictionary.raw_get("/Contents"), PICTURE)


def note(document: Document, revision: Revision) -> None:
    made = revision.new(b"<</Type/Annot/Subtype/FreeText/Rect[0 0 500 500]/Contents(0 EUR)>>")
    on_page(Annots=b"[%s]" % pointer(made))(document, revision)


def own_picture(document: Document, revision: Revision) -> None:
    revision.put(document.fields()[0].dictionary["/AP"].raw_get("/N"), PICTURE)


def own_field(document: Document, revision: Revision) -> None:
    reference = document.root["/AcroForm"].raw_get("/Fields").raw_get(0)
    revision.put(reference, with_entries(reference.get_object(), {"/Rect": b"[0 0 500 500]"}))


def attachment(document: Document, revision: Revision) -> None:
    revision.put(document.root["/AF"][0]["/EF"].raw_get("/F"), stream(b"/Type/EmbeddedFile", b"{}"))


def short_store(document: Document, revision: Revision) -> None:
    revision.put(document.root.raw_get("/DSS"), b"<</Type/DSS/Certs[]/CRLs[]>>")


def odd_store(document: Document, revision: Revision) -> None:
    store = document.root.raw_get("/DSS")
    revision.put(store, with_entries(store.get_object(), {"/VRI": b"<<>>"}))


def store_with_a_guest(document: Document, revision: Revision) -> None:
    store = document.root.raw_get("/DSS")
    item = pointer(revision.new(stream(b"", VALUE)))
    revision.new(PICTURE)
    certificates = with_items(store.get_object().raw_get("/Certs"), item)
    revision.put(store, with_entries(store.get_object(), {"/Certs": certificates}))


def store_of_the_page(document: Document, revision: Revision) -> None:
    place, store = document.page(0), document.root.raw_get("/DSS")
    assert place is not None
    contents = place.dictionary.raw_get("/Contents")
    revision.put(contents, PICTURE)
    certificates = with_items(store.get_object().raw_get("/Certs"), pointer(contents))
    revision.put(store, with_entries(store.get_object(), {"/Certs": certificates}))


def awaited(pdf: bytes) -> bytes:
    """Return a file that refers to objects that are not there yet."""

    def change(document: Document, revision: Revision) -> None:
        place = document.page(0)
        assert place is not None
        known = [serialise(item) for item in place.dictionary.get("/Annots", [])]
        items = b" ".join([*known, b"%d 0 R" % (document.next_number + 2)])
        revision.new(b"<</Title(x)>>")
        revision.put(place.reference, with_entries(place.dictionary, {"/Annots": b"[%s]" % items}))

    return changed(pdf, change)


def patched(pdf: bytes, since: int, old: bytes, new: bytes) -> bytes:
    """Exchange bytes of equal length behind the known file."""
    assert len(old) == len(new) and pdf.count(old, since) >= 1
    return pdf[:since] + pdf[since:].replace(old, new, 1)


def moved(pdf: bytes, since: int) -> bytes:
    """Let the table of the last revision find the first page's content in a string behind it."""
    start = pdf.rindex(b"xref\n", 0, pdf.rindex(b"startxref"))
    row = re.compile(rb"(\d{10}) 00000 n ").search(pdf, start)
    assert row is not None
    return pdf[: row.start(1)] + b"%010d" % (since - 20) + pdf[row.end(1) :]


def later(files: Files) -> Iterator[tuple[str, int, bytes, str]]:
    """Yield name, length of the known file, file, and the verdict that is right."""
    first, end = files.first, files.end
    known = len(first)
    own = files.claim["revisions"][1]["length"]  # as far as the first signature goes
    everything = "signature security_store signature security_store document_timestamp"
    second = signed(first)
    yield "nothing more", known, first, "accepted: "
    yield "the honest end", known, end, f"accepted: {everything}"
    yield "the honest end, from the own signature on", own, end, f"accepted: security_store {everything}"
    yield "the honest end, from its end on", len(end), end, "accepted: "
    yield "one more signature", known, second, "accepted: signature"
    yield "one more signature with its store", known, stored(second), "accepted: signature security_store"
    yield "only a timestamp", known, timestamped(first), "accepted: document_timestamp"

    behind_store: dict[str, tuple[Change, str]] = {
        "another page content": (new_content, "order"),
        "the old page content overwritten": (overwritten_content, "order"),
        "a note over the text": (note, "order"),
    }
    for name, (change, why) in behind_store.items():
        yield f"{name}, behind a store", known, changed(first, change), f"{LATER}: {why}"
    behind_signature: dict[str, tuple[Change, str]] = {
        "another page content": (new_content, "changed"),
        "the old page content overwritten": (overwritten_content, "changed"),
        "a note over the text": (note, "changed"),
        "the page cropped": (on_page(CropBox=b"[0 0 9 9]"), "changed"),
        "the page turned": (on_page(Rotate=b"180"), "changed"),
        "the own picture exchanged": (own_picture, "changed"),
        "the own field moved": (own_field, "changed"),
        "the attachment exchanged": (attachment, "changed"),
        "an open action": (in_catalog(OpenAction=b"<</S/JavaScript/JS(1)>>"), "changed"),
        "a layer": (in_catalog(OCProperties=b"<</OCGs[]/D<<>>>>"), "changed"),
        "a store that loses values": (short_store, "store"),
        "a store with something else": (odd_store, "store"),
        "a store and a guest": (store_with_a_guest, "added"),
        "a store that overwrites the page": (store_of_the_page, "changed"),
    }
    for name, (change, why) in behind_signature.items():
        answer = "store" if why == "changed" and name != "a store that overwrites the page" else why
        yield f"{name}, as a store", known, changed(second, change), f"{LATER}: {answer}"

    yield "two stores", known, stored(stored(second), VALUE + b"x"), f"{LATER}: order"
    yield "a signature behind the timestamp", known, signed(timestamped(first)), f"{LATER}: order"
    yield "a store behind the timestamp", known, stored(timestamped(first)), f"{LATER}: order"
    yield "an object that nothing leads to", known, appended(first), f"{LATER}: written"
    yield "a picture over the page", known, signed(first, box=(0, 0, 595, 841)), f"{LATER}: picture"
    yield "a field of the same name", known, patched(second, known, b"39>/TU", b"31>/TU"), f"{LATER}: field"
    yield "an awaited object", len(awaited(first)), signed(awaited(first)), f"{LATER}: awaited"
    place = known
    for name, old, new, why in (
        ("another catalog", b"/Root ", b"/Toor ", "written"),
        ("a hidden field", b"/F 132", b"/F 134", "field"),
        ("another kind of field", b"/FT/Sig", b"/FT/Btn", "field"),
        ("another filter", b"/Adobe.PPKLite", b"/Adobe.PPKlite", "field"),
        ("another format", b"/ETSI.CAdES.detached", b"/adbe.pkcs7.detached", "field"),
        ("another word for the name", b"/Name<", b"/Lock<", "field"),
        ("a picture that paints more", b"/Im0 Do Q", b"/Im0 Do q", "picture"),
        ("a picture that is a form", b"/Subtype/Image", b"/Subtype/Forms", "picture"),
        ("another object number", b" 0 obj\n<</Type/XObject", b" 1 obj\n<</Type/XObject", "written"),
        ("a comment between objects", b"\nendobj\n", b"\nendob%\n", "written"),
        ("another end", b"%%EOF\n", b"%%EOF ", "written"),
        ("a byte range from one", b"/ByteRange[0 ", b"/ByteRange[1 ", "field"),
        ("an older table skipped", b"/Prev ", b"/Prec ", "written"),
        ("the reserved hole with a letter", b"/Contents<0", b"/Contents<x", "written"),
    ):
        yield name, known, patched(second, place, old, new), f"{LATER}: {why}"
    yield "a table that finds another place", known, moved(second, known), f"{LATER}: written"
    yield "a line behind the end", known, second + b"\n", f"{LATER}: written"
    yield "a line before the first object", known, first + b"\n" + second[known:], f"{LATER}: written"
    yield "cut off", known, end[:-1], f"{LATER}: written"


# A prepared document --------------------------------------------------------------------------------------------------


def claimed(claim: dict[str, Any], pdf: bytes, **changes: Any) -> dict[str, Any]:
    """Return a claim whose digests and lengths are those of these bytes."""
    _, hole, behind, _ = claim["byte_range"]
    revisions = [{**each, "sha256": h(pdf[: each["length"]]).hex()} for each in claim["revisions"]]
    made = {"sha256": h(pdf[:hole], pdf[behind:]).hex(), "length": len(pdf), "revisions": revisions}
    return {**claim, **made, "byte_range": [0, hole, behind, len(pdf) - behind], **changes}


def prepared(files: Files) -> Iterator[tuple[str, bytes, dict[str, Any], str]]:
    pdf, claim = files.prepared, files.claim
    revisions, code = claim["revisions"], "agent.document."
    _, hole, behind, _ = claim["byte_range"]
    kinds = {
        "a signature called a store": ["draft", "security_store", "security_store"],
        "a store called a signature": ["draft", "signature", "signature"],
        "all drafts": ["draft", "draft", "draft"],
        "no draft": ["signature", "signature", "security_store"],
        "a draft called a store": ["security_store", "signature", "security_store"],
    }
    yield "honest", pdf, claimed(claim, pdf), "accepted"
    for name, words in kinds.items():
        wrong = [{**each, "kind": word} for each, word in zip(revisions, words, strict=True)]
        yield name, pdf, claimed(claim, pdf, revisions=wrong), code + "revision_kind"
    for number in (1, 2):
        fewer = [each for at, each in enumerate(revisions) if at != number]
        yield f"revision {number} not named", pdf, claimed(claim, pdf, revisions=fewer), code + "revisions"

    def bent(at: int, old: bytes, new: bytes) -> bytes:
        assert pdf[at : at + len(old)] == old and len(old) == len(new)
        return pdf[:at] + new + pdf[at + len(old) :]

    first = pdf.index(b"/ByteRange")
    inside = pdf.index(b"/Suspects", 0, revisions[0]["length"])
    store = pdf.index(b"/DSS", revisions[1]["length"])
    catalog = pdf.index(b"/DSS", store + 1)
    end = revisions[1]["length"]
    own = pdf.index(b"/ByteRange", revisions[2]["length"])
    no_dss = bent(store, b"/DSS", b"/DSX")
    no_dss = no_dss[:catalog] + b"/DSX" + no_dss[catalog + 4 :]
    table: list[tuple[str, bytes, str]] = [
        ("a signature without a byte range", bent(first, b"/ByteRange", b"/ByteRangX"), "revision_kind"),
        ("a byte range in the draft", bent(inside, b"/Suspects ", b"/ByteRange"), "revision_kind"),
        ("a store without a store", no_dss, "revision_kind"),
        ("a revision without an end", bent(end - 6, b"%%EOF\n", b"%%EOG\n"), "revisions"),
        ("an end of another white space", bent(end - 1, b"\n", b"\x0b"), "revisions"),
        ("an end of a no-break space", bent(end - 1, b"\n", b"\xa0"), "revisions"),
        ("the own byte range out of sight", bent(own, b"/ByteRange[0 ", b"/ByteRange[0\x0b"), "byte_range"),
        ("the own byte range with a no-break space", bent(own, b"/ByteRange[0 ", b"/ByteRange[0\xa0"), "byte_range"),
        ("the own byte range with a zero byte", bent(own, b"/ByteRange[0 ", b"/ByteRange[0\x00"), "accepted"),
        ("no hole", bent(hole, b"<0", b"00"), "byte_range"),
        ("a hole elsewhere", bent(hole - 9, b"/Contents", b"/Kontents"), "byte_range"),
        ("something in the hole", bent(behind - 3, b"00>", b"01>"), "hole"),
        ("a blank in the hole", bent(behind - 3, b"00>", b"0 >"), "hole"),
        ("no PDF", bent(0, b"%PDF-", b"%PDX-"), "not_pdf"),
        ("white space behind the end", pdf + b"\n\n\n", "accepted"),
        ("too much white space behind the end", pdf + b" " * 9, "revisions"),
        ("another white space behind the end", pdf + b"\xa0", "revisions"),
        ("one more end", pdf + b"%%EOF\n", "revisions"),
    ]
    for name, file, why in table:
        if len(file) != len(pdf):  # the byte range that stands in the file must be the claimed one
            old = b"%d" % claim["byte_range"][3]
            at = file.index(old, file.index(b"/ByteRange", revisions[2]["length"]))
            file = file[:at] + b"%d" % (len(file) - behind) + file[at + len(old) :]
        wanted = "accepted" if why == "accepted" else code + why
        yield name, file, claimed(claim, file), wanted
    yield "another digest", pdf, claimed(claim, pdf, sha256="0" * 64), code + "other"
    yield "another length", pdf, claimed(claim, pdf, length=len(pdf) + 1), code + "length"
    yield "a byte range to elsewhere", pdf, claimed(claim, pdf, byte_range=[0, hole, behind, 1]), code + "length"


def verdict(step: Callable[[], object]) -> str:
    try:
        found = step()
    except SignatoryRefused as refused:
        return str(refused)
    return f"accepted: {' '.join(found)}" if isinstance(found, tuple) else "accepted"


def browsers_verdicts(folder: Path, cases: list[dict[str, Any]]) -> dict[str, str]:
    if shutil.which("node") is None:
        pytest.skip("Node.js is needed")
    (folder / "table.json").write_text(json.dumps({"folder": str(folder), "cases": cases}), "utf-8")
    ran = subprocess.run(
        ["node", str(Path(__file__).with_name("two_clients.mjs")), str(folder / "table.json")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    found: dict[str, str] = json.loads(ran.stdout)
    return found


def test_both_clients_have_the_same_verdict_on_every_crafted_file(files: Files, tmp_path: Path) -> None:
    cases: list[dict[str, Any]] = []
    wanted: dict[str, str] = {}
    ours: dict[str, str] = {}
    for number, (name, known, pdf, right) in enumerate(later(files)):
        file = f"later-{number}.pdf"
        (tmp_path / file).write_bytes(pdf)
        cases.append({"name": f"later: {name}", "file": file, "known": known})
        wanted[f"later: {name}"] = right
        ours[f"later: {name}"] = verdict(lambda pdf=pdf, known=known: check_later(pdf, known))
    for number, (name, pdf, claim, right) in enumerate(prepared(files)):
        file = f"prepared-{number}.pdf"
        (tmp_path / file).write_bytes(pdf)
        cases.append({"name": f"prepared: {name}", "file": file, "claim": claim})
        wanted[f"prepared: {name}"] = right
        ours[f"prepared: {name}"] = verdict(
            lambda pdf=pdf, claim=claim: check_prepared(pdf, {**claim, "attachments": files.claim["attachments"]})
        )
    theirs = browsers_verdicts(tmp_path, cases)
    assert {name: (ours[name], theirs[name]) for name in wanted if not ours[name] == theirs[name] == wanted[name]} == {}
    assert len(cases) >= 78 and len(wanted) == len(cases)


def test_a_signatory_who_comes_back_takes_a_longer_file_and_no_other(shared_world: Any, tmp_path: Path) -> None:
    """The result step itself, of both clients, against the honest server and against one that lies."""
    world = shared_world
    contract = world.application.contracts.draw_up(COMPANY, sample(COUPLE))
    world.application.contracts.invite(COMPANY, contract)
    mira = world.signatory(link(world), "mira-sommerfeld")
    first = mira.run()
    assert mira.result() == first
    end = world.signatory(link(world), "david-sommerfeld").run().document
    other = first.document[:-1] + b" "
    bit = bytearray(end)
    bit[len(first.document) // 2] ^= 1
    handed = {
        "the same file": (first.document, "accepted"),
        "the honest end": (end, "accepted"),
        "a beginning of the file": (first.document[: files_end(first.document)], "agent.result.other_document"),
        "another beginning": (other + end[len(other) :], "agent.result.other_document"),
        "one bit": (bytes(bit), "agent.result.other_document"),
        "something behind it": (end + b"\n", f"{LATER}: written"),
        "another signature behind it": (signed(end), f"{LATER}: order"),
        "a page exchanged behind it": (changed(signed(first.document), new_content), f"{LATER}: store"),
    }
    cases, ours = [], {}
    honest = mira.wire.http
    server = MaliciousServer(honest).install(mira)
    for number, (name, (pdf, _)) in enumerate(handed.items()):
        (tmp_path / f"{number}.pdf").write_bytes(pdf)
        digest = h(first.document).hex()
        cases.append({"name": name, "file": f"{number}.pdf", "named": digest, "announced": digest})
        server.after["result"] = lambda _, pdf=pdf: pdf
        mira._receipt = first
        ours[name] = verdict(mira.result)
        assert (mira._receipt is first) == (ours[name] != "accepted"), "a refused file leaves the receipt as it was"
    wanted = {name: why for name, (_, why) in handed.items()}
    assert ours == wanted
    assert browsers_verdicts(tmp_path, cases) == wanted
    del server.after["result"]
    again = mira.result()
    assert again.document == end == world.application.contracts.signed_document(COMPANY, contract)
    assert again.tau == first.tau and again.attributes_digest == first.attributes_digest


def files_end(pdf: bytes) -> int:
    """Return where the last revision but one ends."""
    return pdf.rindex(b"%%EOF\n", 0, len(pdf) - 8) + 6
