"""A customer at a form: fills it in with script or without, as a person does, and goes on to the outcome."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from esign.forms import FormDefinition, form_definition
from esign.forms.form_tests import case_answers

PEOPLE = {
    "electricity-supply": "jana-beispiel",
    "household-insurance": "mehmet-yilmaz-gross",
    "mobile-plan": "sophie-mueller-luedenscheidt",
    "cost-approval": "karl-heinz-oesterreicher",
}
"""Who signs each form's contract at the sandbox's identity provider."""

_DAYS = {
    "electricity-supply": {"supply_start": 60},
    "household-insurance": {"begins": 60},
    "mobile-plan": {"starts": 60},
    "cost-approval": {"prescription_date": -5, "valid_until": 90},
}


def form_of(name: str) -> FormDefinition:
    return form_definition(name, date.today())


def answers_of(name: str, **changes: str) -> dict[str, str]:
    """Return the answers of the form's own first example, with days that fit today."""
    form = form_of(name)
    case = next(item for item in form.tests if "answers" in item)
    days = {field: f"{date.today() + timedelta(days=n):%d.%m.%Y}" for field, n in _DAYS[name].items()}
    found = {**case_answers(form, case), **days, **changes}
    return {field: value for field, value in found.items() if value}


class Filler:
    """One person at one tab."""

    def __init__(self, page: Any, web: str, name: str) -> None:
        self.page, self.web, self.name = page, web, name
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog {dialog.message}"))

    def open(self, fragment: str = "") -> Filler:
        self.page.goto(f"{self.web}/formulare/{self.name}{fragment}")
        return self.ready()

    def ready(self) -> Filler:
        """Wait for the module, where scripts run."""
        if self.scripted:
            self.page.wait_for_selector("#form[data-ready]", state="attached")
        return self

    @property
    def scripted(self) -> bool:
        return self.page.locator("noscript button").count() == 0

    def fill(self, answers: dict[str, str]) -> Filler:
        """Answer in the form's order; questions that follow from answers appear meanwhile."""
        for field in form_of(self.name).fields:
            if field.name in answers:
                self.answer(field.name, answers[field.name])
        return self

    def answer(self, name: str, value: str) -> Filler:
        control = self.page.locator(f'[name="f.{name}"]')
        kind = control.first.get_attribute("type") or control.first.evaluate("e => e.tagName.toLowerCase()")
        if kind == "radio":
            self.page.locator(f'[name="f.{name}"][value="{value}"]').check()
        elif kind == "checkbox":
            control.set_checked(value == "yes")
        elif kind == "select":
            control.select_option(value)
        else:
            control.fill(value)
            control.blur()
        return self

    def press(self, action: str) -> Filler:
        with self.page.expect_navigation():
            self.page.locator(f'button[name="action"][value="{action}"]').click()
        return self

    def check(self) -> Filler:
        return self.press("check")

    def send(self) -> Filler:
        with self.page.expect_navigation(url="**/ergebnis"):
            self.page.locator("form.send button").click()
        return self

    def kept(self) -> Filler:
        """Wait until what was typed is kept quietly."""
        self.page.wait_for_function("() => document.getElementById('kept').textContent !== ''")
        return self

    def value(self, name: str) -> str:
        return str(self.page.locator(f'[name="f.{name}"]').input_value())

    def said(self, name: str) -> list[str]:
        """What stands next to a field."""
        return list(self.page.locator(f"#f-{name}-said p").all_text_contents())

    def shown(self, name: str) -> bool:
        return bool(self.page.locator(f'[data-field="{name}"]').is_visible())

    @property
    def path(self) -> str:
        return str(self.page.evaluate("location.pathname + location.search"))

    @property
    def heading(self) -> str:
        return str(self.page.locator("h1").inner_text())
