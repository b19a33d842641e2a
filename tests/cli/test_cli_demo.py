"""The demonstration: the same walk with and without a browser, from one command."""

import email
import email.policy
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from certs.sandbox import Sandbox
from certs.signatory import SandboxSignatory
from esign.cli.program import run
from esign.cli.samples import sample_contracts
from esign.foundation.digests import sha256

pytestmark = pytest.mark.network

SAMPLES = sample_contracts()
NAMES = tuple(sample.name for sample in SAMPLES)


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """One walk without a browser for all tests of this file: what every party received, and the installation."""
    folder, state = tmp_path_factory.mktemp("samples"), tmp_path_factory.mktemp("state") / "demo"
    assert run(["demo", "--sample", str(folder), "--state-dir", str(state)]) == 0
    return folder, state


def config(walked):
    return ["--config", str(walked[1] / "esign.toml")]


def trust(walked):
    return ["--trust", str(walked[0] / "trust")]


def test_every_party_receives_everything(walked):
    folder, _ = walked
    names = {path.name for path in folder.iterdir()} - {"trust"}
    for sample in SAMPLES:
        assert {f"{sample.name}.pdf", f"{sample.name}.dossier"} <= names
        mails = sorted(name for name in names if re.fullmatch(rf"{sample.name}-\d-[a-z-]+\.eml", name))
        assert [int(name.removeprefix(f"{sample.name}-")[0]) for name in mails] == list(range(1, len(mails) + 1))
        for kind in ("invitation", "signed-copy"):
            assert sum(name.endswith(f"-{kind}.eml") for name in mails) == len(sample.persons), mails
        names -= {f"{sample.name}.pdf", f"{sample.name}.dossier", *mails}
    assert names == set()
    assert [path.name for path in (folder / "trust").iterdir()] == ["sandbox-root.pem"]


@pytest.mark.parametrize("name", NAMES)
def test_the_mailed_copy_is_the_signed_document_byte_for_byte(walked, name):
    folder, _ = walked
    copies = list(folder.glob(f"{name}-[0-9]-signed-copy.eml"))
    assert copies
    for copy in copies:
        mail = email.message_from_bytes(copy.read_bytes(), policy=email.policy.default)
        signed, *confirming = (enclosed.get_content() for enclosed in mail.iter_attachments())
        assert signed == (folder / f"{name}.pdf").read_bytes()
        assert 1 <= len(confirming) <= 2  # the confirmation; the instruction where there is a right of withdrawal
        assert all(file.startswith(b"%PDF-") for file in confirming)
        assert "[SANDBOX]" in mail["Subject"]


@pytest.mark.parametrize("name", NAMES)
def test_a_strangers_software_finds_the_signature_valid(walked, name):
    result = subprocess.run(["pdfsig", walked[0] / f"{name}.pdf"], capture_output=True, text=True, check=False)
    assert "Signature is Valid" in result.stdout
    assert "ETSI.CAdES.detached" in result.stdout


def test_the_trust_anchor_says_what_it_is_worth(walked):
    root = x509.load_pem_x509_certificate((walked[0] / "trust" / "sandbox-root.pem").read_bytes())
    assert "SANDBOX" in root.subject.rfc4514_string()


@pytest.mark.parametrize("name", NAMES)
def test_a_dossier_is_valid_with_nothing_but_the_root(walked, name, capsys):
    assert run(["dossier", "verify", str(walked[0] / f"{name}.dossier"), *trust(walked)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("SANDBOX")
    assert lines[1].endswith(": valid")
    assert not [line for line in lines if "FAILED" in line]


def test_the_verdict_can_be_read_by_machines(walked, capsys):
    assert run(["dossier", "verify", str(walked[0] / "mobile-plan.dossier"), *trust(walked), "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert set(value) == {
        "file", "valid", "sandbox", "level", "signatory", "signatories", "proven_at", "dossier_at", "steps", "error",
    }  # fmt: skip
    assert (value["valid"], value["sandbox"], value["level"]) == (True, True, "simple")
    assert value["signatory"] == "Sophie Müller-Lüdenscheidt"
    assert value["signatories"] == ["Sophie Müller-Lüdenscheidt"]
    assert all(set(step) == {"name", "outcome", "what", "part"} for step in value["steps"])


def test_one_changed_byte_in_a_part_is_not_valid(walked, tmp_path, capsys):
    data = bytearray((walked[0] / "mobile-plan.dossier").read_bytes())
    data[data.index(b"%PDF") + 2000] ^= 1
    (tmp_path / "changed.dossier").write_bytes(data)
    assert run(["dossier", "verify", str(tmp_path / "changed.dossier"), *trust(walked)]) in (1, 2)
    assert ": NOT VALID" in capsys.readouterr().out


def test_another_trust_anchor_is_not_enough(walked, tmp_path):
    other = Sandbox.create(tmp_path / "other", base_url="http://localhost:8082").write_trust(tmp_path / "trust")
    assert other.name == next((walked[0] / "trust").iterdir()).name
    file = str(walked[0] / "mobile-plan.dossier")
    assert run(["dossier", "verify", file, "--trust", str(other.parent)]) == 1


@pytest.mark.parametrize("content", [b"", b"no dossier", b"PK\x03\x04" + b"\0" * 100])
def test_what_is_no_dossier_is_unreadable(walked, tmp_path, content):
    (tmp_path / "x.dossier").write_bytes(content)
    assert run(["dossier", "verify", str(tmp_path / "x.dossier"), *trust(walked)]) == 2


def test_a_missing_file_or_anchor_is_one_line_and_exit_status_2(walked, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["dossier", "verify", "nowhere.dossier", *trust(walked)]) == 2
    assert capsys.readouterr().err.endswith("(cli.file_unreadable)\n")
    assert run(["dossier", "verify", str(walked[0] / "mobile-plan.dossier")]) == 2
    assert capsys.readouterr().err.endswith("(cli.trust_missing)\n")
    assert run(["dossier", "verify", "nowhere.dossier", "--json", *trust(walked)]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "cli.file_unreadable"


def contract_in(state, title):
    with sqlite3.connect(state / "esign.sqlite") as database:
        return database.execute("SELECT id FROM contract WHERE title = ?", (title,)).fetchone()[0]


def test_a_dossier_is_created_once_more_and_no_file_is_overwritten(walked, tmp_path, capsys):
    contract = contract_in(walked[1], "Mobilfunkvertrag")
    # The simulated world does not run now; so there is no timestamp, and without one there is no dossier.
    out = tmp_path / "again.dossier"
    assert run(["dossier", "create", contract, "--out", str(out), *config(walked)]) == 1
    assert re.fullmatch(r"error: .+ \([a-z_.]+\)\n", capsys.readouterr().err)
    assert not out.exists()
    assert run(["dossier", "create", "unknown", "--out", str(out), *config(walked)]) == 1


def test_the_ledger_is_intact_until_somebody_touches_it(walked, tmp_path, capsys):
    assert run(["ledger", "verify", *config(walked)]) == 0
    assert capsys.readouterr().out.startswith("intact: ")
    assert run(["ledger", "verify", "--json", *config(walked)]) == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["intact"], value["first_fault"]) == (True, None)
    assert value["entries"] > 40
    assert value["heads"] >= 4


def test_without_a_configuration_a_command_says_what_it_needs(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ESIGN_CONFIG", raising=False)
    assert run(["ledger", "verify"]) == 1
    assert capsys.readouterr().err.endswith("(cli.configuration_missing)\n")


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [item.getsockname()[1] for item in sockets]
    for item in sockets:
        item.close()
    return ports


def get(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60) as response:
        return response.read().decode(), response.headers


def sign_over_sockets(state, *, web, agent, sandbox):
    (mail,) = (state / "sandbox" / "mailbox").glob("*.eml")
    text = email.message_from_bytes(mail.read_bytes(), policy=email.policy.default).get_body(("plain",)).get_content()
    link = re.search(rf"http://localhost:{agent}/#[A-Za-z0-9_-]{{43}}", text).group()
    with httpx.Client() as http:
        receipt = SandboxSignatory(http, link=link, api=f"http://localhost:{web}").run()
        contract = contract_in(state, "Mobilfunkvertrag")
        document = http.get(f"http://localhost:{web}/demo/contracts/{contract}/signed.pdf")
    assert document.content == receipt.document
    mailbox, deadline = state / "sandbox" / "mailbox", time.monotonic() + 120
    while not any(b'filename="FB-88120-7734.pdf"' in mail.read_bytes() for mail in mailbox.glob("*.eml")):
        assert time.monotonic() < deadline, "the signed copy was not mailed"
        time.sleep(0.2)
    time.sleep(1)  # what the worker records about it is in the ledger


def dossier_with_disclosure(folder, capsys):
    state, out = folder / "demo", folder / "disclosed.dossier"
    keys = [folder / "first.pem", folder / "second.pem"]
    base = json.loads((state / "sandbox" / "sandbox.json").read_bytes())["base_url"]
    for key, pem in zip(keys, Sandbox.create(state / "sandbox", base_url=base).dispute_private_keys_pem, strict=True):
        key.write_bytes(pem)
    contract, configured = contract_in(state, "Mobilfunkvertrag"), ["--config", str(state / "esign.toml")]
    create = ["dossier", "create", contract, "--out", str(out), *configured]
    assert run([*create, "--dispute-key", str(keys[0])]) == 1
    assert "(engine.dossier.dispute_key.two_persons)" in capsys.readouterr().err
    create += ["--dispute-key", str(keys[0]), "--dispute-key", str(keys[1])]
    capsys.readouterr()
    assert run(create) == 0
    assert run(create) == 1
    assert capsys.readouterr().err == f"error: the file exists already [file: {out}] (cli.file_unwritable)\n"
    assert run(["dossier", "verify", str(out), *configured]) == 0
    assert "ok      disclosure: " in capsys.readouterr().out
    assert run(["ledger", "verify", *configured]) == 0
    capsys.readouterr()


def test_the_whole_demonstration_starts_walks_and_stops(tmp_path, capsys):
    web, agent, sandbox, smtp = free_ports(4)
    command = [
        *(sys.executable, "-m", "esign.cli", "demo", "--no-open", "--state-dir", str(tmp_path / "demo")),
        *("--port", str(web), "--agent-port", str(agent)),
        *("--sandbox-port", str(sandbox), "--smtp-port", str(smtp)),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        said = ""
        while "Ctrl-C stops everything" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        assert f"http://localhost:{web}/" in said
        assert f"http://localhost:{sandbox}/mailbox" in said

        page, headers = get(f"http://localhost:{web}/")
        assert "Musterverträge" in page
        secret = page.split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
        cookie = headers["Set-Cookie"].partition(";")[0]
        form = urllib.request.Request(
            f"http://localhost:{web}/demo/contracts",
            data=f"sample=mobile-plan&csrf_token={secret}".encode(),
            headers={"Cookie": cookie},
        )
        with urllib.request.urlopen(form, timeout=60) as response:
            assert "Einladung ist unterwegs" in response.read().decode()

        deadline = time.monotonic() + 120
        while "Mobilfunkvertrag" not in (mailbox := get(f"http://localhost:{sandbox}/mailbox?lang=de")[0]):
            assert time.monotonic() < deadline, mailbox
            time.sleep(0.2)
        assert json.loads(get(f"http://localhost:{agent}/config.json")[0])["api"] == f"http://localhost:{web}"
        published = json.loads(get(f"http://localhost:{web}/agent/manifest.json")[0])["manifest_sha256"]
        served = get(f"http://localhost:{agent}/manifest.json")[0]
        assert sha256(served.encode()).hex() == published

        sign_over_sockets(tmp_path / "demo", web=web, agent=agent, sandbox=sandbox)
        dossier_with_disclosure(tmp_path, capsys)

        refused = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert refused.returncode == 1
        assert refused.stderr == (
            f"error: port {web} is in use: stop what runs there, or choose another with --port PORT (cli.port_in_use)\n"
        )
    finally:
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=120)[0]
    assert process.returncode == 0
    assert rest.endswith("Beendet. / Stopped.\n")
    assert "Traceback" not in said + rest
    for port in (web, agent, sandbox, smtp):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_an_installation_is_served_from_its_configuration(walked):
    web, agent = free_ports(2)
    command = [sys.executable, "-m", "esign.cli", "serve", *config(walked), "--processes", "1"]
    command += ["--web-port", str(web), "--agent-port", str(agent)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = []
    for line in process.stderr:
        said.append(line)
        if line.startswith("ready: "):
            break
    try:
        assert get(f"http://127.0.0.1:{web}/healthz")[0] == "ok\n"
        assert "SANDBOX" in get(f"http://localhost:{web}/")[0]
        assert get(f"http://localhost:{agent}/manifest.json")[0].startswith('{"files":')
        with pytest.raises(urllib.error.HTTPError) as refused:
            get(f"http://localhost:{web}/ceremony/v1/hello")
        assert refused.value.code == 405
    finally:
        process.send_signal(signal.SIGTERM)
        said += process.communicate(timeout=120)[1].splitlines(keepends=True)
    assert process.returncode == 0
    lines = [json.loads(line) for line in said if not line.startswith("ready: ")]
    assert "web.request" in {line["logger"] for line in lines}
    assert "127.0.0.1" not in json.dumps(lines)


def test_one_more_worker_does_what_is_due_and_ends(walked):
    command = [sys.executable, "-m", "esign.cli", "worker", "--once", *config(walked)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert result.returncode == 0
    assert "Traceback" not in result.stderr


def test_when_the_demonstration_is_killed_its_processes_end_too(tmp_path):
    web, agent, sandbox, smtp = free_ports(4)
    command = [
        *(sys.executable, "-m", "esign.cli", "demo", "--no-open", "--state-dir", str(tmp_path / "demo")),
        *("--port", str(web), "--agent-port", str(agent)),
        *("--sandbox-port", str(sandbox), "--smtp-port", str(smtp)),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, bufsize=1)
    for line in process.stdout:
        if "Ctrl-C stops everything" in line:
            break
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(children) == 4
    process.kill()
    process.wait()
    deadline = time.monotonic() + 120
    while [pid for pid in children if alive(int(pid))]:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def alive(pid):
    try:
        os.kill(pid, 0)
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (ProcessLookupError, FileNotFoundError):  # it may go between the two questions
        return False
