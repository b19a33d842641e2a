"""A page template and contract data of a company's own document, for the tests."""

from __future__ import annotations

import copy
from typing import Any

from esign.documents import PageTemplate, Upload, normalise
from esign.foundation.digests import sha256
from tests.documents.pdf_making import made
from tests.samples import sample

UPLOAD: Upload = normalise(made(pages=2))
VALUES: dict[str, Any] = {"fee": 129900, "start": "2027-01-01", "mail": "ja"}


def description(**changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "v": "esign-page-template/1",
        "name": "Rahmenvertrag Mobilfunk",
        "lang": "de",
        "document": {"sha256": sha256(UPLOAD.pdf).hex()},
        "parties": 1,
        "variables": [
            {"name": "customer.name", "label": "Name", "type": "text", "from": "signatory-1.name"},
            {"name": "fee", "label": "Entgelt", "type": "money"},
            {"name": "start", "label": "Beginn", "type": "date"},
            {"name": "mail", "label": "Werbung erlaubt", "type": "choice", "choices": ["ja", "nein"]},
            {"name": "note", "label": "Notiz", "type": "text", "required": False, "max_length": 2000},
            {"name": "count", "label": "Anzahl", "type": "number", "required": False},
            {"name": "address", "label": "E-Mail", "type": "email", "required": False},
        ],
        "placements": [
            {"kind": "text", "page": 1, "box": [60, 500, 300, 520], "text": "Kunde: {customer.name}"},
            {"kind": "text", "page": 1, "box": [60, 470, 300, 490], "text": "{fee}", "align": "right"},
            {"kind": "text", "page": 1, "box": [60, 430, 300, 450], "text": "{count} {address}"},
            {"kind": "date", "page": 2, "box": [60, 500, 200, 520], "variable": "start"},
            {"kind": "check", "page": 2, "box": [60, 450, 74, 464], "variable": "mail", "equals": "ja"},
            {"kind": "text", "page": 2, "box": [60, 300, 300, 400], "text": "{note}", "max_lines": 8, "valign": "top"},
            {"kind": "signature", "page": 2, "box": [60, 100, 290, 166], "party": "signatory-1"},
        ],
    }
    return copy.deepcopy({**data, **changes})


def template(**changes: Any) -> PageTemplate:
    return PageTemplate.parse(description(**changes), UPLOAD)


def contract(document: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return contract data on a company's own document: a paid contract of a consumer, simple level, in German."""
    terms = {
        "document": document,
        "facts": [{"label": "Rufnummer", "value": "wird mitgenommen"}],
        "order": {
            "what": "Mobilfunkanschluss mit 20 GB im Monat",
            "other_costs": "Keine; die Bereitstellung ist im Gesamtpreis enthalten",
            "duration": "24 Monate, danach unbefristet, kündbar mit einem Monat Frist",
            "minimum": "24 Monate",
        },
    }
    own = {"template": "own-document", "type": "B2C-002", "title": "Rahmenvertrag", "terms": terms}
    return sample("mobile-plan", **{**own, **changes})


def unpaid(document: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return contract data on a document that obliges to no payment; no price, no order."""
    data = contract(document, **changes)
    for name in ("price", "offer", "personalised_price"):
        data.pop(name, None)
    label = {"de": "Erklärung verbindlich abgeben", "en": "make this declaration"}[data["lang"]]
    return {
        **data,
        "type": "GEN-015",
        "paid": False,
        "order": {"label": label},
        "terms": {"document": document},
        "withdrawal": {"right": False, "reason": "no_paid_consumer_contract"},
    }
