"""Many contracts from a file: checked before, each row exactly once, whatever happens in between."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from esign.access import AccessDenied, Actor, ActorKind, Permission, Role, system
from esign.engine.company.bulk import TooManyBulkRuns
from esign.engine.company.bulk_file import MAX_BYTES, MAX_ROWS, BulkFileRefused, neutral, read_table
from esign.engine.company.bulk_reading import BulkUnknown
from esign.engine.contracts.desk import ContractDesk
from esign.engine.refusals import ContractStateRefused
from esign.store.metadata import metadata
from tests.actors import COMPANY
from tests.company.people import colleague
from tests.form_answers import answers_of

HEAD = (
    "reference;signatory.given_name;signatory.family_name;signatory.email;signatory.street;signatory.postal_code;"
    + ("signatory.town;kommentar")
)
HOME = "Lindenallee 12;00124;Beispielstadt"


def rows(*lines: str, head: str = HEAD) -> bytes:
    return "\r\n".join((head, *lines)).encode("utf-8")


def good(number: int) -> str:
    return f"R-{number};Vera;Beispiel {chr(64 + number)};v{number}@post.example;{HOME};nur intern"


@pytest.fixture
def pattern(world: Any) -> str:
    return str(world.application.contracts.draw_up(COMPANY, world.sample("mobile-plan")))


def check(world: Any, data: bytes, pattern: str) -> Any:
    return world.application.bulk.check(COMPANY, "kunden.csv", data, kind="like", plan=pattern)


def made(world: Any) -> int:
    return sum(world.application.desk.counts(COMPANY).values()) - 1


TWENTY = [good(number) for number in range(1, 21)]
BAD = {3: f"R-3;;Beispiel C;v3@post.example;{HOME};", 8: f"R-8;Vera;Beispiel;no address;{HOME};", 15: good(2)}


def test_twenty_rows_with_three_bad_ones(world: Any, pattern: str) -> None:
    desk = world.application.bulk
    lines = [BAD.get(number, line) for number, line in enumerate(TWENTY, 1)]
    view = check(world, rows(*lines), pattern)
    assert view.counts == {"bad": 3, "waiting": 17, "done": 0, "failed": 0, "skipped": 0}
    assert (view.encoding, view.delimiter, view.ignored) == ("utf-8", ";", ("kommentar",))
    found = {row.number: row.findings for row in desk.view(COMPANY, view.id)[1] if row.findings}
    assert {number: findings[0][0] for number, findings in found.items()} == {
        4: "signatory.given_name",
        9: "signatory.email",
        16: "reference",
    }
    assert found[4][0][1] == "Hier fehlt eine Angabe." and found[9][0][1] == "Diese Angabe hat nicht die richtige Form."
    assert made(world) == 0, "a check drew something up"
    desk.start(COMPANY, view.id)
    desk.start(COMPANY, view.id)
    while desk.run_due():
        pass
    after, result = desk.view(COMPANY, view.id)
    assert (after.state, after.counts["done"]) == ("done", 17)
    assert made(world) == after.counts["done"]
    assert all(row.contract_id for row in result if row.state == "done")
    world.application.delivery.deliver_due()


def test_nothing_about_the_person_of_the_pattern_is_taken_over(world: Any, pattern: str) -> None:
    view = check(world, rows("R-1;Vera;a@post.example", head="reference;signatory.given_name;signatory.email"), pattern)
    (row,) = world.application.bulk.view(COMPANY, view.id)[1]
    assert row.state == "bad" and row.findings[0][0].startswith("signatory")
    full = check(world, rows(good(1)), pattern)
    world.application.bulk.start(COMPANY, full.id)
    world.application.bulk.run_due()
    (row,) = world.application.bulk.view(COMPANY, full.id)[1]
    person = world.application.reading.data(COMPANY, row.contract_id)["signatory"]
    assert {"birth_date", "phone"} & set(person) == set() and "Sophie" not in str(person)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"a;b", "empty"),
        (b"a;a\n1;2", "header"),
        (b"a;\n1;2", "header"),
        (b'a;b\n"1;2', "form"),
        (b"a;b\n\x81;2", "encoding"),
        (b"a;b\n\0;2", "encoding"),
        (b"a;b\n" + b"1;2\n" * (MAX_ROWS + 1), "rows"),
        (b"x" * (MAX_BYTES + 1), "size"),
        (";".join(f"c{number}" for number in range(90)).encode() + b"\n1", "columns"),
        (b"PK\x03\x04\0\0", "encoding"),
    ],
)
def test_what_is_no_table_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(BulkFileRefused) as caught:
        read_table(data)
    assert caught.value.facts["reason"] == reason


def test_encoding_and_delimiter_are_recognised() -> None:
    for text, encoding in (("Müller", "utf-8"), ("Müller", "utf-8-sig"), ("Müller", "windows-1252")):
        for delimiter in ";,\t":
            table = read_table(f"name{delimiter}ort\n{text}{delimiter}Köln\n".encode(encoding))
            assert table.lines[0].cells == ("Müller", "Köln")
            assert (table.encoding, table.delimiter) == (encoding.removesuffix("-sig"), delimiter)


def test_lines_are_counted_as_in_the_file() -> None:
    table = read_table(b'a;b\n\n"two\nlines";1\n;\nx;y\n')
    assert [line.number for line in table.lines] == [3, 6]


@pytest.mark.parametrize("cell", ["=1+1", "+49", "-1", "@SUM(A1)", "\t=1", " =1+1", "=cmd|' /C calc'!A0"])
def test_nothing_that_is_given_out_is_a_formula(cell: str) -> None:
    assert neutral(cell).startswith("'")


def test_formulas_in_a_file_reach_no_result(world: Any, pattern: str) -> None:
    view = check(world, rows(f"=1+1;=cmd|' /C calc'!A0;@x;+a@post.example;{HOME};"), pattern)
    out = world.application.bulk.result(COMPANY, view.id, "de")
    cells = [cell for line in csv.reader(io.StringIO(out.decode("utf-8-sig")), delimiter=";") for cell in line]
    assert cells and not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_a_crash_between_any_two_rows_or_within_one_doubles_and_loses_none(
    world: Any, pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = world.application.bulk
    view = check(world, rows(*TWENTY[:4]), pattern)
    desk.start(COMPANY, view.id)
    real, calls = ContractDesk.invite, []

    def dies(self: Any, *arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the process dies here")
        return real(self, *arguments)

    monkeypatch.setattr(ContractDesk, "invite", dies)
    with pytest.raises(RuntimeError):
        desk.run_due()
    assert made(world) == 1
    monkeypatch.undo()
    world.start()
    desk = world.application.bulk
    while desk.run_due():
        pass
    assert made(world) == 4
    assert {row.reference for row in desk.view(COMPANY, view.id)[1]} == {"R-1", "R-2", "R-3", "R-4"}
    assert desk.run_due() == 0 and made(world) == 4


def test_two_workers_make_each_row_once(world: Any, pattern: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    desk = world.application.bulk
    view = check(world, rows(*TWENTY[:6]), pattern)
    desk.start(COMPANY, view.id)
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(lambda _: desk.run_due(), range(2))) == 6
    assert made(world) == 6


def test_what_is_cancelled_stops_and_what_was_made_stays(world: Any, pattern: str) -> None:
    desk = world.application.bulk
    view = check(world, rows(*TWENTY[:2]), pattern)
    desk.cancel(COMPANY, view.id)
    desk.cancel(COMPANY, view.id)
    with pytest.raises(ContractStateRefused):
        desk.start(COMPANY, view.id)
    assert desk.run_due() == 0 and made(world) == 0
    assert desk.view(COMPANY, view.id)[0].counts["skipped"] == 2


def test_a_row_that_is_refused_when_its_turn_comes_says_why_and_the_others_go_on(world: Any, pattern: str) -> None:
    desk = world.application.bulk
    view = check(world, rows(*TWENTY[:2]), pattern)
    desk.start(COMPANY, view.id)
    real, calls = ContractDesk.draw_up, []

    def refuses(self: Any, *arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise ContractStateRefused("not this one")
        return real(self, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ContractDesk, "draw_up", refuses)
        desk.run_due()
    found = {row.number: (row.state, row.code) for row in desk.view(COMPANY, view.id)[1]}
    assert found == {2: ("failed", "engine.contract.state"), 3: ("done", None)}


def test_an_account_that_lost_its_right_sends_nothing_more(world: Any, pattern: str) -> None:
    desk = world.application.bulk
    colleague(world, Role.ADMINISTRATOR, email="stays@example.org")
    clerk = colleague(world, Role.CLERK, email="clerk@example.org")
    view = desk.check(clerk.actor, "k.csv", rows(*TWENTY[:2]), kind="like", plan=pattern)
    desk.start(clerk.actor, view.id)
    world.application.accounts.lock(system("default"), clerk.id)
    assert desk.run_due() == 0
    assert desk.view(COMPANY, view.id)[0].state == "cancelled" and made(world) == 0


def test_rows_of_a_form_are_checked_like_its_answers(world: Any) -> None:
    answers = answers_of("mobile-plan")
    head = ";".join(("reference", *answers))
    wrong = {**answers, "postal_code": "1234"}
    view = world.application.bulk.check(
        COMPANY,
        "f.csv",
        rows(";".join(("F-1", *answers.values())), ";".join(("F-2", *wrong.values())), head=head),
        kind="form",
        plan="mobile-plan",
    )
    found = world.application.bulk.view(COMPANY, view.id)[1]
    assert found[1].state == "bad" and found[1].findings[0][0] == "postal_code"
    assert found[0].state == "waiting", found[0].findings


def rows_of(world: Any) -> bytes:
    """All rows of a database that is no file of ours."""
    with world.application.contracts.household.store._database.reading() as connection:
        return repr([connection.execute(select(table)).all() for table in metadata.sorted_tables]).encode()


def test_nothing_of_a_file_is_readable_in_the_database_and_it_goes_on_time(world: Any, pattern: str) -> None:
    from datetime import timedelta

    desk = world.application.bulk
    view = check(world, rows(f"R-77;Veronika;Unverwechselbar;veronika@post.example;{HOME};"), pattern)
    state = b"".join(path.read_bytes() for path in world.settings.state_dir.glob("*.sqlite*")) or rows_of(world)
    assert state and b"Unverwechselbar" not in state and b"veronika" not in state
    world.clock.offset += timedelta(days=31)
    assert desk.forget_due() == 1
    with pytest.raises(BulkUnknown):
        desk.view(COMPANY, view.id)


def test_another_company_and_whoever_may_not_get_nowhere(world: Any, pattern: str) -> None:
    desk = world.application.bulk
    view = check(world, rows(good(1)), pattern)
    other = system("other")
    for use_case in (desk.view, desk.start, desk.cancel):
        with pytest.raises(BulkUnknown):
            use_case(other, view.id)
    with pytest.raises(BulkUnknown):
        desk.result(other, view.id, "de")
    reader = replace(COMPANY, kind=ActorKind.ACCOUNT, permissions=frozenset({Permission.CONTRACTS_READ}))
    assert isinstance(reader, Actor)
    for use_case in (desk.view, desk.start, desk.cancel):
        with pytest.raises(AccessDenied):
            use_case(reader, view.id)
    from esign.engine.refusals import ContractUnknown

    with pytest.raises(ContractUnknown):
        desk.check(other, "x.csv", rows(good(1)), kind="like", plan=pattern)


def test_a_company_has_so_many_files_open_and_no_more(world: Any, pattern: str) -> None:
    world.settings = world.settings.with_changes(bulk_open_runs=2, tenants=("default", "other"))
    world.start()
    desk, household = world.application.bulk, world.application.contracts.household
    first, second = (check(world, rows(good(number)), pattern) for number in (1, 2))
    with household.store.reading() as tx:
        before = tx.ledger.tail().size
    for data in (rows(good(3)), b"no table at all"):  # nothing of the file is looked at
        with pytest.raises(TooManyBulkRuns) as caught:
            check(world, data, pattern)
        assert (caught.value.code, caught.value.facts) == ("engine.bulk.too_many", {"most": 2})
    with household.store.reading() as tx:
        assert tx.ledger.tail().size == before
    assert {view.id for view in desk.list(COMPANY)} == {first.id, second.id}
    theirs = system("other")  # another company has its own
    like = world.application.contracts.draw_up(theirs, world.sample("mobile-plan"))
    assert desk.check(theirs, "k.csv", rows(good(1)), kind="like", plan=like).state == "checked"
    desk.start(COMPANY, first.id)  # one that is being sent is open too
    with pytest.raises(TooManyBulkRuns):
        check(world, rows(good(3)), pattern)
    desk.cancel(COMPANY, second.id)
    third = check(world, rows(good(3)), pattern)
    while desk.run_due():
        pass
    assert desk.view(COMPANY, first.id)[0].state == "done"
    check(world, rows(good(4)), pattern)
    with pytest.raises(TooManyBulkRuns):
        check(world, rows(good(5)), pattern)
    assert desk.view(COMPANY, third.id)[0].state == "checked"
    world.clock.offset += timedelta(days=31)  # what is over does not count
    check(world, rows(good(6)), pattern)
