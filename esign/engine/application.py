"""The engine as web, commands and workers see it."""

from __future__ import annotations

from dataclasses import dataclass

from esign.engine.accounts import AccountDesk
from esign.engine.api_keys import ApiKeyDesk
from esign.engine.api_ports import Rates
from esign.engine.bulk import BulkDesk
from esign.engine.cases import CaseDesk
from esign.engine.ceremony import CeremonyDesk
from esign.engine.contracts import ContractDesk
from esign.engine.creation import CreationDesk
from esign.engine.deliveries import DeliveryDesk
from esign.engine.desk import CompanyDesk
from esign.engine.dossiers import DossierDesk
from esign.engine.forms import FormDesk
from esign.engine.heads import LedgerDesk
from esign.engine.household import Household
from esign.engine.idempotency import IdempotencyDesk
from esign.engine.in_person import InPersonDesk
from esign.engine.journeys import JourneyDesk
from esign.engine.logins import LoginDesk
from esign.engine.own_account import OwnAccountDesk
from esign.engine.prefill import PrefillDesk
from esign.engine.provider_logins import ProviderDesk
from esign.engine.reading import ReadingDesk
from esign.engine.recognition import RecognitionDesk
from esign.engine.sessions import SessionDesk
from esign.engine.templates import TemplateDesk
from esign.engine.upkeep import UpkeepDesk
from esign.engine.uploads import UploadDesk
from esign.engine.webhook_rounds import WebhookRounds
from esign.engine.webhooks import WebhookDesk
from esign.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The desks of the engine."""

    settings: Settings
    contracts: ContractDesk
    ceremony: CeremonyDesk
    delivery: DeliveryDesk
    ledger: LedgerDesk
    dossiers: DossierDesk
    upkeep: UpkeepDesk
    accounts: AccountDesk
    logins: LoginDesk
    sessions: SessionDesk
    own_account: OwnAccountDesk
    uploads: UploadDesk
    templates: TemplateDesk
    api_keys: ApiKeyDesk
    idempotency: IdempotencyDesk
    reading: ReadingDesk
    webhooks: WebhookDesk
    webhook_rounds: WebhookRounds
    journeys: JourneyDesk
    forms: FormDesk
    prefill: PrefillDesk
    recognition: RecognitionDesk
    cases: CaseDesk
    rates: Rates
    desk: CompanyDesk
    creation: CreationDesk
    bulk: BulkDesk
    in_person: InPersonDesk
    agent_manifest: bytes
    """The manifest of the browser agent that is served; its digest stands in every transcript."""

    @classmethod
    def of(cls, household: Household) -> Application:
        """Return the engine over a household."""
        ledger = LedgerDesk(household=household)
        creation = CreationDesk(household=household, contracts=ContractDesk(household=household))
        prefill = PrefillDesk(household=household)
        forms = FormDesk(household=household, prefill=prefill)
        return cls(
            settings=household.settings,
            contracts=ContractDesk(household=household),
            ceremony=CeremonyDesk(household=household),
            delivery=DeliveryDesk(household=household),
            ledger=ledger,
            dossiers=DossierDesk(household=household, ledger=ledger),
            upkeep=UpkeepDesk(household=household),
            accounts=AccountDesk(household=household),
            logins=LoginDesk(household=household, provider=ProviderDesk(household=household)),
            sessions=SessionDesk(household=household),
            own_account=OwnAccountDesk(household=household),
            uploads=UploadDesk(household=household),
            templates=TemplateDesk(household=household),
            api_keys=ApiKeyDesk(household=household),
            idempotency=IdempotencyDesk(household=household),
            reading=ReadingDesk(household=household),
            webhooks=WebhookDesk(household=household),
            webhook_rounds=WebhookRounds(household=household),
            journeys=JourneyDesk(household=household),
            forms=forms,
            prefill=prefill,
            recognition=RecognitionDesk(household=household, forms=forms),
            cases=CaseDesk(household=household),
            rates=household.rates,
            desk=CompanyDesk(household=household),
            creation=creation,
            bulk=BulkDesk(household=household, contracts=creation.contracts, creation=creation),
            in_person=InPersonDesk(household=household),
            agent_manifest=household.agent_manifest,
        )
