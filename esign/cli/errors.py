"""Refusals of the command line itself."""

from __future__ import annotations

from pathlib import Path

import click

from esign.cli.terminal import json_line, plain
from esign.foundation.errors import EsignError


class CliError(EsignError):
    """The command could not be carried out."""

    code = "cli"


class WrongUse(CliError):
    """The command was called in a way that it does not understand; ``--help`` says how."""

    code = "cli.usage"


class PortInUse(CliError):
    """A port that is needed is taken by another program."""

    code = "cli.port_in_use"


class FileUnreadable(CliError):
    """A file that was named cannot be read."""

    code = "cli.file_unreadable"


class FileUnwritable(CliError):
    """A file or folder that was named cannot be written."""

    code = "cli.file_unwritable"


class FileChanged(CliError):
    """The file was changed by something else in the meantime; it was left as that made it."""

    code = "cli.file_changed"


class ConfigurationMissing(CliError):
    """No configuration was named and none lies where it is looked for."""

    code = "cli.configuration_missing"


class ProcessEnded(CliError):
    """A part of the installation ended by itself."""

    code = "cli.process_ended"


class ProcessNotReady(CliError):
    """A part of the installation did not become ready in time."""

    code = "cli.process_not_ready"


class SandboxMissing(CliError):
    """The sandbox is not installed; it is an extra of this package."""

    code = "cli.sandbox_missing"


class AgentMissing(CliError):
    """The browser agent is not built."""

    code = "cli.agent_missing"


class SampleNotSigned(CliError):
    """A sample contract could not be signed."""

    code = "cli.sample_not_signed"


class TerminalNeeded(CliError):
    """A qualified signature is a person's own act at a terminal; nothing was signed."""

    code = "cli.terminal_needed"
    source = "eIDAS Art. 3 (12), 26 (c)"


class NotConfirmed(CliError):
    """The person did not confirm; nothing was signed."""

    code = "cli.not_confirmed"


class TrustMissing(CliError):
    """No trust anchor was named and none is configured."""

    code = "cli.trust_missing"


def error_line(error: EsignError) -> str:
    """Return the one line by which a refusal is told on the terminal; no name of a file can steer it."""
    facts = ", ".join(f"{name}: {value}" for name, value in error.facts.items())
    detail = error.detail.rstrip(".")
    return plain(f"error: {detail} [{facts}] ({error.code})" if facts else f"error: {detail} ({error.code})")


def tell(error: EsignError, file: Path, *, as_json: bool) -> None:
    """Tell why a command on one file was refused: as its JSON object, or as a line on standard error."""
    if as_json:
        said = {"code": error.code, "detail": error.detail, "source": error.source}
        click.echo(json_line({"file": str(file), "error": said}))
    else:
        click.echo(error_line(error), err=True)
