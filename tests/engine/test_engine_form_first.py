"""Drawing up asks the table of forms: what needs paper, a notary or a higher level leaves nothing behind."""

from __future__ import annotations

from typing import Any

import pytest

from esign.contracts.form_errors import FormError, FormLevelTooLow, FormNotOffered
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


def test_a_form_that_the_walk_cannot_give_is_refused_with_clause_and_consequence(world: Any) -> None:
    """BGB §§ 125, 492 (1), 494: the law asks for a qualified signature, and there is no device for one."""
    loan = world.sample("consumer-credit")
    before = world.application.ledger.verify().entries
    with pytest.raises(FormNotOffered) as refused:
        world.application.contracts.draw_up(COMPANY, loan)
    assert refused.value.code == "contracts.form.not_offered"
    assert refused.value.facts == {
        "type": "CRD-002",
        "form": "electronic",
        "clause": "§ 492(1) BGB n.F.",
        "consequence": "void; cured where the law says so",
        "consequence_de": "nichtig/geheilt",
        "needed": "qualified",
    }
    with pytest.raises(FormLevelTooLow):
        world.application.contracts.draw_up(COMPANY, {**loan, "level": "advanced"})
    assert world.application.ledger.verify().entries == before
    assert world.application.contracts.list(COMPANY) == ()
