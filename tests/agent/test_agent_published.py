"""Whoever follows the page about the agent, word for word, on an installation that is served, gets what it promises."""

import html
import re
import shutil
import subprocess

import httpx
import pytest

from certs.signatory import SandboxSignatory
from tests.actors import COMPANY
from tests.agent.stack import ROOT

pytestmark = pytest.mark.network
needed = ("curl", "sha256sum", "unzip")


def fetched(stack, lang):
    answer = httpx.get(f"{stack.web}/agent/manifest", headers={"Accept-Language": lang})
    assert answer.status_code == 200
    return answer.text


@pytest.fixture
def page(stack):
    return fetched(stack, "de")


def on(page):
    return [html.unescape(each) for each in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", page, re.DOTALL)]


@pytest.fixture
def commands(page):
    if any(shutil.which(each) is None for each in needed):
        pytest.skip(f"needed: {', '.join(needed)}")
    return on(page)


def published(page):
    return re.search(r'class="digest">([0-9a-f]{64})<', page)[1]


def shell(command, folder):
    return subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_both_languages_give_the_same_commands(stack):
    assert len(on(fetched(stack, "de"))) == 4
    assert on(fetched(stack, "de")) == on(fetched(stack, "en"))


def test_manifest_and_files_are_those_that_are_published(page, commands, tmp_path):
    assert shell(commands[0], tmp_path).stdout.split()[0] == published(page)
    ran = shell(commands[1], tmp_path)
    lines = ran.stdout.splitlines()
    assert ran.returncode == 0 and len(lines) > 8 and all(line.endswith(": OK") for line in lines)


def test_one_changed_character_is_found(page, commands, tmp_path):
    """As if the origin served another program than the one that is published."""
    command = commands[1].replace("sha256sum -c", "printf ' ' >> agent.js; sha256sum -c")
    ran = shell(command, tmp_path)
    assert ran.returncode != 0
    assert "agent.js: FAILED" in ran.stdout


def test_the_sources_build_the_published_manifest(page, commands, tmp_path):
    agent = ROOT / "web" / "agent"
    copy = tmp_path / "web" / "agent"
    shutil.copytree(agent, copy, ignore=shutil.ignore_patterns("node_modules", "dist"))
    (tmp_path / "web" / "static").mkdir()
    shutil.copy(ROOT / "web" / "static" / "tokens.css", tmp_path / "web" / "static")
    (copy / "node_modules").symlink_to(agent / "node_modules")
    lines = commands[2].splitlines()
    assert lines[1] == "npm ci --omit=optional", "what it installs is here already"
    ran = shell("\n".join([lines[0], *lines[2:]]), tmp_path)
    assert ran.stdout.splitlines()[-1].split()[0] == published(page), ran.stderr


def test_a_contract_names_the_agent_that_signed_it(stack, page, commands, tmp_path):
    contract, link = stack.invite()

    def signed():
        with httpx.Client(trust_env=False) as http:
            SandboxSignatory(http, link=link, api=stack.web, person_id="jana-beispiel", clock=stack.clock).run()
        return stack.application.dossiers.create(COMPANY, contract)

    (tmp_path / "dossier.asice").write_bytes(stack.call(signed))
    transcript, manifest = shell(commands[3], tmp_path).stdout.splitlines()
    assert transcript == f'"agent":"{published(page)}"'
    assert manifest.split()[0] == published(page)
