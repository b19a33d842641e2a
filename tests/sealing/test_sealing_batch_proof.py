"""One timestamp for a whole batch, and an evidence record beside each of its documents."""

from __future__ import annotations

import hashlib
import os

import pytest

from esign.proof.evidence_records import EvidenceRecord
from esign.proof.timestamp_asn1 import read_token
from esign.proof.timestamp_errors import TimestampRefused
from esign.proof.timestamps import verify_token
from esign.sealing.batches.errors import OutputDiskFull
from esign.sealing.batches.proof import prove_batch
from esign.store.seal_folder import FolderDocuments
from tests.identity.helpers.tsa import TimestampAuthorityDouble


class Stamps:
    def __init__(self) -> None:
        self.tsa = TimestampAuthorityDouble()
        self.asked = 0

    def stamp(self, digest):
        self.asked += 1
        return verify_token(self.tsa.token(digest, None), digest, anchors=[self.tsa.authority.der])


@pytest.fixture
def documents(tmp_path):
    found = FolderDocuments(os.fsencode(tmp_path))
    yield found
    found.close()


def batch(folder, count: int) -> list[tuple[bytes, bytes]]:
    sealed = []
    for number in range(count):
        name = f"sub/invoice-{number}.pdf"
        data = f"sealed {number}".encode()
        (folder / "sub").mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
        sealed.append((name.encode(), hashlib.sha256(data).digest()))
    return sealed


def test_every_document_of_a_batch_gets_its_record_by_one_timestamp(tmp_path, documents):
    sealed, stamps = batch(tmp_path, 150), Stamps()
    proof = prove_batch(sealed, documents=documents, timestamps=stamps)
    assert (proof.made, proof.there, dict(proof.failed), stamps.asked) == (150, 0, {}, 1)
    roots = set()
    for name, _ in sealed:
        document = (tmp_path / name.decode()).read_bytes()
        record = EvidenceRecord.from_der((tmp_path / f"{name.decode()}.ers").read_bytes())
        (one,) = record.imprints(lambda kind, data=document: hashlib.new(kind, data).digest())
        assert read_token(one.token).imprint == one.imprint
        roots.add(one.imprint)
    assert len(roots) == 1


def test_what_has_a_record_is_not_proven_again(tmp_path, documents):
    sealed, stamps = batch(tmp_path, 5), Stamps()
    prove_batch(sealed[:3], documents=documents, timestamps=stamps)
    kept = (tmp_path / "sub/invoice-0.pdf.ers").read_bytes()
    proof = prove_batch([*sealed, sealed[4]], documents=documents, timestamps=stamps)
    assert (proof.made, proof.there, stamps.asked) == (2, 3, 2)
    assert (tmp_path / "sub/invoice-0.pdf.ers").read_bytes() == kept
    assert prove_batch(sealed, documents=documents, timestamps=stamps).made == 0
    assert stamps.asked == 2


def test_what_only_has_the_name_of_a_record_does_not_count_as_one(tmp_path, documents):
    sealed, stamps = batch(tmp_path, 5), Stamps()
    prove_batch(sealed[:1], documents=documents, timestamps=stamps)
    foreign = (tmp_path / "sub/invoice-0.pdf.ers").read_bytes()
    (tmp_path / "sub/invoice-1.pdf.ers").write_bytes(foreign)
    (tmp_path / "sub/invoice-2.pdf.ers").write_bytes(b"%PDF-1.7 a document that is called so")
    os.mkfifo(tmp_path / "sub/invoice-3.pdf.ers")
    proof = prove_batch(sealed, documents=documents, timestamps=stamps)
    assert (proof.made, proof.there) == (1, 1)
    assert {name: error.code for name, error in proof.failed.items()} == {
        b"sub/invoice-%d.pdf" % number: "sealing.output.exists" for number in (1, 2, 3)
    }
    assert (tmp_path / "sub/invoice-1.pdf.ers").read_bytes() == foreign
    assert documents.digest(b"sub/invoice-3.pdf.ers") is None


def test_without_a_timestamp_nothing_is_written(tmp_path, documents):
    class Refusing:
        def stamp(self, digest):
            raise TimestampRefused

    sealed = batch(tmp_path, 3)
    with pytest.raises(TimestampRefused):
        prove_batch(sealed, documents=documents, timestamps=Refusing())
    assert not list(tmp_path.rglob("*.ers"))


def test_a_record_that_cannot_be_written_is_told_and_the_others_stand(tmp_path, documents, monkeypatch):
    sealed, stage = batch(tmp_path, 4), FolderDocuments.stage

    def full(self, document, tail, output):
        if b"invoice-2" in output:
            raise OutputDiskFull
        return stage(self, document, tail, output)

    monkeypatch.setattr(FolderDocuments, "stage", full)
    proof = prove_batch(sealed, documents=documents, timestamps=Stamps())
    assert proof.made == 3
    assert {name: error.code for name, error in proof.failed.items()} == {
        b"sub/invoice-2.pdf": "sealing.output.disk_full"
    }
    assert len(list(tmp_path.rglob("*.ers"))) == 3
