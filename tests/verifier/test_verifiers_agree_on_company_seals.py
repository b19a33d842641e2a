"""The company's own seal on a contract, made dishonestly with everybody's help: both verifiers find it out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from esign.engine.ceremony import conclusion, finishing
from esign.foundation.digests import sha256
from esign.validation import ReleaseReport
from tests.actors import COMPANY
from tests.verifier.helpers.both import Sample, differences, needs_node

pytestmark = needs_node


def _dossier(world: Any) -> bytes:
    data = world.sample("cost-approval", company_signature="seal")
    contract = world.application.contracts.draw_up(COMPANY, data)
    link = world.application.contracts.invite(COMPANY, contract).link
    world.signatory(link, "karl-heinz-oesterreicher").run()
    world.application.delivery.deliver_due()
    made: bytes = world.application.dossiers.create(COMPANY, contract, ())
    return made


def test_a_seal_that_says_something_else_than_seals_say_is_found_out_by_both(
    world: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anchors = world.application.contracts.household.trust.certificates
    honest, signed = finishing.seal_attributes, finishing.signed_data
    samples = [Sample(label="honest", data=_dossier(world), anchors=anchors)]
    monkeypatch.setattr(conclusion, "check_release", lambda *_, **__: ReleaseReport(passed=True, findings=()))
    other = anchors[0]
    crooked = {
        "another document": lambda document_digest, certificate: honest(
            document_digest=sha256(document_digest), certificate=certificate
        ),
        "another certificate": lambda document_digest, certificate: honest(
            document_digest=document_digest, certificate=other
        ),
    }
    for label, attributes in crooked.items():
        with monkeypatch.context() as patched:
            patched.setattr(finishing, "seal_attributes", attributes)
            samples.append(Sample(label=label, data=_dossier(world), anchors=anchors))
    with monkeypatch.context() as patched:
        kept = world.application.contracts.household.seal().certificate

        def untimed(**given: Any) -> bytes:
            return signed(**{**given, "signature_timestamp": None} if given["certificate"] == kept else given)

        patched.setattr(finishing, "signed_data", untimed)
        samples.append(Sample(label="no timestamp", data=_dossier(world), anchors=anchors))
    disagreements, answers = differences(samples, tmp_path)
    assert disagreements == []
    assert [answer["valid"] for answer in answers] == [True, False, False, False]
    assert [answer["first"] for answer in answers[1:]] == ["verdict", "verdict", "verdict"]
