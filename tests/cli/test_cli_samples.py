"""The sample contracts are dated today, whenever today is."""

import json
import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esign.cli.program import run
from esign.cli.samples import refused_samples, sample_contracts
from esign.contracts import ContractData
from esign.policy import policies_root

TODAY = date(2027, 3, 1)


def test_there_are_samples_of_both_levels_and_of_several_signatories_named_by_their_template():
    samples = sample_contracts(TODAY)
    assert [sample.name for sample in samples] == [
        "cost-approval",
        "digital-content",
        "distance-course",
        "electricity-supply",
        "goods-purchase",
        "household-insurance",
        "mobile-plan",
        "electricity-supply-order",
        "payment-deferral",
        "cost-approval-represented",
        "securities-account",
        "term-life-insurance",
        "electricity-supply-together",
    ]
    assert {sample.level for sample in samples} == {"simple", "advanced"}
    assert {sample.person for sample in samples} >= {"Jana Beispiel", "Karl-Heinz Österreicher"}
    assert samples[-1].persons == ("Mira Sommerfeld", "David Sommerfeld")
    assert samples[-1].person == "Mira Sommerfeld und David Sommerfeld"


@settings(deadline=None)
@given(day=st.dates(date(2026, 11, 20), date(2040, 12, 31)))
def test_a_sample_can_be_drawn_up_on_any_day(day):
    for sample in (*sample_contracts(day), *refused_samples(day)):
        contract = ContractData.parse(sample.data)
        assert contract.date == day
        assert contract.accept_until is None or contract.accept_until >= day
        assert contract.title == sample.title
        assert contract.company.name == sample.company


def test_moving_a_sample_keeps_birthdays_first_days_and_last_days():
    (electricity,) = (sample for sample in sample_contracts(date(2027, 3, 31)) if sample.name == "electricity-supply")
    original = json.loads((policies_root() / "samples" / "electricity-jana-beispiel.json").read_text())
    assert electricity.data["signatory"] == original["signatory"]
    assert original["terms"]["supply_start"].endswith("-01")
    assert electricity.data["terms"]["supply_start"].endswith("-01")
    assert electricity.data["offer"]["accept_until"] == "2027-04-30"


def test_all_policies_hold_their_own_examples(capsys):
    assert run(["policy", "check"]) == 0
    assert capsys.readouterr().out.endswith(" 0 faults\n")


@pytest.mark.parametrize(
    ("begins", "last_day", "zone"),
    [
        ("2027-03-14", "30.03.2027", "CEST"),  # 14 days end on Easter Sunday, the day on which summer time begins
        ("2027-10-17", "02.11.2027", "CET"),  # 14 days end on the Sunday on which it ends; then All Saints' Day
    ],
)
def test_the_whole_life_of_the_samples_with_a_withdrawal_in_the_last_minute(tmp_path, capsys, begins, last_day, zone):
    """BGB §§ 188 (1), 193, 355, 356a (5): the last day is whole; the deadlines and offers end by themselves."""
    assert run(["demo", "--life", str(tmp_path), "--on", begins]) == 0
    told = capsys.readouterr().out
    assert (tmp_path / "life.txt").read_text("utf-8") == told
    assert re.search(rf"^... {last_day} 23:59:0\d {zone}  LW-2026-004711: Vertrag widerrufen →", told, re.MULTILINE)
    doors = [line for line in told.splitlines() if "Widerruf bestätigen: Eingegangen" in line]
    last, goods = doors
    assert "RB-2026-01873:" in goods and told.index(last) < told.index(goods)
    assert " 23:59:0" in last.split("  ")[0] and "23:59:0" in last.split("Eingegangen")[1]
    assert "LW-2026-004711: in_time -> withdrawal-LW-2026-004711.pdf" in told
    assert "FB-88120-7734: withdrawal, fällig/due" in told and "Wertersatz/compensation share" in told
    assert "EB-HR-70021-26: termination, endet/ends" in told
    assert "clock.offer_lapsed" in told and told.count("clock.withdrawal_ended") == 11
    assert "consumer-credit: refused: contracts.form.not_offered, § 492(1) BGB n.F., nichtig/geheilt" in told
    assert "BD-2026-40021: an das Widerrufsrecht erinnert" in told
    assert told.index("zweite Lieferung") < told.index("goods-purchase: Widerruf möglich bis vor")
    assert "RB-2026-01873: dazu gehört/linked: RB-2026-01873-Z (BGB § 358 (1), (2))" in told
    assert b"depotbank.example/vertrag" in (tmp_path / "reminder-BD-2026-40021.eml").read_bytes().replace(b"=\r\n", b"")
    for name in ("withdrawal-LW-2026-004711", "withdrawal-FB-88120-7734", "termination-EB-HR-70021-26"):
        assert (tmp_path / f"{name}.pdf").read_bytes().startswith(b"%PDF")
    assert b"BEGIN:VEVENT" in (tmp_path / "calendar.ics").read_bytes()
