"""Short labels of the layout; the words of contracts live in ``policies/``."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

LABELS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "de": MappingProxyType(
            {
                "date": "Datum",
                "valid_until": "Angebot gültig bis",
                "page": "Seite",
                "of": "von",
                "position": "Position",
                "quantity": "Menge",
                "unit_price": "Einzelpreis",
                "amount": "Betrag",
                "net": "Summe ohne Steuer",
                "tax_included": "Alle Preise enthalten die {label} ({rate}). Im Gesamtbetrag sind das {amount}.",
                "price_title": {
                    "electricity-supply": "Preise und voraussichtliche Kosten im Jahr",
                    "household-insurance": "Beitrag",
                    "mobile-plan": "Preise",
                    "cost-approval": "Kostenplan",
                    "own-document": "Preis",
                    "goods-purchase": "Was Sie kaufen",
                    "digital-content": "Preis",
                    "securities-account": "Preis im Monat",
                    "consumer-credit": "Was Sie zurückzahlen",
                    "payment-deferral": "Was Sie zahlen",
                    "term-life-insurance": "Beitrag",
                    "distance-course": "Preis",
                },
                "total": {
                    "electricity-supply": "Voraussichtliche Kosten im Jahr",
                    "household-insurance": "Jahresbeitrag",
                    "mobile-plan": "Gesamtpreis der Mindestlaufzeit",
                    "cost-approval": "Gesamtkosten",
                    "own-document": "Gesamtpreis",
                    "goods-purchase": "Gesamtpreis",
                    "digital-content": "Gesamtpreis",
                    "securities-account": "Gesamtpreis im Monat",
                    "consumer-credit": "Gesamtbetrag",
                    "payment-deferral": "Gesamtbetrag",
                    "term-life-insurance": "Jahresbeitrag",
                    "distance-course": "Gesamtpreis des Lehrgangs",
                },
                "components": "So setzt sich der Arbeitspreis zusammen",
                "component": "Bestandteil",
                "ct_per_kwh": "ct/kWh",
                "work_price": "Arbeitspreis",
                "answers": "Ihre Antworten auf unsere Fragen",
                "question": "Frage",
                "answer": "Antwort",
                "shares_title": "Wer welchen Teil trägt",
                "bearer": "Anteil",
                "shares": {
                    "fund_cents": "Krankenkasse nach Bewilligung (vereinbarter Preis abzüglich Zuzahlung)",
                    "copayment_cents": "Gesetzliche Zuzahlung",
                    "additional_cents": "Mehrkosten der gewählten Versorgung",
                },
                "own": "Ihr Eigenanteil (Zuzahlung und Mehrkosten)",
                "declaration": "Ihre Erklärung",
                "declarations": "Ihre Erklärungen",
                "signature": "Elektronische Unterschrift",
                "seal": "Elektronisches Siegel",
                "company_declares": (
                    "Dieses Angebot wurde elektronisch erstellt und gilt ohne Unterschrift (Textform, § 126b BGB)."
                ),
                "company_receives": "Der Antrag richtet sich an diese Stelle. Sie entscheidet durch Bescheid.",
                "vat_id": "USt-IdNr.",
                "represented_by": "vertreten durch",
                "supervisor": "Aufsicht:",
                "cut": "Hier abtrennen oder kopieren",
                "attached": "Diesem Dokument sind die Vertragsdaten als Datei contract.json beigefügt.",
                "enclosed": "Die Informationen vor der Erklärung sind als eigene Dateien beigefügt: {names}.",
                "own_heading": "Erklärung zu „{document}“",
                "signed_before": "Unterschrift auf Seite {page}",
            }
        ),
        "en": MappingProxyType(
            {
                "date": "Date",
                "valid_until": "Offer valid until",
                "page": "Page",
                "of": "of",
                "position": "Item",
                "quantity": "Quantity",
                "unit_price": "Unit price",
                "amount": "Amount",
                "net": "Sum without tax",
                "tax_included": "All prices include {label} ({rate}). In the total this is {amount}.",
                "price_title": {"own-document": "Price"},
                "total": {"own-document": "Total price"},
                "declaration": "Your declaration",
                "declarations": "Your declarations",
                "signature": "Electronic signature",
                "seal": "Electronic seal",
                "company_declares": (
                    "This offer was made electronically and is valid without a signature (text form, § 126b BGB)."
                ),
                "vat_id": "VAT ID",
                "represented_by": "represented by",
                "supervisor": "Supervision:",
                "cut": "Cut off or copy here",
                "attached": "The contract data are attached to this document as the file contract.json.",
                "enclosed": "The information before the declaration is attached as files of its own: {names}.",
                "own_heading": "Declaration on “{document}”",
                "signed_before": "Signature on page {page}",
            }
        ),
    }
)
"""Labels per language; a contract in a language without labels has no clauses either and is refused earlier."""

UNITS: Mapping[str, Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "de": MappingProxyType(
            {
                "once": ("", "einmalig", ""),
                "piece": ("Stück", "Stück", ""),
                "month": ("Monat", "Monate", "/Monat"),
                "quarter": ("Quartal", "Quartale", "/Quartal"),
                "year": ("Jahr", "Jahre", "/Jahr"),
                "kwh": ("kWh", "kWh", "ct/kWh"),
            }
        ),
        "en": MappingProxyType(
            {
                "once": ("", "once", ""),
                "piece": ("piece", "pieces", ""),
                "month": ("month", "months", "/month"),
                "quarter": ("quarter", "quarters", "/quarter"),
                "year": ("year", "years", "/year"),
                "kwh": ("kWh", "kWh", "ct/kWh"),
            }
        ),
    }
)
"""Unit of a price line: singular, plural, and what stands behind a price per unit."""
