"""The program: one line an error, the right exit status, and a help that comes at once."""

import importlib
import subprocess
import sys

import click
import pytest

from esign.cli.program import COMMANDS, program, run
from esign.foundation.errors import EsignError


class Refused(EsignError):
    """Not today."""

    code = "engine.contract.state"


@pytest.fixture
def command(monkeypatch):
    def install(action):
        monkeypatch.setitem(COMMANDS, "try", ("tests:try", "Try."))
        wrapped = click.Command("try", callback=action)
        monkeypatch.setattr(importlib, "import_module", lambda name: type("Module", (), {"try": wrapped}))

    return install


def test_a_refusal_is_one_line_with_its_code_and_exit_status_1(command, capsys):
    def action():
        raise Refused("the contract is not concluded.", state="invited")

    command(action)
    assert run(["try"]) == 1
    captured = capsys.readouterr()
    assert captured.err == "error: the contract is not concluded [state: invited] (engine.contract.state)\n"
    assert captured.out == ""


def test_a_fault_of_ours_is_one_line_without_its_message(command, capsys):
    def action():
        raise RuntimeError("Jana Beispiel")

    command(action)
    assert run(["try"]) == 1
    assert capsys.readouterr().err == (
        "error: unexpected RuntimeError; set ESIGN_TRACEBACK=1 to see where (internal)\n"
    )


def test_wrong_use_is_one_line_and_exit_status_2(capsys):
    assert run(["nonsense"]) == 2
    error = capsys.readouterr().err
    assert error == "error: No such command 'nonsense' (cli.usage)\n"


def test_a_command_chooses_its_exit_status(command):
    command(lambda: 1)
    assert run(["try"]) == 1
    command(lambda: None)
    assert run(["try"]) == 0


def test_an_interrupt_ends_quietly(command, capsys):
    def action():
        raise KeyboardInterrupt

    command(action)
    assert run(["try"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_every_command_of_the_table_exists():
    context = click.Context(program)
    for name, (_, line) in COMMANDS.items():
        command = program.get_command(context, name)
        assert command is not None, name
        assert command.hidden == (line is None)


def test_the_help_imports_no_engine_no_web_and_no_sandbox():
    code = (
        "import sys; from esign.cli.program import run; run(['--help']);"
        "print([name for name in sys.modules if name.partition('.')[0] in"
        " ('flask', 'sqlalchemy', 'cryptography', 'typst', 'pikepdf', 'certs', 'web')])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"
    for name, (_, line) in COMMANDS.items():
        assert (line is not None) == (f"  {name} " in result.stdout)
