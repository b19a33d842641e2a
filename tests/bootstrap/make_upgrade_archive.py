"""Makes the archive of a release for the upgrade tests; run once, at each release, by its name:

    python -m pytest tests/bootstrap/make_upgrade_archive.py

writes tests/store/upgrades/<version>.tar.xz unless it is there. Not collected with the tests.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import sqlite3
import tarfile
from pathlib import Path
from typing import Any

import pytest

from esign import access, bootstrap
from esign.store.master_key import FileMasterKey, write_once

RELEASE = importlib.metadata.version("esign")
TARGET = Path(__file__).parents[1] / "store" / "upgrades" / f"{RELEASE}.tar.xz"
CLERK = access.system("default")


@pytest.fixture(autouse=True)
def known_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Derive the vault's key from a public sentence: the archive holds no key, and nothing real is sealed under it."""
    sentence = f"esign: vault key of the upgrade tests, release {RELEASE}"
    key = hashlib.sha256(sentence.encode()).digest()
    monkeypatch.setattr(FileMasterKey, "create", lambda self: write_once(self._path, key))


def test_make(known_key: None, world: Any) -> None:
    if TARGET.exists():
        pytest.skip(f"{TARGET.name} is there and is never made anew")
    desk, state = world.application.contracts, world.settings.state_dir
    concluded, link = world.invite("cost-approval")
    world.signatory(link, "karl-heinz-oesterreicher").run()
    while world.application.delivery.deliver_due():
        pass
    world.application.ledger.stamp_due()
    invited, _ = world.invite("electricity-supply")
    made = {
        "release": RELEASE,
        "concluded": concluded,
        "invited": invited,
        "drawn_up": desk.draw_up(CLERK, world.sample("mobile-plan")),
        "entries": world.application.ledger.verify().entries,
        "signed_sha256": hashlib.sha256(desk.signed_document(CLERK, concluded)).hexdigest(),
    }
    (state / "made.json").write_text(json.dumps(made, indent=1), "utf-8")
    database = sqlite3.connect(state / "esign.sqlite")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    with tarfile.open(TARGET, "w:xz") as archive:
        for name in ("made.json", "esign.sqlite", "documents", "trust"):
            archive.add(state / name, arcname=name)
    bootstrap.open_vault(world.settings)
