"""What is kept of a contract that is drawn up: its data, its draft, and each party's own texts and place to sign."""

from __future__ import annotations

from collections.abc import Mapping

from esign.contracts import ContractData, Together, declaration_text, order_summary
from esign.contracts.rules import rules_record, rules_used
from esign.documents import COMPANY_FIELD, Draft, FieldPlacement
from esign.engine.contents import ContractContents, PartyContents, RevisionContents
from esign.foundation.digests import sha256
from esign.policy import SignaturePolicy


def contract_contents(contract: ContractData, draft: Draft, policy: SignaturePolicy, blob: str) -> ContractContents:
    """Return the contents of a contract.

    Args:
        contract: Checked contract data.
        draft: What was drawn up from them.
        policy: The signature policy.
        blob: Name of the sealed draft.
    """
    places = {place.name: place for place in draft.fields}
    seal = places.get(COMPANY_FIELD)
    numbers = range(len(contract.signatories))
    return ContractContents(
        data=contract.canonical(),
        parties=tuple(_party(contract, number, places[f"Signatory{number + 1}"]) for number in numbers),
        order=contract.signing_order,
        lang=contract.lang,
        label=contract.order_label,
        policy_source=policy.source,
        draft=blob,
        revisions=(RevisionContents(kind="draft", length=len(draft.pdf), sha256=sha256(draft.pdf)),),
        attachments={item.name: item.sha256.hex() for item in draft.attachments},
        rules=rules_record(rules_used(contract)),
        seal_field=seal.name if seal else "",
        seal_page=seal.page if seal else 0,
        seal_box=_box(seal) if seal else (),
    )


def committed(contents: ContractContents) -> Mapping[str, bytes]:
    """Return what the ledger commits to when a contract is drawn up; the texts of later parties carry their number."""
    found = {"contract": contents.data, "draft": contents.revisions[0].sha256, "rules": contents.rules}
    found |= {each.kind: each.sha256 for each in contents.information}
    for number, party in enumerate(contents.parties, 1):
        suffix = "" if number == 1 else f"_{number}"
        found |= {f"declaration{suffix}": party.declaration.encode(), f"summary{suffix}": party.summary}
    return found


def _party(contract: ContractData, number: int, place: FieldPlacement) -> PartyContents:
    person = contract.signatories[number]
    return PartyContents(
        name=f"signatory-{number + 1}",
        role=person.role,
        given_name=person.given_name,
        family_name=person.family_name,
        birth_date=person.birth_date.isoformat() if person.birth_date else None,
        email=person.email,
        represents=person.represents.name if person.represents else "",
        acts_for=Together(contract=contract).acts_for(person),
        declaration=declaration_text(contract, number),
        summary=order_summary(contract, number).canonical(),
        field=place.name,
        page=place.page,
        box=_box(place),
    )


def _box(place: FieldPlacement) -> tuple[str, ...]:
    return tuple(f"{number:.3f}" for number in place.box)
