"""An uploaded file that can be read in two ways is refused; what is taken is the same for every reader."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from esign.documents.upload import normalise
from esign.documents.upload_errors import UploadAmbiguous
from esign.pades.agreement import check_agreement
from esign.pades.document import Document
from tests.pades.test_pades_agreement import freed_but_named, hybrid, kids_twice, pages_twice, rows_twice, two_tables


@pytest.mark.parametrize("build", [two_tables, pages_twice, kids_twice, rows_twice], ids=lambda build: build.__name__)
def test_a_file_in_which_programs_may_see_different_pages_is_refused(build: Callable[[], bytes]) -> None:
    with pytest.raises(UploadAmbiguous) as refused:
        normalise(build())
    assert refused.value.code == "documents.upload.ambiguous"
    assert refused.value.facts == {}


@pytest.mark.parametrize("build", [hybrid, freed_but_named], ids=lambda build: build.__name__)
def test_where_both_see_the_same_pages_the_file_is_taken_in_a_form_with_one_reading(
    build: Callable[[], bytes],
) -> None:
    check_agreement(Document(normalise(build()).pdf))
