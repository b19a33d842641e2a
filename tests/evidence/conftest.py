from __future__ import annotations

import pytest

from tests.evidence.helpers.case import Case, make_case


@pytest.fixture(scope="session")
def advanced(tmp_path_factory) -> Case:
    return make_case(tmp_path_factory.mktemp("advanced"))


@pytest.fixture(scope="session")
def without_passkey(tmp_path_factory) -> Case:
    return make_case(tmp_path_factory.mktemp("without-passkey"), passkey=False)


@pytest.fixture(scope="session")
def simple(tmp_path_factory) -> Case:
    return make_case(tmp_path_factory.mktemp("simple"), level="simple")


@pytest.fixture(scope="session")
def whole(advanced) -> bytes:
    return advanced.build()
