from __future__ import annotations

from tests.evidence.conftest import advanced, simple, whole, without_passkey

__all__ = ["advanced", "simple", "whole", "without_passkey"]
