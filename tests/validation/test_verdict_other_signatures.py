"""Signatures of others in whole files: their levels by the standard's conditions, their kinds, their algorithms."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from esign.pades import der
from esign.pades.document import Document
from esign.pades.revision import Revision, pointer, with_entries
from esign.validation.certificates import TrustAnchors
from esign.validation.process import Indication, LevelMaterial, Material, SubIndication
from esign.validation.verdict import FileVerdict, Outcome, verify
from esign.validation.verdict.levels import Entries, level_of
from tests.pades import small_world
from tests.validation.process_pki import T0, certify
from tests.validation.process_world import World, attribute, cms, signature_timestamp, token
from tests.validation.verdicts import fits, kinds

WORLD = World()
ROOM = 24_000
M = b"/M(D:20260302120000Z)"
REASON = b"/Reason(agreed)"
COMMITMENT = attribute("1.2.840.113549.1.9.16.2.16", der.sequence(der.oid("1.2.840.113549.1.9.16.6.1")))
POLICY = attribute(
    "1.2.840.113549.1.9.16.2.15",
    der.sequence(
        der.oid("1.2.3"), der.sequence(der.sequence(der.oid("2.16.840.1.101.3.4.2.1")), der.octets(bytes(32)))
    ),
)
CADES, PKCS7 = b"ETSI.CAdES.detached", b"adbe.pkcs7.detached"


def file_of(
    contents: Callable[[bytes], bytes], *, subfilter: bytes = CADES, entries: bytes = M, kind: bytes = b"Sig"
) -> bytes:
    """Return the draft with one signature dictionary of our choice; what it covers is handed to who signs."""
    document = Document(small_world.draft())
    revision, page = Revision(document), document.page(0)
    widget, value = revision.new(), revision.new()
    refers = (pointer(page.reference), pointer(value))
    revision.put(widget, b"<</Type/Annot/Subtype/Widget/FT/Sig/T(S)/F 132/Rect[0 0 0 0]/P %s/V %s>>" % refers)
    handler = b"" if b"/Filter" in entries else b"/Filter/Adobe.PPKLite"
    revision.put(
        value,
        b"<</Type/%s%s/SubFilter/%s%s/ByteRange[0 %s %s %s]/Contents<%s>>>"
        % (kind, handler, subfilter, entries, *(3 * [b"0" * 10]), b"0" * ROOM),
    )
    revision.put(page.reference, with_entries(page.dictionary, {"/Annots": b"[%s]" % pointer(widget)}))
    form = {"/AcroForm": b"<</SigFlags 3/Fields[%s]>>" % pointer(widget)}
    revision.put(document.reader.root_ref, with_entries(document.root, form))
    data, _ = revision.write()
    start = data.rindex(b"/Contents<") + len(b"/Contents")
    end = start + ROOM + 2
    numbers = b"%010d %010d %010d" % (start, end, len(data) - end)
    data = data.replace(b" ".join(3 * [b"0" * 10]), numbers)
    made = contents(data[:start] + data[end:]).hex().encode()
    return data[: start + 1] + made.ljust(ROOM, b"0") + data[end - 1 :]


def said(data: bytes, world: World = WORLD) -> FileVerdict:
    verdict = verify(
        data,
        trust=TrustAnchors(certificates=(world.root.der,)),
        material=Material(crls=world.crls()),
        at=T0 + timedelta(hours=2),
    )
    fits(verdict.to_json())
    return verdict


def by_signer(**options) -> Callable[[bytes], bytes]:
    return lambda covered: cms(WORLD.signer, covered, **options)


@pytest.mark.parametrize(
    ("entries", "more", "level"),
    [
        (M, (), "PAdES-BASELINE-B"),
        (M + REASON, (), "PAdES-BASELINE-B"),
        (M, (COMMITMENT,), "PAdES-BASELINE-B"),
        (M, (POLICY,), "PAdES-BASELINE-B"),
        (M + REASON, (COMMITMENT,), "PDF-NOT-ETSI"),
        (M + REASON, (POLICY,), "PAdES-BES"),
        (b"", (POLICY,), "PAdES-EPES"),
        (M + b"/Reason()", (POLICY,), "PAdES-BASELINE-B"),
        (b"", (), "PAdES-BES"),
        (b"/M(yesterday)", (), "PAdES-BES"),
        (M + b"/Filter null", (), "PDF-NOT-ETSI"),
        (M + b"/Cert(x)", (), "PDF-NOT-ETSI"),
    ],
)
def test_en_319_142_6_3_and_5_3_levels_ask_for_the_entries_of_the_dictionary_too(entries, more, level):
    verdict = said(file_of(by_signer(more=more), entries=entries))
    (signature,) = verdict.signatures
    assert verdict.clean
    assert signature.level == level


def test_en_319_142_1_6_3_the_same_conditions_hold_for_every_rung():
    material = LevelMaterial(
        readable=True,
        subfilter="ETSI.CAdES.detached",
        content_type=True,
        message_digest=True,
        signing_certificate=2,
        certificate_included=True,
        policy="1.2.3",
        signature_timestamps=1,
        revocation_complete=True,
        document_timestamps=1,
        material_covered=True,
    )
    assert level_of(material, stored=True) == "PAdES-BASELINE-LTA"
    assert level_of(material, stored=True, entries=Entries(reason=True)) == "PAdES-LTV"
    assert level_of(material, stored=True, entries=Entries(data=False)) == "PDF-NOT-ETSI"
    assert level_of(replace(material, policy=None), stored=True, entries=Entries(reason=True)) == "PAdES-BASELINE-LTA"


@pytest.mark.parametrize(
    ("options", "level"),
    [({"version": 0}, "PKCS7-B"), ({"version": 0, "unsigned": signature_timestamp(WORLD.tsa)}, "PKCS7-T")],
)
def test_iso_32000_2_12_8_3_3_a_pkcs7_signature_is_clean_under_its_own_name(options, level):
    verdict = said(file_of(by_signer(**options), subfilter=PKCS7))
    assert (verdict.clean, verdict.signatures[0].level) == (True, level)
    assert (verdict.signatures[0].proven_at is not None) is ("unsigned" in options)


def test_iso_32000_2_12_8_3_3_pkcs7_sha1_is_intact_and_weak():
    def signed(covered: bytes) -> bytes:
        inner = hashlib.sha1(covered).digest()
        return cms(WORLD.signer, inner, embedded=inner, unsigned=signature_timestamp(WORLD.tsa))

    (signature,) = said(file_of(signed, subfilter=b"adbe.pkcs7.sha1")).signatures
    assert (signature.integrity, signature.level) == (True, "PKCS7-T")
    assert [finding.kind.value for finding in signature.findings] == ["weak_crypto"]


@pytest.mark.parametrize(("used", "found"), [(hashes.SHA1(), ["weak_crypto"]), (hashes.SHA256(), [])])
def test_iso_32000_2_12_8_3_2_a_bare_rsa_value_verifies_with_the_certificate_beside_it(used, found):
    signer = certify("Signer", WORLD.authority, kind="rsa2048")
    beside = b"/Cert[%s]" % b"".join(b"<%s>" % each.hex().encode() for each in (signer.der, *signer.chain))
    verdict = said(
        file_of(
            lambda covered: der.octets(signer.key.sign(covered, padding.PKCS1v15(), used)),
            subfilter=b"adbe.x509.rsa_sha1",
            entries=M + beside,
        )
    )
    (signature,) = verdict.signatures
    assert (signature.integrity, signature.level, signature.signer) == (True, "PDF-NOT-ETSI", "Signer")
    assert kinds(verdict) == found


def test_en_319_142_1_5_4_3_a_document_timestamp_alone_is_no_signature():
    def stamp(covered: bytes) -> bytes:
        return token(WORLD.tsa, covered, T0)

    verdict = said(file_of(stamp, subfilter=b"ETSI.RFC3161", entries=b"", kind=b"DocTimeStamp"))
    assert (verdict.outcome, kinds(verdict)) == (Outcome.NO_SIGNATURE, ["no_usable_signature"])


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("rsa2048", {"hash_name": "sha512", "pss": True}),
        ("p256", {}),
        ("p384", {"hash_name": "sha384"}),
        ("p521", {"hash_name": "sha512"}),
        ("brainpool256", {}),
        ("brainpool384", {"hash_name": "sha384"}),
        ("brainpool512", {"hash_name": "sha512"}),
        ("ed25519", {"hash_name": "sha512"}),
        ("ed448", {"hash_name": "sha512"}),
        ("ml-dsa-65", {"hash_name": "sha512"}),
    ],
)
def test_ts_119_312_every_algorithm_in_a_whole_file_is_verified_and_a_changed_byte_is_not(kind, options):
    signer = certify("Signer", WORLD.authority, kind=kind)
    data = file_of(lambda covered: cms(signer, covered, **options))
    verdict = said(data)
    (signature,) = verdict.signatures
    assert (verdict.clean, signature.level) == (True, "PAdES-BASELINE-B")
    place = data.index(b"/Lang") + 7
    changed = said(data[:place] + bytes((data[place] ^ 1,)) + data[place + 1 :])
    assert kinds(changed) == ["digest_mismatch"]


@pytest.mark.parametrize("hash_name", ["sha1", "md5"])
def test_ts_119_312_an_old_hash_is_a_finding_and_the_signature_intact(hash_name):
    signer = certify("Signer", WORLD.authority, kind="rsa2048")
    verdict = said(file_of(lambda covered: cms(signer, covered, hash_name=hash_name)))
    (signature,) = verdict.signatures
    assert (verdict.clean, signature.integrity, kinds(verdict)) == (False, True, ["weak_crypto"])


def test_fips_205_an_algorithm_that_cannot_be_verified_here_leaves_the_signature_open():
    """SLH-DSA-SHA2-128s: its identifier instead of another one of the same length."""
    signer = certify("Signer", WORLD.authority, kind="ml-dsa-65")
    known, other = der.oid("2.16.840.1.101.3.4.3.18"), der.oid("2.16.840.1.101.3.4.3.20")

    def signed(covered: bytes) -> bytes:
        made = cms(signer, covered, hash_name="sha512")
        place = made.rindex(known)
        return made[:place] + other + made[place + len(known) :]

    verdict = said(file_of(signed))
    (signature,) = verdict.signatures
    assert (verdict.clean, signature.integrity, kinds(verdict)) == (False, False, ["weak_crypto"])
    assert signature.indication is Indication.INDETERMINATE
    assert signature.sub_indication is SubIndication.CRYPTO_CONSTRAINTS_FAILURE
