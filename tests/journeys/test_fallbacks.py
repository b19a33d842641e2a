"""A signatory whose device can do less, followed through everything: all that is said about the level says the same.

Three devices sign under a policy that only records user verification: one whose passkey also wraps the keys (PRF), one
whose passkey cannot, one without any. Certificate, transcript, signed attributes, dossier, its words for people and
both verifiers tell the same about each; a policy that demands more refuses the third, and nothing has happened.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from certs.signatory import ServerRefused
from esign.ceremony import Transcript
from esign.evidence.dossier_container import read_container
from esign.foundation.identifiers import Oid
from esign.pades import read_signatures, read_signed_attributes, read_signed_data
from esign.policy import signature_policies
from tests.actors import COMPANY
from tests.verifier.helpers.both import Sample, differences, needs_node

HOLDERS = {Oid.HELD_BY_SIGNATORY_PASSKEY, Oid.HELD_BY_SIGNATORY, Oid.HELD_BY_COMPANY}


@dataclass(frozen=True, kw_only=True)
class Device:
    """What a device can do, and what must be said everywhere because of that."""

    passkey: bool
    wraps: bool
    policy: str
    held_by: str
    words: tuple[str, str]
    verified: str

    @property
    def enrolled(self) -> dict[str, Any] | None:
        """What the enrolment's evidence says about the passkey, as far as it is the same each time."""
        return {"algorithm": -7, "prf": self.wraps} if self.passkey else None


BEHIND = ("there behind a passkey that verifies the user.", "dort hinter einem Passkey, der die Person prüft.")
PLAIN = (
    "the signatory's device and lies there. The company never",
    "Person erzeugt und liegt dort. Das Unternehmen hatte",
)
BY_PASSKEY = Oid.HELD_BY_SIGNATORY_PASSKEY
DEVICES = {
    "a passkey that wraps the keys": Device(
        passkey=True, wraps=True, policy=BY_PASSKEY, held_by="signatory-passkey", words=BEHIND, verified="passed"
    ),
    "a passkey that cannot wrap": Device(
        passkey=True, wraps=False, policy=BY_PASSKEY, held_by="signatory-passkey", words=BEHIND, verified="passed"
    ),
    "no passkey": Device(
        passkey=False, wraps=False, policy=Oid.HELD_BY_SIGNATORY, held_by="signatory", words=PLAIN, verified="skipped"
    ),
}


def signed_on(world: Any, device: Device) -> tuple[str, bytes]:
    contract, link = world.invite()
    signatory = world.signatory(link, passkey=device.passkey)
    if device.wraps:
        signatory.wire.tamper["enrol"] = lambda sent: {**sent, "passkey": {**sent["passkey"], "prf": True}}
    document: bytes = signatory.run().document
    world.application.delivery.deliver_due()
    return contract, document


@needs_node
def test_what_a_device_cannot_do_is_told_alike_by_certificate_signature_dossier_and_both_verifiers(
    world: Any, tmp_path: Path
) -> None:
    world.settings = world.settings.with_changes(signature_policy_advanced="scratch-advanced-recorded")
    world.start()
    policy = next(each for each in signature_policies() if each.name == "scratch-advanced-recorded")
    anchors = world.application.contracts.household.trust.certificates
    samples = []
    for label, device in DEVICES.items():
        contract, document = signed_on(world, device)
        (own,) = (each for each in read_signatures(document) if each.kind == "Sig")
        cms = read_signed_data(own.cms)
        certificate = x509.load_der_x509_certificate(cms.certificate)
        said = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
        assert {each.policy_identifier.dotted_string for each in said} & HOLDERS == {device.policy}, label

        attributes = read_signed_attributes(cms.attributes)
        statement = attributes.evidence.statement
        assert (statement.level, statement.held_by) == (1, device.held_by), label
        assert (attributes.evidence.user_verification is not None) is device.passkey, label
        assert (attributes.policy_oid, attributes.policy_digest) == (policy.oid, policy.digest), label

        data = world.application.dossiers.create(COMPANY, contract)
        parts = read_container(data)
        transcript = Transcript.parse(parts["transcript.json"])
        told = (transcript.statement.level, transcript.statement.held_by, transcript.user_verification)
        assert told == ("advanced", device.held_by, "passkey" if device.passkey else "none"), label
        assert (transcript.signatory.passkey is not None) is device.passkey, label
        assert ("user-verification.json" in parts) is device.passkey, label

        explained = json.loads(parts["statement.json"])
        assert (explained["level"], explained["held_by"]) == ("advanced", device.held_by), label
        english, german = device.words
        assert english in explained["explained"]["en"] and german in explained["explained"]["de"], label
        kept = json.loads(parts["enrolment.json"])["passkey"]
        assert (kept and {name: kept[name] for name in ("algorithm", "prf")}) == device.enrolled, label
        assert world.application.contracts.view(COMPANY, contract).level.word == "advanced"
        samples.append(Sample(label=label, data=data, anchors=anchors))

    found, answers = differences(samples, tmp_path / "asked")
    assert found == []
    for device, answer in zip(DEVICES.values(), answers, strict=True):
        assert (answer["valid"], answer["level"]) == (True, "advanced"), answer["why"]
        assert dict(answer["outcomes"])["user_verification"] == device.verified


def test_a_policy_that_demands_a_verified_user_refuses_a_device_that_cannot_and_takes_one_that_can(world: Any) -> None:
    contract, link = world.invite()
    bare = world.signatory(link, passkey=False)
    assert bare.hello()["user_verification"] == "required"
    with pytest.raises(ServerRefused) as refused:
        bare.enrol()
    assert (refused.value.status, refused.value.code) == (403, "engine.enrolment.user_verification_required")
    assert bare.certificate is None
    assert not {"enrolment.granted", "attempt.opened"} & set(world.ledger(contract))
    able = world.signatory(bare.handover()["link"])
    able.run()
    assert world.application.contracts.view(COMPANY, contract).state == "concluded"
