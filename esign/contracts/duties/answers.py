"""How each item is answered: from the contract's own words, so that nothing is told that the contract does not say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from esign.contracts.duties.citations import citations
from esign.contracts.text import Section, compose
from esign.contracts.values import flags, values
from esign.contracts.wording import applies, contract_wording, fill, in_language, wording

if TYPE_CHECKING:
    from esign.contracts.data import ContractData
    from esign.contracts.duties.policy import Duty

OWN_DOCUMENT = "own-document"
WORDS = "duties"
"""Wording around the items."""


class Answers:
    """Answers items of one contract in its language."""

    def __init__(self, contract: ContractData) -> None:
        """Compose the contract once; every answer is a part of it."""
        self._contract = contract
        self._lang = contract.lang
        self._flags = flags(contract)
        self._values: Mapping[str, str] = values(contract)
        self._policy = contract_wording(contract.template, contract.date)
        self._text = compose(contract)
        self._words = wording(WORDS, contract.date)["texts"]

    def of(self, duty: Duty) -> tuple[Section, ...]:
        """Return what answers an item; nothing where nothing does."""
        given = self._contract.information.get(duty.key)
        if given is not None:
            return (_said(given),)
        own = self._policy.get("information", {}).get(duty.key)
        if own is not None:
            return (_said(fill(in_language(own, self._lang), self._values)),)
        found = self._found(duty)
        if not found and self._by_reference(duty):
            return (_said(self.word("by_reference")),)
        return found

    def word(self, name: str, **more: str) -> str:
        """Return one of the words around the items."""
        return fill(in_language(self._words[name], self._lang), {**self._values, **more})

    def sheet(self) -> tuple[str, str, tuple[Section, ...]]:
        """Return title, note and sections of the template's own information sheet; empty where it has none."""
        return self._text.sheet_title, self._text.sheet_note, self._text.sheet

    def _found(self, duty: Duty) -> tuple[Section, ...]:
        match duty.answer:
            case "text":
                return (_said(fill(in_language(duty.text, self._lang), self._values)),)
            case "summary":
                return self._lines(duty.number)
            case "clauses":
                return _sections(self._cited(duty.clause))
            case "conclusion":
                return self._conclusion(duty.point)
            case "instruction":
                form = self._text.form
                return (*self._text.instruction, *((form,) if form is not None else ()))
            case "sheet":
                title = self._text.sheet_title
                return (_said(self.word("sheet", sheet_title=title)),) if title else ()
            case _:
                return ()

    def _by_reference(self, duty: Duty) -> bool:
        """Tell whether the company's own pages are taken to say it: nobody here reads them."""
        needed = duty.answer == "clauses" or duty.answer == "given"
        return self._contract.template == OWN_DOCUMENT and needed and not duty.optional

    def _lines(self, number: str) -> tuple[Section, ...]:
        found = [
            f"{in_language(item['label'], self._lang)}: {fill(in_language(item['value'], self._lang), self._values)}"
            for item in self._policy["summary"]["lines"]
            if number in item["items"] and applies(item, self._flags)
        ]
        return _sections(found)

    def _conclusion(self, point: int | None) -> tuple[Section, ...]:
        section = self._text.conclusion
        if section is None:
            return ()
        if point is None:
            return _sections(list(section.paragraphs))
        return (_said(section.points[point - 1]),) if len(section.points) >= point else ()

    def _cited(self, clause: str) -> list[str]:
        wanted = citations(clause)
        document = in_language(self._policy["document"], self._lang)
        found = [
            fill(paragraph["text"], self._values)
            for paragraph in _paragraphs(document, self._flags)
            if wanted & citations(paragraph["source"])
        ]
        return list(dict.fromkeys(found))


def _paragraphs(document: Mapping[str, Any], held: frozenset[str]) -> Iterator[Mapping[str, Any]]:
    for section in (*document.get("sheet", {}).get("sections", ()), *document["clauses"]):
        if applies(section, held):
            yield from (item for item in section.get("paragraphs", ()) if applies(item, held))


def _said(text: str) -> Section:
    return Section(heading="", paragraphs=(text,))


def _sections(paragraphs: Sequence[str]) -> tuple[Section, ...]:
    return (Section(heading="", paragraphs=tuple(paragraphs)),) if paragraphs else ()
