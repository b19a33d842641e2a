// Certificates as people hand them around. Source: RFC 7468.
import { fromBase64 } from "./bytes.js";
import { readCertificate } from "./certificate.js";
import { demand } from "./refusal.js";

/** The certificates (DER) of a PEM text: at least one, each of which can be read. @param {string} text @returns {Uint8Array[]} */
export function readPem(text) {
  const found = [...text.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g)];
  demand(found.length > 0, "no certificate in the text");
  return found.map(([, body]) => readCertificate(fromBase64(body.replace(/\s/g, ""))).der);
}
