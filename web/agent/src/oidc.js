// Identification: OpenID Connect, authorisation code flow with PKCE, as a public client; the answer comes back in the
// fragment. The nonce is the digest of the certificate request, so the provider confirms name and key together.
import { b64url, fromB64url, fromUtf8, random, utf8 } from "./bytes.js";
import { sha256 } from "./digests.js";
import { besideState } from "./handed.js";
import { Problem, as, demand } from "./problems.js";

const PATIENCE = 20_000; // milliseconds

/**
 * What must survive while the browser is at the provider.
 * @typedef {object} Journey
 * @property {string} issuer
 * @property {string} clientId
 * @property {string} tokenEndpoint
 * @property {string} redirect
 * @property {string} state
 * @property {string} verifier
 * @property {string} nonce
 */

/** @param {string} url @param {RequestInit} [init] @returns {Promise<any>} */
const fetchJson = (url, init) =>
  as("agent.identification.unreachable", async () => {
    const response = await fetch(url, {
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE),
      ...init,
    });
    if (!response.ok) throw new Problem("agent.identification.refused", { status: response.status });
    return response.json();
  });

/** @param {string} issuer */
const fetchDescription = (issuer) => fetchJson(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);

/** The provider's description, fetched while the first page is read. @type {{issuer: string, found: Promise<any>} | null} */
let ahead = null;

/** @param {string} issuer */
export function lookAhead(issuer) {
  ahead = { issuer, found: fetchDescription(issuer).catch(() => (ahead = null)) };
}

/** @param {string} url */
const originOf = (url) => (URL.canParse(url) ? new URL(url).origin : "");

/**
 * Where to send the browser, and what to keep meanwhile.
 * @param {{issuer: string, client_id: string}} provider
 * @param {{redirect: string, request: Uint8Array, lang: string, allowed: string, fresh?: boolean}} own allowed: the one
 *   origin this installation's agent may talk to; fresh: the person logs in anew, in a window beside this one
 * @returns {Promise<{url: string, journey: Journey}>}
 */
export async function begin(provider, { redirect, request, lang, allowed, fresh = false }) {
  demand(originOf(provider.issuer) === originOf(allowed), "agent.identification.foreign_provider");
  const known = ahead?.issuer === provider.issuer ? await ahead.found : null;
  const found = known ?? (await fetchDescription(provider.issuer));
  demand(found.issuer === provider.issuer, "agent.identification.foreign_provider");
  const { authorization_endpoint: authorization, token_endpoint: tokenEndpoint } = found;
  for (const endpoint of [authorization, tokenEndpoint]) {
    demand(originOf(endpoint) === originOf(allowed), "agent.identification.foreign_provider");
  }
  const [secret, verifier] = [b64url(random(32)), b64url(random(32))];
  const state = fresh ? besideState(lang, secret) : secret;
  const nonce = b64url(await sha256(request));
  const url = new URL(authorization);
  const parameters = {
    response_type: "code",
    response_mode: "fragment",
    client_id: provider.client_id,
    redirect_uri: redirect,
    scope: "openid profile",
    state,
    nonce,
    code_challenge: b64url(await sha256(utf8(verifier))),
    code_challenge_method: "S256",
    ui_locales: lang,
    ...(fresh && { prompt: "login", max_age: "0" }), // whoever used this device before may still be logged in there
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  const journey = { issuer: provider.issuer, clientId: provider.client_id, tokenEndpoint, redirect, state, verifier, nonce };
  return { url: url.href, journey };
}

/**
 * Where the login at the provider ends (RP-Initiated Logout 1.0), if it offers that. Without the ID token as a hint: it
 * names the person and does not belong into an address.
 * @param {string} issuer @param {{clientId: string, back: string, state: string}} own
 * @returns {Promise<string | null>}
 */
export async function endSession(issuer, { clientId, back, state }) {
  const found = await fetchDescription(issuer).catch(() => null);
  const endpoint = found?.end_session_endpoint;
  if (typeof endpoint !== "string" || originOf(endpoint) !== originOf(issuer)) return null;
  const url = new URL(endpoint);
  if (clientId) {
    url.searchParams.set("client_id", clientId);
    url.searchParams.set("post_logout_redirect_uri", back);
    url.searchParams.set("state", state);
  }
  return url.href;
}

/** The provider's answer in a fragment, if it is one. @param {string} fragment without # */
export function readAnswer(fragment) {
  const answer = new URLSearchParams(fragment);
  const state = answer.get("state");
  if (!state || !(answer.has("code") || answer.has("error"))) return null;
  return { state, code: answer.get("code"), error: answer.get("error"), issuer: answer.get("iss") };
}

/**
 * Exchange the code for the ID token and check what a holder must check; the signature is the server's and the
 * certification authority's business.
 * @param {Journey} journey
 * @param {NonNullable<ReturnType<typeof readAnswer>>} answer
 * @returns {Promise<string>} compact ID token
 */
export async function finish(journey, answer) {
  demand(answer.state === journey.state, "agent.identification.foreign_answer");
  demand(answer.issuer === null || answer.issuer === journey.issuer, "agent.identification.foreign_answer");
  if (answer.error !== null || !answer.code) {
    throw new Problem(answer.error === "access_denied" ? "agent.identification.cancelled" : "agent.identification.refused");
  }
  const tokens = await fetchJson(journey.tokenEndpoint, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", accept: "application/json" },
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code: answer.code,
      redirect_uri: journey.redirect,
      client_id: journey.clientId,
      code_verifier: journey.verifier,
    }),
  });
  const token = tokens.id_token;
  const claims = await as("agent.identification.token", () => JSON.parse(fromUtf8(fromB64url(token.split(".")[1]))));
  const audience = [claims.aud].flat();
  demand(claims.iss === journey.issuer, "agent.identification.token");
  demand(audience.includes(journey.clientId), "agent.identification.token");
  demand(claims.nonce === journey.nonce, "agent.identification.token");
  return token;
}
