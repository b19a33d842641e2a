"""Where the terms of EN 16931 stand in UBL 2.1, for invoices and credit notes.

Source: CEN/TS 16931-3-2 (syntax binding to UBL 2.1), XRechnung 3.0 part 11.
"""

NAMESPACES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}

_ADDRESS = """
  {0} cbc:StreetName
  {1} cbc:AdditionalStreetName
  {2} cac:AddressLine/cbc:Line
  {3} cbc:CityName
  {4} cbc:PostalZone
  {5} cbc:CountrySubentity
  {6} cac:Country/cbc:IdentificationCode
"""


def _address(*terms: str) -> str:
    return _ADDRESS.format(*terms).strip("\n")


TERMS = f"""
BG-0 .
 BT-1 cbc:ID
 BT-2 cbc:IssueDate
 BT-3 cbc:InvoiceTypeCode|cbc:CreditNoteTypeCode
 BT-5 cbc:DocumentCurrencyCode
 BT-6 cbc:TaxCurrencyCode
 BT-7 cbc:TaxPointDate
 BT-8 cac:InvoicePeriod/cbc:DescriptionCode
 BT-9 cbc:DueDate|cac:PaymentMeans/cbc:PaymentDueDate
 BT-10 cbc:BuyerReference
 BT-11 cac:ProjectReference/cbc:ID|cac:AdditionalDocumentReference[cbc:DocumentTypeCode='50']/cbc:ID
 BT-12 cac:ContractDocumentReference/cbc:ID
 BT-13 cac:OrderReference/cbc:ID
 BT-14 cac:OrderReference/cbc:SalesOrderID
 BT-15 cac:ReceiptDocumentReference/cbc:ID
 BT-16 cac:DespatchDocumentReference/cbc:ID
 BT-17 cac:OriginatorDocumentReference/cbc:ID
 BT-18 cac:AdditionalDocumentReference[cbc:DocumentTypeCode='130']/cbc:ID
 BT-19 cbc:AccountingCost
 BT-20 cac:PaymentTerms/cbc:Note
 BT-22 cbc:Note
 BT-23 cbc:ProfileID
 BT-24 cbc:CustomizationID
 BT-73 cac:InvoicePeriod/cbc:StartDate
 BT-74 cac:InvoicePeriod/cbc:EndDate
BG-3 cac:BillingReference/cac:InvoiceDocumentReference
 BT-25 cbc:ID
 BT-26 cbc:IssueDate
BG-4 cac:AccountingSupplierParty/cac:Party
 BT-27 cac:PartyLegalEntity/cbc:RegistrationName
 BT-28 cac:PartyName/cbc:Name
 BT-29 cac:PartyIdentification/cbc:ID[not(@schemeID='SEPA')]
 BT-90 cac:PartyIdentification/cbc:ID[@schemeID='SEPA']
 BT-30 cac:PartyLegalEntity/cbc:CompanyID
 BT-31 cac:PartyTaxScheme[cac:TaxScheme/cbc:ID='VAT']/cbc:CompanyID
 BT-32 cac:PartyTaxScheme[not(cac:TaxScheme/cbc:ID='VAT')]/cbc:CompanyID
 BT-33 cac:PartyLegalEntity/cbc:CompanyLegalForm
 BT-34 cbc:EndpointID
 BT-41 cac:Contact/cbc:Name
 BT-42 cac:Contact/cbc:Telephone
 BT-43 cac:Contact/cbc:ElectronicMail
 BG-5 cac:PostalAddress
{_address("BT-35", "BT-36", "BT-162", "BT-37", "BT-38", "BT-39", "BT-40")}
BG-7 cac:AccountingCustomerParty/cac:Party
 BT-44 cac:PartyLegalEntity/cbc:RegistrationName
 BT-45 cac:PartyName/cbc:Name
 BT-46 cac:PartyIdentification/cbc:ID
 BT-47 cac:PartyLegalEntity/cbc:CompanyID
 BT-48 cac:PartyTaxScheme/cbc:CompanyID
 BT-49 cbc:EndpointID
 BT-56 cac:Contact/cbc:Name
 BT-57 cac:Contact/cbc:Telephone
 BT-58 cac:Contact/cbc:ElectronicMail
 BG-8 cac:PostalAddress
{_address("BT-50", "BT-51", "BT-163", "BT-52", "BT-53", "BT-54", "BT-55")}
BG-10 cac:PayeeParty
 BT-59 cac:PartyName/cbc:Name
 BT-60 cac:PartyIdentification/cbc:ID[not(@schemeID='SEPA')]
 BT-90 cac:PartyIdentification/cbc:ID[@schemeID='SEPA']
 BT-61 cac:PartyLegalEntity/cbc:CompanyID
BG-11 cac:TaxRepresentativeParty
 BT-62 cac:PartyName/cbc:Name
 BT-63 cac:PartyTaxScheme/cbc:CompanyID
 BG-12 cac:PostalAddress
{_address("BT-64", "BT-65", "BT-164", "BT-66", "BT-67", "BT-68", "BT-69")}
BG-13 cac:Delivery
 BT-70 cac:DeliveryParty/cac:PartyName/cbc:Name
 BT-71 cac:DeliveryLocation/cbc:ID
 BT-72 cbc:ActualDeliveryDate
 BG-15 cac:DeliveryLocation/cac:Address
{_address("BT-75", "BT-76", "BT-165", "BT-77", "BT-78", "BT-79", "BT-80")}
BG-16 cac:PaymentMeans
 BT-81 cbc:PaymentMeansCode
 BT-82 cbc:PaymentMeansCode/@name
 BT-83 cbc:PaymentID
 BT-84 cac:PayeeFinancialAccount/cbc:ID
 BT-85 cac:PayeeFinancialAccount/cbc:Name
 BT-86 cac:PayeeFinancialAccount/cac:FinancialInstitutionBranch/cbc:ID
 BT-87 cac:CardAccount/cbc:PrimaryAccountNumberID
 BT-88 cac:CardAccount/cbc:HolderName
 BT-89 cac:PaymentMandate/cbc:ID
 BT-91 cac:PaymentMandate/cac:PayerFinancialAccount/cbc:ID
BG-20 cac:AllowanceCharge[cbc:ChargeIndicator='false']
 BT-92 cbc:Amount
 BT-93 cbc:BaseAmount
 BT-94 cbc:MultiplierFactorNumeric
 BT-95 cac:TaxCategory/cbc:ID
 BT-96 cac:TaxCategory/cbc:Percent
 BT-97 cbc:AllowanceChargeReason
 BT-98 cbc:AllowanceChargeReasonCode
BG-21 cac:AllowanceCharge[cbc:ChargeIndicator='true']
 BT-99 cbc:Amount
 BT-100 cbc:BaseAmount
 BT-101 cbc:MultiplierFactorNumeric
 BT-102 cac:TaxCategory/cbc:ID
 BT-103 cac:TaxCategory/cbc:Percent
 BT-104 cbc:AllowanceChargeReason
 BT-105 cbc:AllowanceChargeReasonCode
BG-22 .
 BT-106 cac:LegalMonetaryTotal/cbc:LineExtensionAmount
 BT-107 cac:LegalMonetaryTotal/cbc:AllowanceTotalAmount
 BT-108 cac:LegalMonetaryTotal/cbc:ChargeTotalAmount
 BT-109 cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount
 BT-110 cac:TaxTotal/cbc:TaxAmount[@currencyID=/*/cbc:DocumentCurrencyCode]
 BT-111 cac:TaxTotal/cbc:TaxAmount[not(@currencyID=/*/cbc:DocumentCurrencyCode)]
 BT-112 cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount
 BT-113 cac:LegalMonetaryTotal/cbc:PrepaidAmount
 BT-114 cac:LegalMonetaryTotal/cbc:PayableRoundingAmount
 BT-115 cac:LegalMonetaryTotal/cbc:PayableAmount
BG-23 cac:TaxTotal/cac:TaxSubtotal
 BT-116 cbc:TaxableAmount
 BT-117 cbc:TaxAmount
 BT-118 cac:TaxCategory/cbc:ID
 BT-119 cac:TaxCategory/cbc:Percent
 BT-120 cac:TaxCategory/cbc:TaxExemptionReason
 BT-121 cac:TaxCategory/cbc:TaxExemptionReasonCode
BG-24 cac:AdditionalDocumentReference[not(cbc:DocumentTypeCode='130' or cbc:DocumentTypeCode='50')]
 BT-122 cbc:ID
 BT-123 cbc:DocumentDescription
 BT-124 cac:Attachment/cac:ExternalReference/cbc:URI
 BT-125 cac:Attachment/cbc:EmbeddedDocumentBinaryObject
BG-25 cac:InvoiceLine|cac:CreditNoteLine|.//cac:SubInvoiceLine
 DEPTH string(count(ancestor::cac:InvoiceLine|ancestor::cac:SubInvoiceLine))
 BT-126 cbc:ID
 BT-127 cbc:Note
 BT-128 cac:DocumentReference/cbc:ID
 BT-129 cbc:InvoicedQuantity|cbc:CreditedQuantity
 BT-131 cbc:LineExtensionAmount
 BT-132 cac:OrderLineReference/cbc:LineID
 BT-133 cbc:AccountingCost
 BT-134 cac:InvoicePeriod/cbc:StartDate
 BT-135 cac:InvoicePeriod/cbc:EndDate
 BT-146 cac:Price/cbc:PriceAmount
 BT-147 cac:Price/cac:AllowanceCharge/cbc:Amount
 BT-148 cac:Price/cac:AllowanceCharge/cbc:BaseAmount
 BT-149 cac:Price/cbc:BaseQuantity
 BT-151 cac:Item/cac:ClassifiedTaxCategory/cbc:ID
 BT-152 cac:Item/cac:ClassifiedTaxCategory/cbc:Percent
 BT-153 cac:Item/cbc:Name
 BT-154 cac:Item/cbc:Description
 BT-155 cac:Item/cac:SellersItemIdentification/cbc:ID
 BT-156 cac:Item/cac:BuyersItemIdentification/cbc:ID
 BT-157 cac:Item/cac:StandardItemIdentification/cbc:ID
 BT-158 cac:Item/cac:CommodityClassification/cbc:ItemClassificationCode
 BT-159 cac:Item/cac:OriginCountry/cbc:IdentificationCode
 BG-27 cac:AllowanceCharge[cbc:ChargeIndicator='false']
  BT-136 cbc:Amount
  BT-137 cbc:BaseAmount
  BT-138 cbc:MultiplierFactorNumeric
  BT-139 cbc:AllowanceChargeReason
  BT-140 cbc:AllowanceChargeReasonCode
 BG-28 cac:AllowanceCharge[cbc:ChargeIndicator='true']
  BT-141 cbc:Amount
  BT-142 cbc:BaseAmount
  BT-143 cbc:MultiplierFactorNumeric
  BT-144 cbc:AllowanceChargeReason
  BT-145 cbc:AllowanceChargeReasonCode
 BG-32 cac:Item/cac:AdditionalItemProperty
  BT-160 cbc:Name
  BT-161 cbc:Value
"""
"""Groups and terms with the path of each below its group; indentation by one blank means within.

Lines within lines (``SubInvoiceLine``, XRechnung's extension) stand behind theirs, with how deep they are.
"""

SILENT = (
    ".//cac:TaxScheme/cbc:ID",
    ".//cbc:ChargeIndicator",
    ".//cbc:DocumentTypeCode[.='130' or .='50']",
)
"""What says how to read something else, and is shown by where that stands."""
