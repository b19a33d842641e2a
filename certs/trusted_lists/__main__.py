"""``python -m certs.trusted_lists FOLDER``: serves the sandbox's lists, and says how to get them."""

from __future__ import annotations

import argparse
import threading
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from certs.trusted_lists.serving import ListServer
from certs.trusted_lists.world import ListWorld


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m certs.trusted_lists", description="SANDBOX trusted lists")
    parser.add_argument("folder", type=Path, help="for the journal's certificate, the authorities and the lists")
    parser.add_argument("--port", type=int, default=8083)
    given = parser.parse_args()
    host = f"http://127.0.0.1:{given.port}"
    world = ListWorld.create(datetime.now(UTC), host=host)
    write(world, given.folder)
    with ListServer(port=given.port) as server:
        server.serve(world.files)
        print(f"SANDBOX trusted lists at {world.lotl_location}; they prove nothing to anybody")
        print(
            f"esign trusted-lists update --url {world.lotl_location} --signer {given.folder / 'journal.pem'} "
            f"--journal {world.description.journal} --cache {given.folder / 'cache'}"
        )
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


def write(world: ListWorld, folder: Path) -> None:
    """Write the journal's certificate and the lists, each under the last part of its address."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "journal.pem").write_bytes(world.eras[0].certificate.public_bytes(Encoding.PEM))
    (folder / "lists").mkdir(exist_ok=True)
    for address, data in world.files.items():
        (folder / "lists" / address.rpartition("/")[2]).write_bytes(data)


if __name__ == "__main__":
    main()
