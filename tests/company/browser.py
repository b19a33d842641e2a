"""A browser of the company's side without a screen: keeps cookies, knows the form secret, holds a passkey."""

from __future__ import annotations

import re
from typing import Any

from tests.company.people import Colleague

HTML = {"Accept": "text/html"}


class Browser:
    """One browser at one installation."""

    def __init__(self, world: Any, person: Colleague | None = None) -> None:
        self.client = world.apps["http://localhost:8080"].test_client()
        self.world = world
        self.log_in(person)

    def log_in(self, person: Colleague | None) -> Browser:
        if person is not None:
            self.client.set_cookie("esign_company", person.token, domain="localhost")
        return self

    def get(self, path: str, **options: Any) -> Any:
        return self.client.get(path, headers={**HTML, **options.pop("headers", {})}, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, *, secret: bool = True, **options: Any) -> Any:
        form = {**({"csrf_token": self.secret()} if secret else {}), **(data or {})}
        return self.client.post(path, data=form, headers={**HTML, **options.pop("headers", {})}, **options)

    def secret(self) -> str:
        """Return a fresh form secret, as any page of the installation shows it."""
        for path in ("/company/login", "/company/account/"):
            found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path).text)
            if found:
                return found[1]
        raise LookupError("no page shows a form")

    def cookie(self, name: str) -> str:
        found = self.client.get_cookie(name, domain="localhost")
        return "" if found is None else str(found.value)

    def passkey(self, path: str, device: Any, data: dict[str, Any] | None = None) -> Any:
        """Ask for a challenge, let the device answer, and send the form."""
        asked = self.client.post(f"{path}/options", headers={"X-CSRFToken": self.secret(), **HTML})
        assert asked.status_code == 200, asked.text
        options = asked.get_json()
        answer = device.make(options) if "user" in options else device.use(options)
        return self.post(path, {"answer": answer, **(data or {})})
