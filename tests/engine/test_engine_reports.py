"""Reports sealed by the company: both seals verify, the ledger knows of them, and nothing is sealed by half."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography import x509
from lxml import etree
from signxml.exceptions import InvalidDigest
from signxml.xades import XAdESVerifier

from esign.validation.process import Indication, Material
from esign.validation.reports import make_reports
from esign.validation.reports.xml_seal import ReportNotSealed, prepare_xml_seal
from esign.validation.verdict import FileVerdict, FormatFailure, verify

PDF = b"%PDF-1.7 and nothing"


def test_pdf_and_xml_are_sealed_timestamped_and_verify_and_a_changed_report_does_not(world):
    desk, house = world.application.reports, world.application.reports.household
    now = world.clock.now()
    verdict = FileVerdict.unreadable("letter.pdf", FormatFailure("no"), at=now)
    made = make_reports(verdict, PDF, maker=desk.maker(), lang="de", made_at=now)
    entries = world.application.ledger.verify().entries
    sealed = desk.seal(made)

    found = verify(sealed.pdf, trust=house.trust, material=Material(), at=world.clock.now())
    assert [(one.indication, one.level) for one in found.signatures] == [
        (Indication.TOTAL_PASSED, "PAdES-BASELINE-LTA")
    ]
    assert (found.clean, found.sandbox, sealed.pdf.startswith(made.pdf)) == (True, True, True)

    certificate = house.devices.for_seal().certificate
    loaded = x509.load_der_x509_certificate(certificate)
    results = XAdESVerifier().verify(sealed.xml, x509_cert=loaded, expect_references=2)
    assert {etree.QName(one.signed_xml).localname for one in results} == {"ValidationReport", "SignedProperties"}
    assert etree.QName(etree.fromstring(sealed.xml)[-1]).localname == "Signature"
    changed = sealed.xml.replace(b"mainindication:indeterminate", b"mainindication:total-passed", 1)
    assert changed != sealed.xml
    with pytest.raises(InvalidDigest):
        XAdESVerifier().verify(changed, x509_cert=loaded, expect_references=2)

    report = world.application.ledger.verify()
    assert (report.intact, report.entries - entries) == (True, 2)

    prepared = prepare_xml_seal(made.xml, certificate=certificate, at=now)
    for refused in (
        lambda: prepared.sealed(b"0" * 70, ()),
        lambda: desk.seal(replace(made, seal_place=None)),
    ):
        with pytest.raises(ReportNotSealed) as caught:
            refused()
        assert caught.value.code == "validation.report_not_sealed"
    assert world.application.ledger.verify().entries == report.entries


def test_without_a_timestamp_nothing_is_sealed(world):
    desk = world.application.reports
    now = world.clock.now()
    verdict = FileVerdict.unreadable("letter.pdf", FormatFailure("no"), at=now)
    made = make_reports(verdict, PDF, maker=desk.maker(), lang="en", made_at=now)

    class Silent:
        def stamp(self, digest: bytes):
            raise TimeoutError

    silent = replace(desk, household=replace(desk.household, timestamps=Silent()))
    with pytest.raises(TimeoutError):
        silent.seal(made)
