"""What docs/forms.md shows works, and what it lists is all there is."""

from __future__ import annotations

import re
from pathlib import Path

from esign.forms import FormDefinition
from esign.forms.form_tests import _form_faults
from esign.forms.kinds import KINDS
from esign.forms.operations import EAGER, LAZY
from esign.forms.plausibility import ARGUMENTS, CHECKERS
from esign.policy.reader import read_source

PAGE = (Path(__file__).parents[2] / "docs" / "forms.md").read_text("utf-8")


def test_the_smallest_form_is_a_form_and_its_cases_hold():
    source = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[1]
    form = FormDefinition.parse(read_source(source.encode(), name="docs/forms.md"))
    assert list(_form_faults(form, {}, lambda data: data)) == []


def test_every_kind_operation_and_further_check_is_named():
    words = set(re.findall(r"[a-z_]+", PAGE))
    assert set(KINDS) <= words
    assert {*EAGER, *LAZY, "lookup"} <= words
    standard = {name for kind in KINDS.values() for name in kind.checkers}
    assert set(CHECKERS) - standard <= words
    assert {argument for arguments in ARGUMENTS.values() for argument in arguments} <= words
