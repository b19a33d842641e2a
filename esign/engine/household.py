"""What every use case of the engine has at hand."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from esign.access import Actor
from esign.access.passkeys import Site
from esign.engine.accounts.ports import CompanyProvider
from esign.engine.api.ports import Rates, WebhookCaller
from esign.engine.contents import ContractContents
from esign.engine.forms.ports import Offers, PrefillBook
from esign.engine.ports import Documents, Mailer, Store, Transaction
from esign.engine.records import ContractRecord
from esign.engine.refusals import CompanyDeviceRefused
from esign.engine.sealing.ports import SealBench, SealFiles
from esign.evidence.kinds import EntryKind
from esign.forms import ReferenceData
from esign.foundation.clock import Clock
from esign.identity import CertificateFacts
from esign.identity.ports import CertificationAuthority, IdentityProvider, RevocationSource
from esign.policy import SignaturePolicy, signature_policies
from esign.proof.certificate_path import verify_path
from esign.proof.ports import TimestampSource
from esign.proof.timestamps import TimestampToken
from esign.sealing.batches import Steps, no_steps
from esign.settings import Settings
from esign.signing import CreationDevice, Devices, Receipt, SealNotValid
from esign.validation import TrustAnchors
from esign.validation.list_keeper import ListKeeper

BERLIN = ZoneInfo("Europe/Berlin")
"""Legal days are local days (law.md 0.2, principle 4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """The ports, joined by the bootstrap."""

    settings: Settings
    clock: Clock
    store: Store
    documents: Documents
    timestamps: TimestampSource
    authority: CertificationAuthority
    provider: IdentityProvider
    revocation: RevocationSource
    devices: Devices
    trust: TrustAnchors
    mailer: Mailer
    webhook_caller: WebhookCaller
    rates: Rates
    offers: Offers
    """Which company offers which forms."""
    prefill: PrefillBook
    """Which form is filled in from where."""
    reference: ReferenceData
    """Postal codes and bank codes."""
    dispute_keys: tuple[bytes, bytes]
    """SubjectPublicKeyInfos of two persons, to whom seeds are escrowed: the inner one's and the outer one's."""
    agent_digest: bytes
    """SHA-256 of the manifest of the browser agent that is served."""
    agent_manifest: bytes
    seal_bench: SealBench
    """The company's seal with everything around it, for documents of backend systems."""
    seal_files: SealFiles
    """Where the documents of their batches lie."""
    company_provider: CompanyProvider | None = None
    """Who vouches for the company's staff; None: nobody outside."""
    seal_steps: Steps = no_steps
    """Is told of each step of a batch; tests stop the work there."""
    customer_provider: CompanyProvider | None = None
    """Who recognises a customer who wants a form filled in; None: nobody."""
    trusted_lists: ListKeeper | None = None
    """The trusted lists, for verdicts on foreign files; None: none are configured."""
    random: Callable[[int], bytes] = secrets.token_bytes

    @property
    def company_site(self) -> Site:
        """Where passkeys of accounts are used: the web origin."""
        origin = self.settings.web_url
        return Site(origin=origin, relying_party=urlsplit(origin).hostname or "")

    def today(self) -> date:
        """Return the local day in Berlin."""
        return self.clock.now().astimezone(BERLIN).date()

    def contract_contents(self, tx: Transaction, record: ContractRecord) -> ContractContents:
        """Open what a contract says."""
        return ContractContents.from_bytes(tx.safe.open(record.id, "contract", record.sealed))

    def seal(self) -> CreationDevice:
        """Return the device of the company's seal, while its certificate is valid.

        Raises:
            NoSealDevice: None is configured.
            SealNotValid: The seal's certificate has expired, or is not valid yet.
        """
        device = self.devices.for_seal()
        facts = CertificateFacts.read(device.certificate)
        if not facts.not_before <= self.clock.now() <= facts.not_after:
            raise SealNotValid(until=facts.not_after)
        return device

    def policy(self, contents: ContractContents) -> SignaturePolicy:
        """Return the signature policy as it was when the contract was drawn up."""
        return SignaturePolicy.frozen(contents.policy_source)

    def company_device_policy(self, record: ContractRecord) -> SignaturePolicy:
        """Return the policy for signatures on a device of the company, as in force when the contract was drawn up.

        Raises:
            CompanyDeviceRefused: None is set, none was in force, or its level is less than the contract's.
        """
        name = self.settings.signature_policy_company_device
        day = record.created_at.astimezone(BERLIN).date()
        known = (each for each in signature_policies() if each.name == name and each.in_force(day))
        policy = next(known, None)
        if policy is None or not policy.company_device or policy.level < record.level:
            raise CompanyDeviceRefused("no device of the company is admitted for this contract")
        return policy

    def draft(self, tx: Transaction, record: ContractRecord, contents: ContractContents) -> bytes:
        """Open the draft of a contract."""
        return tx.safe.open(record.id, "draft", self.documents.get(contents.draft))

    def current_file(self, tx: Transaction, record: ContractRecord, contents: ContractContents) -> bytes:
        """Open the file on which the next party signs: the draft with the signatures so far."""
        if not contents.file:
            return self.draft(tx, record, contents)
        return tx.safe.open(record.id, "file", self.documents.get(contents.file))

    def signed_document(self, tx: Transaction, record: ContractRecord) -> bytes:
        """Open the signed document of a concluded contract."""
        contents = self.contract_contents(tx, record)
        return tx.safe.open(record.id, "signed", self.documents.get(contents.signed))

    def record(
        self,
        tx: Transaction,
        kind: EntryKind,
        contract_id: str | None,
        facts: Mapping[str, object] | None = None,
        contents: Mapping[str, bytes] | None = None,
        *,
        by: Actor | None = None,
    ) -> Receipt:
        """Append to the ledger within the transaction; once that commits the receipt is good for a permission.

        Args:
            tx: The transaction.
            kind: What happened.
            contract_id: The contract that it is about.
            facts: Identifiers, digests, codes, counts.
            contents: What the entry commits to; kept sealed under the contract's key.
            by: Who on the company's side did it: stands among the facts, and in the audit trail of the tenant.
        """
        if by is None:
            return tx.ledger.append(kind, contract_id, facts or {}, contents)
        receipt = tx.ledger.append(kind, contract_id, {**(facts or {}), "by": by.name, "tenant": by.tenant}, contents)
        tx.audit.add(receipt.sequence, tenant=by.tenant, actor=by.name, kind=kind.value)
        return receipt

    def timestamp_path(self, token: TimestampToken) -> tuple[bytes, ...]:
        """Return the path from a timestamp authority's certificate to an anchor.

        Raises:
            CertificatePathError: The authority is not one that this installation trusts.
        """
        return verify_path(
            token.certificate,
            intermediates=token.certificates,
            anchors=self.trust.certificates,
            at=token.gen_time,
        )
