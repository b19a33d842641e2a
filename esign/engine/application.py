"""The engine as web, commands and workers see it."""

from __future__ import annotations

from dataclasses import dataclass

from esign.engine.accounts.desk import AccountDesk
from esign.engine.accounts.logins import LoginDesk
from esign.engine.accounts.own_account import OwnAccountDesk
from esign.engine.accounts.provider_logins import ProviderDesk
from esign.engine.accounts.sessions import SessionDesk
from esign.engine.api.idempotency import IdempotencyDesk
from esign.engine.api.journeys import JourneyDesk
from esign.engine.api.keys import ApiKeyDesk
from esign.engine.api.ports import Rates
from esign.engine.api.reading import ReadingDesk
from esign.engine.ceremony.desk import CeremonyDesk
from esign.engine.clocks.calendar import CalendarDesk
from esign.engine.clocks.clerk import TaskDesk
from esign.engine.clocks.desk import ClockDesk
from esign.engine.company.bulk import BulkDesk
from esign.engine.company.creation import CreationDesk
from esign.engine.company.desk import CompanyDesk
from esign.engine.consents.desk import ConsentDesk
from esign.engine.contracts.desk import ContractDesk
from esign.engine.contracts.in_person import InPersonDesk
from esign.engine.contracts.renewal import RenewalDesk
from esign.engine.deliveries import DeliveryDesk
from esign.engine.duties.desk import DutyDesk
from esign.engine.evidence.dossiers import DossierDesk
from esign.engine.evidence.heads import LedgerDesk
from esign.engine.evidence.reports import ReportDesk
from esign.engine.formation.approval_desk import ApprovalDesk
from esign.engine.formation.confirming import ConfirmationDesk
from esign.engine.formation.order_desk import AcceptanceDesk
from esign.engine.formation.views import FormationDesk
from esign.engine.forms.cases import CaseDesk
from esign.engine.forms.desk import FormDesk
from esign.engine.forms.prefill import PrefillDesk
from esign.engine.forms.recognition import RecognitionDesk
from esign.engine.household import Household
from esign.engine.rights.clerk import DeclarationDesk
from esign.engine.rights.desks import TerminationDesk, WithdrawalDesk
from esign.engine.rights.entering import EnteringDesk
from esign.engine.rights.performance import PerformanceDesk
from esign.engine.sealing.desk import SealingDesk
from esign.engine.templates.desk import TemplateDesk
from esign.engine.templates.uploads import UploadDesk
from esign.engine.upkeep import UpkeepDesk
from esign.engine.verification import VerificationDesk
from esign.engine.webhooks.desk import WebhookDesk
from esign.engine.webhooks.rounds import WebhookRounds
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
    reports: ReportDesk
    verification: VerificationDesk
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
    renewal: RenewalDesk
    withdrawal: WithdrawalDesk
    termination: TerminationDesk
    declarations: DeclarationDesk
    formation: FormationDesk
    confirmations: ConfirmationDesk
    acceptances: AcceptanceDesk
    approvals: ApprovalDesk
    entering: EnteringDesk
    performance: PerformanceDesk
    clocks: ClockDesk
    tasks: TaskDesk
    calendars: CalendarDesk
    consents: ConsentDesk
    duties: DutyDesk
    sealing: SealingDesk
    agent_manifest: bytes
    """The manifest of the browser agent that is served; its digest stands in every transcript."""

    @classmethod
    def of(cls, household: Household) -> Application:
        """Return the engine over a household."""
        ledger = LedgerDesk(household=household)
        reports = ReportDesk(household=household)
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
            reports=reports,
            verification=VerificationDesk(household=household, report_desk=reports),
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
            renewal=RenewalDesk(household=household, contracts=creation.contracts),
            withdrawal=WithdrawalDesk(household=household),
            termination=TerminationDesk(household=household),
            declarations=DeclarationDesk(household=household),
            formation=FormationDesk(household=household),
            confirmations=ConfirmationDesk(household=household),
            acceptances=AcceptanceDesk(household=household),
            approvals=ApprovalDesk(household=household),
            entering=EnteringDesk(household=household),
            performance=PerformanceDesk(household=household),
            clocks=ClockDesk(household=household),
            tasks=TaskDesk(household=household),
            calendars=CalendarDesk(household=household),
            consents=ConsentDesk(household=household),
            duties=DutyDesk(household=household),
            sealing=SealingDesk(household=household),
            agent_manifest=household.agent_manifest,
        )
