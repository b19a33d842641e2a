// The statement of a dossier: it follows from the transcript, word for word. Source: docs/dossier-spec.md annex A.
import { hex } from "./bytes.js";
import { canonical } from "./json.js";

const HELD_BY = /** @type {{ [word: string]: { de: string, en: string } }} */ ({
  "signatory-passkey": {
    en: "The signature key was made on the signatory's device and lies there behind a passkey that verifies the user. The company never had it.",
    de: "Der Signaturschlüssel wurde auf dem Gerät der unterzeichnenden Person erzeugt und liegt dort hinter einem Passkey, der die Person prüft. Das Unternehmen hatte ihn nie.",
  },
  signatory: {
    en: "The signature key was made on the signatory's device and lies there. The company never had it.",
    de: "Der Signaturschlüssel wurde auf dem Gerät der unterzeichnenden Person erzeugt und liegt dort. Das Unternehmen hatte ihn nie.",
  },
  "signatory-company-device": {
    en: "The signature key was made for this signature alone on a device of the company that was handed to the signatory, and was stored nowhere. No passkey verified the user. That nobody else used the key rests on the company's word about its device.",
    de: "Der Signaturschlüssel wurde nur für diese Signatur auf einem Gerät des Unternehmens erzeugt, das der unterzeichnenden Person übergeben war, und nirgends gespeichert. Kein Passkey hat die Person geprüft. Dass niemand anderes den Schlüssel benutzt hat, beruht auf dem Wort des Unternehmens über sein Gerät.",
  },
  company: {
    en: "The declaration is sealed with the company's key. The signatory has no certificate.",
    de: "Die Erklärung ist mit dem Schlüssel des Unternehmens besiegelt. Die unterzeichnende Person hat kein Zertifikat.",
  },
});
const TRUST = /** @type {{ [word: string]: { de: string, en: string } }} */ ({
  sandbox: {
    en: "SANDBOX: certificates, timestamps and identification come from a simulation. They prove nothing.",
    de: "SANDBOX: Zertifikate, Zeitstempel und Identifizierung stammen aus einer Simulation. Sie beweisen nichts.",
  },
  configured: {
    en: "Certificates, timestamps and identification come from the services that the company configured.",
    de: "Zertifikate, Zeitstempel und Identifizierung stammen von den Diensten, die das Unternehmen eingerichtet hat.",
  },
});

/** The bytes of `statement.json`. @param {import("./transcript.js").Transcript} transcript @param {Uint8Array} tau */
export function writeStatement({ contract, signatory, statement }, tau) {
  const { level, heldBy, identifiedBy, trust } = statement;
  return canonical({
    v: "esign-dossier/1",
    contract,
    transcript: hex(tau),
    signatory: signatory.name,
    level,
    held_by: heldBy,
    identified_by: identifiedBy,
    trust,
    sandbox: trust === "sandbox",
    explained: {
      de: `${TRUST[trust].de} ${HELD_BY[heldBy].de}`,
      en: `${TRUST[trust].en} ${HELD_BY[heldBy].en}`,
    },
  });
}
