"""Alembic's entry: runs migrations on the connection that :mod:`esign.store.migrate` hands in."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from esign.store.metadata import load_tables


def _render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    if kind == "type" and type(item).__module__.startswith("esign."):
        autogen.imports.add("import esign.store.metadata")
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=load_tables(),
    render_item=_render,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
