"""B-LT and B-LTA at speed: judged by our own verdict and by others, the same by both ways, material fetched once."""

import hashlib
import io
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pikepdf
import pytest
from asn1crypto import crl, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from esign.pades import add_document_security_store, read_security_store, read_signatures
from esign.pdf import Pdf
from esign.sealing.incremental.unusual import Unusual
from esign.sealing.key_errors import SealKeyExpired, SealKeyNotYetValid, SealKeyRevoked
from esign.sealing.levels.errors import (
    LevelNotReached,
    RevocationUnknown,
    TimestampCertificateRefused,
    TimestampOfSomethingElse,
)
from esign.validation.process import Indication, Material
from tests.pades import small_world
from tests.sealing.helpers.authorities import Line
from tests.sealing.helpers.levels_world import LEVELS, LevelsWorld
from tests.sealing.sealing_documents import document

DRAFT = small_world.draft()


def packed() -> bytes:
    """The draft with a cross-reference stream and object streams."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(DRAFT)) as pdf:
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


def with_form(name: str = "Kundennummer", *, direct: bool = False) -> bytes:
    """The draft with a text field of its own on the first page."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(DRAFT)) as pdf:
        field = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Tx,
                T=pikepdf.String(name),
                F=4,
                Rect=[10, 10, 60, 30],
                P=pdf.pages[0].obj,
            )
        )
        pdf.pages[0].Annots = pdf.make_indirect(pikepdf.Array([field]))
        form = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
        pdf.Root.AcroForm = form if direct else pdf.make_indirect(form)
        pdf.save(out)
    return out.getvalue()


@pytest.fixture
def opened():
    with LevelsWorld().open() as found:
        yield found


def by_the_library(monkeypatch):
    def unusual(*_arguments, **_options):
        raise Unusual("for this test")

    monkeypatch.setattr("esign.sealing.levels.lengthening.store_revision", unusual)
    monkeypatch.setattr("esign.sealing.levels.lengthening.archive_revision", unusual)


@pytest.mark.parametrize(
    "document",
    [DRAFT, packed(), with_form(), with_form(direct=True)],
    ids=["table", "stream", "form", "form in the catalog"],
)
@pytest.mark.parametrize("level", LEVELS)
def test_every_level_is_what_our_verdict_says_it_is(opened, document, level):
    sealed = opened.seal(document, level)
    assert sealed.startswith(document)
    verdict = opened.verdict(sealed, material=Material() if level in ("B-LT", "B-LTA") else None)
    assert verdict.clean
    (seal,) = verdict.signatures
    assert (seal.level, seal.indication) == (f"PAdES-BASELINE-{level[2:]}", Indication.TOTAL_PASSED)
    assert Pdf(sealed).anomalies == Pdf(document).anomalies


@pytest.mark.parametrize("kind", ["ec", "rsa"])
@pytest.mark.parametrize("document", [DRAFT, packed()], ids=["table", "stream"])
def test_pyhanko_accepts_b_lta_in_its_archival_process_and_sees_nothing_but_lta_updates(kind, document):
    from tests.journeys.test_long_after import long_term  # it brings the whole application with it

    with LevelsWorld(kind).open() as found:
        pdf = found.seal(document, "B-LTA")
        at = found.clock.at + timedelta(minutes=5)
        assert long_term(pdf, found.anchors[0], at).ades_subindic is AdESPassed.OK
        certificates, crls, _ = read_security_store(pdf)
        context = ValidationContext(
            trust_roots=[x509.Certificate.load(found.anchors[0])],
            other_certs=[x509.Certificate.load(der) for der in certificates],
            crls=[crl.CertificateList.load(der) for der in crls],
            allow_fetching=False,
            revocation_mode="require",
            moment=found.clock.at,
        )
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
    status = validate_pdf_signature(signature, context)
    assert status.bottom_line
    assert status.modification_level == ModificationLevel.LTA_UPDATES


@pytest.mark.parametrize("tool", ["qpdf", "pdfsig"])
def test_other_tools_accept_b_lta(opened, tool, tmp_path):
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")
    file = tmp_path / "sealed.pdf"
    file.write_bytes(opened.seal(DRAFT, "B-LTA"))
    arguments = ["--check"] if tool == "qpdf" else ["-nocert"]
    done = subprocess.run([tool, *arguments, file], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    if tool == "pdfsig":
        assert "Signature Validation: Signature is Valid." in done.stdout
        assert "Total document signed" in done.stdout


@pytest.mark.parametrize("level", ["B-LT", "B-LTA"])
def test_both_ways_give_the_same_level_and_the_same_store(opened, monkeypatch, level):
    quick = opened.seal(DRAFT, level)
    by_the_library(monkeypatch)
    slow = opened.seal(DRAFT, level)
    assert read_security_store(quick) == read_security_store(slow)
    assert [each.field for each in read_signatures(quick)] == [each.field for each in read_signatures(slow)]
    assert opened.verdict(slow, material=Material()).signatures[0].level == f"PAdES-BASELINE-{level[2:]}"


def test_a_document_that_was_sealed_before_keeps_every_entry_of_its_store(opened):
    """The first store holds a list that nobody needs; it stays."""
    other = opened.world.crl(opened.world.root)
    first = add_document_security_store(opened.seal(DRAFT, "B-LT"), certificates=(), crls=(other,), ocsp_responses=())
    again = opened.seal(first, "B-LTA")
    assert again.startswith(first)
    before, after = read_security_store(first), read_security_store(again)
    assert all(set(old) <= set(new) for old, new in zip(before, after, strict=True))
    assert len(after[0]) == len(set(after[0]))
    verdict = opened.verdict(again, material=Material())
    assert [(each.field, each.level) for each in verdict.signatures] == [
        ("Siegel", "PAdES-BASELINE-LTA"),
        ("Siegel2", "PAdES-BASELINE-LTA"),
    ]
    assert verdict.clean


def test_a_field_of_that_name_is_no_obstacle(opened):
    sealed = opened.seal(with_form("DocumentTimestamp1"), "B-LTA")
    assert [each.field for each in read_signatures(sealed)] == ["Siegel", "DocumentTimestamp2"]


def test_revocation_data_are_asked_for_once_for_all_documents_and_threads(opened):
    lasting = opened.long_term()
    sealed = [opened.sealed(DRAFT) for _ in range(32)]
    opened.revocations.asked.clear()

    def raise_one(pair):
        return lasting.lengthen(DRAFT, pair[0].tail, pair[1].result(), stamps=opened.stamps)

    with ThreadPoolExecutor(16) as threads:
        tails = list(threads.map(raise_one, sealed))
    assert len({tail[-90:] for tail in tails}) == 32  # the file identifier is another one for each
    seal, authority = (opened.key.certificate, *opened.key.chain), (opened.world.tsa.der, opened.world.root.der)
    assert sorted(opened.revocations.asked) == sorted([seal, authority])


def test_data_are_fetched_anew_before_they_end(opened):
    opened.revocations.life = timedelta(minutes=30)
    lasting = opened.long_term()
    begun, asked = opened.clock.at, opened.revocations.asked
    lasting.check_key()
    opened.clock.at = begun + timedelta(minutes=26)
    lasting.check_key()
    assert len(asked) == 1
    opened.clock.at = begun + timedelta(minutes=27, seconds=1)  # a tenth of their life is left
    lasting.check_key()
    assert len(asked) == 2


def test_a_source_that_is_silent_does_no_harm_before_the_data_end_and_stops_everything_then(opened):
    opened.revocations.life = timedelta(minutes=30)
    lasting = opened.long_term()
    begun = opened.clock.at
    lasting.check_key()
    opened.revocations.silent = True
    opened.clock.at = begun + timedelta(minutes=29)
    lasting.check_key()
    opened.clock.at = begun + timedelta(minutes=30)
    for _ in range(3):
        with pytest.raises(RevocationUnknown) as error:
            lasting.check_key()
    assert error.value.code == "sealing.level.revocation"
    assert dict(error.value.facts) == {"reason": "gateway.revocation.unavailable"}
    assert len(opened.revocations.asked) == 3  # not for each document
    opened.revocations.silent = False
    opened.clock.at += timedelta(minutes=1)
    lasting.check_key()


def test_a_key_that_is_revoked_in_the_middle_of_a_batch_seals_no_more(opened):
    lasting = opened.long_term()
    lasting.check_key()
    opened.revocations.revoked.append(opened.key.holder)
    opened.clock.at += timedelta(hours=1)
    for _ in range(3):
        with pytest.raises(SealKeyRevoked) as error:
            lasting.check_key()
    assert error.value.code == "sealing.key.revoked"
    with pytest.raises(SealKeyRevoked):
        opened.seal(DRAFT, "B-LT")


def test_a_key_whose_certificate_ends_in_the_middle_of_a_batch_seals_no_more(opened):
    lasting = opened.long_term()
    end = opened.key.holder.certificate.not_valid_after_utc
    opened.clock.at = end
    lasting.check_key()
    opened.clock.at = end + timedelta(seconds=1)
    with pytest.raises(SealKeyExpired) as error:
        lasting.check_key()
    assert error.value.code == "sealing.key.expired"
    opened.clock.at = opened.key.holder.certificate.not_valid_before_utc - timedelta(seconds=1)
    with pytest.raises(SealKeyNotYetValid):
        lasting.check_key()


def test_below_b_lt_a_key_of_which_nobody_can_tell_seals_and_a_revoked_one_does_not(opened):
    tolerant = opened.long_term(required=False)
    opened.revocations.silent = True
    tolerant.check_key()
    with pytest.raises(RevocationUnknown):
        sealed, token = opened.sealed(DRAFT)
        tolerant.lengthen(DRAFT, sealed.tail, token.result())
    opened.revocations.silent = False
    opened.revocations.revoked.append(opened.key.holder)
    opened.clock.at += timedelta(minutes=1)
    with pytest.raises(SealKeyRevoked):
        tolerant.check_key()


def test_a_revoked_timestamp_authority_proves_nothing_in_the_long_run(opened):
    opened.revocations.revoked.append(opened.world.tsa)
    with pytest.raises(TimestampCertificateRefused):
        opened.seal(DRAFT, "B-LT")


def test_a_lie_about_the_document_timestamp_leaves_no_document(opened):
    sealed, token = opened.sealed(DRAFT)
    opened.line.faults = Line(opened.line.authority, wrong_digest=True).faults
    with pytest.raises(TimestampOfSomethingElse):
        opened.long_term().lengthen(DRAFT, sealed.tail, token.result(), stamps=opened.stamps)


def test_a_token_that_is_longer_than_its_room_is_an_error_with_its_size(opened):
    sealed, token = opened.sealed(DRAFT)
    with pytest.raises(LevelNotReached) as error:
        opened.long_term(reserved=512).lengthen(DRAFT, sealed.tail, token.result(), stamps=opened.stamps)
    assert error.value.facts["reserved"] == 512 < error.value.facts["bytes"]


def test_a_token_over_something_else_does_not_get_into_the_room(opened):
    sealed, token = opened.sealed(DRAFT)
    lasting = opened.long_term()
    begun = lasting.begin_archive(DRAFT, sealed.tail + lasting.store(DRAFT, sealed.tail, token.result()))
    with pytest.raises(LevelNotReached):
        lasting.finish_archive(begun, token.result())


def test_who_has_hashed_the_document_already_need_not_do_it_again(opened):
    sealed, token = opened.sealed(DRAFT)
    lasting, hashed = opened.long_term(), hashlib.sha256(DRAFT)
    plain = lasting.begin_archive(DRAFT, sealed.tail)
    assert lasting.begin_archive(DRAFT, sealed.tail, hashed=hashed) == plain
    assert hashed.digest() == hashlib.sha256(DRAFT).digest()
    assert token.result().digest != plain.imprint


def test_what_is_no_document_is_not_extended(opened):
    _, token = opened.sealed(DRAFT)
    lasting, nothing = opened.long_term(), b"%PDF-1.7 and nothing else"
    with pytest.raises(LevelNotReached):
        lasting.store(nothing, b"", token.result())
    with pytest.raises(LevelNotReached):
        lasting.begin_archive(nothing, b"")


def with_store(*, catalog: bool, arrays: bool, packed_streams: bool, objects: bool = False) -> bytes:
    """The draft with a store that somebody else wrote, in one of the ways that the standard allows."""
    out = io.BytesIO()
    values = [b"a certificate", b"another one"]
    with pikepdf.open(io.BytesIO(DRAFT)) as pdf:
        streams = [pdf.make_stream(value * 40) for value in values]
        listed = pikepdf.Array(streams)
        single = pikepdf.Dictionary(Cert=pikepdf.Array(streams[:1]))
        store = pikepdf.Dictionary(Certs=pdf.make_indirect(listed) if arrays else listed)
        store.VRI = pikepdf.Dictionary({"/" + "A" * 40: pdf.make_indirect(single)})
        store.CRLs = pikepdf.Array([])
        pdf.Root.DSS = store if catalog else pdf.make_indirect(store)
        mode = pikepdf.ObjectStreamMode.generate if objects else pikepdf.ObjectStreamMode.disable
        pdf.save(out, compress_streams=packed_streams, object_stream_mode=mode)
    return out.getvalue()


STORES = {
    "by reference": with_store(catalog=False, arrays=False, packed_streams=False),
    "in the catalog": with_store(catalog=True, arrays=False, packed_streams=False),
    "arrays by reference": with_store(catalog=False, arrays=True, packed_streams=False),
    "all by reference or in the catalog": with_store(catalog=True, arrays=True, packed_streams=True),
    "compressed": with_store(catalog=False, arrays=False, packed_streams=True),
    "object streams": with_store(catalog=False, arrays=True, packed_streams=True, objects=True),
}


def without_the_library(monkeypatch):
    def never(*_arguments, **_options):
        raise AssertionError("by the library")

    modules = [module for name, module in sys.modules.items() if name.startswith("esign.sealing.levels.")]
    for name in ("add_document_security_store", "prepare_document_timestamp"):
        users = [module for module in modules if hasattr(module, name)]
        assert users
        for module in users:
            monkeypatch.setattr(module, name, never)


@pytest.mark.parametrize("name", STORES)
def test_a_store_that_is_there_is_lengthened_at_speed_and_as_the_library_does(opened, monkeypatch, name):
    document = STORES[name]
    before = read_security_store(document)
    assert len(before[0]) == 2
    with monkeypatch.context() as never:
        without_the_library(never)
        quick = opened.seal(document, "B-LTA")
    with monkeypatch.context() as always:
        by_the_library(always)
        slow = opened.seal(document, "B-LTA")
    after = read_security_store(quick)
    assert after == read_security_store(slow)
    assert after[0][:2] == before[0] and len(after[0]) == len(set(after[0])) > 2
    for sealed in (quick, slow):
        assert sealed.startswith(document) and Pdf(sealed).anomalies == Pdf(document).anomalies
        verdict = opened.verdict(sealed, material=Material())
        assert (verdict.clean, verdict.signatures[0].level) == (True, "PAdES-BASELINE-LTA")
        with pikepdf.open(io.BytesIO(sealed)) as pdf:
            assert list(pdf.Root.DSS.VRI.keys()) == ["/" + "A" * 40]


def test_one_array_for_fields_and_annotations_is_written_once_by_the_document_timestamp(opened):
    sealed = opened.seal(document("one array for fields and annotations"), "B-LTA")
    (seal,) = opened.verdict(sealed, material=Material()).signatures
    assert (seal.level, seal.indication) == ("PAdES-BASELINE-LTA", Indication.TOTAL_PASSED)


def test_a_sealed_document_with_document_timestamp_is_sealed_again_at_speed(opened, monkeypatch):
    first = opened.seal(with_form(), "B-LTA")
    without_the_library(monkeypatch)
    opened.clock.at += timedelta(minutes=1)
    assert opened.sealed(first)[0].path == "incremental"
    second = opened.seal(first, "B-LTA")
    assert second.startswith(first)
    certificates, lists, answers = read_security_store(first)
    after = read_security_store(second)
    assert after[0] == certificates and after[1][: len(lists)] == lists and after[2] == answers  # nothing twice
    assert [each.field for each in read_signatures(second)] == [
        "Siegel",
        "DocumentTimestamp1",
        "Siegel2",
        "DocumentTimestamp2",
    ]
    verdict = opened.verdict(second, material=Material())
    assert verdict.clean and {each.level for each in verdict.signatures} == {"PAdES-BASELINE-LTA"}
    statuses = [each.compute_integrity_info() for each in PdfFileReader(io.BytesIO(second)).embedded_signatures]
    assert statuses == [None] * 4


def test_where_nothing_is_missing_in_the_store_nothing_is_appended_for_it(opened, monkeypatch):
    first = opened.seal(DRAFT, "B-LT")
    without_the_library(monkeypatch)
    sealed, token = opened.sealed(first)
    assert opened.long_term().store(first, sealed.tail, token.result()) == b""
    again = opened.seal(first, "B-LT")
    assert read_security_store(again) == read_security_store(first)
    assert [each.level for each in opened.verdict(again, material=Material()).signatures] == ["PAdES-BASELINE-LT"] * 2


@pytest.mark.parametrize("name", ["(Document\\124imestamp1)", "<446F63756D656E7454696D657374616D7031>"])
def test_a_name_that_is_written_in_another_way_is_taken_all_the_same(opened, monkeypatch, name):
    stand_in = "x" * (len(name) - 2)  # as long, so that every offset stays true
    document = with_form(stand_in).replace(f"({stand_in})".encode(), name.encode())
    assert document.count(name.encode()) == 1
    without_the_library(monkeypatch)
    assert read_signatures(opened.seal(document, "B-LTA"))[1].field == "DocumentTimestamp2"
