"""Verifying at the desk: for those who may see evidence, against the installation's own trust, sealed where asked."""

from __future__ import annotations

import base64
import io
import re
from typing import Any

import pytest

from esign.access import Role
from esign.engine.verification import VerificationDesk
from esign.pades import read_signatures
from esign.proof.timestamp_errors import TimestampError
from tests.actors import COMPANY
from tests.company.browser import Browser
from tests.company.people import colleague
from tests.engine.test_engine_forms import entries
from tests.verification.files import files

PAGE = "/company/verification/"


@pytest.fixture
def legal(world: Any) -> Browser:
    return Browser(world, colleague(world, Role.LEGAL, email="legal@example.org"))


def send(browser: Browser, content: bytes, **form: str) -> Any:
    return browser.post(
        PAGE, {**form, "files": (io.BytesIO(content), "Vertrag.pdf")}, content_type="multipart/form-data"
    )


def downloads(page: str) -> dict[str, bytes]:
    found = re.findall(r'href="data:[a-z/]+;base64,([^"]+)" download="Vertrag\.report\.([a-z]+)"', page)
    return {ending: base64.b64decode(content) for content, ending in found}


def test_legal_verifies_a_strangers_file_against_the_installations_own_trust(world: Any, legal: Browser) -> None:
    assert 'href="/company/verification/"' in legal.get("/company/").text
    page = legal.get(PAGE).text
    assert "SANDBOX Root" in page and "PDF-Dateien wählen" in page
    found = send(legal, files().good)
    assert found.status_code == 200
    assert "Offen: weder gültig noch ungültig" in found.text, "the stranger's issuer is not trusted here"
    assert read_signatures(downloads(found.text)["pdf"]) == ()


def test_the_houses_own_contract_is_valid_here_and_a_sandbox_in_its_first_line(world: Any, legal: Browser) -> None:
    contract, link = world.invite()
    world.signatory(link).run()
    page = send(legal, world.application.contracts.signed_document(COMPANY, contract)).text
    answer = page.partition('<article class="verdict')[2]
    assert answer.index("SANDBOX: Vertrauensdienste sind nachgestellt") < answer.index("Gültig und unverändert")
    assert "fortgeschritten" in answer and "PAdES-BASELINE-LTA" in answer


def test_reports_are_sealed_where_that_is_asked_and_only_the_seals_use_is_recorded(world: Any, legal: Browser) -> None:
    before = len(entries(world, "permission.granted"))
    found = downloads(send(legal, files().changed, sealed="yes").text)
    assert [one.subfilter for one in read_signatures(found["pdf"])] == ["ETSI.CAdES.detached", "ETSI.RFC3161"]
    assert b"SignatureValue" in found["xml"]
    assert len(entries(world, "permission.granted")) == before + 2
    assert "Vertrag.pdf" not in repr(entries(world))


def test_without_the_seal_the_verdict_holds_and_the_reports_are_not_sealed(
    world: Any, legal: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: Any, **__: Any) -> Any:
        raise TimestampError("nobody answers")

    monkeypatch.setattr(type(world.application.contracts.household.timestamps), "stamp", silent)
    page = send(legal, files().good, sealed="yes").text
    assert "Das Siegel war nicht zu haben" in page and "Offen: weder gültig" in page
    assert read_signatures(downloads(page)["pdf"]) == ()


@pytest.mark.parametrize("role", [Role.CLERK, Role.AGENT, Role.ADMINISTRATOR, Role.DATA_PROTECTION])
def test_who_may_not_see_evidence_verifies_nothing_here(
    world: Any, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("it was looked into")

    monkeypatch.setattr(VerificationDesk, "verify", never)
    browser = Browser(world, colleague(world, role, email="else@example.org"))
    assert browser.get(PAGE).status_code == 403
    assert send(browser, files().good).status_code in (403, 413)
    assert send(browser, b"%PDF-").status_code == 403
    assert "/company/verification/" not in browser.get("/company/").text
