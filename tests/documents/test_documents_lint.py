"""The lint sees what a draft must not have, and never stumbles over a hostile file."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String

from esign.contracts import ContractData
from esign.contracts.policy_tests import samples
from esign.documents import draw_up, lint_pdf

DRAFT = draw_up(ContractData.parse(samples()[0][1]), drawn_up_at=datetime(2026, 11, 20, tzinfo=UTC)).pdf


def _changed(change: Callable[[pikepdf.Pdf], None], **save) -> bytes:
    stream = io.BytesIO()
    with pikepdf.open(io.BytesIO(DRAFT)) as document:
        change(document)
        document.save(stream, **{"static_id": True, **save})
    return stream.getvalue()


def _kinds(pdf: bytes) -> set[str]:
    return {finding.kind for finding in lint_pdf(pdf)}


def _drop(*path: str) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        target = document.Root
        for key in path[:-1]:
            target = target[key]
        del target[path[-1]]

    return change


def _put(key: str, make) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        document.Root[key] = document.make_indirect(make())

    return change


def _unembed(document: pikepdf.Pdf) -> None:
    for item in document.objects:
        if isinstance(item, Dictionary) and item.get("/Type") == "/FontDescriptor":
            for key in ("/FontFile2", "/FontFile3"):
                if key in item:
                    del item[key]


def _page_actions(document: pikepdf.Pdf) -> None:
    document.pages[0]["/AA"] = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String("1")))


def _unrelated(document: pikepdf.Pdf) -> None:
    for item in document.objects:
        if isinstance(item, Dictionary) and item.get("/Type") == "/Filespec":
            del item["/AFRelationship"]


def _script() -> Dictionary:
    return Dictionary(Type=Name.Action, S=Name.JavaScript, JS=String("app.alert(1)"))


def _launch() -> Dictionary:
    return Dictionary(Type=Name.Action, S=Name.Launch, F=String("calc"))


def test_a_draft_is_clean_also_after_being_written_again_unchanged() -> None:
    assert lint_pdf(DRAFT) == ()
    assert _kinds(_changed(lambda document: None)) == set()


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (_drop("/StructTreeRoot"), "not_tagged"),
        (_drop("/MarkInfo"), "not_tagged"),
        (_drop("/Lang"), "no_language"),
        (_drop("/OutputIntents"), "no_output_intent"),
        (_drop("/Metadata"), "no_pdfa_claim"),
        (_drop("/Metadata"), "no_pdfua_claim"),
        (_drop("/AF"), "attachment_relationship"),
        (_unrelated, "attachment_relationship"),
        (_put("/OpenAction", _script), "javascript"),
        (_put("/OpenAction", _launch), "active_content"),
        (_put("/AA", lambda: Dictionary(WC=_script())), "active_content"),
        (_put("/OCProperties", lambda: Dictionary(OCGs=Array([]))), "active_content"),
        (_put("/AcroForm", lambda: Dictionary(Fields=Array([]), XFA=String("x"))), "active_content"),
        (_put("/Names", lambda: Dictionary(JavaScript=Dictionary(Names=Array([])))), "javascript"),
        (_put("/X", lambda: Dictionary(Type=Name.OCG, Name=String("layer"))), "optional_content"),
        (_unembed, "font_not_embedded"),
        (_page_actions, "active_content"),
    ],
)
def test_a_planted_fault_is_found(change, kind: str) -> None:
    assert kind in _kinds(_changed(change))


def test_encryption_linearisation_revisions_and_tails_are_found() -> None:
    encrypted = _changed(lambda document: None, encryption=pikepdf.Encryption(owner="o", user="u"))
    assert _kinds(encrypted) >= {"encrypted"}
    readable = _changed(lambda document: None, encryption=pikepdf.Encryption(owner="o", user=""))
    assert _kinds(readable) >= {"encrypted"}
    assert "linearised" in _kinds(_changed(lambda document: None, linearize=True))
    assert "revisions" in _kinds(DRAFT + b"\n%%EOF\n")
    assert "trailing_bytes" in _kinds(DRAFT + b"hello")
    assert "header" in _kinds(b"\n" + DRAFT)
    assert _kinds(_changed(lambda document: None, preserve_pdfa=False)) == {"stream_end"}


@pytest.mark.parametrize(
    "pdf", [b"", b"%PDF-1.7", b"not a pdf", b"%PDF-1.7\n" + b"<<" * 5000, DRAFT[: len(DRAFT) // 2]]
)
def test_what_cannot_be_read_is_a_finding(pdf: bytes) -> None:
    assert "unreadable" in _kinds(pdf)


@given(st.lists(st.tuples(st.integers(0, len(DRAFT) - 1), st.integers(0, 255)), min_size=1, max_size=20))
@settings(max_examples=60, deadline=None)
def test_flipped_bytes_never_make_it_raise(flips) -> None:
    damaged = bytearray(DRAFT)
    for position, value in flips:
        damaged[position] = value
    lint_pdf(bytes(damaged))


@given(st.binary(max_size=400))
@settings(max_examples=60, deadline=None)
def test_noise_never_makes_it_raise(noise: bytes) -> None:
    assert lint_pdf(b"%PDF-1.7\n" + noise)
