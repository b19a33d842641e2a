"""Every state of the agent's page on a small phone, in German.

One screen a file, so that they are judged side by side.
"""

import pytest

from tests.agent.states import judge_every_state

pytestmark = [pytest.mark.browser, pytest.mark.network]


def test_no_finding_in_any_state_and_no_state_is_left_out(stack, recorded_stack, context_of):
    judge_every_state(stack, recorded_stack, context_of, "phone")
