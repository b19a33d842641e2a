"""Verdicts in the tests' own process: as a helper gives them, without starting one."""

from __future__ import annotations

from typing import Any, Self

from esign.validation.verdict import FileVerdict, verify


class InProcess:
    """Stands for :class:`esign.validation.isolation.Isolation`."""

    def __init__(self, **given: Any) -> None:
        self._given = given

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def verify(
        self, data: bytes, *, at: Any, name: str = "", material: Any = None, record: bytes | None = None
    ) -> FileVerdict:
        given = self._given if material is None else {**self._given, "material": material}
        return verify(data, at=at, name=name, record=record, **given)
