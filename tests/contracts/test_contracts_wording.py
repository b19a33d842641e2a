"""What the customer declares and what stands above the button, word for word; the policies' own test cases."""

from __future__ import annotations

import json

import pytest

from esign.contracts import ContractData, check_policies, compose, declaration_text, order_summary
from esign.contracts.errors import MissingLanguage, UnknownPlaceholder
from esign.contracts.policy_tests import samples, words
from esign.contracts.wording import all_wordings, fill

SAMPLES = dict(samples())
FUNCTION = (
    "Wenn Sie diese Online-Funktion nutzen, übermitteln wir Ihnen auf einem dauerhaften Datenträger (z. B. durch eine "
    "E-Mail) unverzüglich eine Eingangsbestätigung mit Informationen zum Inhalt der Widerrufserklärung sowie dem Datum "
    "und der Uhrzeit ihres Eingangs."
)


def test_every_policy_file_passes_its_own_test_cases() -> None:
    assert check_policies() == ()


@pytest.mark.parametrize("folder", ["contracts", "wording"])
def test_every_text_names_its_source_and_whether_it_is_verified(folder: str) -> None:
    def texts(value):
        if isinstance(value, dict):
            if "text" in value:
                yield value
            for item in value.values():
                yield from texts(item)
        elif isinstance(value, list):
            for item in value:
                yield from texts(item)

    for path, policy in all_wordings(folder):
        assert policy["mark"] in {"verified", "to be confirmed", "engineering decision"}, path.name
        for text in texts(policy):
            assert text["source"], path.name
            assert text["mark"] in {"verified", "to be confirmed", "engineering decision"}, path.name
            assert "to be confirmed" not in text["text"], path.name


def test_the_declaration_is_exactly_these_words(sample) -> None:
    assert declaration_text(ContractData.parse(sample("electricity"))) == (
        "Ich, Jana Beispiel, nehme das Angebot der Lichtwerk Beispiel Energie GmbH an und bestelle zahlungspflichtig "
        "die Lieferung von Strom im Tarif „Lichtstrom Fix 12“ für die Lieferstelle Lindenallee 12, 00124 Beispielstadt "
        "(Zähler 1EMH0000047110), zu den Preisen und Bedingungen dieses Dokuments (Vertragsnummer LW-2026-004711).\n\n"
        "Ich unterzeichne dieses Dokument auf elektronischem Weg (fortgeschrittene elektronische Signatur)."
    )


def test_an_english_contract_is_declared_in_english(sample) -> None:
    data = sample("mobile")
    data["lang"] = "en"
    data["order"]["label"] = "order with obligation to pay"
    contract = ContractData.parse(data)
    assert declaration_text(contract).startswith("I, Sophie Müller-Lüdenscheidt, accept the offer of")
    assert "with obligation to pay" in declaration_text(contract)
    summary = order_summary(contract)
    assert (summary.lang, summary.title, summary.label) == (
        "en",
        "Your order at a glance",
        "order with obligation to pay",
    )
    assert ("Total price of the minimum term", "€379.75") in [(line.label, line.value) for line in summary.lines]


def test_clauses_in_a_language_that_nobody_wrote_are_not_invented(sample) -> None:
    data = sample("mobile")
    data["lang"] = "en"
    data["order"]["label"] = "order with obligation to pay"
    with pytest.raises(MissingLanguage) as caught:
        compose(ContractData.parse(data))
    assert caught.value.code == "contracts.wording.language"


@pytest.mark.parametrize("name", SAMPLES)
def test_no_declaration_confirms_facts(name: str) -> None:
    """BGB § 309 No. 12 (b)."""
    contract = ContractData.parse(SAMPLES[name])
    said = (declaration_text(contract) + words(compose(contract))).casefold()
    for phrase in ("gelesen", "zur kenntnis genommen", "habe ich erhalten", "ich erhalten habe", "verstanden"):
        assert phrase not in said


@pytest.mark.parametrize("name", SAMPLES)
def test_a_contract_calls_its_signature_by_its_level_and_nothing_more(name: str) -> None:
    contract = ContractData.parse(SAMPLES[name])
    said = (declaration_text(contract) + words(compose(contract))).casefold()
    mine = {"simple": "einfache", "advanced": "fortgeschrittene", "qualified": "qualifizierte"}
    for level, word in mine.items():
        assert (f"{word} elektronische signatur" in said) == (level == contract.level.word)
    if contract.level.word == "simple":
        assert "fortgeschritten" not in said
        assert "qualifiziert" not in said


def test_the_summary_has_what_section_312j_2_asks_for(sample) -> None:
    summary = order_summary(ContractData.parse(sample("electricity")))
    assert [line.label for line in summary.lines] == [
        "Leistung",
        "Preis",
        "Kosten im Jahr",
        "Weitere Kosten",
        "Mindestlaufzeit",
        "Verlängerung und Kündigung",
        "Widerruf",
    ]
    assert (
        summary.lines[2].value == "Voraussichtlich 1.046,56\u00a0€ bei 2.800\u00a0kWh; Abschlag 87,00\u00a0€ im Monat"
    )
    assert summary.label == "zahlungspflichtig bestellen"


def test_a_personalised_price_is_said_directly_above_the_button(sample) -> None:
    data = sample("electricity")
    data["personalised_price"] = True
    labels = [line.label for line in order_summary(ContractData.parse(data)).lines]
    assert "Personalisierter Preis" in labels


def test_the_summary_is_canonical_json_without_the_button_label(sample) -> None:
    summary = order_summary(ContractData.parse(sample("mobile")))
    value = json.loads(summary.canonical())
    assert list(value) == ["lang", "lines", "title"]
    assert list(value["lines"][0]) == ["label", "value"]
    assert "zahlungspflichtig" not in summary.canonical().decode()


@pytest.mark.parametrize("which", ["electricity", "mobile", "household"])
def test_the_instruction_names_the_withdrawal_function_in_the_statutory_words(sample, which: str) -> None:
    """BGB § 356a; EGBGB Anlage 1, design note 3, in force since 2026-06-19."""
    contract = ContractData.parse(sample(which))
    said = words(compose(contract))
    assert (
        f"Sie können Ihr Widerrufsrecht auch online unter {contract.withdrawal.function_url} ausüben. {FUNCTION}"
        in said
    )


@pytest.mark.parametrize(("which", "has_form"), [("electricity", True), ("mobile", True), ("household", False)])
def test_the_model_form_of_anlage_2_goes_with_the_instruction_of_anlage_1(sample, which: str, has_form: bool) -> None:
    text = compose(ContractData.parse(sample(which)))
    assert (text.form is not None) == has_form
    assert text.instruction_title == "Widerrufsbelehrung"


def test_where_there_is_no_right_there_is_no_instruction(sample) -> None:
    text = compose(ContractData.parse(sample("cost")))
    assert (text.instruction, text.form, text.conclusion) == ((), None, None)


def test_the_contract_summary_of_tkg_54_has_the_headings_of_the_template(sample) -> None:
    """Implementing Regulation (EU) 2019/2243."""
    text = compose(ContractData.parse(sample("mobile")))
    assert [section.heading for section in text.sheet] == [
        "Dienste und Geräte",
        "Geschwindigkeiten des Internetdienstes und Abhilfen bei Problemen",
        "Preis",
        "Laufzeit, Verlängerung und Kündigung",
        "Funktionsmerkmale für Endnutzer mit Behinderungen",
        "Sonstige relevante Informationen",
    ]


def test_the_electricity_contract_has_what_enwg_41_asks_for(sample) -> None:
    said = words(compose(ContractData.parse(sample("electricity"))))
    for item in (
        "Lichtwerk Beispiel Energie GmbH, Kraftwerkstraße 1",
        "00000047119",
        "12 Monate, bis 31.01.2028",
        "Netznutzung und Messstellenbetrieb sind Teil unserer Leistung",
        "außerhalb der Grundversorgung",
        "spätestens einen Monat vorher",
        "Abschläge von je 87,00",
        "haften wir unbeschränkt",
        "Der Lieferantenwechsel ist für Sie unentgeltlich",
        "Aktuelle Informationen über unsere Tarife",
        "Schlichtungsstelle Energie",
        "Verbraucherservice der Bundesnetzagentur",
        "innerhalb einer Woche nach Zugang",
    ):
        assert item in said.replace("\u00a0", " ")


def test_values_are_filled_in_once_and_never_looked_into_again() -> None:
    assert fill("{a} {b}", {"a": "{b}", "b": "x"}) == "{b} x"
    with pytest.raises(UnknownPlaceholder) as caught:
        fill("{missing}", {"a": "secret"})
    assert dict(caught.value.facts) == {"placeholder": "missing"}


def test_a_name_with_braces_stays_a_name(sample) -> None:
    data = sample("electricity")
    data["signatory"]["given_name"] = "{company}"
    assert declaration_text(ContractData.parse(data)).startswith("Ich, {company} Beispiel, nehme")
