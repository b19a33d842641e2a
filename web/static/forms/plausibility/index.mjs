// Every checker by the name that forms use: the twin of esign/forms/plausibility/__init__.py.
import { iban } from "./bank.mjs";
import { email, mobile, phone } from "./contact.mjs";
import { dateWritten, notAfter, notBefore, notFuture, notPast, ofAge } from "./days.mjs";
import {
  amount, atLeast, atMost, healthInsuranceNumber, institutionCode, integer, marketLocation, meterNumber,
} from "./numbers.mjs";
import { postalCode, street, town } from "./post.mjs";
import { taxId, taxNumber, vatId } from "./tax.mjs";
import { line, name, paragraph, policyNumber, sameAs } from "./text.mjs";

/** @type {Readonly<Record<string, import("./result.mjs").Checker>>} */
export const CHECKERS = Object.freeze({
  amount,
  at_least: atLeast,
  at_most: atMost,
  date: dateWritten,
  email,
  health_insurance_number: healthInsuranceNumber,
  iban,
  institution_code: institutionCode,
  integer,
  line,
  market_location: marketLocation,
  meter_number: meterNumber,
  mobile,
  name,
  not_after: notAfter,
  not_before: notBefore,
  not_future: notFuture,
  not_past: notPast,
  of_age: ofAge,
  paragraph,
  phone,
  policy_number: policyNumber,
  postal_code: postalCode,
  same_as: sameAs,
  street,
  tax_id: taxId,
  tax_number: taxNumber,
  town,
  vat_id: vatId,
});
