"""Every state of the agent's page on 400 % magnification, in German.

One screen a file, so that they are judged side by side.
"""

import pytest

from tests.agent.states import judge_every_refusal, judge_every_state

pytestmark = [pytest.mark.browser, pytest.mark.network]


def test_no_finding_in_any_state_and_no_state_is_left_out(stack, recorded_stack, context_of):
    judge_every_state(stack, recorded_stack, context_of, "magnified")


def test_every_refusal_is_said_in_words_that_fit_the_screen(stack, context_of):
    judge_every_refusal(stack, context_of, "magnified")
