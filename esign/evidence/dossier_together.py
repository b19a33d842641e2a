"""The step about several signatories: each is who the contract data name, and each signed on the file before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from esign.evidence.dossier_findings import Findings
from esign.evidence.dossier_party import whole_name
from esign.evidence.dossier_report import require
from esign.foundation.canonical import parse_canonical

CONTRACT = "contract.json"


def signatories_belong_together(everybody: Sequence[Findings]) -> str:
    """Hold the transcripts against the contract data and against each other, and say who signed when.

    1. There are as many as the contract data name, and each names the person, the role and whom that person represents.
    2. All are about this contract. 3. Each later signature was made on the file that the one before left: its
    transcript lists that very revision. 4. A given order was kept.
    """
    contract = parse_canonical(everybody[0].dossier.contract)
    persons = [contract["signatory"], *contract.get("further_signatories", ())]
    require(len(persons) == len(everybody), "the contract names another number of signatories", CONTRACT)
    for found, person in zip(everybody, persons, strict=True):
        part = whole_name("transcript.json", found.number)
        require(_named(found) == _person(person), "it is about somebody else than the contract names", part)
        same = found.transcript.contract == everybody[0].transcript.contract
        require(same, "it is about another contract", part)
    order = sorted(everybody, key=lambda found: found.transcript.document.length)
    if contract.get("signing_order", "given") == "given":
        require(list(everybody) == order, "they did not sign in the order that the contract gives", CONTRACT)
    for before, after in pairwise(order):
        part = whole_name("transcript.json", after.number)
        earlier, later = before.transcript.document, after.transcript.document
        known = len(earlier.revisions)
        require(later.revisions[:known] == earlier.revisions, "it tells another history of the document", part)
        own = later.revisions[known] if len(later.revisions) > known else None
        made = own is not None and (own.kind, own.length) == ("signature", earlier.length)
        require(made, "it was made on a file without the signature before", part)
        before.released, before.last = later.revisions[-1].sha256, False
    signed = [revision.kind for revision in order[-1].transcript.document.revisions].count("signature")
    require(signed == len(order) - 1, "the document holds signatures that nobody here made", "document.pdf")
    return f"{len(order)} persons signed, each on the file that the one before left"


def _named(found: Findings) -> tuple[str, str, str]:
    signatory = found.transcript.signatory
    return signatory.name, signatory.role, signatory.represents


def _person(person: Mapping[str, Any]) -> tuple[str, str, str]:
    name = f"{person['given_name']} {person['family_name']}"
    return name, person["role"], person.get("represents", {}).get("name", "")
