"""The demand to begin early that a form asks for, in a box of its own: it becomes a consent of its own."""

from __future__ import annotations

from esign.contracts import ContractData
from esign.contracts.consents import ConsentText, Statement
from esign.contracts.duties import subject_of
from esign.engine.consents import keeping
from esign.engine.household import Household
from esign.engine.ports import Transaction
from esign.forms import Checked, FormDefinition

FIELD = "early_start"
"""The field by which a form asks for it; its label is what was ticked."""
YES = "yes"


def keep(
    house: Household,
    tx: Transaction,
    contract_id: str,
    contract: ContractData,
    definition: FormDefinition,
    checked: Checked,
    *,
    case: str,
) -> None:
    """Keep the demand as a consent of the first signatory, where it was ticked; its words are the form's.

    Source: BGB § 357a (2) No. 1; VVG § 9 (2) No. 2.
    """
    field = next((each for each in definition.fields if each.name == FIELD), None)
    if field is None or checked.values.get(FIELD) != YES:
        return
    insurance = "early-insurance-cover" in subject_of(contract).sector.consents
    statement = Statement(
        id="demand",
        text=field.label[contract.lang],
        source="VVG § 9 (2) No. 2" if insurance else "BGB § 357a (2) No. 1",
        mark="to be confirmed",
        event="performance_wished" if insurance else "early_start_requested",
    )
    text = ConsentText(
        kind="early-insurance-cover" if insurance else "early-performance",
        version=f"{definition.name}/{definition.version}",
        lang=contract.lang,
        title=_TITLE[contract.lang],
        purpose=_PURPOSE[contract.lang],
        statements=(statement,),
        revocation=_REVOCATION[contract.lang],
        source=statement.source,
        mark=statement.mark,
        in_confirmation=True,
    )
    keeping.give(house, tx, contract_id, "signatory-1", text, channel=keeping.FORM, evidence=f"case:{case}")


_TITLE = {"de": "Beginn vor Ablauf der Widerrufsfrist", "en": "Beginning within the withdrawal period"}
_PURPOSE = {
    "de": "Damit die Leistung schon beginnt, während Sie noch widerrufen können.",
    "en": "So that performance begins while you can still withdraw.",
}
_REVOCATION = {
    "de": "Nach dem Widerruf dieser Einwilligung beginnt die Leistung nicht vor Ablauf der Widerrufsfrist. "
    "Was bis dahin geleistet ist, bleibt unberührt.",
    "en": "Once you have revoked this consent, performance does not begin within the withdrawal period. "
    "What was performed until then remains.",
}
