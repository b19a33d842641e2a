"""The customer's rights: what was told and consented to, the period for withdrawal, declarations, tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from esign.client.transport import Json, Transport, given, quoted


class Rights(Transport):
    """What a backend reads and tells about the customer's rights. Days are ``2027-01-31``, instants have an offset."""

    # Before and beside the order

    def information(self, contract_id: str) -> Json:
        """Return which files were told before the declaration and delivered to whom, and the rules of the contract."""
        return self._get(f"/contracts/{quoted(contract_id)}/information")

    def consents(self, contract_id: str) -> list[Json]:
        """Return the consents about a contract, those that were revoked among them."""
        return self._items(f"/contracts/{quoted(contract_id)}/consents")

    def tell_consent(
        self,
        contract_id: str,
        kind: str,
        *,
        party: str,
        statements: Sequence[str],
        given_at: str,
        evidence: str,
        idempotency_key: str | None = None,
    ) -> Json:
        """Tell a consent that a customer gave elsewhere.

        Args:
            contract_id: The contract, whose data ask for this consent.
            kind: Such as ``advertising``.
            party: Who gave it.
            statements: The statements that were ticked, all of them.
            given_at: Day or instant.
            evidence: What proves it, such as the number of a record.
            idempotency_key: Your own name for the request.
        """
        body = {
            "kind": kind,
            "party": party,
            "statements": list(statements),
            "given_at": given_at,
            "evidence": evidence,
        }
        return self._post(f"/contracts/{quoted(contract_id)}/consents", body, idempotency_key)

    def revoke_consent(self, contract_id: str, consent_id: str) -> Json:
        """Tell that a customer revoked a consent elsewhere."""
        return self._post(f"/contracts/{quoted(contract_id)}/consents/revoke", {"consent": consent_id})

    # What happened after the conclusion

    def withdrawal_period(self, contract_id: str) -> Json:
        """Return the period for withdrawal as it follows from what is known now, each day with its clause."""
        return self._get(f"/contracts/{quoted(contract_id)}/withdrawal-period")

    def record_performance(
        self, contract_id: str, event: str, at: str, *, idempotency_key: str | None = None, **said: Any
    ) -> Json:
        """State what happened; the period follows at once.

        Args:
            contract_id: The contract, which is concluded.
            event: Such as ``goods_received`` or ``fully_performed``.
            at: Day or instant; nothing that is still to come.
            idempotency_key: Your own name for the request.
            said: What belongs to the event: ``complete``, ``names_function``, ``delivery``, ``deliveries``,
                ``consumer``, ``trader``, ``note``.
        """
        body = {"event": event, "at": at, **said}
        return self._post(f"/contracts/{quoted(contract_id)}/performance", body, idempotency_key)

    def take_back_performance(self, contract_id: str, statement_id: str) -> Json:
        """Take a statement back; it counts no longer, and stays in the evidence."""
        return self._post(f"/contracts/{quoted(contract_id)}/performance/take-back", {"statement": statement_id})

    # Withdrawals and terminations

    def declarations(self, *, state: str | None = None) -> Iterator[Json]:
        """Return withdrawals and terminations, newest first: those that are ``waiting``, or ``done``."""
        return self._pages("/declarations", given(state=state))

    def contract_declarations(self, contract_id: str) -> list[Json]:
        """Return the withdrawals and terminations that concern a contract, oldest first."""
        return self._items(f"/contracts/{quoted(contract_id)}/declarations")

    def declaration(self, declaration_id: str) -> Json:
        """Return a declaration: what it says, and what the software makes of it."""
        return self._get(f"/declarations/{quoted(declaration_id)}")

    def enter_declaration(
        self, right: str, channel: str, received: str, *, idempotency_key: str | None = None, **said: Any
    ) -> Json:
        """Enter a declaration that came another way; it is kept whatever it says, and acknowledged.

        Args:
            right: ``withdrawal`` or ``termination``.
            channel: ``letter``, ``email``, ``phone``, ``fax``, ``in_person`` or ``chat``.
            received: Day or instant: the refund counts from it.
            idempotency_key: Your own name for the request.
            said: ``sent`` (the period counts by it), ``name``, ``contract``, ``email``, ``lang``, and of a termination
                ``how``, ``reason``, ``wished``.
        """
        body = {"right": right, "channel": channel, "received": received, **said}
        return self._post("/declarations", body, idempotency_key)

    def acknowledgement(self, declaration_id: str) -> bytes:
        """Return the acknowledgement of a declaration as it was sent, as PDF."""
        return self._send("GET", f"/declarations/{quoted(declaration_id)}/acknowledgement").content

    def settle_declaration(self, declaration_id: str, words: str) -> Json:
        """Say what became of a declaration; its tasks are done with it."""
        return self._post(f"/declarations/{quoted(declaration_id)}/settle", {"words": words})

    # Tasks

    def tasks(self, *, state: str | None = None, kind: str | None = None, due_to: str | None = None) -> Iterator[Json]:
        """Return what has to be done, the first one due first: ``open`` or ``done``, of a kind, up to a day."""
        return self._pages("/tasks", given(state=state, kind=kind, due_to=due_to))

    def finish_task(self, task_id: str, words: str) -> Json:
        """Say that a task is done, with a note."""
        return self._post(f"/tasks/{quoted(task_id)}/done", {"words": words})
