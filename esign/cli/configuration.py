"""Where a command finds its configuration, and how the demonstration writes one."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import click

from esign.cli.errors import ConfigurationMissing, FileUnwritable
from esign.settings import Settings

ENVIRONMENT = "ESIGN_CONFIG"
DEFAULT = Path("esign.toml")
FIRST_TENANT = "default"
"""The company of an installation that serves only one."""

config_option = click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar=ENVIRONMENT,
    help=f"Configuration file (default: {DEFAULT} here, or {ENVIRONMENT}).",
)
"""The option that every command with an installation takes."""


tenant_option = click.option(
    "--tenant", default=FIRST_TENANT, show_default=True, help="The company for which the command acts."
)
"""The option of commands that act for a company; the installation's operator may act for each."""


def load(path: Path | None) -> Settings:
    """Read the configuration.

    Raises:
        ConfigurationMissing: No file was named, and there is no ``esign.toml`` here.
        SettingsError: The file cannot be used.
    """
    return Settings.load(locate(path))


def load_if_any(path: Path | None) -> Settings | None:
    """Read the configuration; None where no file was named and there is no ``esign.toml`` here.

    Raises:
        SettingsError: The file cannot be used.
    """
    return None if path is None and not DEFAULT.is_file() else load(path)


def locate(path: Path | None) -> Path:
    """Return the configuration file that is used.

    Raises:
        ConfigurationMissing: No file was named, and there is no ``esign.toml`` here.
    """
    if path is None and not DEFAULT.is_file():
        raise ConfigurationMissing(f"no configuration: give --config FILE, set {ENVIRONMENT}, or write {DEFAULT}")
    return path or DEFAULT


def write(settings: Settings, path: Path) -> None:
    """Write settings as a configuration file (mode 0600), leaving out what is the default."""
    lines = ["# Written by esign demo; edited by nobody."]
    for field in dataclasses.fields(settings):
        value = getattr(settings, field.name)
        if value != field.default:
            lines.append(f"{field.name} = {toml_value(value)}")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    except OSError as error:
        raise FileUnwritable("the configuration cannot be written", file=path.name) from error


def toml_value(value: Any) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
