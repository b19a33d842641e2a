"""A PostgreSQL for the tests: the one that ESIGN_TEST_POSTGRES names, or a temporary cluster of this machine's own."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

SERVER = "ESIGN_TEST_POSTGRES"
"""Environment variable: SQLAlchemy URL of a server on which schemas may be made and dropped, or ``temporary``."""
TEMPORARY = "temporary"

_DEBIAN = Path("/usr/lib/postgresql")
_USERS = ("postgres", "nobody")
"""PostgreSQL refuses to run as root; then it runs as the first of these."""


class PostgresMissing(Exception):
    """No server is named, and none can be started here; the message says why."""


def programs() -> Path | None:
    """Return the folder of `initdb` and `pg_ctl`: on the path, or where Debian keeps them (the newest)."""
    debian = sorted(_DEBIAN.glob("*/bin"), key=lambda path: int(path.parent.name), reverse=True)
    found = shutil.which("pg_ctl")
    for folder in ([Path(found).resolve().parent] if found else []) + debian:
        if (folder / "initdb").is_file() and (folder / "pg_ctl").is_file():
            return folder
    return None


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Return the URL of a server; a temporary one listens on loopback only, and is gone afterwards.

    Raises:
        PostgresMissing: There is none, and none can be started.
    """
    named = os.environ.get(SERVER)
    if named and named != TEMPORARY:
        yield named
        return
    folder = programs()
    if folder is None:
        raise PostgresMissing(f"{SERVER} is not set, and initdb and pg_ctl are not installed (package postgresql)")
    with _cluster(folder) as url:
        yield url


@contextlib.contextmanager
def schema(address: str) -> Iterator[str]:
    """Return the URL of a fresh, empty schema on a server; it is dropped afterwards."""
    name = f"test_{secrets.token_hex(6)}"
    admin = create_engine(address)
    try:
        with admin.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
        place = make_url(address).update_query_dict({"options": f"-csearch_path={name}"})
        yield place.render_as_string(hide_password=False)
        with admin.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    finally:
        admin.dispose()


@contextlib.contextmanager
def _cluster(folder: Path) -> Iterator[str]:
    user = _user()
    with tempfile.TemporaryDirectory(prefix="esign-pg-", ignore_cleanup_errors=True) as base:
        home = Path(base)
        password, data, log = secrets.token_hex(16), home / "data", home / "log"
        (home / "password").write_text(password)
        if user is not None:
            for path in (home, home / "password"):
                shutil.chown(path, user)

        def run(program: str, *words: str) -> None:
            done = subprocess.run(
                [folder / program, *words],
                cwd=home,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=120,
                **({} if user is None else {"user": user, "group": user if user != "nobody" else "nogroup"}),
                **({} if user is None else {"extra_groups": []}),
            )
            if done.returncode:
                raise PostgresMissing(f"{program} failed: {done.stderr.decode(errors='replace').strip()[-300:]}")

        login = ("--username=esign", "--auth=scram-sha-256", f"--pwfile={home / 'password'}")
        run("initdb", f"--pgdata={data}", *login, "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        port = _free_port()
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k '' -c fsync=off -c max_connections=300"
        run("pg_ctl", "start", "--wait", "--silent", f"--pgdata={data}", f"--log={log}", "--options", options)
        try:
            yield f"postgresql+psycopg://esign:{password}@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "stop", "--wait", "--silent", f"--pgdata={data}", "--mode=immediate")


def _user() -> str | None:
    if os.geteuid() != 0:
        return None
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in _USERS if name in known)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
