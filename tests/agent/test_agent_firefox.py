"""The whole way in Debian's Firefox over WebDriver BiDi: keyboard and mouse, simple, and advanced without a passkey.

WebAuthn's virtual authenticators exist in Chromium only; so the advanced level runs under the policy that records user
verification and does not require it.
"""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.actors import COMPANY
from tests.agent.scratch_helpers import _READ
from tests.agent.test_agent_parties import COUPLE, drawn_up

pytestmark = [pytest.mark.browser, pytest.mark.network]

FOLDER = Path(__file__).parent / "firefox"
FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")


@pytest.fixture(scope="session")
def driver():
    if FIREFOX is None:
        pytest.skip("Firefox is needed: apt-get install firefox-esr")
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node.js with npm is needed to drive Firefox")
    if not (FOLDER / "node_modules" / "puppeteer-core").is_dir():
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=FOLDER, check=True, timeout=300)
    return ["node", str(FOLDER / "journey.mjs"), FIREFOX]


def journey(driver, link, how, person=None, language="de"):
    job = {"link": link, "how": how, "person": person, "language": language, "read": _READ}
    ran = subprocess.run(
        [*driver, json.dumps(job)], capture_output=True, text=True, timeout=150, check=False, cwd=FOLDER
    )
    assert ran.stdout, ran.stderr[-2000:]
    seen = json.loads(ran.stdout.strip().splitlines()[-1])
    assert "error" not in seen, seen
    assert "Firefox" in seen["agent"] and seen["complaints"] == []
    assert how == "decline" or seen["digits"] == 6
    return seen


@pytest.mark.parametrize("how", ["keyboard", "mouse"])
def test_the_simple_level_in_firefox(recorded_stack, driver, how):
    stack = recorded_stack
    stack.wire.seen.clear()
    contract, link = stack.invite("mobile-plan")
    seen = journey(driver, link, how)
    assert seen["states"] == ["landing", seen["states"][1], "scratch", "revealed", "done"]
    assert stack.wire.types() == ["hello", "open", "document", "intent", "result"]
    assert stack.state(contract) == "concluded"
    assert seen["file"] == hashlib.sha256(stack.signed(contract)).hexdigest()


def test_the_advanced_level_without_a_passkey_in_firefox(recorded_stack, driver):
    stack = recorded_stack
    stack.wire.seen.clear()
    contract, link = stack.invite("electricity-supply")
    seen = journey(driver, link, "keyboard", "jana-beispiel")
    assert stack.wire.types() == ["hello", "enrol", "open", "document", "intent", "signature", "result"]
    assert stack.state(contract) == "concluded"
    assert seen["file"] == hashlib.sha256(stack.signed(contract)).hexdigest()


def test_in_english_in_firefox(recorded_stack, driver):
    """The English words come as a file of their own; Firefox holds them against their integrity value, too."""
    stack = recorded_stack
    contract, link = stack.invite("mobile-plan")
    seen = journey(driver, link.replace("/#", "/?lang=en#"), "mouse", language="en")
    assert seen["spoken"] == "en"
    assert stack.state(contract) == "concluded"


def test_declining_in_firefox(recorded_stack, driver):
    stack = recorded_stack
    stack.wire.seen.clear()
    contract, link = stack.invite("mobile-plan")
    seen = journey(driver, link, "decline")
    assert seen["states"] == ["landing", "declining", "declined"]
    assert stack.wire.types() == ["hello", "decline"]
    assert stack.state(contract) == "declined"


def test_two_customers_one_after_another_in_firefox(recorded_stack, driver):
    stack = recorded_stack
    contract = drawn_up(stack, COUPLE)
    (first,) = stack.mailed(lambda: stack.application.contracts.invite(COMPANY, contract))
    journey(driver, first, "keyboard", "mira-sommerfeld")
    assert stack.state(contract) == "partly_signed"
    before = len(stack.post.mails)
    stack.call(lambda: stack.application.delivery.deliver_due())
    (second,) = stack.links(before)
    journey(driver, second, "mouse", "david-sommerfeld")
    assert stack.state(contract) == "concluded"
