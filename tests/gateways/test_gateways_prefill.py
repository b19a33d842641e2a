"""Prefill: one customer or nothing, whatever the key says; sources cannot write, be flooded or be led astray."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from esign.gateways.errors import PrefillFileMalformed, PrefillUnavailable
from esign.gateways.guarded_http import GuardedCaller
from esign.gateways.prefill import PrefillMalformed, configured_prefill
from esign.gateways.prefill_csv import CsvSource
from esign.gateways.prefill_rest import RestSource
from esign.gateways.prefill_sql import SqlSource
from esign.settings import Settings

FORM = "mobile-plan"
TOKEN = ("customer",)
PERSON = ("given_name", "family_name", "birth_date")
INJECTIONS = (
    "K-1' OR '1'='1",
    "K-1'; DROP TABLE customer; --",
    "' UNION SELECT 'a','b','c','d' --",
    "%",
    "*",
    "K-1\0",
    ":customer",
    "${K-1}",
    '{"$ne": null}',
)


# SQL


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    path = tmp_path / "customers.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE customer (number TEXT, given_name TEXT, family_name TEXT, birth_date TEXT)")
        connection.executemany(
            "INSERT INTO customer VALUES (?, ?, ?, ?)",
            [
                ("K-1", "Sophie", "Müller-Lüdenscheidt", "1995-06-21"),
                ("K-2", "Jana", "Beispiel", "1990-01-01"),
                ("K-3", "Jana", "Beispiel", "1990-01-01"),
            ],
        )
    (tmp_path / "url").write_text(f"sqlite:///{path}")
    return path


def sql(folder: Path, **more: Any) -> SqlSource:
    return SqlSource.of({"kind": "sql", "url_file": "url", **more}, folder)


def test_sql_finds_exactly_one_customer(customers: Path) -> None:
    source = sql(customers.parent)
    by_number = source.prepared("SELECT * FROM customer WHERE number = :customer", TOKEN)
    found = source.find(by_number, {"customer": "K-1"})
    assert found is not None and found["family_name"] == "Müller-Lüdenscheidt"
    assert source.find(by_number, {"customer": "K-9"}) is None
    by_person = source.prepared(
        "SELECT * FROM customer WHERE given_name = :given_name AND family_name = :family_name"
        " AND birth_date = :birth_date",
        PERSON,
    )
    twins = {"given_name": "Jana", "family_name": "Beispiel", "birth_date": "1990-01-01"}
    assert source.find(by_person, twins) is None, "two match: nobody is shown anything"


@pytest.mark.parametrize("key", INJECTIONS)
def test_sql_takes_a_key_as_a_value_and_never_as_a_query(customers: Path, key: str) -> None:
    source = sql(customers.parent)
    query = source.prepared("SELECT * FROM customer WHERE number = :customer", TOKEN)
    assert source.find(query, {"customer": key}) is None
    with sqlite3.connect(customers) as connection:
        assert connection.execute("SELECT count(*) FROM customer").fetchone() == (3,)


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM customer WHERE number = :customer",
        "SELECT 1 WHERE :customer = 'a'; DELETE FROM customer",
        "SELECT 1 -- :customer",
        "SELECT 1 /* :customer */",
        "SELECT * FROM customer WHERE number = 'K-1'",
        "SELECT * FROM customer WHERE number = :customer OR number = :other",
        "PRAGMA user_version = :customer",
        "",
        {"customer": "number"},
    ],
)
def test_a_query_that_is_not_one_select_with_bound_parameters_is_refused(customers: Path, query: object) -> None:
    with pytest.raises(ValueError):
        sql(customers.parent).prepared(query, TOKEN)


def test_sql_cannot_write_even_if_the_query_tried(customers: Path) -> None:
    source = sql(customers.parent)
    with pytest.raises(PrefillUnavailable):
        source.find(text("DELETE FROM customer WHERE number = :customer"), {"customer": "K-1"})
    with sqlite3.connect(customers) as connection:
        assert connection.execute("SELECT count(*) FROM customer").fetchone() == (3,)


def test_sql_ends_a_query_in_time(customers: Path) -> None:
    source = sql(customers.parent, timeout=0.2)
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n WHERE i = :customer"
    )
    with pytest.raises(PrefillUnavailable) as refused:
        source.find(source.prepared(endless, TOKEN), {"customer": "K-1"})
    assert "K-1" not in str(refused.value) and refused.value.__cause__ is None


def test_sql_of_a_database_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("sqlite:///missing.sqlite")
    source = sql(tmp_path)
    with pytest.raises(PrefillUnavailable):
        source.check()
    assert not (tmp_path / "missing.sqlite").exists()


def test_only_databases_that_can_be_kept_from_writing_are_asked(tmp_path: Path) -> None:
    for url in ("mysql://h/d", "no url at all", ""):
        (tmp_path / "url").write_text(url)
        with pytest.raises(ValueError):
            sql(tmp_path)


@pytest.mark.skipif(not os.environ.get("ESIGN_TEST_POSTGRES"), reason="ESIGN_TEST_POSTGRES is not set")
def test_postgresql_is_read_within_time_and_never_written(database_url: str, tmp_path: Path) -> None:
    engine = create_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE customer (number TEXT, given_name TEXT)"))
        connection.execute(text("INSERT INTO customer VALUES ('K-1', 'Sophie'), ('K-2', 'Jana'), ('K-2', 'Jan')"))
    (tmp_path / "url").write_text(database_url)
    source = sql(tmp_path, timeout=0.5)
    query = source.prepared("SELECT * FROM customer WHERE number = :customer", TOKEN)
    found = source.find(query, {"customer": "K-1"})
    assert found is not None and found["given_name"] == "Sophie"
    assert source.find(query, {"customer": "K-2"}) is None
    for statement in (
        text("DELETE FROM customer WHERE number = :customer"),
        text("SELECT pg_sleep(5), :customer"),
    ):
        with pytest.raises(PrefillUnavailable):
            source.find(statement, {"customer": "K-1"})
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM customer")).scalar() == 3
        connection.execute(text("DROP TABLE customer"))
    engine.dispose()


# CSV


def table(folder: Path, content: bytes, **more: Any) -> CsvSource:
    (folder / "c.csv").write_bytes(content)
    return CsvSource.of({"kind": "csv", "file": "c.csv", "encoding": "utf-8", **more}, folder)


GOOD = "Nummer;Vorname;Nachname;Geboren\nK-1;Sophie;Müller;1995-06-21\nK-2;Jana;B;1990-01-01\nK-3;Jana;B;1990-01-01\n"


def test_csv_finds_exactly_one_customer(tmp_path: Path) -> None:
    source = table(tmp_path, GOOD.encode())
    by_number = source.prepared({"customer": "Nummer"}, TOKEN)
    by_person = source.prepared({"given_name": "Vorname", "family_name": "Nachname", "birth_date": "Geboren"}, PERSON)
    found = source.find(by_number, {"customer": "k-1"})
    assert found is not None and found["Nachname"] == "Müller"
    someone = {"given_name": "sophie", "family_name": "Mu\u0308ller", "birth_date": "1995-06-21"}
    assert source.find(by_person, someone) == found
    assert source.find(by_person, {**someone, "given_name": ""}) is None
    assert source.find(by_person, {"given_name": "Jana", "family_name": "B", "birth_date": "1990-01-01"}) is None
    for key in INJECTIONS:
        assert source.find(by_number, {"customer": key}) is None


def test_csv_is_read_anew_when_it_changed(tmp_path: Path) -> None:
    source = table(tmp_path, GOOD.encode())
    by_number = source.prepared({"customer": "Nummer"}, TOKEN)
    assert source.find(by_number, {"customer": "K-9"}) is None
    (tmp_path / "c.csv").write_bytes(GOOD.encode() + b"K-9;Neu;Kunde;2000-01-01\n")
    assert source.find(by_number, {"customer": "K-9"}) is not None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Nummer;Vorname\nK-1\n",
        b"Nummer;Vorname\nK-1;a;b\n",
        b"Nummer;Nummer\nK-1;a\n",
        b"Nummer;\nK-1;a\n",
        b'Nummer;Vorname\n"K-1;a\n',
        b'Nummer;Vorname\n"K"-1;a\n',
        b"Nummer;Vorname\nK-1;\0\n",
        b"Nummer;Vorname\nK-1;\xff\n",
        b"Nummer,Vorname\nK-1,a\nK-2;a,b,c\n",
        b"Nummer;Vorname\nK-1;" + b"a" * 5000 + b"\n",
    ],
)
def test_a_malformed_csv_shows_nobody_anything(tmp_path: Path, content: bytes) -> None:
    source = table(tmp_path, content)
    with pytest.raises(PrefillFileMalformed):
        source.find(source.prepared({"customer": "Nummer"}, TOKEN), {"customer": "K-1"})


def test_encoding_and_delimiter_are_stated_and_never_guessed(tmp_path: Path) -> None:
    source = table(tmp_path, GOOD.encode("latin-1"), encoding="latin-1")
    found = source.find(source.prepared({"customer": "Nummer"}, TOKEN), {"customer": "K-1"})
    assert found is not None and found["Nachname"] == "Müller"
    with pytest.raises(PrefillFileMalformed):
        table(tmp_path, GOOD.encode("latin-1")).check()
    for wrong in ({"encoding": "no-such"}, {"delimiter": ";;"}, {"delimiter": '"'}):
        with pytest.raises(ValueError):
            table(tmp_path, GOOD.encode(), **wrong)
    with pytest.raises((ValueError, KeyError)):
        CsvSource.of({"kind": "csv", "file": "c.csv"}, tmp_path)


def test_a_csv_that_is_gone_is_unavailable(tmp_path: Path) -> None:
    source = table(tmp_path, GOOD.encode())
    (tmp_path / "c.csv").unlink()
    with pytest.raises(PrefillUnavailable):
        source.check()


# REST


@pytest.fixture
def answering() -> Iterator[Callable[..., tuple[str, list[tuple[str, str, bytes]]]]]:
    servers: list[HTTPServer] = []

    def start(status: int, body: bytes, media_type: str = "application/json") -> tuple[str, list[Any]]:
        seen: list[tuple[str, str, bytes]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                received = self.rfile.read(int(self.headers["Content-Length"]))
                seen.append((self.path, self.headers.get("Authorization", ""), received))
                self.send_response(status)
                self.send_header("Content-Type", media_type)
                if 300 <= status < 400:
                    self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: Any) -> None:
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/customer", seen

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def rest(folder: Path, url: str, *, networks: tuple[str, ...] = ("127.0.0.0/8",), **more: Any) -> RestSource:
    return RestSource.of(
        {"kind": "rest", "url": url, **more},
        folder,
        lambda seconds: GuardedCaller(private_networks=networks, timeout=seconds, record=lambda _: None),
    )


@pytest.mark.network
def test_rest_sends_the_key_in_the_body_and_takes_one_record(tmp_path: Path, answering: Any) -> None:
    url, seen = answering(200, json.dumps({"given_name": "Sophie", "address": {"town": "Musterdorf"}}).encode())
    (tmp_path / "token").write_text("secret-token\n")
    source = rest(tmp_path, url, token_file="token")
    found = source.find(source.prepared(True, TOKEN), {"customer": "K-1/../?a=b"})
    assert found == {"given_name": "Sophie", "address.town": "Musterdorf"}
    assert seen == [("/customer", "Bearer secret-token", b'{"key": {"customer": "K-1/../?a=b"}}')]
    assert "secret-token" not in repr(source)


@pytest.mark.network
@pytest.mark.parametrize(("status", "body"), [(404, b"{}"), (200, b"[]"), (200, b'[{"a": 1}, {"a": 2}]')])
def test_rest_shows_nothing_unless_one_is_known(tmp_path: Path, answering: Any, status: int, body: bytes) -> None:
    source = rest(tmp_path, answering(status, body)[0])
    assert source.find(TOKEN, {"customer": "K-1"}) is None


@pytest.mark.network
@pytest.mark.parametrize(
    ("status", "body", "media_type"),
    [
        (500, b"{}", "application/json"),
        (302, b"", "application/json"),
        (200, b"<html>", "text/html"),
        (200, b"\xff", "application/json"),
        (200, b'"text"', "application/json"),
        (200, b"[" * 100_000, "application/json"),
        (200, b'{"a": "' + b"x" * 2_000_000 + b'"}', "application/json"),
    ],
)
def test_rest_that_answers_otherwise_is_unavailable(
    tmp_path: Path, answering: Any, status: int, body: bytes, media_type: str
) -> None:
    source = rest(tmp_path, answering(status, body, media_type)[0])
    with pytest.raises(PrefillUnavailable):
        source.find(TOKEN, {"customer": "K-1"})


def test_rest_leads_inside_only_where_the_network_is_named(tmp_path: Path) -> None:
    for url in ("http://crm.example/", "https://127.0.0.1/", "https://169.254.169.254/", "file:///etc/passwd"):
        with pytest.raises(ValueError):
            rest(tmp_path, url, networks=())


def test_rest_does_not_follow_a_name_that_turns_inside(tmp_path: Path) -> None:
    rebound = GuardedCaller(resolver=lambda host, port: ("10.0.0.5",), record=lambda _: None)
    source = RestSource(url="https://crm.example/customer", caller=rebound, limit=1000)
    with pytest.raises(PrefillUnavailable) as refused:
        source.find(TOKEN, {"customer": "K-1"})
    assert refused.value.facts["why"] == "gateway.address.private"


# The file


def configured(folder: Path, content: str, **more: Any) -> Any:
    (folder / "prefill.toml").write_text(content)
    return configured_prefill(Settings(state_dir=folder, prefill_file=folder / "prefill.toml", **more))


FILE = """
[sources.list]
kind = "csv"
file = "c.csv"
encoding = "utf-8"

[uses.default.mobile-plan]
source = "list"
token = {customer = "Nummer"}
fields = {given_name = "Vorname", family_name = "Nachname", birth_date = "Geboren"}
"""


def test_the_file_says_which_form_is_filled_in_from_where(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(GOOD)
    book = configured(tmp_path, FILE)
    use = book.of("default", FORM)
    assert use is not None and (use.by_token, use.by_identity, use.source) == (True, False, "list")
    assert use.prefill.lookup(FORM, {"customer": "K-1"}) == {
        "given_name": "Sophie",
        "family_name": "Müller",
        "birth_date": "1995-06-21",
    }
    assert use.prefill.lookup(FORM, dict(zip(PERSON, ("Sophie", "Müller", "1995-06-21"), strict=True))) is None
    assert book.of("other", FORM) is None and book.of("default", "electricity-supply") is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('kind = "csv"', 'kind = "ldap"'),
        ('encoding = "utf-8"', ""),
        ('encoding = "utf-8"', 'encoding = "utf-8"\npassword = "x"'),
        ('source = "list"', 'source = "other"'),
        ("mobile-plan", "no-such-form"),
        ("uses.default", "uses.stranger"),
        ('{customer = "Nummer"}', '{number = "Nummer"}'),
        ('token = {customer = "Nummer"}', ""),
        ("given_name = ", "iban_of_others = "),
        ("[sources.list]", "[sources.list"),
        ('token = {customer = "Nummer"}', 'token = "SELECT 1"'),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(PrefillMalformed):
        configured(tmp_path, FILE.replace(old, new))
