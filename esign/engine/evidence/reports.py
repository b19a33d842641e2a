"""Reports on verifications, sealed by the company: the PDF at PAdES-B-LTA, the XML at XAdES-B-T."""

from __future__ import annotations

from dataclasses import dataclass, replace

from esign.engine.ceremony import finishing
from esign.engine.ceremony.finishing import Finished, SealPlace
from esign.engine.household import Household
from esign.evidence.kinds import EntryKind
from esign.foundation.digests import sha256
from esign.identity import CertificateFacts
from esign.signing import grant
from esign.validation.reports import Maker, Reports, this_program
from esign.validation.reports.xml_seal import ReportNotSealed, prepare_xml_seal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDesk:
    """Seals reports; what a report says is not kept, the ledger holds the digests that were signed."""

    household: Household

    def maker(self) -> Maker:
        """Return who makes reports here: the program, and whom the seal names.

        Raises:
            NoSealDevice: None is configured.
            SealNotValid: The seal's certificate has expired, or is not valid yet.
        """
        certificate = self.household.seal().certificate
        return Maker(
            name=this_program(),
            operator=_holder(certificate),
            certificate=certificate,
            sandbox=self.household.settings.sandbox,
        )

    def seal(self, reports: Reports) -> Reports:
        """Return the reports with the company's seal on PDF and XML.

        Raises:
            ReportNotSealed: The report was made without a place for a seal, or the key did not sign.
            EsignError: No seal is configured, or a trust service did not answer as it must; nothing is sealed by half.
        """
        place = reports.seal_place
        if place is None:
            raise ReportNotSealed("the report has no place for a seal")
        house = self.household
        sealing = SealPlace(
            contract_id=None,
            company=_holder(house.seal().certificate),
            lang=reports.lang,
            field=place.name,
            page=place.page,
            box=place.box,
        )
        sealed, _ = finishing.seal(house, Finished(data=reports.pdf, added=()), sealing)
        return replace(reports, pdf=finishing.archive(house, sealed).data, xml=self._sealed_xml(reports.xml))

    def _sealed_xml(self, report: bytes) -> bytes:
        house = self.household
        device = house.seal()
        prepared = prepare_xml_seal(report, certificate=device.certificate, at=house.clock.now())
        key = sha256(device.certificate).hex()
        facts = {"party": "company", "key": key, "digest": sha256(prepared.signed).hex()}
        with house.store.transaction() as tx:
            receipt = house.record(tx, EntryKind.PERMISSION_GRANTED, None, facts)
        permission = grant(receipt, certificate=device.certificate, data=prepared.signed)
        sealed = prepared.sealed(device.sign(prepared.signed, permission), device.chain)
        return sealed.stamped(house.timestamps.stamp(sealed.digest).der)


def _holder(certificate: bytes) -> str:
    facts = CertificateFacts.read(certificate)
    return facts.organisation or facts.common_name
