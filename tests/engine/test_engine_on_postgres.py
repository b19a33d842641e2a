"""Forms, cases, desk and many at once on PostgreSQL: some rules of their own files, on a fresh schema each.

All of them run there with ``ESIGN_TEST_POSTGRES=temporary``; these are the ones in which the database matters most.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.test_engine_bulk import pattern, test_two_workers_make_each_row_once
from tests.engine.test_engine_cases import (
    test_an_employee_accepts_and_it_goes_on_as_if_the_rules_had,
    test_cases_are_listed_in_pages_by_state_and_form,
)
from tests.engine.test_engine_clocks import (
    test_a_kill_in_between_undoes_the_act_and_it_is_done_later_and_holds_up_no_other,
    test_the_end_of_the_period_is_noted_once_also_after_downtime_and_by_two_workers,
)
from tests.engine.test_engine_desk import (
    shelf,
    test_filters_narrow_together_and_the_counts_agree,
    test_pages_follow_one_another_and_a_cursor_is_good_for_its_question_only,
    test_umlauts_are_found_however_they_are_typed,
)
from tests.engine.test_engine_forms import (
    test_an_expired_draft_is_gone_with_its_key_and_nothing_can_be_rebuilt,
    test_two_presses_at_the_same_moment_make_one_contract,
)
from tests.engine.test_engine_races import installation

__all__ = [
    "pattern",
    "shelf",
    "test_a_kill_in_between_undoes_the_act_and_it_is_done_later_and_holds_up_no_other",
    "test_an_employee_accepts_and_it_goes_on_as_if_the_rules_had",
    "test_an_expired_draft_is_gone_with_its_key_and_nothing_can_be_rebuilt",
    "test_cases_are_listed_in_pages_by_state_and_form",
    "test_filters_narrow_together_and_the_counts_agree",
    "test_pages_follow_one_another_and_a_cursor_is_good_for_its_question_only",
    "test_the_end_of_the_period_is_noted_once_also_after_downtime_and_by_two_workers",
    "test_two_presses_at_the_same_moment_make_one_contract",
    "test_two_workers_make_each_row_once",
    "test_umlauts_are_found_however_they_are_typed",
]


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path, sandbox_folder: Path) -> Iterator[Any]:
    yield from installation(request, tmp_path, sandbox_folder, "postgresql")
