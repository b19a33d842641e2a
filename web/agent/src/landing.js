// The first page: what is to be signed, by whom, at which level, and what will happen. One button goes on.
import { identifyBeside } from "./beside.js";
import { beginEnrolment, identityUsable, makeSimpleIdentity } from "./enrolment.js";
import { askAhead } from "./messages.js";
import { lookAhead } from "./oidc.js";
import { click, part } from "./page.js";
import { passkeysKnown } from "./passkey.js";
import { Problem } from "./problems.js";
import { contractWords, currentPasskey, forgetPasskey } from "./session.js";
import { fetchAhead, startViewer } from "./viewer.js";

const LOCALES = { de: "de-DE", en: "en-GB" };

/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./page.js").Page} Page */

/** @param {Page} page @param {Session} session @param {boolean} usable */
async function fill(page, session, usable) {
  const { words } = page;
  const { contract, signatory, level, expires_at: until, user_verification: verification } = session.hello;
  const values = contractWords(session);
  part("landing-company").textContent = contract.company;
  part("landing-title").textContent = contract.title;
  part("landing-name").textContent = `${signatory.given_name} ${signatory.family_name}`;
  part("landing-role").textContent = signatory.role;
  part("landing-represents-line").hidden = !signatory.represents;
  if (signatory.represents) words.put(part("landing-represents"), "landing.represents.value", { name: signatory.represents });
  part("landing-reference").textContent = contract.reference;
  words.always(() => {
    part("landing-until").textContent = new Date(until * 1000).toLocaleString(LOCALES[words.language], {
      dateStyle: "long",
      timeStyle: "short",
    });
  });
  words.put(part("landing-kind"), `level.${level}.title`, values);
  words.put(part("level-title"), `level.${level}.title`, values);
  words.put(part("level-text"), session.inPerson ? "level.company_device.text" : `level.${level}.text`, values);

  const known = (await currentPasskey()) !== undefined;
  const plain = verification === "none" || !passkeysKnown();
  const identify = session.inPerson ? "identify_beside" : plain ? "identify_plain" : known ? "again" : "identify";
  const steps = [
    ...(level === "simple" ? [] : usable ? ["known"] : [identify]),
    "read",
    "scratch",
    session.inPerson ? "copy_mail" : "copy",
  ];
  part("how").replaceChildren(
    ...steps.map((step) => {
      const item = document.createElement("li");
      words.put(item, `landing.how.${step}`, values);
      return item;
    }),
  );
  const enrols = level !== "simple" && !usable;
  words.put(part("begin"), enrols ? "landing.begin.enrol" : "landing.begin.open");
  words.put(part("begin-note"), !enrols || plain ? "landing.note.open" : known ? "landing.note.known" : "landing.note.passkey");
  document.body.dataset.device = known ? "known" : "new";
}

/**
 * Show the landing page and wait until the person goes on. At the simple level and on a device with a certificate it
 * returns; otherwise the browser leaves for the identity provider.
 * @param {Page} page
 * @param {Session} session
 * @returns {Promise<"ready" | "away">}
 */
export async function land(page, session) {
  const { hello } = session;
  const usable = await identityUsable(session);
  await fill(page, session, usable);
  page.step(1);
  page.show("landing", "landing");
  askAhead(session.place.api, [...(hello.level === "simple" || usable ? [] : /** @type {const} */ (["enrol"])), "open", "document"]);
  const begin = part("begin");
  if (hello.level === "simple" || usable) {
    startViewer();
    await click(begin);
    if (!usable) await makeSimpleIdentity(session);
    return "ready";
  }
  void fetchAhead();
  if (hello.identification.method === "oidc") lookAhead(hello.identification.issuer);
  if (session.inPerson) return identifyBeside(page, session);
  const required = hello.user_verification === "required";
  if (required && !passkeysKnown()) throw new Problem("agent.passkey.unavailable");
  part("new-passkey").onclick = async () => {
    await forgetPasskey();
    begin.click();
  };
  let withPasskey = hello.user_verification !== "none" && passkeysKnown();
  for (;;) {
    const without = part("no-passkey");
    withPasskey = (await Promise.race([click(begin).then(() => true), click(without).then(() => false)])) && withPasskey;
    page.notice("landing-notice");
    page.state = "enrolling";
    try {
      const address = await beginEnrolment(session, { withPasskey, lang: page.words.language });
      page.busy("busy.away");
      location.assign(address);
      return "away";
    } catch (problem) {
      if (!(problem instanceof Problem && problem.code.startsWith("agent.passkey."))) throw problem;
      page.state = "landing";
      const known = (await currentPasskey()) !== undefined;
      const cancelled = problem.code.endsWith("cancelled");
      page.notice("landing-notice", `landing.passkey.${known ? "unused" : cancelled ? "cancelled" : "failed"}`);
      part("new-passkey-line").hidden = !known;
      part("no-passkey-line").hidden = required;
      if (!required) page.words.put(part("begin-note"), "landing.passkey.optional");
    }
  }
}
