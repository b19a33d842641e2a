"""Drawing up asks the table of forms: what needs paper, a notary or a higher level leaves nothing behind."""

from __future__ import annotations

from typing import Any

import pytest

from esign.contracts.form_errors import FormError
from tests.actors import COMPANY


def test_a_type_that_needs_another_form_is_not_drawn_up_and_nothing_is_kept(world: Any) -> None:
    data = world.sample("electricity-supply")
    for contract_type, level, code in (
        ("GEN-003", "qualified", "contracts.form.excluded"),
        ("EMP-003", "qualified", "contracts.form.excluded"),
        ("EMP-004", "advanced", "contracts.form.level"),
        ("XYZ-001", "qualified", "contracts.form.unknown_type"),
    ):
        before = world.application.ledger.verify().entries
        with pytest.raises(FormError) as refused:
            world.application.contracts.draw_up(COMPANY, {**data, "type": contract_type, "level": level})
        assert refused.value.code == code
        assert world.application.ledger.verify().entries == before
    assert world.application.contracts.list(COMPANY) == ()
