// What pdf.js itself sees in the document. It must agree with the transcript and show nothing that acts, hides or
// depends on the viewer: no scripts, no actions, no layers, no forms to fill, no fonts that are not in the file.
import { equal, fromHex, fromUtf8 } from "./bytes.js";
import { sha256 } from "./digests.js";
import { as, demand } from "./problems.js";

const CONTRACT_DATA = "contract.json"; // the contract's own data; its label is the one that the button must carry

const PASSIVE_ANNOTATIONS = new Set(["Link", "Widget", "Text", "Stamp"]);
/** Flags of annotations that are seen in one place and not in another: Invisible, Hidden, NoView, ToggleNoView. */
const NOT_AS_SHOWN = 0b1_0010_0011;

/** @param {any} value Map, array, object or nothing */
const some = (value) => value != null && (value.size ?? value.length ?? Object.keys(value).length) > 0;

/**
 * Check the document; the files that are attached to it beside the contract's own data are returned, by name.
 * @param {any} document PDFDocumentProxy @param {import("./transcript.js").DocumentClaim} claim @param {string} label of the order button
 * @returns {Promise<Map<string, Uint8Array<ArrayBuffer>>>}
 */
export async function checkDocument(document, claim, label) {
  demand(!document.isPureXfa && !document.allXfaHtml, "agent.document.active", { names: "XFA" });
  demand(!some(await document.getJSActions()), "agent.document.active", { names: "JavaScript" });
  demand(!some(await document.getOpenAction()), "agent.document.active", { names: "OpenAction" });
  const layers = await document.getOptionalContentConfig();
  demand(!layers || [...layers].length === 0, "agent.document.active", { names: "OCG" });
  const fields = await document.getFieldObjects();
  const list = fields ? [...fields.values()].flat() : [];
  // hasJSActions() is true for every signature field, so the fields are looked at here.
  demand(list.every((field) => !some(field.actions)), "agent.document.active", { names: "JavaScript" });
  demand(list.every((field) => !field.type || field.type === "signature"), "agent.document.active", { names: "form" });
  const attached = await checkAttachments(document, claim.attachments);
  const contract = attached.get(CONTRACT_DATA);
  const data = contract && (await as("agent.transcript.order_label", () => JSON.parse(fromUtf8(contract))));
  demand(data?.order?.label === label, "agent.transcript.order_label");
  attached.delete(CONTRACT_DATA);
  return attached;
}

/** The attached files, each of them one that is allowed. @param {any} document @param {{name: string, sha256: string}[]} allowed
 * @returns {Promise<Map<string, Uint8Array<ArrayBuffer>>>} */
async function checkAttachments(document, allowed) {
  const contents = new Map();
  const attached = (await document.getAttachments()) ?? new Map();
  demand(attached.size === allowed.length, "agent.document.attachments");
  for (const [id, { filename }] of attached) {
    const entry = allowed.find(({ name }) => name === filename);
    demand(entry, "agent.document.attachments");
    const content = await document.getAttachmentContent(id);
    demand(content, "agent.document.attachments");
    demand(equal(await sha256(content), fromHex(entry?.sha256 ?? "", 32)), "agent.document.attachments");
    contents.set(filename, content);
  }
  demand(contents.size === allowed.length, "agent.document.attachments");
  return contents;
}

/** What lies on a page beside its content. @param {any} page PDFPageProxy */
export async function checkAnnotations(page) {
  demand(!some(await page.getJSActions()), "agent.document.active", { names: "JavaScript" });
  for (const annotation of await page.getAnnotations({ intent: "any" })) {
    demand(PASSIVE_ANNOTATIONS.has(annotation.subtype), "agent.document.active", { names: annotation.subtype });
    demand(!(annotation.annotationFlags & NOT_AS_SHOWN), "agent.document.active", { names: "hidden annotation" });
    demand(!some(annotation.actions) && !annotation.action, "agent.document.active", { names: "Action" });
  }
}

/** @param {any} page PDFPageProxy @param {any} OPS operator numbers of pdf.js */
export async function checkPage(page, OPS) {
  await checkAnnotations(page);
  const { fnArray, argsArray } = await page.getOperatorList();
  const fonts = new Set(fnArray.flatMap((/** @type {number} */ fn, /** @type {number} */ at) => (fn === OPS.setFont ? [argsArray[at][0]] : [])));
  for (const name of fonts) {
    const font = await new Promise((resolve) => page.commonObjs.get(name, resolve));
    demand(typeof font === "object" && (font.isType3Font || !font.missingFile), "agent.document.fonts");
  }
}
