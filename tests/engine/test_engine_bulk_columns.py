"""What the columns of a file hold: named, guessed, chosen; kept for the run and for nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from esign.access import system
from esign.engine.company.bulk_columns import BulkColumnsRefused, Target, checked, guess
from esign.engine.company.bulk_file import BulkFileRefused, Table, read_table
from esign.engine.company.bulk_reading import BulkUnknown
from esign.engine.refusals import ContractStateRefused
from tests.actors import COMPANY

NAMES = ("given_name", "family_name", "email", "postal_code", "town", "meter_number")
TARGETS = tuple(Target(name=f"signatory.{name}", label={"de": name, "en": name}, group={}) for name in NAMES)


def test_columns_are_guessed_by_what_their_names_mean() -> None:
    said = {name: guess(name, TARGETS, frozenset()).removeprefix("signatory.") for name in (
        "Vorname", "NACHNAME", "E-Mail", "Post Code", "meternumber", "Meter-Nummer", "PLZ", "Bemerkung", "", "=1+1"
    )}  # fmt: skip
    assert said == {
        "Vorname": "given_name",
        "NACHNAME": "family_name",
        "E-Mail": "email",
        "Post Code": "postal_code",
        "meternumber": "meter_number",
        "Meter-Nummer": "meter_number",
        "PLZ": "postal_code",
        "Bemerkung": "",
        "": "",
        "=1+1": "",
    }
    assert guess("Vorname", TARGETS, frozenset({"signatory.given_name"})) == "", "what is taken is not proposed"


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        ({"a": "signatory.email", "b": "signatory.email"}, "twice"),
        ({"a": "signatory.password"}, "unknown"),
        ({"c": "signatory.email"}, "unknown"),
        ({"a": "", "b": ""}, "none"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(chosen: dict[str, str], reason: str) -> None:
    with pytest.raises(BulkColumnsRefused) as caught:
        checked(chosen, ("a", "b"), TARGETS)
    assert caught.value.facts["reason"] == reason


def test_marks_of_encoding_and_delimiter_are_understood() -> None:
    for encoding, said in (("utf-8-sig", "utf-8"), ("utf-16", "utf-16"), ("utf-16-le", ""), ("cp1252", "windows-1252")):
        data = "sep=,\r\nname,ort\r\nMüller,Köln;Deutz\r\n".encode(encoding)
        if not said:  # without its mark nobody can tell
            with pytest.raises(BulkFileRefused):
                read_table(data)
            continue
        table = read_table(data)
        assert (table.encoding, table.delimiter, table.columns) == (said, ",", ("name", "ort"))
        assert [(line.number, line.cells) for line in table.lines] == [(3, ("Müller", "Köln;Deutz"))]
        assert Table.from_bytes(table.to_bytes()) == table
    quoted = read_table(b'\n"a,b,c,d";"e,f"\n1;2\n')
    assert (quoted.delimiter, quoted.columns, quoted.lines[0].number) == (";", ("a,b,c,d", "e,f"), 3)


def test_what_fits_nothing_waits_for_a_choice_that_holds_for_this_run_only(world: Any) -> None:
    desk = world.application.bulk
    pattern = world.application.contracts.draw_up(COMPANY, world.sample("mobile-plan"))
    head = "Nummer;Vorname;Nachname;Mail;Strasse;PLZ;Ort;Frist in Tagen"
    rows = [
        f"N-{n};Vera;Unverwechselbar {chr(64 + n)};v{n}@post.example;Allee 1;00124;Beispielstadt;{n * 60}"
        for n in (1, 2)
    ]
    data = "\r\n".join((head, *rows)).encode()
    run = desk.upload(COMPANY, "k.csv", data, kind="like", plan=pattern, validity={"days": 3})
    assert (run.state, sum(run.counts.values()), run.choosable) == ("uploaded", 0, True)
    with pytest.raises(ContractStateRefused):
        desk.start(COMPANY, run.id)
    found = desk.columns(COMPANY, run.id)
    chosen = {column.name: column.target for column in found.columns}
    assert all(chosen.values()), chosen
    assert [column.guessed for column in found.columns].count(False) == 1, "one is named exactly"
    for use_case in (
        lambda: desk.columns(system("other"), run.id),
        lambda: desk.choose(system("other"), run.id, chosen),
    ):
        with pytest.raises(BulkUnknown):
            use_case()
    once = desk.choose(COMPANY, run.id, {**chosen, "Mail": ""})
    assert (once.counts["bad"], once.ignored) == (2, ("Mail",))
    again = desk.choose(COMPANY, run.id, chosen)
    assert (again.counts["waiting"], again.counts["bad"]) == (1, 1), desk.view(COMPANY, run.id)[1]
    (bad,) = [row for row in desk.view(COMPANY, run.id)[1] if row.findings]
    assert bad.findings[0][:2] == ("Frist in Tagen", "engine.validity")
    desk.start(COMPANY, run.id)
    with pytest.raises(ContractStateRefused):
        desk.choose(COMPANY, run.id, chosen)
    while desk.run_due():
        pass
    (done,) = [row for row in desk.view(COMPANY, run.id)[1] if row.contract_id]
    party = world.application.reading.parties(COMPANY, done.contract_id)[0]
    assert (party.expires_at.date() - world.clock.now().date()).days in range(37, 61), (
        "its own days, or the offer's end"
    )
    with world.application.contracts.household.store.reading() as tx:
        assert tx.bulk.file(run.id) is None, "the file as it came is gone"
    assert desk.upload(COMPANY, "k.csv", data, kind="like", plan=pattern).state == "uploaded", "nothing was remembered"
    state = b"".join(path.read_bytes() for path in world.settings.state_dir.glob("*.sqlite*"))
    assert b"Unverwechselbar" not in state
