"""The browserless signatory: the whole walk of docs/ceremony-spec.md, step by step, with keys of its own.

It stands for a person at a browser in tests, in ``demo --sample`` and in benchmarks. It is a *sandbox* client: its
passkey is software and says "user verified" without a user. Its checks are written apart from the engine and apart from
the browser agent.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from certs.signatory.attempt import SignatoryAttempt, mine
from certs.signatory.certificate_checks import check_certificate
from certs.signatory.document_checks import check_finished, check_prepared
from certs.signatory.errors import SignatoryRefused, demand
from certs.signatory.identification import identify
from certs.signatory.later_revisions import check_later, known_end
from certs.signatory.passkey import SandboxAuthenticator
from certs.signatory.requests import certificate_request, key_binding
from certs.signatory.transcript_checks import Enclosed, Own, check_transcript, read_summary, read_transcript
from certs.signatory.wire import Invitation, Tamper, Wire, members
from certs.signatory.words import b64, h, labelled, new_key, raw, sign_der, spki, unb64
from esign.foundation.clock import Clock, SystemClock, seconds

IdTokenSource = Callable[[str], str]
"""From the nonce ``base64url(H(CSR))`` to an ID token: stands in for the walk through the provider's pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the signatory keeps: the finished file and what it is bound to.

    Attributes:
        tau: Digest of the transcript.
        attributes_digest: H(attributes); nothing at the simple level.
        document_digest: H(file).
    """

    tau: bytes
    attributes_digest: bytes | None
    document_digest: bytes
    document: bytes = field(repr=False)


class SandboxSignatory:
    """A person with a device, without a browser.

    Args:
        http: Client that reaches the agent's origin, the API and the identity provider; it is not closed here.
        link: The invitation, ``<agent origin>/#<token>`` or ``(agent origin, token)``; ``#in-person.<token>`` where the
            device is the company's: then there is no passkey.
        api: Address before ``/ceremony/v1/``.
        person_id: Who is at the device, as the sandbox's identity provider knows it; not needed at the simple level.
        idp: Where the ID token comes from instead of the provider's pages.
        passkey: Whether the device has one.
        lang: ``de`` or ``en``.
        clock: The device's clock.
        manifest: Bytes of the agent's manifest; fetched from the agent's origin where not given.
        tamper: By type of message: what to change in its payload before it is signed.
    """

    def __init__(
        self,
        http: httpx.Client,
        *,
        link: str | tuple[str, str],
        api: str,
        person_id: str | None = None,
        idp: IdTokenSource | None = None,
        passkey: bool = True,
        lang: str = "de",
        clock: Clock | None = None,
        manifest: bytes | None = None,
        tamper: Mapping[str, Tamper] | None = None,
    ) -> None:
        self.http = http
        self.clock = clock or SystemClock()
        invitation = Invitation.parse(link)
        self.wire = Wire(
            http=http, api=api.rstrip("/"), invitation=invitation, clock=self.clock, tamper=dict(tamper or {})
        )
        self.origin = invitation.origin
        self.company_device = invitation.company_device
        self.person_id = person_id
        self.lang = lang
        self.signature_key: ec.EllipticCurvePrivateKey = new_key()
        self.capsule_key: ec.EllipticCurvePrivateKey = new_key()
        own = passkey and not self.company_device  # on a device of the company a passkey would verify the staff
        self.authenticator = SandboxAuthenticator(origin=self.origin) if own else None
        self.greeting: Mapping[str, Any] = {}
        self.way_back = ""
        self.csr: bytes | None = None
        self.certificate: bytes | None = None
        self.summary: Mapping[str, Any] = {}
        self.declaration = ""
        self._idp = idp
        self._manifest = manifest
        self._ceremony: str | None = None
        self._attempt: SignatoryAttempt | None = None
        self._receipt: Receipt | None = None

    # The walk ---------------------------------------------------------------------------------------------------

    def run(self) -> Receipt:
        """Walk through the whole ceremony.

        Raises:
            SignatoryRefused: The signatory stopped.
            ServerRefused: The server stopped.
        """
        self.hello()
        if self.advanced:
            self.enrol()
        self.open()
        self.document()
        self.declare()
        if self.advanced:
            self.sign()
        return self.result()

    def hello(self) -> Mapping[str, Any]:
        """Introduce this device and return what the invitation is about."""
        said = {"device": "company"} if self.company_device else {}
        answer = self.wire.ask("hello", {"device_key": b64(spki(self.wire.device_key)), "lang": self.lang, **said})
        names = ("v", "state", "server_time", "sandbox", "contract", "signatory", "level", "user_verification")
        found = members(answer, *names, "identification", "enrolment", "expires_at", optional=("way_back", "device"))
        demand(found.get("device") == said.get("device"), "agent.in_person.device_owner")
        # only where the company handed the link on; it leads through the server itself
        self.way_back = str(found.get("way_back", ""))
        demand(self.way_back == "" or self.way_back.startswith(f"{self.wire.api}/return/"), "agent.answer.malformed")
        demand(found["v"] == "esign/1" and found["level"] in ("simple", "advanced"), "agent.answer.malformed")
        self.greeting = found
        if not self.advanced or found["user_verification"] == "none":
            self.authenticator = None
        return found

    def enrol(self) -> bytes:
        """Have the keys certified under the name that the identity provider confirms; return the certificate (DER)."""
        offer = self.greeting["enrolment"]
        demand(offer is not None, "agent.enrolment.not_offered")
        nonce = unb64(offer["nonce"])
        passkey = self.authenticator
        binding = key_binding(
            capsule_key=spki(self.capsule_key),
            device_key=spki(self.wire.device_key),
            passkey=None if passkey is None else passkey.public_key,
            company_device=self.company_device,
        )
        self.csr = certificate_request(self.signature_key, binding=binding, nonce=nonce)
        request: dict[str, Any] = {
            "enrolment": offer["id"],
            "csr": b64(self.csr),
            "capsule_key": b64(spki(self.capsule_key)),
            "id_token": self._id_token(b64(h(self.csr))),
        }
        if passkey is not None:
            request["passkey"] = passkey.register(labelled("enrolment", nonce))
        found = members(self.wire.ask("enrol", request), "certificate", "chain", "certificate_id")
        certificate = _bytes(found["certificate"])
        demand(found["certificate_id"] == h(certificate).hex(), "agent.certificate.malformed")
        check_certificate(
            certificate,
            signature_key=spki(self.signature_key),
            binding=binding,
            given_name=self.greeting["signatory"]["given_name"],
            family_name=self.greeting["signatory"]["family_name"],
            now=self.clock.now(),
        )
        self.certificate = certificate
        return certificate

    def open(self) -> Mapping[str, Any]:
        """Start an attempt, check every member of its transcript, and return the transcript."""
        nonce = secrets.token_hex(32)
        request: dict[str, Any] = {"client_nonce": nonce}
        if self.advanced:
            request["certificate"] = h(mine(self.certificate)).hex()
        else:
            request["capsule_key"] = b64(spki(self.capsule_key))
        found = members(self.wire.ask("open", request), "transcript", "declaration", "policy", "summary", "capsule")
        now = self.clock.now()
        transcript, policy, summary = (_bytes(found[name]) for name in ("transcript", "policy", "summary"))
        declaration, capsule = found["declaration"], found["capsule"]
        demand(isinstance(declaration, str) and isinstance(capsule, dict), "agent.answer.malformed")
        claims = read_transcript(transcript)
        check_transcript(claims, self._own(nonce), Enclosed(declaration=declaration, policy=policy, summary=summary))
        self.summary, self.declaration, self._ceremony = read_summary(summary), declaration, claims["ceremony"]
        self._attempt = SignatoryAttempt(
            transcript=transcript,
            claims=claims,
            capsule=(_bytes(capsule.get("enc")), _bytes(capsule.get("ct"))),
            arrived_at=now,
            skew=seconds(now) - claims["issued_at"],
        )
        return claims

    def document(self) -> bytes:
        """Fetch the prepared document, check it, and return it."""
        attempt = self._live()
        pdf = self.wire.ask("document", {"transcript": attempt.tau.hex()}, "application/pdf").content
        attempt.digest = check_prepared(pdf, attempt.claims["document"], label=attempt.claims["order"]["label"])
        attempt.document = pdf
        return pdf

    def scratch(self) -> str:
        """Open the capsule, as the first stroke over the field does, and return the code."""
        return self._live().scratch(self.capsule_key)

    def declare(self, code: str | None = None) -> bytes | None:
        """Type the code and press the order button: the declaration of intent (*Willenserklärung*).

        Args:
            code: What is typed; the code in the capsule where not given. A real agent compares before it sends; this
                one sends what it is told, so that the server's counting can be tested.

        Returns:
            The signed attributes, checked byte for byte; nothing at the simple level, where the company seals.
        """
        scratched = self.scratch()
        attempt = self._live()
        request = attempt.intent(scratched if code is None else code)
        if self.authenticator is not None:
            request["user_verification"] = attempt.verify_user(self.authenticator)
        return self.take_intent(self.wire.ask("intent", request))

    def take_intent(self, answer: httpx.Response) -> bytes | None:
        """Check the answer to an intent, also one that was sent again."""
        attempt = self._live()
        if not self.advanced:
            attempt.signed_digest = _signed(answer)
            return None
        attributes = _bytes(members(answer, "attributes")["attributes"])
        demand(attributes == attempt.own_attributes(mine(self.certificate)), "agent.attributes.other")
        attempt.attributes = attributes
        return attributes

    def sign(self) -> bytes:
        """Sign the attributes with the signature key and return the signature (DER)."""
        attempt = self._live()
        attributes = mine(attempt.attributes)
        attempt.signature = sign_der(self.signature_key, attributes)
        self.take_signed(
            self.wire.ask("signature", {"transcript": attempt.tau.hex(), "signature": b64(raw(attempt.signature))})
        )
        return attempt.signature

    def take_signed(self, answer: httpx.Response) -> None:
        """Check the answer to a signature, also one that was sent again."""
        mine(self._attempt).signed_digest = _signed(answer)

    def result(self) -> Receipt:
        """Fetch the finished file, check that it is mine, and keep a receipt.

        Fetched again, it may be longer: it begins with what the receipt named, and only permitted revisions stand
        behind it.
        """
        attempt = mine(self._attempt)
        pdf = self.wire.ask("result", {"transcript": attempt.tau.hex()}, "application/pdf").content
        first, second, third, fourth = attempt.claims["document"]["byte_range"]
        check_finished(
            pdf,
            (first, second, third, fourth),
            digest=mine(attempt.digest),
            attributes=attempt.own_attributes,
            certificate=mine(self.certificate) if self.advanced else None,
            signature=mine(attempt.signature) if self.advanced else None,
        )
        known = [attempt.signed_digest, None if self._receipt is None else self._receipt.document_digest.hex()]
        begins = all(known_end(pdf, bytes.fromhex(digest)) is not None for digest in known if digest)
        demand(begins, "agent.result.other_document")
        check_later(pdf, third + fourth)
        self._receipt = Receipt(
            tau=attempt.tau,
            attributes_digest=None if attempt.attributes is None else h(attempt.attributes),
            document_digest=h(pdf),
            document=pdf,
        )
        return self._receipt

    def handover(self) -> Mapping[str, Any]:
        """Ask for a hand-over token, check the answer and return it; a further device opens its ``link``."""
        found = members(self.wire.ask("handover", {}), "token", "link", "expires_at", "qr")
        demand(found["link"] == f"{self.origin}/#{found['token']}", "agent.answer.malformed")
        rows = found["qr"]
        demand(isinstance(rows, list) and all(len(row) == len(rows) for row in rows), "agent.answer.malformed")
        return found

    def decline(self, reason: str = "") -> None:
        """Say no: the contract ends."""
        answer = members(self.wire.ask("decline", {"reason": reason}), "state")
        demand(answer["state"] == "closed", "agent.answer.malformed")

    # What it knows ----------------------------------------------------------------------------------------------

    @property
    def advanced(self) -> bool:
        """Whether the signatory signs with a certified key of its own."""
        return bool(self.greeting.get("level") == "advanced")

    @property
    def tau(self) -> bytes:
        """Transcript hash of the attempt that was opened last."""
        return mine(self._attempt).tau

    def _own(self, client_nonce: str) -> Own:
        greeting, passkey = self.greeting, self.authenticator
        person = greeting["signatory"]
        holder = "signatory-passkey" if passkey is not None else "signatory"
        holder = "signatory-company-device" if self.company_device else holder
        return Own(
            origin=self.origin,
            agent=h(self._agent_manifest()).hex(),
            contract=greeting["contract"]["id"],
            ceremony=self._ceremony,
            name=f"{person['given_name']} {person['family_name']}",
            role=person["role"],
            represents=person["represents"],
            level=greeting["level"],
            sandbox=greeting["sandbox"],
            identified_by=greeting["identification"]["issuer"] if self.advanced else "email-address",
            held_by=holder if self.advanced else "company",
            certificate=h(mine(self.certificate)).hex() if self.advanced else "",
            capsule_key=h(spki(self.capsule_key)).hex(),
            device_key=h(spki(self.wire.device_key)).hex(),
            passkey="" if passkey is None else h(passkey.public_key).hex(),
            client_nonce=client_nonce,
        )

    def _live(self) -> SignatoryAttempt:
        attempt = mine(self._attempt)
        demand(not attempt.is_over(self.clock.now()), "agent.attempt.expired")
        return attempt

    def _agent_manifest(self) -> bytes:
        if self._manifest is None:
            self._manifest = self.http.get(f"{self.origin}/manifest.json").raise_for_status().content
        return self._manifest

    def _id_token(self, nonce: str) -> str:
        if self._idp is not None:
            return self._idp(nonce)
        given = self.greeting["identification"]
        return identify(
            self.http,
            issuer=given["issuer"],
            client_id=given["client_id"],
            redirect=f"{self.origin}/",
            nonce=nonce,
            person_id=self.person_id or "",
            lang=self.lang,
        )


def _bytes(text: object) -> bytes:
    try:
        return unb64(text) if isinstance(text, str) else _malformed()
    except ValueError:
        return _malformed()


def _malformed() -> bytes:
    raise SignatoryRefused("agent.answer.malformed")


def _signed(answer: httpx.Response) -> str:
    found = members(answer, "state", "document")
    demand(found["state"] == "signed" and isinstance(found["document"], dict), "agent.answer.malformed")
    return str(found["document"].get("sha256"))
