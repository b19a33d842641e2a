"""A server that lies well: it knows its seed and seals the capsule anew to whatever transcript it has changed.

So nothing gives it away but the agent's own knowledge: digests, commitment and capsule fit together.
"""

from __future__ import annotations

import base64
import io
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from PIL import Image

from esign.ceremony.capsule import code_commitment, derive_secrets, seal_capsule, transcript_hash
from esign.foundation.canonical import canonical
from esign.foundation.digests import sha256
from esign.pades import prepare

Claims = dict[str, Any]


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def payload(body: bytes) -> dict[str, Any]:
    """Return what a message says."""
    found: dict[str, Any] = json.loads(unb64(body.split(b".")[1].decode()))
    return found


@dataclass
class Offer:
    """What ``open`` is answered with, and the document that goes with it."""

    claims: Claims
    declaration: str
    policy: bytes
    summary: bytes
    document: bytes
    seed: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    capsule: dict[str, str] | None = None

    @classmethod
    def read(cls, answer: bytes, document: bytes) -> Offer:
        found = json.loads(answer)
        return cls(
            claims=json.loads(unb64(found["transcript"])),
            declaration=found["declaration"],
            policy=unb64(found["policy"]),
            summary=unb64(found["summary"]),
            document=document,
        )

    def committed(self) -> Offer:
        """Promise the code of the own seed."""
        own = derive_secrets(self.seed)
        self.claims = {**self.claims, "code": dict(self.claims["code"])}
        self.claims["code"]["commitment"] = code_commitment(own.nonce, own.code).hex()
        return self

    def answer(self, capsule_key: bytes) -> bytes:
        """Write the answer to ``open``, the capsule sealed to the transcript as it stands."""
        transcript = canonical(self.claims)
        tau = transcript_hash(transcript)
        sealed = seal_capsule(derive_secrets(self.seed), capsule_key=capsule_key, tau=tau)
        return canonical(
            {
                "transcript": b64(transcript),
                "declaration": self.declaration,
                "policy": b64(self.policy),
                "summary": b64(self.summary),
                "capsule": self.capsule or {"enc": b64(sealed.enc), "ct": b64(sealed.ct)},
            }
        )

    def with_document(
        self, draft: bytes, *, declared: tuple[int, ...] | None = None, swap: tuple[bytes, bytes] | None = None
    ) -> Offer:
        """Prepare another draft for signing, and claim about it what is true.

        Args:
            draft: The draft.
            declared: Lengths of the revisions that are named; all of the draft as one where not given.
            swap: A word and another of its length, exchanged behind our own preparation's back.
        """
        picture = io.BytesIO()
        Image.new("RGB", (60, 20), "white").save(picture, "PNG")
        made = prepare(
            draft,
            field="Malice",
            page=0,
            box=(60, 90, 260, 130),
            appearance=picture.getvalue(),
            name="Jana Beispiel",
            reason="Willenserklärung",
            claimed_at=datetime.now(UTC),
        )
        self.document = made.data.replace(*swap) if swap else made.data
        draft = self.document[: len(draft)]
        _, hole, behind, _ = made.byte_range
        revisions = [
            {"kind": "signature" if number else "draft", "length": length, "sha256": sha256(draft[:length]).hex()}
            for number, length in enumerate(declared or (len(draft),))
        ]
        claim = {
            "sha256": sha256(self.document[:hole], self.document[behind:]).hex(),
            "byte_range": list(made.byte_range),
            "length": len(self.document),
            "revisions": revisions,
        }
        self.claims = {**self.claims, "document": {**self.claims["document"], **claim}}
        return self

    def draft(self) -> bytes:
        """Return the newest earlier revision of the document."""
        return self.document[: self.claims["document"]["revisions"][-1]["length"]]


def invited(world: Any, name: str = "electricity-supply", **changes: Any) -> tuple[str, str]:
    """Draw up and invite in a world where other mails are under way too."""
    while world.application.delivery.deliver_due():
        pass
    contract, link = world.invite(name, **changes)
    return str(contract), str(link)


Lie = Callable[[dict[str, Any]], bytes | None]
"""From a message's payload to an answer; nothing: the honest server answers."""


class MaliciousServer(httpx.BaseTransport):
    """Answers some messages itself and hands the others on."""

    def __init__(self, honest: httpx.Client) -> None:
        self.honest = honest
        self.lies: dict[str, Lie] = {}
        self.after: dict[str, Callable[[bytes], bytes]] = {}
        """By type of message: what to make of the honest answer."""
        self.seen: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        kind = request.url.path.rpartition("/")[2] if "/ceremony/v1/" in request.url.path else request.url.path
        self.seen.append(kind)
        made = self.lies[kind](payload(request.content)) if kind in self.lies else None
        if made is not None:
            media = "application/pdf" if kind in ("document", "result") else "application/json"
            return httpx.Response(200, headers={"content-type": media}, content=made)
        answer = self.honest.send(request)
        content = self.after[kind](answer.content) if kind in self.after else answer.content
        headers = [
            (n, v) for n, v in answer.headers.multi_items() if n.lower() not in ("content-length", "content-encoding")
        ]
        return httpx.Response(answer.status_code, headers=headers, content=content)

    def install(self, signatory: Any) -> MaliciousServer:
        """Stand between a signatory and the honest server."""
        signatory.wire.http = httpx.Client(transport=self)
        return self
