"""Files beside the configuration that forms need: who offers which, postal codes, bank codes."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from esign.engine.forms.offers import OfferBook, OffersMalformed
from esign.engine.forms.ports import Offer
from esign.forms import ReferenceTables, form_definitions, sample_reference
from esign.foundation.errors import EsignError
from esign.policy import policies_root
from esign.settings import Settings

POSTAL_CODES, BANK_CODES = "postal-codes.tsv", "bank-codes.tsv"
"""Files of the folder ``reference`` of an installation; ``esign forms import-…`` writes them."""


def offers(settings: Settings) -> OfferBook:
    """Return which company offers which forms.

    Raises:
        OffersMalformed: The file cannot be read, or names what is not there.
    """
    if settings.forms_file is None:
        return sample_offers() if settings.sandbox else OfferBook(tenants={})
    names = frozenset(form.name for form in form_definitions())
    return OfferBook.parse(read_table(settings.forms_file, OffersMalformed), tenants=settings.tenants, forms=names)


def sample_offers() -> OfferBook:
    """Return the offers of the sandbox: each form by the invented company of its sample contract."""
    samples = [json.loads(path.read_bytes()) for path in sorted((policies_root() / "samples").glob("*.json"))]
    companies = {sample["template"]: sample["company"] for sample in samples}
    found = {
        form.name: Offer(company=companies[form.template], prefix="SANDBOX-")
        for form in form_definitions()
        if form.template in companies
    }
    return OfferBook(tenants={}, everybody=found)


def read_table(path: Path, refusal: type[EsignError]) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        EsignError: It cannot be read: ``refusal``.
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise refusal("the file cannot be read", file=path.name) from error


def reference_data(folder: Path) -> ReferenceTables:
    """Return postal codes and bank codes: those that were imported, the bundled sample where none were.

    Raises:
        ReferenceFileMalformed: An imported file is damaged.
    """
    found = [folder / name for name in (POSTAL_CODES, BANK_CODES)]
    codes, banks = (path.read_bytes() if path.is_file() else None for path in found)
    return (
        sample_reference() if codes is None and banks is None else ReferenceTables.read(postal_codes=codes, banks=banks)
    )
