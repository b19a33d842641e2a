export { verifyDossier } from "./verify.js";
export { readPem } from "./pem.js";
