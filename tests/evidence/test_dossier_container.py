from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.evidence import ContainerError
from esign.evidence.dossier_container import MEDIA_TYPE, read_container, write_container
from esign.evidence.dossier_manifest import (
    SEAL,
    SEAL_TYPE,
    SEALED_MANIFEST,
    STAMPED_MANIFEST,
    TIMESTAMP,
    ManifestError,
    check_manifest,
    write_manifest,
)

INNER = {"document.pdf": b"%PDF", "messages/001.jws": b"a.b.c", "messages/002.jws": b"", "transcript.json": b"{}"}
PARTS = {
    **INNER,
    SEALED_MANIFEST: write_manifest(INNER, signature=SEAL, kind=SEAL_TYPE),
    SEAL: b"seal",
    STAMPED_MANIFEST: b"second",
    TIMESTAMP: b"token",
}
WHOLE = write_container(PARTS)
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,20}(/[A-Za-z0-9][A-Za-z0-9_.-]{0,20})?", fullmatch=True)


def places(data: bytes) -> list[str]:
    """Return for each byte the part that it belongs to, computed by the standard library."""
    where = ["container"] * len(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            end = info.header_offset + 30 + len(info.filename) + info.file_size
            where[info.header_offset : end] = [info.filename] * (end - info.header_offset)
        position = archive.start_dir
        for info in archive.infolist():
            end = position + 46 + len(info.filename)
            where[position:end] = [info.filename] * (end - position)
            position = end
    return where


@given(st.dictionaries(NAMES.filter(lambda name: name != "mimetype"), st.binary(max_size=50), max_size=8))
def test_parts_are_read_as_they_were_written(parts):
    data = write_container(parts)
    assert read_container(data) == parts
    assert write_container(dict(reversed(parts.items()))) == data


def test_any_zip_program_reads_it():
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {"mimetype": MEDIA_TYPE, **PARTS}


def test_the_media_type_stands_first_uncompressed_where_file_programs_look_for_it():
    """Source: ETSI EN 319 162-1 clause 4.4.3.1 and annex A.1."""
    assert WHOLE[:4] == b"PK\x03\x04"
    assert WHOLE[30:38] == b"mimetype"
    assert WHOLE[38 : 38 + len(MEDIA_TYPE)] == b"application/vnd.etsi.asic-e+zip"


@pytest.mark.parametrize("change", [0x01, 0x20, 0x80])
def test_any_changed_byte_is_noticed_and_its_part_is_named(change):
    where = places(WHOLE)
    for position in range(len(WHOLE)):
        changed = bytearray(WHOLE)
        changed[position] ^= change
        with pytest.raises(ContainerError) as refused:
            read_container(bytes(changed))
        assert refused.value.code == "evidence.dossier.container"
        assert refused.value.facts["part"] == where[position], (position, WHOLE[position])


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data + b"\x00",
        lambda data: b"\x00" + data,
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: b"",
        lambda data: data + data,
    ],
)
def test_anything_before_behind_or_missing_is_noticed(damage):
    with pytest.raises(ContainerError):
        read_container(damage(WHOLE))


@given(st.binary(max_size=400))
def test_other_bytes_are_refused_and_nothing_else_happens(data):
    with pytest.raises(ContainerError):
        read_container(data)


@settings(max_examples=200)
@given(st.data())
def test_cut_and_pasted_containers_are_refused(data):
    start, end, to = (data.draw(st.integers(0, len(WHOLE))) for _ in range(3))
    pasted = WHOLE[:to] + WHOLE[start:end] + WHOLE[to:]
    if pasted != WHOLE:
        with pytest.raises(ContainerError):
            read_container(pasted)


def foreign(build) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        build(archive)
    return target.getvalue()


@pytest.mark.parametrize(
    "build",
    [
        lambda archive: archive.writestr("mimetype", MEDIA_TYPE),
        lambda archive: (archive.writestr("mimetype", MEDIA_TYPE), archive.writestr("a/../../b", b"")),
        lambda archive: archive.writestr("mimetype", MEDIA_TYPE, zipfile.ZIP_DEFLATED),
        lambda archive: archive.writestr("document.pdf", b""),
    ],
)
def test_a_zip_of_another_program_is_no_dossier(build):
    with pytest.raises(ContainerError):
        read_container(foreign(build))


@pytest.mark.parametrize("name", ["", "/a", "../a", "a/b/c", "a b", "ä", "mimetype", ".a", "a/.b", "a" * 70])
def test_a_part_of_another_name_cannot_be_written(name):
    with pytest.raises(ContainerError):
        write_container({name: b""})


def check(manifest, parts):
    check_manifest(manifest, parts, signature=SEAL, kind=SEAL_TYPE, own_name=SEALED_MANIFEST)


def test_the_manifest_has_the_form_of_asic():
    """Source: ETSI EN 319 162-1 annex A.4."""
    manifest = PARTS[SEALED_MANIFEST].decode()
    assert '<asic:SigReference URI="META-INF/signature.p7s" MimeType="application/pkcs7-signature"/>' in manifest
    assert (
        '<asic:DataObjectReference URI="transcript.json" MimeType="application/json">'
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        "<ds:DigestValue>RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=</ds:DigestValue>"
    ) in manifest
    check(PARTS[SEALED_MANIFEST], INNER)


@pytest.mark.parametrize(
    ("parts", "part"),
    [
        (INNER | {"transcript.json": b"{} "}, "transcript.json"),
        (INNER | {"declaration.txt": b""}, "declaration.txt"),
        ({name: data for name, data in INNER.items() if name != "document.pdf"}, "document.pdf"),
    ],
)
def test_a_changed_added_or_missing_part_is_named(parts, part):
    with pytest.raises(ManifestError) as refused:
        check(PARTS[SEALED_MANIFEST], parts)
    assert refused.value.code == "evidence.dossier.manifest"
    assert refused.value.facts["part"] == part


def test_a_manifest_with_any_byte_changed_is_refused():
    manifest = PARTS[SEALED_MANIFEST]
    for position in range(len(manifest)):
        changed = bytearray(manifest)
        changed[position] ^= 1
        with pytest.raises(ManifestError):
            check(bytes(changed), INNER)
