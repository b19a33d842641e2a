// The way through the ceremony, from the link in the e-mail to the signed copy.
import { fromHex, hex } from "./bytes.js";
import { Deadline, openAttempt } from "./attempt.js";
import { handIn } from "./beside.js";
import { complete, verify } from "./completion.js";
import { declare, showDeclaration, unlockKeys } from "./declaring.js";
import { decline, offerDecline, showDeclined } from "./declining.js";
import { sha256 } from "./digests.js";
import { showProblem, showProgress, showResult } from "./ending.js";
import { finishEnrolment } from "./enrolment.js";
import { backFromLogout, besideLanguage, endingOf, handedOver } from "./handed.js";
import { offerHandover } from "./handover.js";
import { beginInPerson, leave, markEnd, showEnding } from "./in-person.js";
import { land } from "./landing.js";
import { askAhead } from "./messages.js";
import { readAnswer } from "./oidc.js";
import { Page, part } from "./page.js";
import { Problem, as, demand, isFinal } from "./problems.js";
import { read } from "./reading.js";
import { Session, contractWords, tidy, tokenIn } from "./session.js";
import { claim } from "./tabs.js";
import { startViewer } from "./viewer.js";
import { Words, firstLanguage, learn } from "./words.js";

const RESUME_SECONDS = 3600; // the server knows the attempt's end; this only bounds a forgotten window

const back = backFromLogout(location.search);
const ending = back ? "identified" : endingOf(location.search);
const handed = handedOver(location.hash.slice(1));
const language = back ?? firstLanguage(!ending && !handed);
const learnt = learn(language);
const page = new Page(new Words("de")); // as the page was delivered
/** @type {Session | null} */
let session = null;

/** Where this installation lives: its configuration, and the digest of the manifest that this origin serves. */
async function findPlace() {
  return as("agent.network.unreachable", async () => {
    const [config, manifest] = await Promise.all(
      ["config.json", "manifest.json"].map(async (name) => {
        const response = await fetch(name, { credentials: "same-origin" }); // as the page's preload, always asked anew
        demand(response.ok, "agent.network.unreachable");
        return new Uint8Array(await response.arrayBuffer());
      }),
    );
    const { api, idp } = JSON.parse(new TextDecoder().decode(config));
    return { api, idp, origin: location.origin, manifest: hex(await sha256(manifest)) };
  });
}

/** The fragment leaves the address bar (and the history) before anything else happens. */
function takeFragment() {
  const fragment = location.hash.slice(1);
  if (fragment) history.replaceState(null, "", `${location.pathname}${location.search}`);
  return fragment;
}

async function start() {
  const fragment = takeFragment();
  if (language !== "de" && (await learnt)) page.speak(language);
  if (ending) return over(ending);
  if (handed) beginInPerson(page);
  demand(
    globalThis.crypto?.subtle && globalThis.indexedDB && "isWellFormed" in String.prototype && globalThis.DecompressionStream,
    "agent.browser.too_old",
  );
  page.busy("busy.hello");
  const place = await findPlace();
  page.doors(place.api);
  const answer = readAnswer(fragment);
  const beside = answer && besideLanguage(answer.state);
  if (beside) {
    if (beside !== "de" && (await learn(beside))) page.speak(beside);
    return handIn(page, answer, place.idp);
  }
  if (!handed) {
    page.honesty(place.api);
    await tidy(Date.now() / 1000);
  }
  const returned = answer ? await Session.returning(answer.state, place) : null;
  session = returned ?? (await Session.begin(handed ?? tokenIn(fragment), place));
  session.onConnection = (waiting) => page.connection(waiting);
  await claim(page, session);
  offerDecline(page, session, fail);
  offerHandover(page, session, fail);

  const { enrolling } = session.kept;
  if (enrolling && (returned || enrolling.body)) {
    page.sandbox(session.hello.sandbox);
    page.busy("busy.enrol");
    startViewer();
    await finishEnrolment(session, returned ? answer : null);
    return ceremony(session);
  }
  const hello = await session.greet(page.words.language);
  page.sandbox(hello.sandbox);
  if (session.inPerson) markEnd(page);
  page.title(hello.contract.title);
  if (hello.state === "closed") return ended(session);
  if (hello.state === "signed") {
    page.busy("busy.result");
    return showResult(page, session, await verify(session, null));
  }
  if (session.kept.declining) return decline(page, session);
  if (hello.state === "not_yet") return wait(session);
  if (session.kept.declared) return resume(session);
  if ((await land(page, session)) === "ready") return ceremony(session);
}

/** @param {Session} current */
function ended(current) {
  const { expires_at: end, server_time: now } = current.hello;
  if (!current.kept.declined && !current.kept.declining) throw new Problem(now >= end ? "closed.expired" : "closed");
  showDeclined(page, current);
}

/** A ceremony on a device of the company is over; the footer is that of every page, as soon as it is known where they are.
 * @param {import("./handed.js").Ending} how */
async function over(how) {
  showEnding(page, how);
  const place = await findPlace().catch(() => null);
  if (place) page.doors(place.api);
}

/** Somebody else signs first. @param {Session} current */
function wait(current) {
  page.words.put(part("waiting-lead"), "waiting.lead", contractWords(current));
  part("waiting-again").onclick = () => location.reload();
  page.show("waiting", "waiting");
}

/** Read, declare, sign. @param {Session} current */
async function ceremony(current) {
  page.sandbox(current.hello.sandbox);
  page.title(current.hello.contract.title);
  page.busy("busy.open");
  startViewer();
  const attempt = await openAttempt(current, () => page.busy("busy.check"));
  showDeclaration(attempt);
  const reading = await read(page, attempt, contractWords(current));
  askAhead(current.place.api, current.hello.level === "simple" ? ["intent", "result"] : ["intent", "signature", "result"]);
  const signatureKey = await declare(page, current, attempt, reading);
  await finish(current, signatureKey, attempt.deadline);
}

/** The order was sent, and then the page was lost. @param {Session} current */
async function resume(current) {
  const declared = current.kept.declared;
  const deadline = new Deadline(RESUME_SECONDS);
  let signatureKey = null;
  if (declared && current.hello.level !== "simple" && !declared.signatureBody) {
    if (current.kept.identity?.passkey) page.show("resuming", "resuming");
    const place = { button: "resume", notice: "resuming-notice", anew: "resume-anew", state: "resuming" };
    signatureKey = (await unlockKeys(page, current, fromHex(declared.transcript, 32), place)).keys.signature;
  }
  await finish(current, signatureKey, deadline);
}

/** @param {Session} current @param {CryptoKey | null} signatureKey @param {Deadline} deadline */
async function finish(current, signatureKey, deadline) {
  const onPart = showProgress(page, current.hello.level === "simple");
  const finished = await complete(current, { signatureKey, stillTime: () => deadline.require(), onPart });
  if (current.inPerson) return leave(page, "signed"); // the copy goes by mail, nothing stays here
  showResult(page, current, finished);
}

// A second link opened in the same tab changes only the fragment.
addEventListener("hashchange", () => {
  const fragment = location.hash.slice(1);
  if (tokenIn(fragment) || handedOver(fragment)) location.reload();
});

// Back from the identity provider by the browser's own button: the page as it was left waits for nothing any more.
addEventListener("pageshow", ({ persisted }) => persisted && !handed && location.reload());

/** @param {unknown} problem */
function fail(problem) {
  showProblem(page, session, problem);
}

start().catch(async (problem) => {
  fail(problem);
  if (session && isFinal(problem)) await session.forgetRefused(problem.code); // nobody goes on from there: a reload begins cleanly
});
