"""The published hash of the browser agent, and how anybody checks it without asking us."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, render_template

from esign.foundation.digests import sha256
from web.ports import Application


def blueprint(application: Application, *, agent_origin: str) -> Blueprint:
    """Return the pages about the agent's bundle."""
    pages = Blueprint("agent", __name__, url_prefix="/agent")

    def published() -> dict[str, Any]:
        if application.settings.agent_dist is None:
            return {"agent": agent_origin, "manifest": None, "manifest_sha256": None, "files": {}}
        data = application.agent_manifest
        return {
            "agent": agent_origin,
            "manifest": f"{agent_origin}/manifest.json",
            "manifest_sha256": sha256(data).hex(),
            "files": dict(json.loads(data)["files"]),
        }

    @pages.get("/manifest")
    def manifest() -> str:
        return render_template("agent.html", **published())

    @pages.get("/manifest.json")
    def manifest_json() -> Response:
        return Response(json.dumps(published(), indent=2) + "\n", mimetype="application/json")

    return pages
