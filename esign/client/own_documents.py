"""The company's own documents: uploaded files, page templates in versions."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from esign.client.transport import Json, Transport, given, quoted


class OwnDocuments(Transport):
    """What is done with files and templates of the company."""

    def upload(self, pdf: bytes, *, idempotency_key: str | None = None) -> Json:
        """Upload a PDF; contract data and templates name it by its ``id``. A refusal says the exact reason."""
        key = idempotency_key or str(uuid.uuid4())
        return dict(self._send("POST", "/files", data=("application/pdf", pdf), key=key).json())

    def file(self, file_id: str) -> Json:
        """Return an uploaded file that waits."""
        return self._get(f"/files/{quoted(file_id)}")

    def discard(self, file_id: str) -> None:
        """Discard an uploaded file; contracts that used it keep their pages."""
        self._send("DELETE", f"/files/{quoted(file_id)}")

    def templates(self, *, archived: bool = False) -> list[Json]:
        """Return the company's page templates, newest first; with ``archived`` those too that are archived."""
        return list(self._get("/templates", {"archived": "yes"} if archived else None)["items"])

    def create_template(
        self, description: Mapping[str, Any], file_id: str, *, idempotency_key: str | None = None
    ) -> Json:
        """Make a page template of an uploaded file."""
        return self._post("/templates", {"description": description, "file": file_id}, idempotency_key)

    def template(self, template_id: str, *, version: int | None = None) -> Json:
        """Return a page template with its description, in its newest version or in a named one."""
        wanted = {} if version is None else {"version": str(version)}
        return self._get(f"/templates/{quoted(template_id)}", wanted)

    def add_template_version(
        self,
        template_id: str,
        description: Mapping[str, Any],
        *,
        file_id: str | None = None,
        newest: int | None = None,
        idempotency_key: str | None = None,
    ) -> Json:
        """Add a version; contracts of earlier ones stay what they are.

        Args:
            template_id: The template.
            description: Fields and variables of the new version.
            file_id: Another PDF; None: the pages stay.
            newest: The version that the change began with; refused (409) if there is a newer one.
            idempotency_key: Your own name for the request.
        """
        body = {"description": dict(description)} | given(file=file_id, newest=newest)
        return self._post(f"/templates/{quoted(template_id)}/versions", body, idempotency_key)

    def preview_template(
        self,
        template_id: str,
        values: Mapping[str, Any] | None = None,
        *,
        version: int | None = None,
        description: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the pages filled in, as PDF; what ``values`` leaves out is made up, and nothing is kept."""
        body = given(values=values, version=version, description=description)
        return self._send("POST", f"/templates/{quoted(template_id)}/preview", body=body).content

    def archive_template(self, template_id: str) -> Json:
        """Make no new contracts with a template; existing ones stay."""
        return self._post(f"/templates/{quoted(template_id)}/archive", None)

    def restore_template(self, template_id: str) -> Json:
        """Take an archived template into use again."""
        return self._post(f"/templates/{quoted(template_id)}/restore", None)
