"""A running installation and a browser for the agent's tests."""

import subprocess

import pytest

from tests.agent.scratch_helpers import DESKTOP, PHONE, Customer
from tests.agent.stack import DIST, ROOT, running
from tests.browsers import chromium


@pytest.fixture(scope="session")
def built_agent():
    """The agent as it is built from the sources that are here."""
    agent = ROOT / "web" / "agent"
    if not (agent / "node_modules").is_dir():
        pytest.skip("web/agent/node_modules is missing: npm ci --omit=optional")
    sources = [*agent.glob("src/*"), *agent.glob("assets/*"), agent / "build.mjs", ROOT / "web/static/tokens.css"]
    manifest = DIST / "manifest.json"
    if not manifest.exists() or manifest.stat().st_mtime < max(each.stat().st_mtime for each in sources):
        subprocess.run(["npm", "run", "--silent", "build"], cwd=agent, check=True, stdout=subprocess.DEVNULL)
    return DIST


@pytest.fixture(scope="session")
def shared_stack(built_agent, tmp_path_factory):
    with running(tmp_path_factory.mktemp("agent")) as made:
        yield made


@pytest.fixture
def stack(shared_stack):
    """The session's installation; what a test did to the wire and the clock ends with it."""
    wire = shared_stack.wire
    wire.seen.clear()
    wire.preflights.clear()
    yield shared_stack
    wire.lose_before.clear()
    wire.lose_after.clear()
    wire.change.clear()
    wire.refuse.clear()
    shared_stack.clock.offset *= 0


@pytest.fixture(scope="session")
def recorded_stack(built_agent, tmp_path_factory):
    """An installation whose policy records user verification and does not require it."""
    folder = tmp_path_factory.mktemp("agent-recorded")
    with running(folder, signature_policy_advanced="scratch-advanced-recorded") as made:
        yield made


@pytest.fixture(scope="module")
def browser(request):
    """One for a module; ``WHOLE_CHROMIUM = True`` in it asks for the browser with its windows and all."""
    with chromium(whole=getattr(request.module, "WHOLE_CHROMIUM", False)) as instance:
        yield instance


@pytest.fixture
def context_of(browser):
    """Make browser contexts (devices) that end with the test."""
    made = []

    def make(**options):
        made.append(browser.new_context(**options))
        return made[-1]

    yield make
    for context in made:
        context.close()


@pytest.fixture
def phone(context_of):
    return Customer(context_of(**PHONE).new_page())


@pytest.fixture
def desktop(context_of):
    return Customer(context_of(**DESKTOP).new_page())
