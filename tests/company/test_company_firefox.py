"""The company's login with password and app, its list of contracts, and a customer's form, in Debian's Firefox.

One start of the browser for all of it; WebAuthn's virtual authenticators exist in Chromium only.
"""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from tests.actors import COMPANY
from tests.agent.test_agent_firefox import FOLDER, driver
from tests.company.people import PASSWORD, with_password
from tests.company.test_company_browser import site
from tests.forms_pages.filling import answers_of, form_of

pytestmark = [pytest.mark.browser, pytest.mark.network]
__all__ = ["driver", "site"]

FORM = "mobile-plan"


def in_firefox(driver: list[str], steps: list[list[str]]) -> dict[str, Any]:
    command = ["node", str(FOLDER / "pages.mjs"), driver[-1], json.dumps(steps)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False, cwd=FOLDER)
    assert ran.stdout, ran.stderr[-2000:]
    seen: dict[str, Any] = json.loads(ran.stdout.strip().splitlines()[-1])
    assert "error" not in seen, seen
    assert "Firefox" in seen["agent"] and seen["complaints"] == []
    return seen


def test_a_clerk_logs_in_and_finds_the_contract_that_a_form_became_in_firefox(site: Any, driver: list[str]) -> None:
    clerk = with_password(site, "clerk", email="clerk@example.org")
    answers = answers_of(FORM)
    filled = [["answer", f"f.{each.name}", answers[each.name]] for each in form_of(FORM).fields if each.name in answers]
    seen = in_firefox(
        driver,
        [
            ["open", f"{site.address}/company/login"],
            ["answer", "email", clerk.email],
            ["answer", "password", PASSWORD],
            ["answer", "code", clerk.code(1)],
            ["follow", 'form[action$="/password"] button'],
            ["open", f"{site.address}/formulare/{FORM}"],
            ["wait", "#form[data-ready]"],
            *filled,
            ["follow", 'button[name="action"][value="check"]'],
            ["follow", "form.send button"],
            ["read", "h1"],
            ["open", f"{site.address}/company/contracts/"],
            ["read", "main"],
        ],
    )
    outcome, desk = seen["read"]
    assert outcome == "Jetzt fehlt nur noch Ihre Unterschrift"
    (contract,) = site.application.contracts.list(COMPANY)
    assert contract.state == "invited" and contract.reference in desk
