"""The demonstration: sample contracts, what became of them, and the finished files.

These pages show every contract to whoever opens them. So they exist only where both are true: the trust is a sandbox's,
and the installation's own address is this machine (``available``); and they answer only requests that come from this
machine.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from esign.access import system
from web.errors import DemoUnavailable, SampleUnknown
from web.language import words
from web.ports import Application, ContractView, Settings
from web.samples import Sample
from web.security import is_loopback
from web.see_other import see_other

COMPANY = system("default")
"""The demonstration acts for the first tenant; nobody logs in to these pages."""

ENDED = ("failed", "declined", "cancelled", "expired")
"""States in which a contract ended without coming about."""


def available(settings: Settings) -> bool:
    """Tell whether this installation is a demonstration on this machine."""
    return settings.trust == "sandbox" and is_loopback(settings.web_url)


def level_word(level: object) -> str:
    """Return ``simple``, ``advanced`` or ``qualified`` for a legal level."""
    return str(getattr(level, "name", level)).lower()


def state_name(state: str) -> str:
    """Return the word for a contract's state in the page's language."""
    key = f"state.{state}"
    return words().phrase(key if words().known(key) else "state.other")


def blueprint(
    application: Application, *, sandbox_url: str | None, samples: Callable[[], Sequence[Sample]]
) -> Blueprint:
    """Return the demonstration's pages."""
    pages = Blueprint("demo", __name__, url_prefix="/demo")

    @pages.before_request
    def this_machine_only() -> None:
        if not ipaddress.ip_address(request.remote_addr or "0.0.0.0").is_loopback:  # noqa: S104 - a value, no bind
            raise DemoUnavailable

    @pages.context_processor
    def vocabulary() -> dict[str, Any]:
        return {
            "level_word": level_word,
            "state_name": state_name,
            "ended": ENDED,
            "mailbox_url": f"{sandbox_url}/mailbox" if sandbox_url else None,
        }

    @pages.get("/contracts")
    def contracts() -> str:
        return render_template("contracts.html", contracts=application.contracts.list(COMPANY))

    @pages.post("/contracts")
    def draw_up() -> Response:
        wanted = request.form.get("sample", "")
        sample = next((item for item in samples() if item.name == wanted), None)
        if sample is None:
            raise SampleUnknown
        contract_id = application.contracts.draw_up(COMPANY, sample.data)
        application.contracts.invite(COMPANY, contract_id)
        return see_other(url_for("demo.invited", contract_id=contract_id))

    @pages.get("/contracts/<contract_id>")
    def contract(contract_id: str) -> str:
        view = application.contracts.view(COMPANY, contract_id)
        return render_template("contract.html", contract=view)

    @pages.get("/contracts/<contract_id>/invited")
    def invited(contract_id: str) -> str:
        return render_template("invited.html", contract=application.contracts.view(COMPANY, contract_id))

    @pages.get("/contracts/<contract_id>/signed.pdf")
    def signed_document(contract_id: str) -> Response:
        view = application.contracts.view(COMPANY, contract_id)
        return _file(application.contracts.signed_document(COMPANY, contract_id), view, "pdf", "application/pdf")

    @pages.get("/contracts/<contract_id>/dossier")
    def dossier(contract_id: str) -> Response:
        view = application.contracts.view(COMPANY, contract_id)
        return _file(application.dossiers.create(COMPANY, contract_id), view, "dossier", "application/octet-stream")

    return pages


def _file(data: bytes, view: ContractView, ending: str, media_type: str) -> Response:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", view.reference).strip("-.") or "contract"
    response = Response(data, mimetype=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return response
