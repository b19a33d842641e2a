"""The engine as web, commands and workers see it."""

from __future__ import annotations

from dataclasses import dataclass

from esign.engine.ceremony import CeremonyDesk
from esign.engine.contracts import ContractDesk
from esign.engine.deliveries import DeliveryDesk
from esign.engine.dossiers import DossierDesk
from esign.engine.heads import LedgerDesk
from esign.engine.household import Household
from esign.engine.upkeep import UpkeepDesk
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
    agent_manifest: bytes
    """The manifest of the browser agent that is served; its digest stands in every transcript."""

    @classmethod
    def of(cls, household: Household) -> Application:
        """Return the engine over a household."""
        ledger = LedgerDesk(household=household)
        return cls(
            settings=household.settings,
            contracts=ContractDesk(household=household),
            ceremony=CeremonyDesk(household=household),
            delivery=DeliveryDesk(household=household),
            ledger=ledger,
            dossiers=DossierDesk(household=household, ledger=ledger),
            upkeep=UpkeepDesk(household=household),
            agent_manifest=household.agent_manifest,
        )
