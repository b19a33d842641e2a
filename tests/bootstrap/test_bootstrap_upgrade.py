"""An installation of each earlier release, brought to this version: nothing is lost, and the walk goes on.

Each archive is an installation's state as that release left it (made by its own code, sandbox trust): one contract
concluded, one invited, one drawn up. Its master key is derived here from a public sentence, so that no key is kept.

The upgrade is made on the day on which the release left the installation, whatever day it is now: offers in it end, and
so do the revocation lists and certificates of its sandbox.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from esign import access, bootstrap
from esign.evidence import verify_dossier
from esign.store.database import Database
from esign.store.errors import SchemaOutdated
from esign.store.migrate import current_revision, newest_revision
from tests.conftest import TestClock, World, installation

ARCHIVES = sorted((Path(__file__).parents[1] / "store" / "upgrades").glob("*.tar.xz"))
LEFT = {"0.1.0": datetime(2026, 11, 22, 5, 55, tzinfo=UTC)}
"""Release: when it left its installation; the upgrade is an hour later."""
LONG_AFTER = timedelta(days=400)
CLERK = access.system("default")


@pytest.fixture(params=ARCHIVES, ids=lambda path: path.name.removesuffix(".tar.xz"), scope="module")
def archive_path(request: pytest.FixtureRequest) -> Path:
    """The state that a release left."""
    found: Path = request.param
    return found


@pytest.fixture(scope="module")
def sandbox_then(tmp_path_factory: pytest.TempPathFactory, archive_path: Path) -> Path:
    """Where the outside world of that day is kept, once it was made."""
    return tmp_path_factory.mktemp("sandbox_then") / "sandbox"


@pytest.fixture
def world(tmp_path: Path, sandbox_then: Path, database_url: str, archive_path: Path) -> Iterator[World]:
    """An installation whose clock, like its sandbox's, is an hour after the release left its own."""
    clock = TestClock()
    clock.offset = LEFT[archive_path.name.removesuffix(".tar.xz")] + timedelta(hours=1) - datetime.now(UTC)
    with installation(tmp_path, sandbox_then, database_url, clock=clock) as made:
        yield made


@pytest.fixture
def old(archive_path: Path, world: Any) -> dict[str, Any]:
    """A world whose installation's state is the earlier release's."""
    if world.settings.database_url:
        pytest.skip("the archive holds a SQLite database")
    state = world.settings.state_dir
    for path in state.glob("esign.sqlite*"):
        path.unlink()
    shutil.rmtree(state / "documents", ignore_errors=True)
    with tarfile.open(archive_path) as archive:
        archive.extractall(state / "old", filter="data")
    made: dict[str, Any] = json.loads((state / "old" / "made.json").read_text("utf-8"))
    (state / "old" / "esign.sqlite").rename(state / "esign.sqlite")
    (state / "old" / "documents").rename(state / "documents")
    sentence = f"esign: vault key of the upgrade tests, release {made['release']}"
    (state / "vault.key").write_bytes(hashlib.sha256(sentence.encode()).digest())
    world.settings = world.settings.with_changes(trust_anchors=(*world.settings.trust_anchors, state / "old" / "trust"))
    return made


def test_an_old_database_is_refused_until_it_is_migrated(world, old):
    with pytest.raises(SchemaOutdated):
        world.start()
    bootstrap.install(world.settings)
    database = Database(world.settings.database)
    with database.reading() as connection:
        assert current_revision(connection) == newest_revision()
    database.close()
    world.start()


def test_after_the_upgrade_everything_is_there_and_proves_the_same(world, old):
    bootstrap.install(world.settings)
    world.start()
    contracts = world.application.contracts
    states = {name: contracts.view(CLERK, old[name]).state for name in ("concluded", "invited", "drawn_up")}
    assert states == {"concluded": "concluded", "invited": "invited", "drawn_up": "drawn_up"}
    assert hashlib.sha256(contracts.signed_document(CLERK, old["concluded"])).hexdigest() == old["signed_sha256"]
    report = world.application.ledger.verify()
    assert (report.intact, report.entries) == (True, old["entries"])


def test_after_the_upgrade_the_dossier_of_an_old_contract_verifies(world, old):
    bootstrap.install(world.settings)
    world.start()
    world.application.ledger.stamp_due()
    dossier = world.application.dossiers.create(CLERK, old["concluded"])
    anchors = bootstrap.trust_anchors(world.settings.trust_anchors).certificates
    report = verify_dossier(dossier, anchors=anchors, at=world.clock.now())
    assert report.valid, report.first_failure
    later = verify_dossier(dossier, anchors=anchors, at=world.clock.now() + LONG_AFTER)
    assert later.first_failure is not None and later.first_failure.name == "verdict"
    assert f"as at its own timestamp of {report.proven_at.isoformat()}" in later.first_failure.what


def test_after_the_upgrade_a_contract_drawn_up_before_is_concluded(world, old):
    bootstrap.install(world.settings)
    world.start()
    world.application.contracts.invite(CLERK, old["drawn_up"])
    while world.application.delivery.deliver_due():
        pass
    receipt = world.signatory(world.link(), "sophie-mueller-luedenscheidt").run()
    assert receipt
    assert world.application.contracts.view(CLERK, old["drawn_up"]).state == "concluded"


def test_a_migration_that_fails_leaves_the_old_database_as_it_was(world, old, monkeypatch):
    from alembic import op

    path = world.settings.state_dir / "esign.sqlite"
    before = Database(world.settings.database)
    with before.reading() as connection:
        revision = current_revision(connection)
    before.close()

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the power went out")

    monkeypatch.setattr(op, "create_table", broken)
    with pytest.raises(RuntimeError):
        bootstrap.install(world.settings)
    monkeypatch.undo()
    after = Database(f"sqlite:///{path}")
    with after.reading() as connection:
        assert current_revision(connection) == revision
    after.close()
    bootstrap.install(world.settings)
    world.start()
    assert world.application.ledger.verify().intact
