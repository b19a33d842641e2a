"""A message that arrived, with everything that is known about its sender; and what it gets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from esign.ceremony.messages import Message
from esign.engine.ceremony.admission import Admission
from esign.engine.contents import ContractContents, PartyContents
from esign.engine.household import Household
from esign.engine.records import ContractRecord, DeviceRecord, InvitationRecord
from esign.engine.refusals import EngineError
from esign.foundation.errors import EsignError
from esign.policy import SignaturePolicy

JSON = "application/json"
PDF = "application/pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a message gets: the body that is sent, ready."""

    status: int
    media_type: str
    body: bytes

    @classmethod
    def of(cls, body: bytes) -> Answer:
        """Return an answer in JSON."""
        return cls(status=200, media_type=JSON, body=body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A refusal that is kept, so that the same message gets it again."""

    code: str
    detail: str
    facts: Mapping[str, Any]

    @classmethod
    def of(cls, error: EsignError) -> Refusal:
        """Return the refusal that an error means."""
        return cls(code=error.code, detail=error.detail, facts=dict(error.facts))

    def to_bytes(self) -> bytes:
        """Return the refusal as JSON bytes."""
        return json.dumps({"code": self.code, "detail": self.detail, "facts": dict(self.facts)}, default=str).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> Refusal:
        """Return the refusal that :meth:`to_bytes` wrote."""
        return cls(**json.loads(data))


class KeptRefusal(EngineError):
    """A refusal that was given before and is given again."""

    code = "engine.refusal"

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.detail, **refusal.facts)
        self.code = refusal.code  # type: ignore[misc]  # of the class elsewhere; here the code that was kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A verified message and its context, read before anything is changed."""

    message: Message
    invitation: InvitationRecord
    contract: ContractRecord
    contents: ContractContents
    admission: Admission
    """The token that came with the message."""
    device: DeviceRecord | None
    """None only for the first ``hello`` of a device."""

    @property
    def party(self) -> PartyContents:
        """The signatory who was invited."""
        return self.contents.party(self.invitation.party)

    def policy(self, house: Household) -> SignaturePolicy:
        """Return the policy under which this device signs: the contract's, or the one for devices of the company.

        Raises:
            CompanyDeviceRefused: No device of the company is admitted any more.
        """
        if not self.admission.company_device:
            return house.policy(self.contents)
        return house.company_device_policy(self.contract)

    @property
    def payload(self) -> Mapping[str, Any]:
        """The message's members."""
        return self.message.payload
