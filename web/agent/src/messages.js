// Messages to the server (specification, section 4): compact JWS by the device key, sent until answered, always the
// same bytes. What is under way is kept, so that a lost connection or a closed page changes nothing.
import { b64url, hex, random, utf8 } from "./bytes.js";
import { canonical } from "./canonical.js";
import { labelled } from "./digests.js";
import { sign } from "./keys.js";
import { Problem } from "./problems.js";

/** @typedef {"hello" | "enrol" | "open" | "document" | "intent" | "signature" | "result" | "handover" | "decline"} MessageType */
/** @typedef {import("./canonical.js").JsonObject} JsonObject */
/** @typedef {import("./keys.js").DeviceKeys} DeviceKeys */

const PAUSES = [1000, 2000, 4000, 8000, 15_000, 20_000, 30_000]; // milliseconds between tries
const PATIENCE = 45_000; // milliseconds for one try
const WORTH_REPEATING = new Set([408, 425, 502, 503, 504]);
/** The server says: later. Everything else that it says with a code is its last word. */
const LATER = new Set(["engine.message.in_progress", "engine.result.not_ready"]);

/** Hexadecimal name of an invitation. @param {string} token */
export const invitationName = async (token) => hex(await labelled("invitation", utf8(token)));

/**
 * The compact JWS of a new message.
 * @param {MessageType} type
 * @param {JsonObject} members besides the common ones
 * @param {{device: DeviceKeys, invitation: string, origin: string, now?: number}} sender
 */
export async function writeMessage(type, members, { device, invitation, origin, now = Date.now() }) {
  const header = canonical({ alg: "ES256", kid: device.id, typ: "esign+jws" });
  const payload = canonical({
    ...members,
    v: "esign/1",
    type,
    aud: origin,
    iat: Math.floor(now / 1000),
    jti: hex(random(16)),
    invitation,
  });
  const signed = `${b64url(header)}.${b64url(payload)}`;
  return `${signed}.${b64url(await sign(device.signing.privateKey, utf8(signed)))}`;
}

/**
 * Let the browser ask ahead whether these messages may be sent (CORS preflight). It keeps the answer, so the message
 * itself need not wait for it on a slow line. Nothing is said by it, no token goes along, and it may fail.
 * @param {string} api @param {MessageType[]} types
 */
export function askAhead(api, types) {
  for (const type of types) {
    fetch(`${api}/ceremony/v1/${type}`, {
      method: "HEAD",
      headers: { "content-type": "application/jose", authorization: "Bearer" },
      credentials: "omit",
      referrerPolicy: "no-referrer",
      redirect: "error",
    }).catch(() => {});
  }
}

/** @param {number} milliseconds */
const pause = (milliseconds) =>
  new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      globalThis.removeEventListener?.("online", done);
      resolve(undefined);
    };
    const timer = setTimeout(done, milliseconds);
    globalThis.addEventListener?.("online", done);
  });

/** @param {Response} response @returns {Promise<Problem>} */
async function refusal(response) {
  const problem = await response.json().catch(() => null);
  const code = typeof problem?.code === "string" ? problem.code : "agent.network.unexpected_answer";
  return new Problem(code, { status: response.status, facts: problem?.facts ?? {} });
}

/**
 * Send the bytes until they are answered. The answers say themselves that nobody keeps them; a cache mode of the request's
 * own would also keep the browser from keeping the preflight.
 * @param {object} request
 * @param {string} request.api origin of the server
 * @param {MessageType} request.type
 * @param {string} request.token
 * @param {string} request.body compact JWS
 * @param {(try_: number) => void} [request.onWaiting] called before each pause
 * @param {() => void} [request.onAnswered] called when an answer came after a pause
 * @returns {Promise<Response>}
 * @throws {Problem} The server refuses, or cannot be reached for about a minute and a half.
 */
export async function deliver({ api, type, token, body, onWaiting, onAnswered }) {
  for (let tries = 0; ; tries++) {
    /** @type {unknown} */
    let lost;
    try {
      const response = await fetch(`${api}/ceremony/v1/${type}`, {
        method: "POST",
        body,
        headers: { "content-type": "application/jose", authorization: `Bearer ${token}` },
        credentials: "omit",
        referrerPolicy: "no-referrer",
        redirect: "error",
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (response.ok) {
        const whole = await response.arrayBuffer(); // a connection that breaks in the middle is a lost answer, too
        if (tries) onAnswered?.();
        return new Response(whole, { headers: { "content-type": response.headers.get("content-type") ?? "" } });
      }
      const problem = await refusal(response);
      if (!WORTH_REPEATING.has(response.status) && !LATER.has(problem.code)) throw problem;
      lost = problem;
    } catch (cause) {
      if (cause instanceof Problem) throw cause;
      lost = cause;
    }
    if (tries >= PAUSES.length) {
      throw lost instanceof Problem ? lost : new Problem("agent.network.unreachable", { cause: lost });
    }
    onWaiting?.(tries + 1);
    await pause(PAUSES[tries]);
  }
}

/** @param {Response} response @returns {Promise<any>} */
export const readJson = (response) =>
  response.json().catch((cause) => {
    throw new Problem("agent.network.unexpected_answer", { cause });
  });

/** @param {Response} response @returns {Promise<Uint8Array<ArrayBuffer>>} */
export async function readPdf(response) {
  if (!response.headers.get("content-type")?.startsWith("application/pdf")) {
    throw new Problem("agent.network.unexpected_answer");
  }
  return new Uint8Array(await response.arrayBuffer());
}
