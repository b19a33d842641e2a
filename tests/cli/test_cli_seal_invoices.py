"""`esign seal` with e-invoices: good ones are sealed, bad ones set aside by their rules, XML becomes pages."""

import json
import subprocess
import sys

import pytest

from esign.sealing.invoices import InvoiceRules, check_invoice, invoice_policy, read_invoice
from tests.sealing import invoice_samples as samples
from tests.sealing.helpers.seal_files import seal_file

pytest.importorskip("saxonche")
MARK = "Zz9Marke"


def seal(folder, *options):
    command = [sys.executable, "-m", "esign.cli", "seal", str(folder / "in"), "--out", str(folder / "out"), "--json"]
    done = subprocess.run(
        [*command, "--jobs", "1", "--device", seal_file(folder / "key"), *options],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return done, {line["input"].rpartition("/")[2]: line for line in lines}


def test_invoices_are_sealed_or_set_aside_and_nothing_that_they_say_is_printed(tmp_path):
    inputs = {
        "good.pdf": samples.invoice_pdf(mark=MARK),
        "rules.pdf": samples.invoice_pdf(mark=MARK, total="1.00"),
        "mismatch.pdf": samples.paper(samples.cii(mark=MARK), level="BASIC").pdf(),
        "plain.pdf": samples.Paper().pdf(),
        "ubl.xml": samples.ubl(mark=MARK),
        "bad.xml": samples.ubl(mark=MARK, total="1.00"),
        "note.xml": f"<note>{MARK}</note>".encode(),
    }
    (tmp_path / "in").mkdir()
    for name, content in inputs.items():
        (tmp_path / "in" / name).write_bytes(content)
    done, lines = seal(tmp_path)
    assert done.returncode == 1
    codes = {name: line["error"]["code"] if line["error"] else line["state"] for name, line in lines.items()}
    assert codes == {
        "good.pdf": "sealed",
        "rules.pdf": "sealing.invoice.rules",
        "mismatch.pdf": "sealing.invoice.mismatch",
        "plain.pdf": "sealed",
        "ubl.xml": "sealed",
        "bad.xml": "sealing.invoice.rules",
        "note.xml": "sealing.invoice.unreadable",
    }
    assert lines["rules.pdf"]["facts"]["rules"] == ["BR-CO-15"]
    assert lines["ubl.xml"]["facts"]["invoice"]["notes"] == ["rules_not_available.xrechnung-ubl.not_in_folder"]
    assert sorted(path.name for path in (tmp_path / "out").glob("*.pdf")) == ["good.pdf", "plain.pdf", "ubl.xml.pdf"]
    assert read_invoice((tmp_path / "out" / "good.pdf").read_bytes()).xml == samples.cii(mark=MARK)
    assert (tmp_path / "out" / "good.pdf").read_bytes().startswith(inputs["good.pdf"])
    rendered = (tmp_path / "out" / "ubl.xml.pdf").read_bytes()
    assert read_invoice(rendered).xml == inputs["ubl.xml"]
    with InvoiceRules() as rules:
        assert check_invoice(rendered, invoice_policy(), rules).profile.value == "XRECHNUNG"
    assert MARK not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "options",
    [("--rules", "{folder}"), ("--policy", "unknown")],
)
def test_rules_or_a_policy_that_cannot_be_used_are_told_before_anything_begins(tmp_path, options):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.pdf").write_bytes(samples.invoice_pdf())
    done, lines = seal(tmp_path, *(option.format(folder=tmp_path) for option in options))
    assert (done.returncode, lines) == (2, {})
    assert not (tmp_path / "out").exists()
