"""Contract data on the company's own document, from what a form of the desk sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from esign.engine.company.creation import CompanyUnknown
from web.company.costs import costs_of
from web.company.persons import person_of

if TYPE_CHECKING:
    from esign.access import Actor
    from esign.engine.company.creation import CreationDesk

KINDS = ("B2C-002", "GEN-015", "GEN-008", "GEN-012", "GEN-013", "GEN-014")
"""Kinds of declarations that are offered (policies, form requirements): text form or none."""
MOST = 5


def data_of(
    form: Mapping[str, Any],
    *,
    document: Mapping[str, Any],
    company: Mapping[str, Any],
    day: date,
    reference: str,
) -> dict[str, Any]:
    """Return contract data; whether they are right is for the contract's own checks.

    Args:
        form: What was sent.
        document: The upload or page template, as ``terms.document`` names it.
        company: The company, as contract data describe it.
        day: The local day.
        reference: The contract's reference.
    """
    lang = "en" if form.get("lang") == "en" else "de"
    count = min(max(int(form.get("count", "1")) if str(form.get("count", "1")).isdigit() else 1, 1), MOST)
    persons = [person_of(form, f"p{number}.") for number in range(1, count + 1)]
    data: dict[str, Any] = {
        "v": "esign-contract/1",
        "type": str(form.get("type", KINDS[0])),
        "template": "own-document",
        "reference": reference,
        "date": day.isoformat(),
        "lang": lang,
        "title": str(form.get("title", "")).strip(),
        "company": dict(company),
        "signatory": persons[0],
        "level": str(form.get("level", "advanced")),
        "terms": {"document": dict(document)},
    }
    money, terms = costs_of(form, consumer=persons[0]["consumer"], lang=lang)
    data |= money
    data["terms"] |= terms
    if len(persons) > 1:
        data["further_signatories"] = persons[1:]
        data["signing_order"] = "free" if form.get("signing_order") == "free" else "given"
    if form.get("seal") == "yes":
        data["company_signature"] = "seal"
    until = str(form.get("accept_until", "")).strip()
    if until:
        data["offer"] = {"accept_until": until}
    return data


def website_of(desk: CreationDesk, actor: Actor) -> str:
    """Return the company's website, below which its withdrawal function is proposed; empty: not known yet."""
    try:
        return str(desk.company(actor).get("website", ""))
    except CompanyUnknown:
        return ""
