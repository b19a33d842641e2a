"""The XML report of ETSI TS 119 102-2: its shape, its references, what it says.

The standard's schema is not shipped: its licence is not stated. With ``ESIGN_ETSI_SCHEMAS`` naming a folder that holds
it and what it imports, every report here is validated against it.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from esign.validation.certificates import NoTrustAnchors
from esign.validation.reports import Maker, Subject, etsi_report
from esign.validation.reports.etsi import NO_SIGNATURE
from esign.validation.verdict import FileVerdict
from tests.validation.test_verdict_own_files import added_page, changed_byte
from tests.validation.verdicts import said

NAMES = {"v": "http://uri.etsi.org/19102/v1.4.1#", "ds": "http://www.w3.org/2000/09/xmldsig#"}
SCHEMAS = os.environ.get("ESIGN_ETSI_SCHEMAS", "")
BROKEN = b"%PDF-1.7 and nothing"


def document(verdict: FileVerdict, pdf: bytes) -> Any:
    found = etree.fromstring(etsi_report(verdict, Subject.of("contract.pdf", pdf), Maker(name="esign test")))
    names = found.xpath("//@id")
    assert len(names) == len(set(names))
    wanted = {name for holder in found.xpath("//@VOReference") for name in holder.split()}
    assert wanted <= set(names)
    if SCHEMAS:
        schema().assertValid(found)
    return found


@cache
def schema() -> etree.XMLSchema:
    folder = Path(SCHEMAS)
    local = {
        "xmldsig-core-schema.xsd": "xmldsig-core-schema.xsd",
        "XAdES.xsd": "XAdES01903v132-202407.xsd",
        "ts_119612v020201_201601xsd.xsd": "ts_119612v020401_xsd.xsd",
        "xml.xsd": "xml.xsd",
    }

    class Local(etree.Resolver):
        def resolve(self, system_url, public_id, context):
            name = system_url.rsplit("/", 1)[-1]
            return self.resolve_filename(str(folder / local.get(name, name)), context)

    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Local())
    return etree.XMLSchema(etree.parse(str(folder / "TS119102-2-v141.xsd"), parser))


def one(found: Any, path: str) -> str:
    (text,) = found.xpath(path, namespaces=NAMES)
    return str(text)


def test_a_good_signature_is_total_passed_with_best_signature_time_proven_by_its_timestamp(walked):
    found = document(said(walked.finished, walked), walked.finished)
    report = "/v:ValidationReport/v:SignatureValidationReport"
    assert one(found, f"{report}/v:SignatureValidationStatus/v:MainIndication/text()") == (
        "urn:etsi:019102:mainindication:total-passed"
    )
    best = f"{report}/v:ValidationTimeInfo/v:BestSignatureTime"
    assert one(found, f"{best}/v:POETime/text()") == "2026-11-22T12:00:00Z"
    stamp = one(found, f"{best}/v:POEObject/@VOReference")
    kind = one(found, f"//v:ValidationObject[@id='{stamp}']/v:ObjectType/text()")
    assert kind == "urn:etsi:019102:validationObject:timestamp"
    assert one(found, f"{report}/v:SignerInformation/v:Signer/text()") == "Erika Mustermann SANDBOX"
    assert one(found, f"{report}/v:SignatureAttributes/v:SubFilter/v:SubFilterElement/text()") == "ETSI.CAdES.detached"
    policy = f"{report}/v:ValidationConstraintsEvaluationReport/v:SignatureValidationPolicy"
    assert "TS 119 312" in one(found, f"{policy}/v:PolicyName/text()")


def test_each_timestamp_has_a_report_of_its_own_and_says_what_it_proves(walked):
    found = document(said(walked.finished, walked), walked.finished)
    stamps = found.xpath("//v:ValidationObject[starts-with(@id, 'T-')]", namespaces=NAMES)
    assert len(stamps) == 2
    for stamp in stamps:
        status = stamp.xpath("v:ValidationReport//v:MainIndication/text()", namespaces=NAMES)
        assert status == ["urn:etsi:019102:mainindication:passed"]
        assert stamp.xpath("v:POEProvisioning/v:POETime/text()", namespaces=NAMES) == ["2026-11-22T12:00:00Z"]


def test_a_changed_byte_is_total_failed_with_hash_failure(walked):
    pdf = changed_byte(walked.finished)
    found = document(said(pdf, walked), pdf)
    status = "/v:ValidationReport/v:SignatureValidationReport/v:SignatureValidationStatus"
    assert one(found, f"{status}/v:MainIndication/text()") == "urn:etsi:019102:mainindication:total-failed"
    assert one(found, f"{status}/v:SubIndication/text()") == "urn:etsi:019102:subindication:HASH_FAILURE"


def test_what_was_done_behind_a_valid_signature_stands_in_the_report_as_well(walked):
    pdf = added_page(walked.finished)
    found = document(said(pdf, walked), pdf)
    types = found.xpath("//v:ReportData/v:Type/text()", namespaces=NAMES)
    assert sum(kind.endswith("#change:forbidden:modification") for kind in types) == 1
    assert any(kind.endswith("#finding:modified_after_signing") for kind in types)
    assert one(found, "//*[local-name() = 'FileClean']/text()") == "false"


def test_without_an_anchor_it_is_indeterminate_and_names_no_trust_anchor(walked):
    found = document(said(walked.finished, walked, trust=NoTrustAnchors()), walked.finished)
    status = "/v:ValidationReport/v:SignatureValidationReport/v:SignatureValidationStatus"
    assert one(found, f"{status}/v:MainIndication/text()") == "urn:etsi:019102:mainindication:indeterminate"
    assert found.xpath("//v:TrustAnchor", namespaces=NAMES) == []


@pytest.mark.parametrize(
    ("kind", "word"), [("unsigned", NO_SIGNATURE), ("broken", "urn:etsi:019102:mainindication:indeterminate")]
)
def test_a_file_without_signature_or_that_cannot_be_read_has_a_report(walked, small, kind, word):
    pdf = small.draft() if kind == "unsigned" else BROKEN
    found = document(said(pdf, walked), pdf)
    assert one(found, "//v:MainIndication/text()") == word
    assert "not come from a qualified" in one(found, "//*[local-name() = 'Notice']/text()")
