from __future__ import annotations

from typing import Any

import pytest

from esign.evidence import dossier_signature_steps
from tests.evidence.conftest import advanced, simple, whole, without_passkey

__all__ = ["advanced", "simple", "whole", "without_passkey"]


@pytest.fixture(autouse=True)
def each_document_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the slow verdict on one document given once: the same question has the same answer."""
    answers: dict[Any, Any] = {}
    ask = dossier_signature_steps.check_release

    def remembered(pdf: bytes, **question: Any) -> Any:
        key = (pdf, *sorted(question.items()))
        if key not in answers:
            answers[key] = ask(pdf, **question)
        return answers[key]

    monkeypatch.setattr(dossier_signature_steps, "check_release", remembered)
