// Identification on a device of the company: in a second window, because this page's keys are nowhere but in its memory.
// That window hands the provider's answer over to this one, ends the login at the provider, and closes.
import { beginEnrolment, finishEnrolment } from "./enrolment.js";
import { besideLanguage, endingAddress, loggedOut } from "./handed.js";
import { endSession } from "./oidc.js";
import { click, part } from "./page.js";
import { Problem } from "./problems.js";
import { startViewer } from "./viewer.js";

/** @typedef {import("./page.js").Page} Page */
/** @typedef {import("./session.js").Session} Session */
/** @typedef {NonNullable<ReturnType<typeof import("./oidc.js").readAnswer>>} Answer */

const CHANNEL = "esign-in-person";
const PATIENCE = 60_000; // milliseconds in which the first window uses the answer

/**
 * Let the person identify; repeated until it worked or failed for good.
 * @param {Page} page @param {Session} session @returns {Promise<"ready">}
 */
export async function identifyBeside(page, session) {
  const channel = new BroadcastChannel(CHANNEL);
  /** @type {Promise<unknown>} */
  let tapped = click(part("begin"));
  for (;;) {
    await tapped;
    tapped = click(part("begin"));
    page.notice("landing-notice");
    const beside = window.open("about:blank", "_blank"); // at once: a browser opens windows for a tap alone
    if (!beside) {
      page.notice("landing-notice", "beside.blocked");
      continue;
    }
    try {
      page.show("beside", "beside");
      beside.location.replace(await beginEnrolment(session, { withPasskey: false, lang: page.words.language }));
      const again = click(part("beside-again")).then(() => null); // the person may have closed it: a tap opens another one
      const answer = await Promise.race([answerOn(channel, session), again]);
      if (answer) {
        await use(page, session, answer, channel);
        return "ready";
      }
      tapped = Promise.resolve();
    } catch (problem) {
      if (!(problem instanceof Problem && problem.code === "agent.identification.cancelled")) throw problem;
      page.show("landing", "landing");
      page.notice("landing-notice", "beside.cancelled");
    }
  }
}

/** The provider's answer to this journey and to no other. @param {BroadcastChannel} channel @param {Session} session
 * @returns {Promise<Answer>} */
function answerOn(channel, session) {
  const state = session.kept.enrolling?.journey.state;
  return new Promise((resolve) => {
    channel.onmessage = ({ data }) => {
      if (data?.answer && data.answer.state === state) resolve(data.answer);
    };
  });
}

/** @param {Page} page @param {Session} session @param {Answer} answer @param {BroadcastChannel} channel */
async function use(page, session, answer, channel) {
  page.busy("busy.enrol");
  startViewer();
  const { clientId, state } = session.kept.enrolling?.journey ?? { clientId: "", state: answer.state };
  try {
    await finishEnrolment(session, answer);
  } finally {
    channel.postMessage({ used: state, clientId });
  }
}

/** The second window, back from the provider: hand the answer over, end the login there, and go.
 * @param {Page} page @param {Answer} answer @param {string} idp issuer of the provider */
export async function handIn(page, answer, idp) {
  page.busy("busy.beside");
  const channel = new BroadcastChannel(CHANNEL);
  const clientId = await new Promise((resolve) => {
    channel.onmessage = ({ data }) => data?.used === answer.state && resolve(String(data.clientId));
    channel.postMessage({ answer });
    setTimeout(() => resolve(""), PATIENCE); // nobody waits any more; the login ends all the same
  });
  const language = besideLanguage(answer.state) ?? "de";
  const away = await endSession(idp, { clientId, back: `${location.origin}/`, state: loggedOut(language) });
  location.replace(away ?? endingAddress("identified", language));
}
