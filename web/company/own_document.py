"""Contract data on the company's own document, from what a form of the desk sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from web.company.persons import person_of

KINDS = ("GEN-015", "GEN-008", "GEN-012", "GEN-013", "GEN-014")
"""Kinds of declarations that are offered (policies, form requirements): text form or none."""
LABELS = {
    (True, "de"): "zahlungspflichtig bestellen",
    (True, "en"): "order with obligation to pay",
    (False, "de"): "Erklärung verbindlich abgeben",
    (False, "en"): "make this declaration",
}
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
        "paid": False,
        "order": {"label": LABELS[(False, lang)]},
        "terms": {"document": dict(document)},
        "withdrawal": {
            "right": False,
            "reason": "no_paid_consumer_contract" if persons[0]["consumer"] else "not_a_consumer",
        },
    }
    if len(persons) > 1:
        data["further_signatories"] = persons[1:]
        data["signing_order"] = "free" if form.get("signing_order") == "free" else "given"
    if form.get("seal") == "yes":
        data["company_signature"] = "seal"
    until = str(form.get("accept_until", "")).strip()
    if until:
        data["offer"] = {"accept_until": until}
    return data
