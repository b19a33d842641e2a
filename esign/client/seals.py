"""The company's seal on documents: one at once, or batches in the background."""

from __future__ import annotations

from collections.abc import Iterator

from esign.client.transport import Json, Transport, quoted

PDF, XML = "application/pdf", "application/xml"


class Seals(Transport):
    """What is done with the company's seal."""

    def seal(self, document: bytes, *, level: str = "B-T") -> bytes:
        """Return a document sealed: a PDF, or an e-invoice that is XML, which becomes a PDF.

        Args:
            document: Its bytes, up to 16 MiB.
            level: ``B-B``, ``B-T``, ``B-LT`` or ``B-LTA``.
        """
        return self._send("POST", "/seals", query={"level": level}, data=(_kind(document), document)).content

    def open_seal_batch(
        self, *, level: str = "B-T", evidence_record: bool = False, idempotency_key: str | None = None
    ) -> Json:
        """Open a batch of documents that are sealed in the background.

        Args:
            level: The level of all its seals.
            evidence_record: Whether one timestamp is to prove all of them, with a record for each.
            idempotency_key: Your own name for the request.
        """
        return self._post("/seal-batches", {"level": level, "evidence_record": evidence_record}, idempotency_key)

    def seal_batches(self) -> Iterator[Json]:
        """Return the key's batches, newest first."""
        return self._pages("/seal-batches", {})

    def seal_batch(self, batch_id: str) -> Json:
        """Return a batch and how far it is."""
        return self._get(f"/seal-batches/{quoted(batch_id)}")

    def add_to_seal_batch(self, batch_id: str, name: str, document: bytes) -> Json:
        """Hand a document over; doing it twice changes nothing."""
        address = f"/seal-batches/{quoted(batch_id)}/documents/{quoted(name)}"
        return dict(self._send("PUT", address, data=(_kind(document), document)).json())

    def complete_seal_batch(self, batch_id: str) -> Json:
        """Say that all documents are handed over; the event ``seal.batch_finished`` tells when they are sealed."""
        return self._post(f"/seal-batches/{quoted(batch_id)}/complete", None)

    def seal_results(self, batch_id: str) -> Iterator[Json]:
        """Return what became of each document, in the order in which they came."""
        return self._pages(f"/seal-batches/{quoted(batch_id)}/results", {})

    def sealed_document(self, batch_id: str, name: str) -> bytes:
        """Return a sealed document."""
        return self._send("GET", f"/seal-batches/{quoted(batch_id)}/documents/{quoted(name)}").content

    def seal_evidence_record(self, batch_id: str, name: str) -> bytes:
        """Return the evidence record of a sealed document (RFC 4998, DER)."""
        return self._send("GET", f"/seal-batches/{quoted(batch_id)}/evidence-records/{quoted(name)}").content

    def delete_seal_batch(self, batch_id: str) -> None:
        """Delete the documents of a batch and their names; digests stay."""
        self._send("DELETE", f"/seal-batches/{quoted(batch_id)}")


def _kind(document: bytes) -> str:
    """Return the media type of a document; what it really is, is looked at by the installation."""
    return XML if document[:100].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else PDF
