"""Certificates that are carried and that the verdict does not need: both verifiers judge each of them, and alike.

A provider's ``x5c`` (RFC 7515 section 4.1.6, RFC 7517 section 4.7) and the certificates in a timestamp that nothing
else covers (docs/dossier-spec.md section 3.3: nothing loose).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from asn1crypto import cms
from cryptography import x509
from cryptography.x509.oid import NameOID

from esign.evidence.head import StampedHead
from tests.evidence.helpers.case import Case
from tests.evidence.test_dossier_strict import in_key, keys_of_provider
from tests.verifier.helpers.both import Sample, differences, needs_node
from tests.verifier.test_verifiers_agree_on_paths import ISSUING, ROOT, Link, leaf, link

pytestmark = needs_node

OTHER = link("Other")
CROSS = link("Root", OTHER, key=ROOT.key)
"""The root's key, certified by somebody else."""
UNKNOWN = link("Root", link("Nobody"), key=ROOT.key)


def elsewhere(name: str, root: bytes) -> bytes:
    """Return the root's certificate that names another issuer than itself: its own name stands in it twice."""
    first = root.index(name.encode())
    return root[:first] + name[:-1].encode() + b"!" + root[first + len(name) :]


def text(der: bytes) -> str:
    return base64.b64encode(der).decode()


def flipped(der: bytes) -> bytes:
    return der[:-1] + bytes([der[-1] ^ 1])


def published(case: Case) -> Iterator[tuple[str, list[Any], bool]]:
    """Yield what a provider may publish behind its own certificate, and whether it is good."""
    own = leaf(ISSUING, key=case.keys.provider)
    whole = [own.der, ISSUING.der, ROOT.der]
    yield "whole", [text(der) for der in whole], True
    yield "without the root", [text(der) for der in whole[:2]], True
    yield "the root twice", [text(der) for der in (*whole, ROOT.der)], True
    yield "a cross-certificate and its root", [text(der) for der in (*whole[:2], CROSS.der, OTHER.der)], True
    yield "a cross-certificate of somebody unknown", [text(der) for der in (*whole[:2], UNKNOWN.der)], True
    yield "in another order", [text(der) for der in (own.der, ROOT.der, ISSUING.der)], False
    yield "one left out", [text(der) for der in (own.der, ROOT.der)], False
    yield "one that certifies nothing", [text(der) for der in (*whole, OTHER.der)], False
    yield "one of the same name", [text(der) for der in (own.der, link("Issuing", ROOT).der)], False
    yield "its own twice", [text(der) for der in (own.der, *whole)], False
    yield "no certificate behind them", [*(text(der) for der in whole), "AAAA"], False
    yield "an empty text behind them", [*(text(der) for der in whole), ""], False
    yield "a number behind them", [*(text(der) for der in whole), 7], False
    yield "a byte behind the root", [text(der) for der in (*whole[:2], ROOT.der + b"\0")], False
    yield "a root with another signature", [text(der) for der in (*whole[:2], flipped(ROOT.der))], False
    yield "a root with another issuer", [text(der) for der in (*whole[:2], elsewhere("Root", ROOT.der))], False
    yield "a line break in base64", [text(own.der), text(ISSUING.der), text(ROOT.der) + "\n"], False
    yield "base64url", [text(own.der), text(ISSUING.der), base64.urlsafe_b64encode(b"\xff" * 300).decode()], False
    yield "more than any chain has", [text(der) for der in (*whole, *[ROOT.der] * 4)], False


def with_token(case: Case, change: Callable[[list[Any]], list[Any]]) -> dict[str, Any]:
    """Return the ledger with other certificates in its head's timestamp."""
    stamped = case.dossier.ledger.head
    info = cms.ContentInfo.load(stamped.token)
    carried = [choice.chosen.dump() for choice in info["content"]["certificates"]]
    again = [cms.CertificateChoices.load(der) for der in change(carried)]
    info["content"]["certificates"] = cms.CertificateSet(again)
    head = StampedHead(head=stamped.head, token=info.dump(force=True))
    return {"ledger": replace(case.dossier.ledger, head=head)}


def carried(case: Case) -> Iterator[tuple[str, Callable[[list[bytes]], list[bytes]], bool]]:
    """Yield what a timestamp may carry beside its own certificate, and whether it is good."""
    root = case.world.root.der
    root_key = Link(key=case.world.root.key, certificate=case.world.root.certificate)
    name = case.world.root.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value

    def turned(change: Callable[[bytes], bytes]) -> Callable[[list[bytes]], list[bytes]]:
        return lambda ders: [change(der) if der == root else der for der in ders]

    def crossed(ders: list[bytes]) -> list[bytes]:
        builder = (
            x509.CertificateBuilder()
            .subject_name(root_key.certificate.subject)
            .issuer_name(OTHER.certificate.subject)
            .public_key(root_key.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(root_key.certificate.not_valid_before_utc)
            .not_valid_after(root_key.certificate.not_valid_after_utc)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        )
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import Encoding

        return [*ders, builder.sign(OTHER.key, SHA256()).public_bytes(Encoding.DER)]

    yield "as it was", lambda ders: ders, True
    yield "without the root", lambda ders: [der for der in ders if der != root], True
    yield "a cross-certificate of somebody unknown", crossed, True
    yield "a cross-certificate and its root", lambda ders: [*crossed(ders), OTHER.der], True
    yield "one that certifies nothing", lambda ders: [*ders, OTHER.der], False
    yield "the signatory's", lambda ders: [*ders, case.dossier.certificate], False
    yield "a root with another signature", turned(flipped), False
    yield "a root with another issuer", turned(lambda der: elsewhere(str(name), der)), False
    version = b"\xa0\x03\x02\x01\x02"
    yield "one that cannot be read", turned(lambda der: der.replace(version, b"\xa0\x03\x02\x01\x09", 1)), False
    yield "more than any chain has", lambda ders: [*ders, *(link("Other").der for _ in range(17))], False


def asked(case: Case, samples: list[Sample], step: str, folder: Path) -> list[bool]:
    """Return whether the step passed, by both alike."""
    found, answers = differences(samples, folder / "asked")
    assert found == []
    assert {sample.anchors for sample in samples} == {(*case.anchors, ROOT.der)}
    return [dict(answer["outcomes"])[step] == "passed" for answer in answers]


def test_every_published_certificate_certifies_the_one_before_rfc_7515_4_1_6(advanced: Case, tmp_path: Path) -> None:
    cases = list(published(advanced))
    samples = [
        Sample(
            label=label,
            data=advanced.build(**keys_of_provider(advanced, in_key(x5c=lambda _, chain=chain: chain))),
            anchors=(*advanced.anchors, ROOT.der),
        )
        for label, chain, _ in cases
    ]
    passed = asked(advanced, samples, "provider", tmp_path)
    assert dict(zip((label for label, *_ in cases), passed, strict=True)) == {label: good for label, _, good in cases}


def test_nothing_loose_is_carried_in_a_timestamp_that_nothing_else_covers(advanced: Case, tmp_path: Path) -> None:
    cases = list(carried(advanced))
    samples = [
        Sample(label=label, data=advanced.build(**with_token(advanced, change)), anchors=(*advanced.anchors, ROOT.der))
        for label, change, _ in cases
    ]
    passed = asked(advanced, samples, "ledger", tmp_path)
    assert dict(zip((label for label, *_ in cases), passed, strict=True)) == {label: good for label, _, good in cases}


def test_the_provider_s_keys_are_those_that_the_ledger_commits_to(advanced: Case, tmp_path: Path) -> None:
    def more(keys: str) -> str:
        return json.dumps({"keys": [*json.loads(keys)["keys"], {"kid": "other"}]}, sort_keys=True)

    data = advanced.build(**keys_of_provider(advanced, more))
    sample = Sample(label="a key more", data=data, anchors=(*advanced.anchors, ROOT.der))
    assert asked(advanced, [sample], "commitments", tmp_path) == [False]
