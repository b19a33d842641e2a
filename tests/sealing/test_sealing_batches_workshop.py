"""The workshop: one key for many documents; what fails at one of them is that one's."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from threading import Barrier

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from esign.foundation.clock import FixedClock
from esign.foundation.errors import EsignError
from esign.proof.timestamps import TimestampToken, verify_token
from esign.sealing import Sealer
from esign.sealing.batches import Item
from esign.sealing.batches.workshop import Form, SealWorkshop
from esign.sealing.key_errors import SealKeyExpired, SealKeyUnavailable
from esign.sealing.levels.errors import TimestampSilent
from tests.pades import small_world
from tests.sealing.sealing_worlds import PROFILE, HolderKey, holder, world

DRAFT = small_world.draft()


class FailingKey(HolderKey):
    """A key that fails at some of its uses."""

    def __init__(self, faults: dict[int, EsignError]) -> None:
        super().__init__(holder())
        self.faults = faults

    def sign(self, data: bytes) -> bytes:
        value = super().sign(data)
        if self.used in self.faults:
            raise self.faults[self.used]
        return value


class Stamps:
    """Says which imprints were asked for; fails at some."""

    def __init__(self, silent: Sequence[int] = ()) -> None:
        self.asked: list[bytes] = []
        self._silent = silent

    def submit(self, digest: bytes) -> Future[TimestampToken]:
        self.asked.append(digest)
        future: Future[TimestampToken] = Future()
        future.set_exception(TimestampSilent(host="tsa"))
        return future


def workshop(key: HolderKey, **more: object) -> SealWorkshop:
    return SealWorkshop(
        sealer=Sealer(key, replace(PROFILE, reserved=8000)),
        certificate=key.certificate,
        chain=tuple(key.chain),
        clock=FixedClock(at=small_world.NOW),
        **{"level": "B-B", **more},  # type: ignore[arg-type]  # as the tests name them
    )


def items(count: int) -> list[Item]:
    return [Item(number=number, attempt=1, source=b"", output=b"") for number in range(count)]


def test_a_key_that_expires_or_is_pulled_out_in_the_middle_stops_only_what_it_does_not_sign() -> None:
    key = FailingKey({2: SealKeyUnavailable(), 4: SealKeyExpired(), 5: SealKeyExpired()})
    forms = list(workshop(key).seal(items(5), [DRAFT] * 5))
    assert [form.code if isinstance(form, EsignError) else form.path for form in forms] == [
        "incremental",
        "sealing.key.unavailable",
        "incremental",
        "sealing.key.expired",
        "sealing.key.expired",
    ]


def test_a_fault_of_this_program_is_one_documents() -> None:
    key = FailingKey({1: RuntimeError("text of a document")})  # type: ignore[dict-item]  # not one of ours
    broken, whole = workshop(key).seal(items(2), [DRAFT, DRAFT])
    assert isinstance(broken, EsignError) and broken.code == "sealing.unexpected" and "text" not in broken.detail
    assert isinstance(whole, Form)


def test_another_signature_than_that_of_the_certificate_is_not_handed_back() -> None:
    class Liar(HolderKey):
        def sign(self, data: bytes) -> bytes:
            return super().sign(data + b"!")

    (form,) = workshop(Liar(holder())).seal(items(1), [DRAFT])
    assert isinstance(form, EsignError) and form.code == "sealing.not_good"


def test_all_timestamps_of_a_portion_are_asked_for_before_the_first_is_waited_for_and_none_means_no_seal() -> None:
    key, stamps = HolderKey(holder()), Stamps()
    forms = workshop(key, level="B-T", stamps=stamps).seal(items(3), [DRAFT] * 3)
    first = next(forms)
    assert len(stamps.asked) == 3
    assert [form.code for form in (first, *forms) if isinstance(form, EsignError)] == ["sealing.timestamp.silent"] * 3


@pytest.mark.parametrize(
    ("seconds", "code"), [(-1, "sealing.key.not_yet_valid"), (0, ""), (1, ""), (2, "sealing.key.expired")]
)
def test_a_seal_whose_time_is_proven_outside_of_its_certificates_validity_does_not_leave(
    seconds: int, code: str
) -> None:
    """An authority answers after the certificate has ended, or its clock is behind the certificate's beginning."""
    brief = (
        x509.CertificateBuilder()
        .subject_name(holder().certificate.subject)
        .issuer_name(world().root.certificate.subject)
    )
    brief = brief.public_key(holder().key.public_key()).serial_number(7)
    brief = brief.not_valid_before(small_world.NOW).not_valid_after(small_world.NOW + timedelta(seconds=1))
    key = HolderKey(holder())
    key.certificate, key.chain = brief.sign(world().root.key, hashes.SHA256()).public_bytes(Encoding.DER), ()
    at = small_world.NOW + timedelta(seconds=seconds)

    class Answering(Stamps):
        def submit(self, digest: bytes) -> Future[TimestampToken]:
            future: Future[TimestampToken] = Future()
            future.set_result(verify_token(world().stamp(digest, at=at), digest, anchors=(world().root.der,)))
            return future

    (form,) = workshop(key, level="B-T", stamps=Answering()).seal(items(1), [DRAFT])
    assert (form.code if isinstance(form, EsignError) else "") == code


def test_a_key_that_serves_several_threads_is_asked_for_a_portion_at_once_and_the_order_stays() -> None:
    together = Barrier(4)

    class Remote(HolderKey):
        def sign(self, data: bytes) -> bytes:
            together.wait(5)  # broken unless four ask at once
            return super().sign(data)

    documents = [DRAFT + b"%% %d\n" % number for number in range(4)]
    with ThreadPoolExecutor(4) as hands:
        forms = list(workshop(Remote(holder()), hands=hands).seal(items(4), documents))
    for form, document in zip(forms, documents, strict=True):
        assert isinstance(form, Form)
        assert form.hashed.digest() == sha256(document).digest()
