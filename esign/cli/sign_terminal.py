"""The person at the terminal: asks for a PIN, and lets a person confirm a qualified signature with their own hand."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterable

import click

from esign.cli.errors import NotConfirmed, TerminalNeeded
from esign.cli.terminal import plain

WORD = "qualified"
"""What is typed to confirm."""


def present() -> bool:
    """Tell whether a person can be asked: input and error output are terminals."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def require() -> None:
    """Refuse where nobody can be asked.

    Raises:
        TerminalNeeded: Input or error output is a pipe or a file.
    """
    if not present():
        raise TerminalNeeded


def ask_pin() -> str | None:
    """Ask for the device's PIN without showing it; an empty answer leaves it to the device (a reader with keys)."""
    return getpass.getpass("PIN of the device (empty: asked for by the device itself): ") or None


def confirm(lines: Iterable[str]) -> None:
    """Show what is about to be signed, and wait for the word.

    Raises:
        NotConfirmed: Anything else was typed.
    """
    for line in lines:
        click.echo(plain(line), err=True)
    click.echo(f"Type {WORD} to sign, anything else to leave it: ", err=True, nl=False)
    if sys.stdin.readline().strip() != WORD:
        raise NotConfirmed
