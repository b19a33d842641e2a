"""What the signatory refuses: a transcript or a document in which anything is not as it knows it itself."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from PIL import Image

from certs.signatory import SignatoryRefused
from certs.signatory.attributes import Evidence, signed_attributes
from certs.signatory.document_checks import check_finished, check_prepared
from certs.signatory.transcript_checks import Enclosed, Own, check_transcript, read_summary, read_transcript
from certs.signatory.words import h
from esign.foundation.canonical import canonical
from esign.foundation.clock import from_seconds
from esign.pades import PreparedDocument, embed, prepare, signed_data

_spec = importlib.util.spec_from_file_location("ceremony_mutants", Path(__file__).with_name("mutants.py"))
assert _spec and _spec.loader
mutation = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(mutation)

ENCLOSED = Enclosed(declaration="Ich schließe den Vertrag.", policy=b"policy", summary=b"summary")


def reason(action: Callable[[], Any]) -> str:
    with pytest.raises(SignatoryRefused) as refused:
        action()
    return refused.value.reason_code


# Transcript -------------------------------------------------------------------------------------------------------


@pytest.fixture
def claims(world: Any) -> dict[str, Any]:
    found: dict[str, Any] = world.transcript().to_mapping()
    return found


@pytest.fixture
def own(claims: dict[str, Any]) -> Own:
    signatory = claims["signatory"]
    return Own(
        origin=claims["aud"],
        agent=claims["agent"],
        contract=claims["contract"],
        ceremony=None,
        name="Jana Beispiel",
        role="Kundin",
        represents="",
        level="advanced",
        sandbox=True,
        identified_by="https://idp.example",
        held_by="signatory-passkey",
        certificate=signatory["certificate"],
        capsule_key=signatory["capsule_key"],
        device_key=signatory["device_key"],
        passkey=signatory["passkey"],
        client_nonce=claims["client_nonce"],
    )


def test_a_true_transcript_is_accepted(claims: dict[str, Any], own: Own) -> None:
    read = read_transcript(canonical(claims))
    check_transcript(read, own, ENCLOSED)
    check_transcript(read, replace(own, ceremony=claims["ceremony"]), ENCLOSED)


LIES: dict[str, tuple[tuple[Any, ...], Any]] = {
    "other_contract": (("contract",), "b3RoZXI"),
    "other_site": (("aud",), "https://evil.example"),
    "other_agent": (("agent",), "00" * 32),
    "stale": (("client_nonce",), "00" * 32),
    "lifetime": (("expires_at",), 1_800_003_601),
    "other_person": (("signatory", "name"), "Jan Beispiel"),
    "other_keys": (("signatory", "capsule_key"), "00" * 32),
    "other_keys ": (("signatory", "device_key"), "00" * 32),
    "other_keys  ": (("signatory", "certificate"), "00" * 32),
    "other_keys   ": (("signatory", "passkey"), ""),
    "user_verification": (("user_verification",), "none"),
    "other_level": (("statement", "level"), "qualified"),
    "other_holder": (("statement", "held_by"), "company"),
    "other_identification": (("statement", "identified_by"), "https://evil.example"),
    "other_trust": (("statement", "trust"), "configured"),
    "suite": (("suite",), "none"),
    "commitment": (("commitment",), "1.2.840.113549.1.9.16.6.1"),
    "code": (("code", "length"), 1),
    "code ": (("code", "tries"), 500),
    "policy": (("policy", "oid"), "1.2.3"),
    "policy ": (("policy", "sha256"), "00" * 32),
    "declaration": (("declaration", "sha256"), "00" * 32),
    "summary": (("order", "summary"), "00" * 32),
}


@pytest.mark.parametrize("code", LIES)
def test_each_false_member_is_refused_by_its_own_word(code: str, claims: dict[str, Any], own: Own) -> None:
    path, wrong = LIES[code]
    read = read_transcript(canonical(mutation.changed(claims, path, wrong)))
    assert reason(lambda: check_transcript(read, own, ENCLOSED)) == f"agent.transcript.{code.strip()}"


def test_another_ceremony_than_before_is_refused(claims: dict[str, Any], own: Own) -> None:
    seen = replace(own, ceremony="b3RoZXI")
    assert reason(lambda: check_transcript(claims, seen, ENCLOSED)) == "agent.transcript.other_ceremony"


def test_what_is_shown_is_what_the_transcript_names(claims: dict[str, Any], own: Own) -> None:
    for change, code in (
        ({"declaration": "Ich kündige."}, "declaration"),
        ({"policy": b"other"}, "policy"),
        ({"summary": b"other"}, "summary"),
    ):
        shown = replace(ENCLOSED, **change)
        assert reason(lambda s=shown: check_transcript(claims, own, s)) == f"agent.transcript.{code}"


def test_every_departure_from_the_schema_is_refused_by_the_signatory_too(claims: dict[str, Any], own: Own) -> None:
    """It reads shapes more loosely than the engine, but what it reads it then holds against what it knows."""
    for path, what, wrong in mutation.mutants(mutation.schema("transcript"), claims):
        value = mutation.changed(claims, path, wrong)
        if not path or not isinstance(value, dict) or path[:2] in (("document", "byte_range"), ("document", "length")):
            continue  # numbers of the document are held against the document itself
        if path[-1] in ("attempt", "issued_at", "expires_at", "label") or path[:1] == ("document",):
            continue

        def refuse(value: Any = value) -> None:
            check_transcript(read_transcript(canonical(value)), own, ENCLOSED)

        try:
            found = reason(refuse)
        except pytest.fail.Exception:
            raise AssertionError(f"{path} {what} was accepted") from None
        assert found.startswith("agent.transcript.")


def test_a_transcript_in_another_spelling_is_refused(claims: dict[str, Any]) -> None:
    text = canonical(claims)
    for wrong in (text + b" ", text.replace(b":", b": ", 1), b"{}", b"", b"[]", text[:-1] + b',"a":1}'):
        assert reason(lambda w=wrong: read_transcript(w)) == "agent.transcript.malformed"


def test_a_summary_is_title_and_lines() -> None:
    good = {"lang": "de", "title": "Ihre Bestellung", "lines": [{"label": "Preis", "value": "14,90 €\nje Monat"}]}
    assert read_summary(canonical(good)) == good
    for wrong in ({**good, "lang": "fr"}, {**good, "button": "kaufen"}, {**good, "lines": [{"label": "Preis"}]}, {}):
        assert reason(lambda w=wrong: read_summary(canonical(w))) == "agent.transcript.summary"


# Document ---------------------------------------------------------------------------------------------------------


def draft(change: Callable[[pikepdf.Pdf], None] | None = None) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    pdf.attachments["contract.json"] = pikepdf.AttachedFileSpec(pdf, b'{"price":1}', mime_type="application/json")
    if change:
        change(pdf)
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def prepared(base: bytes) -> tuple[bytes, dict[str, Any]]:
    picture = io.BytesIO()
    Image.new("RGB", (60, 20), "white").save(picture, "PNG")
    made = prepare(
        base,
        field="Signatory",
        page=0,
        box=(60, 90, 360, 150),
        appearance=picture.getvalue(),
        name="Jana Beispiel",
        reason="Willenserklärung",
        claimed_at=from_seconds(1_800_000_000),
    )
    claim = {
        "sha256": made.digest.hex(),
        "byte_range": list(made.byte_range),
        "length": len(made.data),
        "name": "a.pdf",
        "revisions": [{"kind": "draft", "length": len(base), "sha256": h(base).hex()}],
        "attachments": [{"name": "contract.json", "sha256": h(b'{"price":1}').hex()}],
    }
    return made.data, claim


@pytest.fixture(scope="module")
def good() -> tuple[bytes, dict[str, Any]]:
    return prepared(draft())


def test_a_true_document_is_accepted(good: tuple[bytes, dict[str, Any]]) -> None:
    data, claim = good
    assert check_prepared(data, claim).hex() == claim["sha256"]


FALSE_CLAIMS: dict[str, tuple[tuple[Any, ...], Any, str]] = {
    "digest": (("sha256",), "00" * 32, "other"),
    "length": (("length",), 7, "length"),
    "range": (("byte_range", 1), 100, "byte_range"),
    "start": (("byte_range", 0), 1, "byte_range"),
    "end": (("byte_range", 3), 5, "length"),
    "hidden revision": (("revisions",), [], "revisions"),
    "invented revision": (
        ("revisions",),
        [{"kind": "draft", "length": 9, "sha256": "00" * 32}, {"kind": "draft", "length": 20, "sha256": "00" * 32}],
        "revisions",
    ),
    "revision digest": (("revisions", 0, "sha256"), "00" * 32, "revisions"),
    "revision length": (("revisions", 0, "length"), 10, "revisions"),
    "attachment digest": (("attachments", 0, "sha256"), "00" * 32, "attachments"),
    "attachment name": (("attachments", 0, "name"), "other.json", "attachments"),
    "attachment unnamed": (("attachments",), [], "attachments"),
    "attachment missing": (
        ("attachments",),
        [{"name": "contract.json", "sha256": h(b'{"price":1}').hex()}, {"name": "b", "sha256": "00" * 32}],
        "attachments",
    ),
}


@pytest.mark.parametrize("what", FALSE_CLAIMS)
def test_a_false_claim_about_the_document_is_refused(what: str, good: tuple[bytes, dict[str, Any]]) -> None:
    path, wrong, code = FALSE_CLAIMS[what]
    claim = mutation.changed(good[1], path, wrong)
    assert reason(lambda: check_prepared(good[0], claim)) == f"agent.document.{code}"


def test_no_byte_of_the_document_can_change(good: tuple[bytes, dict[str, Any]]) -> None:
    data, claim = good
    _, hole, behind, _ = claim["byte_range"]
    places = [0, 5, hole // 2, hole - 30, hole - 1, hole, hole + 1, behind - 2, behind - 1, behind, len(data) - 7]
    places += range(len(data) // 17, len(data), len(data) // 17)
    for place in places:
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        assert reason(lambda c=changed: check_prepared(c, claim)).startswith("agent.document.")


def javascript(pdf: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    pdf.Root.Names.JavaScript = pikepdf.Dictionary(Names=pikepdf.Array(["x", pdf.make_indirect(action)]))


def open_action(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Array([pdf.pages[0].obj, pikepdf.Name.Fit])


def page_action(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.AA = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.Named, N=pikepdf.Name.NextPage))


def launch(pdf: pikepdf.Pdf) -> None:
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Link,
        Rect=pikepdf.Array([0, 0, 9, 9]),
        A=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe"),
    )
    pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(link)])


def hidden_layer(pdf: pikepdf.Pdf) -> None:
    layer = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.OCG, Name="hidden"))
    pdf.Root.OCProperties = pikepdf.Dictionary(OCGs=pikepdf.Array([layer]), D=pikepdf.Dictionary())


def second_file(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["other.txt"] = pikepdf.AttachedFileSpec(pdf, b"surprise")


def annotated_file(pdf: pikepdf.Pdf) -> None:
    stream = pdf.make_indirect(pikepdf.Stream(pdf, b"surprise"))
    spec = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F="other.txt", EF=pikepdf.Dictionary(F=stream))
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FileAttachment, Rect=pikepdf.Array([0, 0, 9, 9]), FS=spec
    )
    pdf.pages[0].obj.Annots = pikepdf.Array([pdf.make_indirect(note)])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (javascript, "active"),
        (open_action, "active"),
        (page_action, "active"),
        (launch, "active"),
        (hidden_layer, "hidden_layer"),
        (second_file, "attachments"),
        (annotated_file, "attachments"),
    ],
)
def test_a_document_with_something_beside_the_text_is_refused(change: Callable[[pikepdf.Pdf], None], code: str) -> None:
    data, claim = prepared(draft(change))
    assert reason(lambda: check_prepared(data, claim)) == f"agent.document.{code}"


def test_the_finished_file_carries_my_document_my_attributes_my_signature(
    world: Any, good: tuple[bytes, dict[str, Any]]
) -> None:
    data, claim = good
    first, second, third, fourth = byte_range = tuple(claim["byte_range"])
    made = PreparedDocument(
        data=data,
        byte_range=(first, second, third, fourth),
        digest=bytes.fromhex(claim["sha256"]),
        field="Signatory",
    )

    def own(certificate: bytes) -> bytes:
        return signed_attributes(
            document_digest=made.digest,
            certificate=certificate,
            policy_oid="1.2.3",
            policy_digest=bytes(32),
            evidence=Evidence(
                transcript=bytes(32),
                capsule=bytes(32),
                proof=bytes(32),
                level="advanced",
                held_by="signatory",
                identified_by="https://idp.example",
                trust="sandbox",
                user_verification=None,
            ),
        )

    signature = world.signature.sign(own(world.certificate), ec.ECDSA(hashes.SHA256()))
    cms = signed_data(
        attributes=own(world.certificate),
        signature=signature,
        certificate=world.certificate,
        chain=(),
        signature_timestamp=None,
    )
    finished = embed(made, cms)
    mine: dict[str, Any] = {
        "digest": made.digest,
        "attributes": own,
        "certificate": world.certificate,
        "signature": signature,
    }
    check_finished(finished + b"later revisions", byte_range, **mine)
    check_finished(finished, byte_range, **{**mine, "certificate": None, "signature": None})
    for change, code in (
        ({"digest": bytes(32)}, "other_document"),
        ({"attributes": lambda certificate: own(certificate) + b"\x00"}, "other_attributes"),
        ({"certificate": b"another"}, "other_attributes"),
        ({"signature": signature[:-1] + bytes([signature[-1] ^ 1])}, "other_signature"),
    ):
        changed = {**mine, **change}
        assert reason(lambda c=changed: check_finished(finished, byte_range, **c)) == f"agent.result.{code}"
    assert reason(lambda: check_finished(data, byte_range, **mine)) == "agent.result.not_signed"
    assert reason(lambda: check_finished(finished[:100], byte_range, **mine)) == "agent.document.byte_range"
