"""Where the terms of EN 16931 stand in CII D16B and later (Factur-X, ZUGFeRD 2, XRechnung).

Source: CEN/TS 16931-3-3 (syntax binding to CII), Factur-X 1.0, XRechnung 3.0 part 11.
"""

NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}

_ADDRESS = """
  {0} ram:LineOne
  {1} ram:LineTwo
  {2} ram:LineThree
  {3} ram:CityName
  {4} ram:PostcodeCode
  {5} ram:CountrySubDivisionName
  {6} ram:CountryID
"""
_TRADE = "rsm:SupplyChainTradeTransaction"
_AGREEMENT = f"{_TRADE}/ram:ApplicableHeaderTradeAgreement"
_DELIVERY = f"{_TRADE}/ram:ApplicableHeaderTradeDelivery"
_SETTLEMENT = f"{_TRADE}/ram:ApplicableHeaderTradeSettlement"
_SUM = "ram:SpecifiedTradeSettlementHeaderMonetarySummation"
_DATE = "udt:DateTimeString"


def _address(*terms: str) -> str:
    return _ADDRESS.format(*terms).strip("\n")


TERMS = f"""
BG-0 .
 BT-1 rsm:ExchangedDocument/ram:ID
 BT-2 rsm:ExchangedDocument/ram:IssueDateTime/{_DATE}
 BT-3 rsm:ExchangedDocument/ram:TypeCode
 BT-5 {_SETTLEMENT}/ram:InvoiceCurrencyCode
 BT-6 {_SETTLEMENT}/ram:TaxCurrencyCode
 BT-7 {_SETTLEMENT}/ram:ApplicableTradeTax/ram:TaxPointDate/udt:DateString
 BT-8 {_SETTLEMENT}/ram:ApplicableTradeTax/ram:DueDateTypeCode
 BT-9 {_SETTLEMENT}/ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime/{_DATE}
 BT-10 {_AGREEMENT}/ram:BuyerReference
 BT-11 {_AGREEMENT}/ram:SpecifiedProcuringProject/ram:ID
 BT-11 {_AGREEMENT}/ram:SpecifiedProcuringProject/ram:Name
 BT-12 {_AGREEMENT}/ram:ContractReferencedDocument/ram:IssuerAssignedID
 BT-13 {_AGREEMENT}/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID
 BT-14 {_AGREEMENT}/ram:SellerOrderReferencedDocument/ram:IssuerAssignedID
 BT-15 {_DELIVERY}/ram:ReceivingAdviceReferencedDocument/ram:IssuerAssignedID
 BT-16 {_DELIVERY}/ram:DespatchAdviceReferencedDocument/ram:IssuerAssignedID
 BT-17 {_AGREEMENT}/ram:AdditionalReferencedDocument[ram:TypeCode='50']/ram:IssuerAssignedID
 BT-18 {_AGREEMENT}/ram:AdditionalReferencedDocument[ram:TypeCode='130']/ram:IssuerAssignedID
 BT-19 {_SETTLEMENT}/ram:ReceivableSpecifiedTradeAccountingAccount/ram:ID
 BT-20 {_SETTLEMENT}/ram:SpecifiedTradePaymentTerms/ram:Description
 BT-23 rsm:ExchangedDocumentContext/ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID
 BT-24 rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID
 BT-73 {_SETTLEMENT}/ram:BillingSpecifiedPeriod/ram:StartDateTime/{_DATE}
 BT-74 {_SETTLEMENT}/ram:BillingSpecifiedPeriod/ram:EndDateTime/{_DATE}
BG-1 rsm:ExchangedDocument/ram:IncludedNote
 BT-21 ram:SubjectCode
 BT-22 ram:Content
BG-3 {_SETTLEMENT}/ram:InvoiceReferencedDocument
 BT-25 ram:IssuerAssignedID
 BT-26 ram:FormattedIssueDateTime/qdt:DateTimeString
BG-4 {_AGREEMENT}/ram:SellerTradeParty
 BT-27 ram:Name
 BT-28 ram:SpecifiedLegalOrganization/ram:TradingBusinessName
 BT-29 ram:ID|ram:GlobalID
 BT-30 ram:SpecifiedLegalOrganization/ram:ID
 BT-31 ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']
 BT-32 ram:SpecifiedTaxRegistration/ram:ID[not(@schemeID='VA')]
 BT-33 ram:Description
 BT-34 ram:URIUniversalCommunication/ram:URIID
 BT-41 ram:DefinedTradeContact/ram:PersonName|ram:DefinedTradeContact/ram:DepartmentName
 BT-42 ram:DefinedTradeContact/ram:TelephoneUniversalCommunication/ram:CompleteNumber
 BT-43 ram:DefinedTradeContact/ram:EmailURIUniversalCommunication/ram:URIID
 BG-5 ram:PostalTradeAddress
{_address("BT-35", "BT-36", "BT-162", "BT-37", "BT-38", "BT-39", "BT-40")}
BG-7 {_AGREEMENT}/ram:BuyerTradeParty
 BT-44 ram:Name
 BT-45 ram:SpecifiedLegalOrganization/ram:TradingBusinessName
 BT-46 ram:ID|ram:GlobalID
 BT-47 ram:SpecifiedLegalOrganization/ram:ID
 BT-48 ram:SpecifiedTaxRegistration/ram:ID
 BT-49 ram:URIUniversalCommunication/ram:URIID
 BT-56 ram:DefinedTradeContact/ram:PersonName|ram:DefinedTradeContact/ram:DepartmentName
 BT-57 ram:DefinedTradeContact/ram:TelephoneUniversalCommunication/ram:CompleteNumber
 BT-58 ram:DefinedTradeContact/ram:EmailURIUniversalCommunication/ram:URIID
 BG-8 ram:PostalTradeAddress
{_address("BT-50", "BT-51", "BT-163", "BT-52", "BT-53", "BT-54", "BT-55")}
BG-10 {_SETTLEMENT}/ram:PayeeTradeParty
 BT-59 ram:Name
 BT-60 ram:ID|ram:GlobalID
 BT-61 ram:SpecifiedLegalOrganization/ram:ID
BG-11 {_AGREEMENT}/ram:SellerTaxRepresentativeTradeParty
 BT-62 ram:Name
 BT-63 ram:SpecifiedTaxRegistration/ram:ID
 BG-12 ram:PostalTradeAddress
{_address("BT-64", "BT-65", "BT-164", "BT-66", "BT-67", "BT-68", "BT-69")}
BG-13 {_DELIVERY}
 BT-70 ram:ShipToTradeParty/ram:Name
 BT-71 ram:ShipToTradeParty/ram:ID|ram:ShipToTradeParty/ram:GlobalID
 BT-72 ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/{_DATE}
 BG-15 ram:ShipToTradeParty/ram:PostalTradeAddress
{_address("BT-75", "BT-76", "BT-165", "BT-77", "BT-78", "BT-79", "BT-80")}
BG-16 {_SETTLEMENT}/ram:SpecifiedTradeSettlementPaymentMeans
 BT-81 ram:TypeCode
 BT-82 ram:Information
 BT-84 ram:PayeePartyCreditorFinancialAccount/ram:IBANID|ram:PayeePartyCreditorFinancialAccount/ram:ProprietaryID
 BT-85 ram:PayeePartyCreditorFinancialAccount/ram:AccountName
 BT-86 ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID
 BT-87 ram:ApplicableTradeSettlementFinancialCard/ram:ID
 BT-88 ram:ApplicableTradeSettlementFinancialCard/ram:CardholderName
 BT-91 ram:PayerPartyDebtorFinancialAccount/ram:IBANID
BG-19 {_SETTLEMENT}
 BT-83 ram:PaymentReference
 BT-89 ram:SpecifiedTradePaymentTerms/ram:DirectDebitMandateID
 BT-90 ram:CreditorReferenceID
BG-20 {_SETTLEMENT}/ram:SpecifiedTradeAllowanceCharge[ram:ChargeIndicator/udt:Indicator='false']
 BT-92 ram:ActualAmount
 BT-93 ram:BasisAmount
 BT-94 ram:CalculationPercent
 BT-95 ram:CategoryTradeTax/ram:CategoryCode
 BT-96 ram:CategoryTradeTax/ram:RateApplicablePercent
 BT-97 ram:Reason
 BT-98 ram:ReasonCode
BG-21 {_SETTLEMENT}/ram:SpecifiedTradeAllowanceCharge[ram:ChargeIndicator/udt:Indicator='true']
 BT-99 ram:ActualAmount
 BT-100 ram:BasisAmount
 BT-101 ram:CalculationPercent
 BT-102 ram:CategoryTradeTax/ram:CategoryCode
 BT-103 ram:CategoryTradeTax/ram:RateApplicablePercent
 BT-104 ram:Reason
 BT-105 ram:ReasonCode
BG-22 {_SETTLEMENT}
 BT-106 {_SUM}/ram:LineTotalAmount
 BT-107 {_SUM}/ram:AllowanceTotalAmount
 BT-108 {_SUM}/ram:ChargeTotalAmount
 BT-109 {_SUM}/ram:TaxBasisTotalAmount
 BT-110 {_SUM}/ram:TaxTotalAmount[not(@currencyID) or @currencyID=../../ram:InvoiceCurrencyCode]
 BT-111 {_SUM}/ram:TaxTotalAmount[@currencyID and not(@currencyID=../../ram:InvoiceCurrencyCode)]
 BT-112 {_SUM}/ram:GrandTotalAmount
 BT-113 {_SUM}/ram:TotalPrepaidAmount
 BT-114 {_SUM}/ram:RoundingAmount
 BT-115 {_SUM}/ram:DuePayableAmount
BG-23 {_SETTLEMENT}/ram:ApplicableTradeTax
 BT-116 ram:BasisAmount
 BT-117 ram:CalculatedAmount
 BT-118 ram:CategoryCode
 BT-119 ram:RateApplicablePercent
 BT-120 ram:ExemptionReason
 BT-121 ram:ExemptionReasonCode
BG-24 {_AGREEMENT}/ram:AdditionalReferencedDocument[not(ram:TypeCode='50' or ram:TypeCode='130')]
 BT-122 ram:IssuerAssignedID
 BT-123 ram:Name
 BT-124 ram:URIID
 BT-125 ram:AttachmentBinaryObject
BG-25 {_TRADE}/ram:IncludedSupplyChainTradeLineItem
 BT-126 ram:AssociatedDocumentLineDocument/ram:LineID
 BT-127 ram:AssociatedDocumentLineDocument/ram:IncludedNote/ram:Content
 BT-128 ram:SpecifiedLineTradeSettlement/ram:AdditionalReferencedDocument/ram:IssuerAssignedID
 BT-129 ram:SpecifiedLineTradeDelivery/ram:BilledQuantity
 BT-131 ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount
 BT-132 ram:SpecifiedLineTradeAgreement/ram:BuyerOrderReferencedDocument/ram:LineID
 BT-133 ram:SpecifiedLineTradeSettlement/ram:ReceivableSpecifiedTradeAccountingAccount/ram:ID
 BT-134 ram:SpecifiedLineTradeSettlement/ram:BillingSpecifiedPeriod/ram:StartDateTime/{_DATE}
 BT-135 ram:SpecifiedLineTradeSettlement/ram:BillingSpecifiedPeriod/ram:EndDateTime/{_DATE}
 BT-146 ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount
 BT-147 ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice/ram:AppliedTradeAllowanceCharge/ram:ActualAmount
 BT-148 ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice/ram:ChargeAmount
 BT-149 ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:BasisQuantity
 BT-149 ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice/ram:BasisQuantity
 BT-151 ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax/ram:CategoryCode
 BT-152 ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax/ram:RateApplicablePercent
 BT-153 ram:SpecifiedTradeProduct/ram:Name
 BT-154 ram:SpecifiedTradeProduct/ram:Description
 BT-155 ram:SpecifiedTradeProduct/ram:SellerAssignedID
 BT-156 ram:SpecifiedTradeProduct/ram:BuyerAssignedID
 BT-157 ram:SpecifiedTradeProduct/ram:GlobalID
 BT-158 ram:SpecifiedTradeProduct/ram:DesignatedProductClassification/ram:ClassCode
 BT-159 ram:SpecifiedTradeProduct/ram:OriginTradeCountry/ram:ID
 BG-27 ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge[ram:ChargeIndicator/udt:Indicator='false']
  BT-136 ram:ActualAmount
  BT-137 ram:BasisAmount
  BT-138 ram:CalculationPercent
  BT-139 ram:Reason
  BT-140 ram:ReasonCode
 BG-28 ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge[ram:ChargeIndicator/udt:Indicator='true']
  BT-141 ram:ActualAmount
  BT-142 ram:BasisAmount
  BT-143 ram:CalculationPercent
  BT-144 ram:Reason
  BT-145 ram:ReasonCode
 BG-32 ram:SpecifiedTradeProduct/ram:ApplicableProductCharacteristic
  BT-160 ram:Description
  BT-161 ram:Value
"""
"""Groups and terms with the path of each below its group; indentation by one blank means within."""

SILENT = (
    ".//ram:ChargeIndicator/udt:Indicator",
    ".//ram:ApplicableTradeTax/ram:TypeCode|.//ram:CategoryTradeTax/ram:TypeCode",
    ".//ram:AdditionalReferencedDocument/ram:TypeCode",
)
"""What says how to read something else, and is shown by where that stands."""
