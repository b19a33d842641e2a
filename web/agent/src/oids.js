// Object identifiers (specification, section 3; the field's standards).

/** The product's own arc, 2.25.<UUID> (ITU-T X.667). */
export const ARC = "2.25.36891572898651591109044014128263442416";

export const OID = Object.freeze({
  keyBinding: `${ARC}.1.1`,
  enrolmentNonce: `${ARC}.1.2`,
  ceremonyEvidence: `${ARC}.2.1`,
  signaturePolicies: `${ARC}.3.`,
  contentType: "1.2.840.113549.1.9.3",
  messageDigest: "1.2.840.113549.1.9.4",
  extensionRequest: "1.2.840.113549.1.9.14",
  signaturePolicy: "1.2.840.113549.1.9.16.2.15",
  commitmentType: "1.2.840.113549.1.9.16.2.16",
  signingCertificateV2: "1.2.840.113549.1.9.16.2.47",
  proofOfApproval: "1.2.840.113549.1.9.16.6.5",
  data: "1.2.840.113549.1.7.1",
  sha256: "2.16.840.1.101.3.4.2.1",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  givenName: "2.5.4.42",
  surname: "2.5.4.4",
});
