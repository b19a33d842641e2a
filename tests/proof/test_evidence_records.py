import hashlib
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.proof import MerkleError
from esign.proof.der import tlv
from esign.proof.evidence_records import (
    EvidenceRecord,
    EvidenceRecordAlgorithmUnknown,
    EvidenceRecordChainBroken,
    EvidenceRecordError,
    EvidenceRecordMalformed,
    EvidenceRecordOfAnother,
    HashTree,
    evidence_record,
    evidence_records,
)
from esign.proof.evidence_records.hash_tree import root_of
from esign.proof.timestamp_asn1 import read_token
from esign.proof.timestamp_errors import TimestampRefused
from esign.proof.timestamps import TimestampToken, verify_token
from tests.identity.helpers.tsa import TimestampAuthorityDouble

SHA256 = bytes.fromhex("0609608648016503040201")
SHA512 = bytes.fromhex("0609608648016503040203")
SHA1 = bytes.fromhex("06052b0e03021a")


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def of(document: bytes):
    return lambda name: hashlib.new(name, document).digest()


@dataclass
class Stamps:
    """A timestamp source that counts."""

    tsa: TimestampAuthorityDouble = field(default_factory=TimestampAuthorityDouble)
    asked: int = 0

    def stamp(self, digest: bytes) -> TimestampToken:
        self.asked += 1
        return verify_token(self.tsa.token(digest, None), digest, anchors=[self.tsa.authority.der])


@pytest.fixture(scope="module")
def stamps():
    return Stamps()


def archive_timestamp(algorithm: bytes, reduced: list[list[bytes]], token: bytes) -> bytes:
    lists = b"".join(tlv(0x30, *(tlv(0x04, each) for each in group)) for group in reduced)
    return tlv(0x30, tlv(0xA0, algorithm), tlv(0xA2, lists) if lists else b"", token)


def record_of(*chains: list[bytes]) -> bytes:
    sequence = tlv(0x30, *(tlv(0x30, *chain) for chain in chains))
    return tlv(0x30, b"\x02\x01\x01", tlv(0x30, tlv(0x30, SHA256)), sequence)


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=40))
@settings(max_examples=60)
def test_every_document_of_a_batch_leads_to_the_one_root(documents):
    tree = HashTree([sha256(document) for document in documents])
    for index, document in enumerate(documents):
        assert root_of(tree.reduced(index), sha256(document), "sha256") == tree.root


def test_a_tree_of_three_is_hashed_as_rfc_4998_section_4_2_says():
    a, b, c = sorted(map(sha256, (b"a", b"b", b"c")))
    tree = HashTree([b, a, c])
    pair = sha256(a + b)
    assert tree.root == sha256(b"".join(sorted((pair, c))))
    assert tree.reduced(0) == ((a, b), (c,))
    assert tree.reduced(2) == (tuple(sorted((c, pair))),)


def test_a_batch_asks_for_one_timestamp_and_each_record_proves_its_document(stamps):
    documents = [f"invoice {number}".encode() for number in range(7)]
    before = stamps.asked
    records = list(evidence_records([sha256(document) for document in documents], stamps))
    assert stamps.asked == before + 1
    for document, data in zip(documents, records, strict=True):
        (imprint,) = EvidenceRecord.from_der(data).imprints(of(document))
        assert read_token(imprint.token).imprint == imprint.imprint
    with pytest.raises(EvidenceRecordOfAnother):
        EvidenceRecord.from_der(records[0]).imprints(of(documents[4]))


def test_a_batch_of_one_is_the_timestamp_over_the_document_itself(stamps):
    (data,) = evidence_records([sha256(b"alone")], stamps)
    record = EvidenceRecord.from_der(data)
    assert record.chains[0][0].reduced == ()
    assert record.imprints(of(b"alone"))[0].imprint == sha256(b"alone")


def test_no_timestamp_means_no_record():
    class Refusing:
        def stamp(self, digest):
            raise TimestampRefused

    with pytest.raises(TimestampRefused):
        list(evidence_records([sha256(b"one")], Refusing()))


@pytest.mark.parametrize("digests", [[], [b"short"]])
def test_a_tree_stands_over_sha_256_digests_only(digests):
    with pytest.raises(MerkleError):
        HashTree(digests)


def test_a_renewed_timestamp_covers_the_one_before(stamps):
    first = stamps.tsa.token(sha256(b"document"), None)
    second = stamps.tsa.token(sha256(first), None)
    record = EvidenceRecord.from_der(
        record_of([archive_timestamp(SHA256, [], first), archive_timestamp(SHA256, [], second)])
    )
    assert [one.imprint for one in record.imprints(of(b"document"))] == [sha256(b"document"), sha256(first)]


def test_a_renewed_hash_tree_covers_document_and_all_older_chains(stamps):
    first = stamps.tsa.token(sha256(b"document"), None)
    chain = [archive_timestamp(SHA256, [], first)]
    older = tlv(0x30, tlv(0x30, *chain))
    renewed = hashlib.sha512(hashlib.sha512(b"document").digest() + hashlib.sha512(older).digest()).digest()
    record = EvidenceRecord.from_der(record_of(chain, [archive_timestamp(SHA512, [[renewed, b"x" * 64]], first)]))
    last = record.imprints(of(b"document"))[1]
    assert last.algorithm == "sha512"
    assert last.imprint == hashlib.sha512(b"".join(sorted((renewed, b"x" * 64)))).digest()


def test_a_renewal_of_something_else_breaks_the_chain(stamps):
    first = stamps.tsa.token(sha256(b"document"), None)
    stranger = [[sha256(b"another timestamp"), sha256(b"sibling")]]
    record = EvidenceRecord.from_der(
        record_of([archive_timestamp(SHA256, [], first), archive_timestamp(SHA256, stranger, first)])
    )
    with pytest.raises(EvidenceRecordChainBroken):
        record.imprints(of(b"document"))


def test_the_hash_must_not_change_within_a_chain(stamps):
    first = stamps.tsa.token(sha256(b"document"), None)
    record = EvidenceRecord.from_der(
        record_of([archive_timestamp(SHA256, [], first), archive_timestamp(SHA512, [], first)])
    )
    with pytest.raises(EvidenceRecordChainBroken):
        record.imprints(of(b"document"))


def test_sha_1_proves_nothing(stamps):
    first = stamps.tsa.token(sha256(b"document"), None)
    with pytest.raises(EvidenceRecordAlgorithmUnknown):
        EvidenceRecord.from_der(record_of([archive_timestamp(SHA1, [], first)]))


def test_a_record_without_algorithm_has_that_of_its_timestamp(stamps):
    token = stamps.tsa.token(sha256(b"document"), None)
    record = EvidenceRecord.from_der(record_of([tlv(0x30, token)]))
    assert record.imprints(of(b"document"))[0].algorithm == "sha256"


def test_a_record_of_encrypted_documents_is_refused(stamps):
    token = stamps.tsa.token(sha256(b"document"), None)
    chains = tlv(0x30, tlv(0x30, archive_timestamp(SHA256, [], token)))
    data = tlv(0x30, b"\x02\x01\x01", tlv(0x30, tlv(0x30, SHA256)), tlv(0xA1, b"\x06\x01\x2a\x05\x00"), chains)
    with pytest.raises(EvidenceRecordMalformed):
        EvidenceRecord.from_der(data)


def test_more_than_is_looked_at_is_refused(stamps):
    token = stamps.tsa.token(sha256(b"document"), None)
    with pytest.raises(EvidenceRecordMalformed):
        EvidenceRecord.from_der(record_of([archive_timestamp(SHA256, [], token)] * 65))
    with pytest.raises(EvidenceRecordMalformed):
        EvidenceRecord.from_der(b"\x30\x84\x00\x40\x00\x01" + bytes(4 << 20))
    with pytest.raises(EvidenceRecordMalformed):
        EvidenceRecord.from_der(record_of())


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_bytes_that_somebody_changed_are_refused_or_prove_nothing_else(stamps, data):
    """Whatever is changed in a record: one error of this room, or imprints that no longer fit their token."""
    record = bytearray(evidence_record(HashTree([sha256(b"a"), sha256(b"b")]).reduced(0), TOKEN))
    for _ in range(data.draw(st.integers(1, 3))):
        record[data.draw(st.integers(0, len(record) - 1))] ^= data.draw(st.integers(1, 255))
    with suppress(EvidenceRecordError):
        EvidenceRecord.from_der(bytes(record)).imprints(of(b"a"))


@given(st.binary(max_size=200))
def test_random_bytes_are_no_record(data):
    with pytest.raises(EvidenceRecordError):
        EvidenceRecord.from_der(data).imprints(of(b"a"))


TOKEN = TimestampAuthorityDouble().token(HashTree([sha256(b"a"), sha256(b"b")]).root, None)
