from __future__ import annotations

import dataclasses
import mmap
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from esign.foundation.digests import sha256
from esign.pades import read_signatures, read_signed_data, seal_attributes
from esign.sealing import (
    Begun,
    DocumentError,
    EmptyDocument,
    NotPdf,
    Sealed,
    Sealer,
    SealNotGood,
    SealProfile,
    SealProfileError,
    SealTooLong,
    check_sealed,
    sealed_document,
)
from tests.pades import small_world
from tests.sealing.sealing_documents import QUICK, document
from tests.sealing.sealing_worlds import PROFILE, seal_key

AT = small_world.NOW
DRAFT = small_world.draft()


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_seal_covers_the_whole_file_and_the_document_is_its_prefix(kind: str) -> None:
    key = seal_key(kind)
    sealed = Sealer(key, PROFILE).seal(DRAFT, claimed_at=AT)
    whole = sealed_document(DRAFT, sealed)
    assert sealed.path == "incremental"
    assert whole.startswith(DRAFT) and whole == DRAFT + sealed.tail
    (signature,) = read_signatures(whole)
    assert signature.covers_whole_file and signature.padding_is_zero and signature.field == "Siegel"
    assert signature.byte_range == sealed.byte_range
    held = read_signed_data(signature.cms)
    assert held.attributes == seal_attributes(document_digest=sealed.digest, certificate=key.certificate)
    assert held.signature_timestamp is None
    check_sealed(DRAFT, sealed, certificate=key.certificate)
    assert key.used == 1


def test_the_timestamp_is_over_the_signature_value_and_goes_in_at_the_end() -> None:
    key = seal_key()
    sealer = Sealer(key, dataclasses.replace(PROFILE, reserved=8_000))
    begun = sealer.begin(DRAFT, claimed_at=AT)
    assert isinstance(begun, Begun) and begun.imprint == sha256(begun.signature)
    token = b"\x30\x03\x02\x01\x01"
    sealed = sealer.finish(begun, timestamp=token)
    check_sealed(DRAFT, sealed, certificate=key.certificate)
    (signature,) = read_signatures(sealed_document(DRAFT, sealed))
    assert read_signed_data(signature.cms).signature_timestamp == token


def test_a_timestamp_that_does_not_fit_is_refused() -> None:
    sealer = Sealer(seal_key(), PROFILE)
    with pytest.raises(SealTooLong) as refused:
        sealer.finish(sealer.begin(DRAFT, claimed_at=AT), timestamp=b"\x30\x82\x10\x00" + bytes(4096))
    assert refused.value.code == "sealing.too_long"


def test_a_document_is_read_from_whatever_lends_its_bytes(tmp_path: Path) -> None:
    key = seal_key()
    sealer = Sealer(key, PROFILE)
    file = tmp_path / "document.pdf"
    file.write_bytes(DRAFT)
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        for lent in (bytearray(DRAFT), memoryview(DRAFT), mapped):
            sealed = sealer.seal(lent, claimed_at=AT)
            assert sealed.path == "incremental"
            check_sealed(lent, sealed, certificate=key.certificate)
            check_sealed(DRAFT, sealed, certificate=key.certificate)


def test_the_claimed_time_is_that_of_each_document_to_the_second_in_utc() -> None:
    sealer = Sealer(seal_key(), PROFILE)
    berlin = AT.astimezone(timezone(timedelta(hours=1)))
    moments = (AT, AT + timedelta(microseconds=999_999), AT + timedelta(seconds=1), berlin)
    told = [b"".join(re.findall(rb"/M\((.*?)\)", sealer.seal(DRAFT, claimed_at=each).tail)) for each in moments]
    assert told == [b"D:20261122120000Z", b"D:20261122120000Z", b"D:20261122120001Z", b"D:20261122120000Z"]


@pytest.mark.parametrize(("document", "refusal"), [(b"", EmptyDocument), (b"This is no PDF at all.", NotPdf)])
def test_what_is_no_document_is_refused_and_the_key_is_not_used(document: bytes, refusal: type[DocumentError]) -> None:
    key = seal_key()
    with pytest.raises(refusal):
        Sealer(key, PROFILE).seal(document, claimed_at=AT)
    assert key.used == 0


def test_a_profile_that_cannot_be_followed_is_refused_before_any_document() -> None:
    for profile in (
        SealProfile(name="Muster GmbH", field="a.b"),
        SealProfile(name="Muster GmbH", field=""),
        SealProfile(name="Muster GmbH", reserved=100),
        SealProfile(name="Muster GmbH", reserved=50_000),
    ):
        with pytest.raises(SealProfileError):
            Sealer(seal_key(), profile)


def test_the_check_refuses_every_changed_byte_of_the_tail() -> None:
    key = seal_key()
    sealed = Sealer(key, PROFILE).seal(DRAFT, claimed_at=AT)
    for place in range(0, len(sealed.tail), 7):
        changed = bytearray(sealed.tail)
        changed[place] ^= 0x01
        with pytest.raises(SealNotGood) as refused:
            check_sealed(
                DRAFT,
                sealed._replace(tail=bytes(changed)),
                certificate=key.certificate,
                chain=key.chain,
            )
        assert refused.value.code == "sealing.not_good"


def test_the_check_refuses_another_document_another_certificate_and_what_is_cut_off_or_added() -> None:
    key = seal_key()
    sealed = Sealer(key, PROFILE).seal(DRAFT, claimed_at=AT)
    other = Sealer(key, PROFILE).seal(DRAFT, claimed_at=AT + timedelta(seconds=1))

    def refused(document: bytes, what: Sealed, certificate: bytes) -> None:
        with pytest.raises(SealNotGood):
            check_sealed(document, what, certificate=certificate)

    refused(DRAFT[:-1], sealed, key.certificate)
    refused(DRAFT[:100] + b"X" + DRAFT[101:], sealed, key.certificate)
    refused(DRAFT, sealed, seal_key("rsa").certificate)
    refused(DRAFT, sealed._replace(tail=sealed.tail[:-1]), key.certificate)
    refused(DRAFT, sealed._replace(tail=b""), key.certificate)
    refused(DRAFT, sealed._replace(tail=sealed.tail + other.tail), key.certificate)


@pytest.mark.parametrize("name", QUICK)
def test_what_is_remembered_of_a_document_gives_the_same_seal_for_the_next(name: str) -> None:
    key, data = seal_key("rsa"), document(name)
    sealer = Sealer(key, PROFILE)
    first, again = (sealer.seal(data, claimed_at=AT) for _ in range(2))
    assert first == again == Sealer(key, PROFILE).seal(data, claimed_at=AT)


def test_threads_share_a_sealer() -> None:
    key = seal_key()
    sealer = Sealer(key, PROFILE)
    documents = [DRAFT.replace(b"Lang(de)", b"Lang(%02d)" % (number % 40)) for number in range(200)]

    def seal(document: bytes) -> str:
        sealed = sealer.seal(document, claimed_at=AT)
        check_sealed(document, sealed, certificate=key.certificate, chain=key.chain)
        return sealed.path

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(seal, documents)) == {"incremental"}
    finally:
        sys.setswitchinterval(interval)
