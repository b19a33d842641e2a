"""The program ``esign``: its commands, and the one place where an error becomes a line and an exit status."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from esign.cli.errors import WrongUse, error_line
from esign.cli.logs import configure
from esign.foundation.errors import EsignError

COMMANDS = {
    "demo": ("esign.cli.demo:demo", "Start everything with a sandbox and sample contracts, or write samples."),
    "init": ("esign.cli.init:init", "Make an installation of one's own: configuration, vault key, tables."),
    "check": ("esign.cli.check:check", "Look whether the installation is complete, and what is still sandbox."),
    "serve": ("esign.cli.serve:serve", "Run the web application, the agent's origin and the worker."),
    "worker": ("esign.cli.worker:worker", "Run one more background worker."),
    "api-key": ("esign.cli.api_key:api_key", "Make, list and revoke the keys of backend systems."),
    "account": ("esign.cli.account:account", "Make accounts of the company's side; the first administrator."),
    "verify": ("esign.cli.verify:verify", "Say the truth about signed PDFs, ours or a stranger's."),
    "trusted-lists": ("esign.cli.trusted_lists:trusted_lists", "Bring trusted lists up to date, and show them."),
    "seal-batch": ("esign.cli.seal_batch:seal_batch", "Have documents sealed by workers on other machines."),
    "seal-worker": ("esign.cli.seal_worker:seal_worker", "Seal what other machines list in a shared journal."),
    "seal": ("esign.cli.seal:seal", "Seal documents by the thousand: files, folders, a hot folder."),
    "sign": ("esign.cli.sign:sign", "Sign a PDF with a device that you hold: a file, a token, a remote service."),
    "augment": ("esign.cli.augment:augment", "Bring signatures to B-T, B-LT or B-LTA, or renew B-LTA."),
    "dossier": ("esign.cli.dossier:dossier", "Create and verify dossiers: everything about one contract."),
    "ledger": ("esign.cli.ledger:ledger", "Verify the ledger."),
    "forms": ("esign.cli.forms:forms", "List the forms, send one in; import postal codes and bank codes."),
    "deadline": ("esign.cli.deadline:deadline", "Compute withdrawal periods and bare periods, with each clause."),
    "form-required": ("esign.cli.form_required:form_required", "Say which form the law asks for a type of contract."),
    "policy": ("esign.cli.policy:policy", "Check the rules in policies/."),
    "web-process": ("esign.cli.serve:web_process", None),
    "agent-process": ("esign.cli.serve:agent_process", None),
    "sandbox-process": ("esign.cli.demo:sandbox_process", None),
}
"""Name of a command: where it stands, and its line in the help (None: part of ``serve`` or ``demo``, not shown)."""

FAILED = 1
USAGE = 2
INTERRUPTED = 130


class _Program(click.Group):
    """A group that imports a command only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, (_, line) in COMMANDS.items() if line]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101 - a fault of the table above
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items() if line])


@click.command(cls=_Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="esign", prog_name="esign")
def program() -> None:
    """Electronic signatures and contracts at a distance."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the program and leave with its exit status."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status: 0 done, 1 refused, 2 wrong use, 130 interrupted."""
    configure(otherwise="CRITICAL")  # a command says what it has to say itself; services log more
    try:
        result = program.main(args=arguments, prog_name="esign", standalone_mode=False)
    except click.exceptions.Abort:
        return INTERRUPTED
    except KeyboardInterrupt:
        return INTERRUPTED
    except click.ClickException as error:
        click.echo(error_line(WrongUse(error.format_message().replace("\n", " "))), err=True)
        return USAGE
    except EsignError as error:
        _traceback_wanted()
        click.echo(error_line(error), err=True)
        return FAILED
    except BrokenPipeError:
        sys.stderr.close()
        return FAILED
    except Exception as error:
        _traceback_wanted()
        click.echo(f"error: unexpected {type(error).__name__}; set ESIGN_TRACEBACK=1 to see where (internal)", err=True)
        return FAILED
    return result if isinstance(result, int) else 0


def _traceback_wanted() -> None:
    if os.environ.get("ESIGN_TRACEBACK") == "1":
        raise
