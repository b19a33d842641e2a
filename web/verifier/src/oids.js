// Object identifiers. Source: docs/ceremony-spec.md section 3, and the standards named.
const ARC = "2.25.36891572898651591109044014128263442416";

export const KEY_BINDING = `${ARC}.1.1`;
export const ENROLMENT_NONCE = `${ARC}.1.2`;
export const CEREMONY_EVIDENCE = `${ARC}.2.1`;
export const HELD_BY_SIGNATORY_PASSKEY = `${ARC}.4.1`;
export const HELD_BY_SIGNATORY = `${ARC}.4.2`;
export const HELD_BY_COMPANY = `${ARC}.4.3`;
export const HELD_BY_SIGNATORY_COMPANY_DEVICE = `${ARC}.4.5`;
export const IDENTIFIED_BY_PROVIDER = `${ARC}.4.4`;
export const SANDBOX = `${ARC}.4.9`;

// RFC 5652, RFC 3161, RFC 5035, ETSI EN 319 122-1
export const DATA = "1.2.840.113549.1.7.1";
export const SIGNED_DATA = "1.2.840.113549.1.7.2";
export const TST_INFO = "1.2.840.113549.1.9.16.1.4";
export const CONTENT_TYPE = "1.2.840.113549.1.9.3";
export const MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
export const SIGNING_TIME = "1.2.840.113549.1.9.5";
export const SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12";
export const SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";
export const SIGNATURE_TIMESTAMP = "1.2.840.113549.1.9.16.2.14";
export const SIGNATURE_POLICY = "1.2.840.113549.1.9.16.2.15";
export const COMMITMENT_TYPE = "1.2.840.113549.1.9.16.2.16";
export const PROOF_OF_APPROVAL = "1.2.840.113549.1.9.16.6.5";

// RFC 5280, RFC 2986, RFC 6960, RFC 9336
export const SUBJECT_KEY_IDENTIFIER = "2.5.29.14";
export const KEY_USAGE = "2.5.29.15";
export const SUBJECT_ALT_NAME = "2.5.29.17";
export const BASIC_CONSTRAINTS = "2.5.29.19";
export const CRL_NUMBER = "2.5.29.20";
export const NAME_CONSTRAINTS = "2.5.29.30";
export const CERTIFICATE_POLICIES = "2.5.29.32";
export const AUTHORITY_KEY_IDENTIFIER = "2.5.29.35";
export const EXTENDED_KEY_USAGE = "2.5.29.37";
export const AUTHORITY_INFORMATION = "1.3.6.1.5.5.7.1.1";
export const EXTENSION_REQUEST = "1.2.840.113549.1.9.14";
export const OCSP_BASIC = "1.3.6.1.5.5.7.48.1.1";
export const TIME_STAMPING = "1.3.6.1.5.5.7.3.8";
export const OCSP_SIGNING = "1.3.6.1.5.5.7.3.9";
export const EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4";
export const DOCUMENT_SIGNING = "1.3.6.1.5.5.7.3.36";
export const COMMON_NAME = "2.5.4.3";
export const SURNAME = "2.5.4.4";
export const GIVEN_NAME = "2.5.4.42";

// RFC 5480, RFC 5758, RFC 8017, RFC 5754
export const EC_PUBLIC_KEY = "1.2.840.10045.2.1";
export const RSA_ENCRYPTION = "1.2.840.113549.1.1.1";
export const RSA_PSS = "1.2.840.113549.1.1.10";
export const RSA_WITH_SHA256 = "1.2.840.113549.1.1.11";
export const ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
export const MASK_GENERATION_1 = "1.2.840.113549.1.1.8";
export const SHA1 = "1.3.14.3.2.26";
export const SHA256 = "2.16.840.1.101.3.4.2.1";
