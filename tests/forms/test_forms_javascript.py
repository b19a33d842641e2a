"""The browser's twin of plausibility and expressions runs the tables that Python runs."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path
from random import Random

import pytest

from esign.forms import Answers, check, form_definitions, sample_reference
from esign.forms.form_tests import case_answers

HERE = Path(__file__).parent


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
@pytest.mark.parametrize("name", ["plausibility", "expressions"])
def test_the_same_table_holds_in_javascript(name):
    command = ["node", "--test", str(HERE / "js" / f"{name}.test.mjs")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "# fail 0" in done.stdout
    assert "# pass 0" not in done.stdout


TSC = HERE.parents[1] / "web" / "agent" / "node_modules" / ".bin" / "tsc"


@pytest.mark.skipif(not TSC.exists(), reason="needs the agent's packages")
def test_the_browser_s_modules_fit_their_types():
    command = [str(TSC), "--noEmit", "-p", str(HERE / "js" / "jsconfig.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout


LANG = "de"
SERVER_ONLY = {"phone", "second_phone", "ported_number"}
"""Fields whose kind the browser judges by characters only."""


def in_python(form, answers, day):
    checked = check(form, Answers.parse(answers, form), day=day, reference=sample_reference())
    judged = [name for name in checked.visible if name not in SERVER_ONLY]
    return {
        "values": {name: checked.values[name] for name in judged if name in checked.values},
        "computed": dict(checked.computed),
        "visible": sorted(checked.visible),
        "required": sorted(checked.required),
        "derived": sorted(checked.derived),
        "findings": [
            [item.field, item.code, item.severity, item.text[LANG], list(item.suggestions)]
            for item in checked.findings
            if item.field not in SERVER_ONLY
        ],
    }


def in_javascript(cases):
    reference = sample_reference()
    given = {
        "forms": {form.name: form.to_browser(LANG) for form in form_definitions()},
        "cases": [{"form": form.name, "answers": answers, "day": day.isoformat()} for form, answers, day in cases],
        "postal_codes": dict(reference.postal_codes),
        "banks": {code: {"name": bank.name, "bic": bank.bic} for code, bank in reference.banks.items()},
    }
    command = ["node", str(HERE / "js" / "check.mjs")]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, timeout=120, check=True)
    for found in json.loads(done.stdout):
        yield {
            "values": {name: value for name, value in found["values"].items() if name not in SERVER_ONLY},
            "computed": found["computed"],
            **{name: sorted(found[name]) for name in ("visible", "required", "derived")},
            "findings": [
                [item["field"], item["code"], item["severity"], item["text"], item["suggestions"]]
                for item in found["findings"]
                if item["field"] not in SERVER_ONLY
            ],
        }


def damaged(form, answers, random):
    """Return the answers with a few of them removed, cut short, changed, or taken from other fields."""
    changed = dict(answers)
    for _ in range(random.randint(1, 5)):
        name = random.choice([field.name for field in form.fields])
        value = changed.get(name, "")
        place = random.randrange(len(value) + 1)
        changed[name] = random.choice(
            [
                "",
                value[:-1],
                value[:place] + random.choice("0129 aZß-.\u200b@") + value[place:],
                "yes",
                "no",
                "=1+1",
                "0127",
            ]
        )
    return changed


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_whole_forms_are_checked_alike_in_python_and_in_javascript():
    random = Random(20261120)
    cases = []
    for form in form_definitions():
        for case in form.tests:
            if "answers" not in case:
                continue
            answers, day = case_answers(form, case), date.fromisoformat(case["day"])
            cases.append((form, answers, day))
            cases.extend((form, damaged(form, answers, random), day) for _ in range(20))
    found = list(in_javascript(cases))
    assert len(found) == len(cases) > 500
    for (form, answers, day), seen in zip(cases, found, strict=True):
        assert seen == in_python(form, answers, day), (form.name, answers)
