from __future__ import annotations

import hashlib
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.store.blobs import FolderBlobs
from esign.store.errors import BlobDamaged, BlobError, BlobUnknown


@pytest.fixture
def blobs(tmp_path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "blobs")


@settings(deadline=None)  # it writes files: how long that takes is the disk's affair
@given(st.binary(max_size=300))
def test_a_blob_is_named_by_its_digest_and_comes_back_as_it_was(tmp_path_factory, data):
    blobs = FolderBlobs(tmp_path_factory.mktemp("blobs"))
    name = blobs.put(data)
    assert name == hashlib.sha256(data).hexdigest()
    assert blobs.get(name) == data


def test_the_same_bytes_again_change_nothing(blobs, tmp_path):
    name = blobs.put(b"sealed")
    path = next((tmp_path / "blobs").glob("??/*"))
    before = path.stat()
    assert blobs.put(b"sealed") == name
    after = path.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert blobs.names() == (name,)


def test_nothing_temporary_is_left(blobs, tmp_path):
    blobs.put(b"a")
    blobs.put(b"a")
    assert [path.name for path in (tmp_path / "blobs").rglob("*.tmp")] == []


def test_a_blob_can_not_be_written_again_through_its_file(blobs, tmp_path):
    blobs.put(b"a")
    assert next((tmp_path / "blobs").glob("??/*")).stat().st_mode & 0o777 == 0o400


def test_a_changed_blob_is_noticed_when_read(blobs, tmp_path):
    name = blobs.put(b"sealed")
    path = tmp_path / "blobs" / name[:2] / name
    path.chmod(0o600)
    path.write_bytes(b"Sealed")
    with pytest.raises(BlobDamaged) as refused:
        blobs.get(name)
    assert refused.value.code == "store.blob.damaged"


@pytest.mark.parametrize(
    "name", ["", "0" * 63, "0" * 64, "../../etc/passwd", "A" * 64, "0" * 62 + "/x", "0" * 64 + "\n"]
)
def test_an_unknown_name_is_refused_and_never_leads_out_of_the_folder(blobs, name):
    with pytest.raises(BlobUnknown) as refused:
        blobs.get(name)
    assert refused.value.code == "store.blob.unknown"


def test_many_writers_of_the_same_bytes_agree(blobs):
    names = []
    threads = [threading.Thread(target=lambda: names.append(blobs.put(b"x" * 100_000))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names) == 8
    assert len(set(names)) == 1
    assert blobs.names() == (names[0],)


def test_a_full_disk_is_an_error_and_leaves_no_name(blobs, monkeypatch):
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(BlobError) as refused:
        blobs.put(b"a")
    assert refused.value.code == "store.blob"
    assert refused.value.facts["errno"] == 28
    assert blobs.names() == ()


def test_a_blob_can_be_deleted_for_an_erasure(blobs):
    name = blobs.put(b"a")
    assert blobs.delete(name) is True
    assert blobs.delete(name) is False
    with pytest.raises(BlobUnknown):
        blobs.get(name)
