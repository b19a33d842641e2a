"""Every setting with its meaning and default, read from the settings themselves: for ``esign init`` and the docs."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from esign.cli.configuration import toml_value
from esign.settings import ENVIRONMENT_PREFIX, Settings

_WIDTH = 118


@dataclass(frozen=True, slots=True, kw_only=True)
class Documented:
    """One setting."""

    name: str
    kind: str
    default: Any
    """``dataclasses.MISSING`` where it must be given."""
    meaning: str

    @property
    def required(self) -> bool:
        """Whether there is no default."""
        return self.default is dataclasses.MISSING


def documented() -> tuple[Documented, ...]:
    """Return all settings in their order; the meaning is the text that stands below each in the source."""
    module = ast.parse(textwrap.dedent(inspect.getsource(Settings)))
    body = next(node.body for node in module.body if isinstance(node, ast.ClassDef))
    meanings: dict[str, str] = {}
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            said = after.value if isinstance(after, ast.Expr) else None
            text = said.value if isinstance(said, ast.Constant) and isinstance(said.value, str) else ""
            meanings[node.target.id] = " ".join(text.split())
    return tuple(
        Documented(name=item.name, kind=str(item.type), default=item.default, meaning=meanings.get(item.name, ""))
        for item in dataclasses.fields(Settings)
    )


def configuration_file(values: Mapping[str, Any]) -> str:
    """Return a configuration file with every setting: those given as they are, the others as comments.

    Args:
        values: Settings that differ from their defaults.
    """
    lines = [
        "# Configuration of esign. Every setting stands here; what begins with # is its default.",
        f"# An environment variable {ENVIRONMENT_PREFIX}NAME goes before the file. Secrets do not belong here:",
        "# settings name the files in which they lie. `esign check` tells what is missing.",
    ]
    for setting in documented():
        lines += ["", *(f"# {line}" for line in textwrap.wrap(setting.meaning.replace("``", ""), _WIDTH - 2))]
        if setting.name in values:
            lines.append(f"{setting.name} = {toml_value(values[setting.name])}")
        else:
            default = "" if setting.default is None else setting.default
            lines.append(f"# {setting.name} = {toml_value(default)}")
    return "\n".join(lines) + "\n"


def reference() -> str:
    """Return the page of settings for the documentation."""
    lines = [
        "# Settings",
        "",
        "Written by `python -m esign.cli.settings_reference` from `esign/settings.py`.",
        "",
        "One TOML file; `esign init` writes it with every setting in it. An environment variable `ESIGN_NAME` goes",
        "before the file (lists: separated by spaces). Paths are relative to the file. Secrets stand in files of",
        "their own.",
        "",
        "| Setting | Default | Meaning |",
        "|---|---|---|",
    ]
    for setting in documented():
        default = "must be given" if setting.required else f"`{toml_value(_shown(setting.default))}`"
        meaning = setting.meaning.replace("``", "`").replace("|", "\\|")
        lines.append(f"| `{setting.name}` | {default} | {meaning} |")
    return "\n".join(lines) + "\n"


def _shown(default: Any) -> Any:
    return "" if default is None else default


if __name__ == "__main__":
    print(reference(), end="")
