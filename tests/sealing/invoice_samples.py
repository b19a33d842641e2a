"""Invoices of every profile and syntax, written here, and small PDFs around them: for tests and benchmarks.

Persons and companies are invented. The PDFs declare PDF/A-3 and have what the tests look at; they are not validated.
"""

# ruff: noqa: E501 - XML in the lines in which it is read best
import random
import zlib
from dataclasses import dataclass, replace

EN = "urn:cen.eu:en16931:2017"
GUIDELINES = {
    "MINIMUM": "urn:factur-x.eu:1p0:minimum",
    "BASIC WL": "urn:factur-x.eu:1p0:basicwl",
    "BASIC": f"{EN}#compliant#urn:factur-x.eu:1p0:basic",
    "EN 16931": EN,
    "EXTENDED": f"{EN}#conformant#urn:factur-x.eu:1p0:extended",
    "XRECHNUNG": f"{EN}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0",
    "CIUS": f"{EN}#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0",
}
FX = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
ZF_2 = "urn:zugferd:pdfa:CrossIndustryDocument:invoice:2p0#"
ZF_1 = "urn:ferd:pdfa:CrossIndustryDocument:invoice:1p0#"
_SMALL = ("MINIMUM", "BASIC WL")


def cii(profile="EN 16931", *, guideline=None, number="R-2026-0001", mark="", total=None, lines=2):
    """An invoice in CII; ``mark`` is put into every text that a person could have written."""
    wanted = GUIDELINES[profile] if guideline is None else guideline
    net, tax = f"{100 * lines}.00", f"{19 * lines}.00"
    total = f"{119 * lines}.00" if total is None else total
    full = profile not in _SMALL
    items = "".join(_cii_line(place, mark) for place in range(1, lines + 1)) if full else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100" xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100" xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100" xmlns:qdt="urn:un:unece:uncefact:data:standard:QualifiedDataType:100">
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>{wanted}</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>{number}{mark}</ram:ID><ram:TypeCode>380</ram:TypeCode><ram:IssueDateTime><udt:DateTimeString format="102">20261120</udt:DateTimeString></ram:IssueDateTime>{"" if profile == "MINIMUM" else f"<ram:IncludedNote><ram:Content>Vielen Dank für Ihren Auftrag{mark}</ram:Content></ram:IncludedNote>"}</rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction>{items}
<ram:ApplicableHeaderTradeAgreement><ram:BuyerReference>04011000-12345-03{mark}</ram:BuyerReference>
{_cii_seller(profile, mark)}
{_cii_buyer(profile, mark)}</ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeDelivery>{"" if profile == "MINIMUM" else "<ram:ActualDeliverySupplyChainEvent><ram:OccurrenceDateTime><udt:DateTimeString format='102'>20261118</udt:DateTimeString></ram:OccurrenceDateTime></ram:ActualDeliverySupplyChainEvent>"}</ram:ApplicableHeaderTradeDelivery>
<ram:ApplicableHeaderTradeSettlement>{"" if profile == "MINIMUM" else f"<ram:PaymentReference>Rechnung{mark}</ram:PaymentReference>"}<ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
{"" if profile == "MINIMUM" else _cii_settlement(mark, net, tax)}
<ram:SpecifiedTradeSettlementHeaderMonetarySummation>{"" if profile == "MINIMUM" else f"<ram:LineTotalAmount>{net}</ram:LineTotalAmount><ram:ChargeTotalAmount>0.00</ram:ChargeTotalAmount><ram:AllowanceTotalAmount>0.00</ram:AllowanceTotalAmount>"}<ram:TaxBasisTotalAmount>{net}</ram:TaxBasisTotalAmount><ram:TaxTotalAmount currencyID="EUR">{tax}</ram:TaxTotalAmount><ram:GrandTotalAmount>{total}</ram:GrandTotalAmount><ram:DuePayableAmount>{total}</ram:DuePayableAmount></ram:SpecifiedTradeSettlementHeaderMonetarySummation>
</ram:ApplicableHeaderTradeSettlement></rsm:SupplyChainTradeTransaction></rsm:CrossIndustryInvoice>""".encode()


def _cii_line(place, mark):
    return f"""
<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument><ram:LineID>{place}</ram:LineID></ram:AssociatedDocumentLineDocument>
<ram:SpecifiedTradeProduct><ram:Name>Beratung vor Ort{mark}</ram:Name></ram:SpecifiedTradeProduct>
<ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice><ram:ChargeAmount>50.00</ram:ChargeAmount></ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>
<ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="HUR">2</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>
<ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax><ram:TypeCode>VAT</ram:TypeCode><ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>19</ram:RateApplicablePercent></ram:ApplicableTradeTax><ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>100.00</ram:LineTotalAmount></ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement></ram:IncludedSupplyChainTradeLineItem>"""


def _cii_seller(profile, mark):
    contact = f"<ram:DefinedTradeContact><ram:PersonName>Erika Beispiel{mark}</ram:PersonName><ram:TelephoneUniversalCommunication><ram:CompleteNumber>+49 821 123456{mark}</ram:CompleteNumber></ram:TelephoneUniversalCommunication><ram:EmailURIUniversalCommunication><ram:URIID>rechnung@muster.example{mark}</ram:URIID></ram:EmailURIUniversalCommunication></ram:DefinedTradeContact>"
    address = f"<ram:PostcodeCode>86150</ram:PostcodeCode><ram:LineOne>Musterstraße 1{mark}</ram:LineOne><ram:CityName>Augsburg{mark}</ram:CityName>"
    mail = f'<ram:URIUniversalCommunication><ram:URIID schemeID="EM">rechnung@muster.example{mark}</ram:URIID></ram:URIUniversalCommunication>'
    small, smallest = profile in _SMALL, profile == "MINIMUM"
    has_contact = profile not in (*_SMALL, "BASIC")
    return f'<ram:SellerTradeParty><ram:Name>Muster GmbH{mark}</ram:Name>{contact if has_contact else ""}<ram:PostalTradeAddress>{"" if smallest else address}<ram:CountryID>DE</ram:CountryID></ram:PostalTradeAddress>{"" if small else mail}<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE123456789</ram:ID></ram:SpecifiedTaxRegistration></ram:SellerTradeParty>'


def _cii_buyer(profile, mark):
    rest = f"<ram:PostalTradeAddress><ram:PostcodeCode>10115</ram:PostcodeCode><ram:LineOne>Beispielweg 2{mark}</ram:LineOne><ram:CityName>Berlin{mark}</ram:CityName><ram:CountryID>DE</ram:CountryID></ram:PostalTradeAddress>"
    mail = f'<ram:URIUniversalCommunication><ram:URIID schemeID="EM">einkauf@amt.example{mark}</ram:URIID></ram:URIUniversalCommunication>'
    return f"<ram:BuyerTradeParty><ram:Name>Amt für Beispiele{mark}</ram:Name>{'' if profile == 'MINIMUM' else rest}{'' if profile in _SMALL else mail}</ram:BuyerTradeParty>"


def _cii_settlement(mark, net, tax):
    return f"""<ram:SpecifiedTradeSettlementPaymentMeans><ram:TypeCode>58</ram:TypeCode><ram:PayeePartyCreditorFinancialAccount><ram:IBANID>DE75512108001245126199</ram:IBANID></ram:PayeePartyCreditorFinancialAccount></ram:SpecifiedTradeSettlementPaymentMeans>
<ram:ApplicableTradeTax><ram:CalculatedAmount>{tax}</ram:CalculatedAmount><ram:TypeCode>VAT</ram:TypeCode><ram:BasisAmount>{net}</ram:BasisAmount><ram:CategoryCode>S</ram:CategoryCode><ram:RateApplicablePercent>19</ram:RateApplicablePercent></ram:ApplicableTradeTax>
<ram:SpecifiedTradePaymentTerms><ram:Description>Zahlbar innerhalb von 14 Tagen{mark}</ram:Description><ram:DueDateDateTime><udt:DateTimeString format="102">20261204</udt:DateTimeString></ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>"""


def ubl(kind="Invoice", *, guideline=GUIDELINES["XRECHNUNG"], mark="", total="238.00"):
    """An XRechnung in UBL: ``Invoice`` or ``CreditNote``."""
    note = kind == "CreditNote"
    due = "" if note else "<cbc:DueDate>2026-12-04</cbc:DueDate>"
    code = "CreditNoteTypeCode>381</cbc:CreditNoteTypeCode" if note else "InvoiceTypeCode>380</cbc:InvoiceTypeCode"
    items = "".join(_ubl_line(place, note, mark) for place in (1, 2))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{kind} xmlns="urn:oasis:names:specification:ubl:schema:xsd:{kind}-2" xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
<cbc:CustomizationID>{guideline}</cbc:CustomizationID><cbc:ProfileID>urn:fdc:peppol.eu:2017:poacc:billing:01:1.0</cbc:ProfileID><cbc:ID>R-2026-0002{mark}</cbc:ID><cbc:IssueDate>2026-11-20</cbc:IssueDate>{due}<cbc:{code}><cbc:Note>#AAI#Vielen Dank{mark}</cbc:Note><cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode><cbc:BuyerReference>04011000-12345-03{mark}</cbc:BuyerReference>
<cac:AccountingSupplierParty><cac:Party><cbc:EndpointID schemeID="EM">rechnung@muster.example{mark}</cbc:EndpointID><cac:PostalAddress><cbc:StreetName>Musterstraße 1{mark}</cbc:StreetName><cbc:CityName>Augsburg{mark}</cbc:CityName><cbc:PostalZone>86150</cbc:PostalZone><cac:Country><cbc:IdentificationCode>DE</cbc:IdentificationCode></cac:Country></cac:PostalAddress><cac:PartyTaxScheme><cbc:CompanyID>DE123456789</cbc:CompanyID><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme><cac:PartyLegalEntity><cbc:RegistrationName>Muster GmbH{mark}</cbc:RegistrationName></cac:PartyLegalEntity><cac:Contact><cbc:Name>Erika Beispiel{mark}</cbc:Name><cbc:Telephone>+49 821 123456{mark}</cbc:Telephone><cbc:ElectronicMail>rechnung@muster.example{mark}</cbc:ElectronicMail></cac:Contact></cac:Party></cac:AccountingSupplierParty>
<cac:AccountingCustomerParty><cac:Party><cbc:EndpointID schemeID="EM">einkauf@amt.example{mark}</cbc:EndpointID><cac:PostalAddress><cbc:StreetName>Beispielweg 2{mark}</cbc:StreetName><cbc:CityName>Berlin{mark}</cbc:CityName><cbc:PostalZone>10115</cbc:PostalZone><cac:Country><cbc:IdentificationCode>DE</cbc:IdentificationCode></cac:Country></cac:PostalAddress><cac:PartyLegalEntity><cbc:RegistrationName>Amt für Beispiele{mark}</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party></cac:AccountingCustomerParty>
<cac:Delivery><cbc:ActualDeliveryDate>2026-11-18</cbc:ActualDeliveryDate></cac:Delivery>
<cac:PaymentMeans><cbc:PaymentMeansCode>58</cbc:PaymentMeansCode><cbc:PaymentID>Rechnung{mark}</cbc:PaymentID><cac:PayeeFinancialAccount><cbc:ID>DE75512108001245126199</cbc:ID></cac:PayeeFinancialAccount></cac:PaymentMeans>
<cac:PaymentTerms><cbc:Note>Zahlbar innerhalb von 14 Tagen{mark}</cbc:Note></cac:PaymentTerms>
<cac:TaxTotal><cbc:TaxAmount currencyID="EUR">38.00</cbc:TaxAmount><cac:TaxSubtotal><cbc:TaxableAmount currencyID="EUR">200.00</cbc:TaxableAmount><cbc:TaxAmount currencyID="EUR">38.00</cbc:TaxAmount><cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>
<cac:LegalMonetaryTotal><cbc:LineExtensionAmount currencyID="EUR">200.00</cbc:LineExtensionAmount><cbc:TaxExclusiveAmount currencyID="EUR">200.00</cbc:TaxExclusiveAmount><cbc:TaxInclusiveAmount currencyID="EUR">{total}</cbc:TaxInclusiveAmount><cbc:PayableAmount currencyID="EUR">{total}</cbc:PayableAmount></cac:LegalMonetaryTotal>{items}
</{kind}>""".encode()


def _ubl_line(place, note, mark):
    line, quantity = ("CreditNoteLine", "CreditedQuantity") if note else ("InvoiceLine", "InvoicedQuantity")
    return f"""
<cac:{line}><cbc:ID>{place}</cbc:ID><cbc:{quantity} unitCode="HUR">2</cbc:{quantity}><cbc:LineExtensionAmount currencyID="EUR">100.00</cbc:LineExtensionAmount><cac:Item><cbc:Description>nach Absprache{mark}</cbc:Description><cbc:Name>Beratung vor Ort{mark}</cbc:Name><cac:ClassifiedTaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>19</cbc:Percent><cac:TaxScheme><cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:ClassifiedTaxCategory></cac:Item><cac:Price><cbc:PriceAmount currencyID="EUR">50.00</cbc:PriceAmount></cac:Price></cac:{line}>"""


def zugferd_1(level="comfort", *, mark=""):
    """An invoice of ZUGFeRD 1.0."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryDocument xmlns:rsm="urn:ferd:CrossIndustryDocument:invoice:1p0" xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:12" xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:15">
<rsm:SpecifiedExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>urn:ferd:CrossIndustryDocument:invoice:1p0:{level}</ram:ID></ram:GuidelineSpecifiedDocumentContextParameter></rsm:SpecifiedExchangedDocumentContext>
<rsm:HeaderExchangedDocument><ram:ID>R-2026-0003{mark}</ram:ID><ram:Name>RECHNUNG{mark}</ram:Name><ram:TypeCode>380</ram:TypeCode><ram:IssueDateTime><udt:DateTimeString format="102">20261120</udt:DateTimeString></ram:IssueDateTime></rsm:HeaderExchangedDocument>
<rsm:SpecifiedSupplyChainTradeTransaction><ram:ApplicableSupplyChainTradeAgreement><ram:SellerTradeParty><ram:Name>Muster GmbH{mark}</ram:Name></ram:SellerTradeParty><ram:BuyerTradeParty><ram:Name>Amt für Beispiele{mark}</ram:Name></ram:BuyerTradeParty></ram:ApplicableSupplyChainTradeAgreement><ram:ApplicableSupplyChainTradeDelivery/><ram:ApplicableSupplyChainTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode><ram:SpecifiedTradeSettlementMonetarySummation><ram:LineTotalAmount currencyID="EUR">200.00</ram:LineTotalAmount><ram:ChargeTotalAmount currencyID="EUR">0.00</ram:ChargeTotalAmount><ram:AllowanceTotalAmount currencyID="EUR">0.00</ram:AllowanceTotalAmount><ram:TaxBasisTotalAmount currencyID="EUR">200.00</ram:TaxBasisTotalAmount><ram:TaxTotalAmount currencyID="EUR">38.00</ram:TaxTotalAmount><ram:GrandTotalAmount currencyID="EUR">238.00</ram:GrandTotalAmount></ram:SpecifiedTradeSettlementMonetarySummation></ram:ApplicableSupplyChainTradeSettlement></rsm:SpecifiedSupplyChainTradeTransaction></rsm:CrossIndustryDocument>""".encode()


@dataclass(frozen=True, kw_only=True)
class File:
    """An embedded file as a PDF shall hold it."""

    content: bytes
    name: str = "factur-x.xml"
    ascii_name: str | None = None
    relationship: str = "Alternative"
    media_type: str | None = "text/xml"
    listed: bool = True
    associated: bool = True
    other_content: bytes | None = None
    """What ``/EF /F`` leads to, if that is another stream than ``/EF /UF``."""


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A PDF around files."""

    files: tuple[File, ...] = ()
    namespace: str | None = FX
    level: str = "EN 16931"
    file_name: str = "factur-x.xml"
    document_type: str = "INVOICE"
    version: str = "1.0"
    pdfa: str = "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
    output_components: int = 3
    further_metadata: str = ""
    size: int = 0
    """Bytes of incompressible content, to make the file as large as real ones are."""
    header: bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"

    def with_(self, **changes):
        return replace(self, **changes)

    def pdf(self) -> bytes:
        return _write(self)


def paper(xml, *, profile="EN 16931", **changes):
    """A PDF as its standard asks for, around an invoice of a profile in CII."""
    relationship = "Data" if profile in _SMALL else "Alternative"
    name = "xrechnung.xml" if profile == "XRECHNUNG" else "factur-x.xml"
    level = "EN 16931" if profile == "CIUS" else profile
    made = Paper(files=(File(content=xml, name=name, relationship=relationship),), level=level, file_name=name)
    return replace(made, **changes)


def invoice_pdf(profile="EN 16931", *, size=0, **changes) -> bytes:
    """A PDF with a good invoice of a profile in CII; ``changes`` as of :func:`cii`."""
    return paper(cii(profile, **changes), profile=profile, size=size).pdf()


def _metadata(paper):
    declared = ""
    if paper.namespace is not None:
        declared = (
            f'<rdf:Description rdf:about="" xmlns:fx="{paper.namespace}"><fx:ConformanceLevel>{paper.level}</fx:ConformanceLevel>'
            f"<fx:DocumentFileName>{paper.file_name}</fx:DocumentFileName><fx:DocumentType>{paper.document_type}</fx:DocumentType>"
            f"<fx:Version>{paper.version}</fx:Version></rdf:Description>"
        )
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        f'xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">{paper.pdfa}</rdf:Description>{declared}{paper.further_metadata}'
        '</rdf:RDF></x:xmpmeta>\n<?xpacket end="w"?>'
    ).encode()


def _noise(size):
    """Bytes that no filter makes shorter, the same in every run."""
    return random.Random(4711).randbytes(size)


def _write(paper):
    objects = []

    def put(body):
        objects.append(body)
        return len(objects)

    def stream(data, entries=b"", packed=True):
        body = zlib.compress(data) if packed else data
        filters = b"/Filter/FlateDecode" if packed else b""
        return put(b"<<%b%b/Length %d>>\nstream\n%b\nendstream" % (entries, filters, len(body), body))

    catalog, pages, page = put(b""), put(b""), put(b"")
    drawing = stream(b"0.5 g 50 50 100 100 re f")
    ballast = stream(_noise(paper.size), packed=False) if paper.size else None
    profile = stream(b"profile", b"/N %d" % paper.output_components)
    intent = put(
        b"<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/DestOutputProfile %d 0 R>>" % profile
    )
    metadata = stream(_metadata(paper), b"/Type/Metadata/Subtype/XML", packed=False)
    listed, associated = b"", b""
    for file in paper.files:
        kind = b"" if file.media_type is None else b"/Subtype/%b" % file.media_type.replace("/", "#2F").encode()
        kind += b"/Type/EmbeddedFile/Params<</ModDate(D:20261120120000Z)/Size %d>>" % len(file.content)
        first = stream(file.content, kind)
        second = first if file.other_content is None else stream(file.other_content, kind)
        name, ascii_name = file.name.encode(), (file.ascii_name or file.name).encode()
        spec = put(
            b"<</Type/Filespec/F(%b)/UF(%b)/AFRelationship/%b/EF<</F %d 0 R/UF %d 0 R>>>>"
            % (ascii_name, name, file.relationship.encode(), second, first)
        )
        listed += b"(%b)%d 0 R " % (name, spec) if file.listed else b""
        associated += b"%d 0 R " % spec if file.associated else b""
    extra = b"/Names<</EmbeddedFiles<</Names[%b]>>>>/AF[%b]" % (listed, associated) if paper.files else b""
    objects[catalog - 1] = b"<</Type/Catalog/Pages %d 0 R/Metadata %d 0 R/OutputIntents[%d 0 R]%b>>" % (
        pages, metadata, intent, extra,
    )  # fmt: skip
    objects[pages - 1] = b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % page
    objects[page - 1] = b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]/Contents %b/Resources<<>>%b>>" % (
        pages, b"%d 0 R" % drawing, b"" if ballast is None else b"/PieceInfo<</Ballast<</Private %d 0 R>>>>" % ballast,
    )  # fmt: skip
    out, offsets = bytearray(paper.header), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    identifier = b"<00112233445566778899aabbccddeeff>"
    out += b"trailer\n<</Size %d/Root %d 0 R/ID[%b%b]>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, catalog, identifier, identifier, table,
    )  # fmt: skip
    return bytes(out)
