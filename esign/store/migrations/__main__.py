"""Write a migration: ``python -m esign.store.migrations NUMBER "what it does"``.

Compares what the code describes (all ``esign.store.tables_*``) with what the migrations so far make. Before the first
release, the initial one may be written anew: delete ``versions/0001_*.py`` and run with ``0001 "initial tables"``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from esign.store.database import Database
from esign.store.migrate import draft_revision, upgrade


def main(number: str, message: str) -> None:
    """Write the migration into ``versions``."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'draft.db'}")
        upgrade(database)
        draft_revision(database, number, message)
        database.close()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(sys.argv[1], sys.argv[2])
