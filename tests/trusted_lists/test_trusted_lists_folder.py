"""Lists on disk: kept whole or not at all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from esign.store.trusted_lists import FolderListCache, FolderListSource
from esign.validation.trusted_lists import KeptList, ListUnavailable

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
KEPT = KeptList(
    data=b"<a>\n</a>\n", sequence=7, content_digest=b"x" * 32, accepted_at=WHEN, checked_at=WHEN, etag='"7"'
)
PLACE = "https://lists.sandbox.test/../../SANDBOX.xml"


def test_what_is_kept_comes_back_equal_and_from_its_own_address_only(tmp_path):
    cache = FolderListCache(tmp_path / "lists")
    assert cache.load(PLACE) is None
    cache.save(PLACE, KEPT)
    assert FolderListCache(tmp_path / "lists").load(PLACE) == KEPT
    assert cache.load(PLACE + "x") is None
    assert [path.parent for path in tmp_path.rglob("*.list")] == [tmp_path / "lists"]
    assert not list(tmp_path.rglob("*.new"))


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data[5:], lambda data: b"", lambda _: b"{}\n"])
def test_a_damaged_file_counts_as_not_there(tmp_path, damage):
    cache = FolderListCache(tmp_path)
    cache.save(PLACE, KEPT)
    path = next(tmp_path.glob("*.list"))
    path.write_bytes(damage(path.read_bytes()))
    assert cache.load(PLACE) is None


def test_a_list_may_come_from_a_named_file_only(tmp_path):
    (tmp_path / "a.xml").write_bytes(b"<a/>")
    source = FolderListSource({PLACE: tmp_path / "a.xml", "gone": tmp_path / "gone.xml"})
    assert source.fetch(PLACE).data == b"<a/>"
    for location in ("gone", str(tmp_path / "a.xml"), "file:///etc/passwd"):
        with pytest.raises(ListUnavailable):
            source.fetch(location)


def test_the_way_from_the_journal_works_from_disk(tmp_path, lists):
    lists.cache = FolderListCache(tmp_path)
    first = lists.load()
    lists.files.clear()
    assert [item.digest for item in lists.load().lists] == [item.digest for item in first.lists]
