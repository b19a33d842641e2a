"""A running installation, a browser, and people at forms."""

import pytest

from tests.agent.conftest import (  # noqa: F401 - fixtures
    browser,
    built_agent,
    context_of,
    shared_stack,
    stack,
)
from tests.agent.scratch_helpers import DESKTOP, PHONE
from tests.forms_pages.filling import Filler


@pytest.fixture
def at(stack, context_of):  # noqa: F811 - the fixture
    """Put a person with a device of their own in front of a form."""

    def sit_down(name="electricity-supply", *, device=PHONE, **options):
        return Filler(context_of(**{**device, **options}).new_page(), stack.web, name)

    return sit_down


@pytest.fixture
def desktop_options():
    return DESKTOP
