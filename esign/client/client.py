"""The client itself: one method an operation; repetitions do nothing twice."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from esign.client.own_documents import OwnDocuments
from esign.client.rights import Rights
from esign.client.seals import Seals
from esign.client.transport import Json, given, instant, quoted


class ApiClient(Rights, OwnDocuments, Seals):
    """Talks to the interface of one installation; made with an address and a key.

    See :class:`~esign.client.transport.Transport`.
    """

    # Contracts

    def create_contract(
        self,
        data: Mapping[str, Any],
        *,
        invite: bool = False,
        validity: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> Json:
        """Draw up a contract; with ``invite`` its parties are invited in the same step.

        Args:
            data: Contract data.
            invite: Whether its parties are invited.
            validity: Until when it can be signed: ``days`` or ``until``, and ``reminders``.
            idempotency_key: Your own name for the request.
        """
        body = {"data": dict(data), "invite": invite} | ({} if validity is None else {"validity": dict(validity)})
        return self._post("/contracts", body, idempotency_key)

    def contracts(
        self,
        *,
        state: str | None = None,
        template: str | None = None,
        reference: str | None = None,
        created_from: datetime | None = None,
        created_before: datetime | None = None,
    ) -> Iterator[Json]:
        """Return contracts, newest first, page after page."""
        wanted = given(
            state=state,
            template=template,
            reference=reference,
            created_from=instant(created_from),
            created_before=instant(created_before),
        )
        return self._pages("/contracts", wanted)

    def contract(self, contract_id: str) -> Json:
        """Return a contract."""
        return self._get(f"/contracts/{quoted(contract_id)}")

    def contract_data(self, contract_id: str) -> Json:
        """Return the data from which a contract was drawn up."""
        return self._get(f"/contracts/{quoted(contract_id)}/data")

    def parties(self, contract_id: str) -> list[Json]:
        """Return who is to sign, in order."""
        return self._items(f"/contracts/{quoted(contract_id)}/parties")

    def invite(self, contract_id: str, party: str | None = None) -> list[Json]:
        """Invite a party, or everybody whose turn it is."""
        body = {} if party is None else {"party": party}
        return list(self._post(f"/contracts/{quoted(contract_id)}/invite", body)["items"])

    def remind(self, contract_id: str, party: str) -> Json:
        """Remind a party by mail."""
        return self._post(f"/contracts/{quoted(contract_id)}/remind", {"party": party})

    def resend(self, contract_id: str, party: str) -> list[Json]:
        """Send a party a new invitation."""
        return list(self._post(f"/contracts/{quoted(contract_id)}/resend", {"party": party})["items"])

    def cancel(self, contract_id: str, reason: str = "") -> Json:
        """Cancel a contract."""
        return self._post(f"/contracts/{quoted(contract_id)}/cancel", {"reason": reason})

    def correct_address(self, contract_id: str, party: str, email: str) -> Json:
        """Correct an address; returns the contract that takes the place of the old one."""
        return self._post(f"/contracts/{quoted(contract_id)}/correct-address", {"party": party, "email": email})

    def delegate(self, contract_id: str, party: str, person: Mapping[str, Any]) -> Json:
        """Put somebody else in a party's place; returns the contract that takes the place of the old one."""
        return self._post(f"/contracts/{quoted(contract_id)}/delegate", {"party": party, "person": dict(person)})

    def change_validity(self, contract_id: str, **validity: Any) -> Json:
        """Give a contract more time, or other reminders: ``days`` or ``until``, ``reminders``."""
        return self._post(f"/contracts/{quoted(contract_id)}/validity", validity)

    def renew(self, contract_id: str, **wished: Any) -> Json:
        """Draw up anew a contract that ended: ``accept_until``, ``validity``, ``invite``; returns the new one."""
        return self._post(f"/contracts/{quoted(contract_id)}/renew", wished)

    def deadlines(self, contract_id: str) -> list[Json]:
        """Return what ends or happens by itself, the next first."""
        return self._items(f"/contracts/{quoted(contract_id)}/deadlines")

    def formation(self, contract_id: str) -> Json:
        """Return how a contract came about, or stands: state, clause, every event."""
        return self._get(f"/contracts/{quoted(contract_id)}/formation")

    def resend_confirmation(self, contract_id: str, party: str) -> Json:
        """Send a party the confirmation of a concluded contract again."""
        return self._post(f"/contracts/{quoted(contract_id)}/confirm", {"party": party})

    def accept_order(self, contract_id: str) -> Json:
        """Accept a customer's order; the contract is concluded when the acceptance has reached everybody."""
        return self._post(f"/contracts/{quoted(contract_id)}/accept", {})

    def decline_order(self, contract_id: str, reason: str = "") -> Json:
        """Turn a customer's order down."""
        return self._post(f"/contracts/{quoted(contract_id)}/decline", {"reason": reason})

    def ask_representative(self, contract_id: str, party: str, *, name: str, email: str) -> Json:
        """Ask a minor's legal representative for consent, or for the approval; returns the link of the mail."""
        body = {"party": party, "name": name, "email": email}
        return self._post(f"/contracts/{quoted(contract_id)}/representatives", body)

    def demand_approval(self, contract_id: str, party: str) -> Json:
        """Demand a minor's legal representative to declare about the approval: two weeks from its arrival."""
        return self._post(f"/contracts/{quoted(contract_id)}/demand-approval", {"party": party})

    def journey_link(self, contract_id: str, party: str, return_url: str) -> Json:
        """Return a link to which the company's own page sends the customer."""
        body = {"party": party, "return_url": return_url}
        return self._post(f"/contracts/{quoted(contract_id)}/journey-links", body)

    # Many at once

    def check_bulk(
        self,
        rows: Sequence[Mapping[str, Any]],
        *,
        form: str = "",
        like: str = "",
        name: str = "rows",
        validity: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> Json:
        """Check rows from which contracts are to be made; nothing is drawn up.

        Args:
            rows: Texts by column; without ``form`` and ``like`` contract data.
            form: The form whose fields the columns are.
            like: The contract in whose data the columns are places.
            name: What the run is called in lists.
            validity: Until when the contracts can be signed.
            idempotency_key: Your own name for the request.
        """
        plan = {"form": form} if form else {"like": like} if like else {}
        body: dict[str, Any] = {"name": name, **plan, "rows" if plan else "contracts": [dict(row) for row in rows]}
        return self._post("/bulk-runs", body | ({"validity": dict(validity)} if validity else {}), idempotency_key)

    def check_bulk_csv(self, csv: bytes, *, idempotency_key: str | None = None, **query: str) -> Json:
        """Check a file: ``form`` or ``like``, and ``name``, ``valid_days``, ``valid_until``."""
        key = idempotency_key or str(uuid.uuid4())
        return dict(self._send("POST", "/bulk-runs", query=query, data=("text/csv", csv), key=key).json())

    def bulk_runs(self) -> Iterator[Json]:
        """Return runs, newest first, page after page."""
        return self._pages("/bulk-runs", {})

    def bulk_run(self, bulk_id: str) -> Json:
        """Return a run, and how many rows stand where."""
        return self._get(f"/bulk-runs/{quoted(bulk_id)}")

    def bulk_rows(self, bulk_id: str, *, state: str | None = None) -> Iterator[Json]:
        """Return what the check found and what became of each row, in order."""
        return self._pages(f"/bulk-runs/{quoted(bulk_id)}/rows", {} if state is None else {"state": state})

    def start_bulk(self, bulk_id: str) -> Json:
        """Let the rows that are right be made; the event ``bulk.finished`` tells the end."""
        return self._post(f"/bulk-runs/{quoted(bulk_id)}/start", None)

    def cancel_bulk(self, bulk_id: str) -> Json:
        """Make nothing more; contracts that were made stay."""
        return self._post(f"/bulk-runs/{quoted(bulk_id)}/cancel", None)

    # Forms and cases

    def forms(self) -> list[Json]:
        """Return the forms that the company offers today."""
        return self._items("/forms")

    def form(self, form: str, *, lang: str = "de") -> Json:
        """Return a form with the JSON Schema of its answers."""
        return self._get(f"/forms/{quoted(form)}", {"lang": lang})

    def create_case(
        self, form: str, answers: Mapping[str, str], *, reference: str = "", idempotency_key: str | None = None
    ) -> Json:
        """Send the answers of a form in: checked, decided, and where the rules accept drawn up and invited."""
        body: dict[str, Any] = {"form": form, "answers": dict(answers)}
        return self._post("/cases", body | ({"reference": reference} if reference else {}), idempotency_key)

    def cases(self, *, state: str | None = None, form: str | None = None) -> Iterator[Json]:
        """Return cases, newest first, page after page."""
        return self._pages("/cases", given(state=state, form=form))

    def case(self, case_id: str) -> Json:
        """Return a case with its answers, and why it was decided so."""
        return self._get(f"/cases/{quoted(case_id)}")

    def corrections(self, case_id: str) -> Json:
        """Return what the customer corrected of what was filled in from the company's data."""
        return self._get(f"/cases/{quoted(case_id)}/corrections")

    def decide_case(self, case_id: str, *, accept: bool, reason: str = "") -> Json:
        """Decide a case that waits for an employee."""
        return self._post(f"/cases/{quoted(case_id)}/decide", {"accept": accept, "reason": reason})

    def close_case(self, case_id: str, reason: str = "") -> Json:
        """Close a case with which nobody goes on."""
        return self._post(f"/cases/{quoted(case_id)}/close", {"reason": reason})

    def prefill_token(self, form: str, customer: str, *, hours: int = 168) -> Json:
        """Return a link with which one customer finds one form filled in, once."""
        return self._post(f"/forms/{quoted(form)}/prefill-tokens", {"customer": customer, "hours": hours})

    # Documents and evidence

    def documents(self, contract_id: str) -> list[Json]:
        """Return which documents of a contract there are."""
        return self._items(f"/contracts/{quoted(contract_id)}/documents")

    def document(self, contract_id: str, document: str = "signed") -> bytes:
        """Return a document as PDF: ``draft`` or ``signed``."""
        return self._send("GET", f"/contracts/{quoted(contract_id)}/documents/{quoted(document)}").content

    def dossier(self, contract_id: str) -> bytes:
        """Return everything about a concluded contract."""
        return self._send("GET", f"/contracts/{quoted(contract_id)}/dossier").content

    def events(
        self, contract_id: str | None = None, *, kind: str | None = None, after: str | None = None
    ) -> Iterator[Json]:
        """Return events, oldest first, until there are no more; with ``kind`` those of this kind."""
        path, asked = ("/events", kind) if contract_id is None else (f"/contracts/{quoted(contract_id)}/events", None)
        while True:
            page = self.events_page(path, kind=asked, after=after)
            yield from (event for event in page["items"] if kind in (None, event["kind"]))
            if not page["more"]:
                return
            after = page["next"]

    def events_page(self, path: str = "/events", *, kind: str | None = None, after: str | None = None) -> Json:
        """Return one page of events; keep its ``next`` and ask again with it."""
        return self._get(path, given(kind=kind or None, after=after or None))

    # Webhooks and return addresses

    def create_webhook(self, url: str, *, kinds: Sequence[str] = (), notify: str = "") -> Json:
        """Make a webhook; its secret stands in the answer and nowhere else."""
        return self._post("/webhooks", {"url": url, "kinds": list(kinds), "notify": notify})

    def webhooks(self) -> list[Json]:
        """Return all webhooks."""
        return self._items("/webhooks")

    def webhook(self, webhook_id: str) -> Json:
        """Return a webhook; never its secret."""
        return self._get(f"/webhooks/{quoted(webhook_id)}")

    def change_webhook(self, webhook_id: str, **changes: Any) -> Json:
        """Change a webhook: ``url``, ``kinds``, ``notify``, ``state``."""
        answer = self._send("PATCH", f"/webhooks/{quoted(webhook_id)}", body=changes)
        return dict(answer.json())

    def delete_webhook(self, webhook_id: str) -> None:
        """Delete a webhook."""
        self._send("DELETE", f"/webhooks/{quoted(webhook_id)}")

    def rotate_webhook_secret(self, webhook_id: str) -> Json:
        """Give a webhook a new secret; it stands in the answer and nowhere else."""
        return self._post(f"/webhooks/{quoted(webhook_id)}/rotate-secret", None)

    def test_webhook(self, webhook_id: str) -> Json:
        """Send a test."""
        return self._post(f"/webhooks/{quoted(webhook_id)}/test", None)

    def webhook_deliveries(self, webhook_id: str) -> Iterator[Json]:
        """Return the delivery log, newest first."""
        return self._pages(f"/webhooks/{quoted(webhook_id)}/deliveries", {})

    def redeliver(self, webhook_id: str, delivery_id: str) -> Json:
        """Send once more."""
        return self._post(f"/webhooks/{quoted(webhook_id)}/deliveries/{quoted(delivery_id)}/redeliver", None)

    def create_return_address(self, origin: str) -> Json:
        """Register an origin to which customers may be sent back; its secret stands in the answer and nowhere else."""
        return self._post("/return-addresses", {"origin": origin})

    def return_addresses(self) -> list[Json]:
        """Return the registered origins."""
        return self._items("/return-addresses")

    def delete_return_address(self, return_address_id: str) -> None:
        """Send nobody back to an origin any more."""
        self._send("DELETE", f"/return-addresses/{quoted(return_address_id)}")

    def key(self) -> Json:
        """Return what may be shown of the key that is used."""
        return self._get("/key")
