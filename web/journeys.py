"""The way back of a customer whom the company handed on: one redirect, to an origin that is registered right now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response

if TYPE_CHECKING:
    from esign.engine import Application


def blueprint(application: Application) -> Blueprint:
    """Return the way back."""
    journeys = Blueprint("journeys", __name__)

    @journeys.get("/return/<journey_id>")
    def way_back(journey_id: str) -> Response:
        response = Response(status=303)
        response.headers["Location"] = application.journeys.way_back(journey_id)
        return response

    return journeys
