import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { b64url, random, utf8 } from "../src/bytes.js";
import { canonical } from "../src/canonical.js";
import { sha256 } from "../src/digests.js";
import { begin, finish, readAnswer } from "../src/oidc.js";
import { refusal } from "./vectors.js";

const ISSUER = "https://id.example/realm";
const provider = { issuer: ISSUER, client_id: "esign" };
const request = random(300);
const own = { redirect: "https://sign.example/", request, lang: "de", allowed: "https://id.example" };
const DISCOVERY = { issuer: ISSUER, authorization_endpoint: `${ISSUER}/auth`, token_endpoint: `${ISSUER}/token` };
const real = globalThis.fetch;
let calls;

function answering(answers) {
  calls = [];
  globalThis.fetch = async (url, init) => {
    calls.push([url, init]);
    const answer = answers[url] ?? { status: 404 };
    return { ok: (answer.status ?? 200) < 400, status: answer.status ?? 200, json: async () => answer.json };
  };
}
afterEach(() => (globalThis.fetch = real));

const discovered = (changes = {}) =>
  answering({ [`${ISSUER}/.well-known/openid-configuration`]: { json: { ...DISCOVERY, ...changes } } });
const idToken = (claims) => `${b64url(utf8("{}"))}.${b64url(canonical(claims))}.${b64url(random(64))}`;

test("the request carries PKCE, a fresh state and the digest of the certificate request", async () => {
  discovered();
  const { url, journey } = await begin(provider, own);
  const sent = new URL(url);
  assert.equal(`${sent.origin}${sent.pathname}`, `${ISSUER}/auth`);
  const parameters = Object.fromEntries(sent.searchParams);
  assert.equal(parameters.nonce, b64url(await sha256(request)));
  assert.equal(parameters.code_challenge, b64url(await sha256(utf8(journey.verifier))));
  assert.deepEqual(
    [parameters.response_type, parameters.response_mode, parameters.code_challenge_method, parameters.scope, parameters.redirect_uri],
    ["code", "fragment", "S256", "openid profile", "https://sign.example/"],
  );
  assert.notEqual((await begin(provider, own)).journey.state, journey.state);
  assert.ok(calls.every(([, init]) => init.credentials === "omit" && init.redirect === "error"));
});

test("a provider, issuer or endpoint elsewhere is refused before anything is sent there", async () => {
  discovered();
  assert.equal(await refusal(() => begin({ ...provider, issuer: "https://evil.example" }, own)), "agent.identification.foreign_provider");
  assert.equal(calls.length, 0);
  for (const changes of [{ issuer: "https://id.example/other" }, { authorization_endpoint: "https://evil.example/" }, { token_endpoint: "javascript:1" }]) {
    discovered(changes);
    assert.equal(await refusal(() => begin(provider, own)), "agent.identification.foreign_provider");
  }
  answering({});
  assert.equal(await refusal(() => begin(provider, own)), "agent.identification.refused");
});

test("only an answer with a state is one", () => {
  assert.equal(readAnswer(""), null);
  assert.equal(readAnswer("A".repeat(43)), null);
  assert.equal(readAnswer("code=1"), null);
  assert.deepEqual(readAnswer("state=s&code=c&iss=i"), { state: "s", code: "c", error: null, issuer: "i" });
});

async function exchange(claims, answer = {}, json = undefined) {
  discovered();
  const { journey } = await begin(provider, own);
  const token = idToken({ iss: ISSUER, aud: "esign", nonce: journey.nonce, ...claims });
  answering({ [`${ISSUER}/token`]: { json: json ?? { id_token: token } } });
  const given = { state: journey.state, code: "c", error: null, issuer: ISSUER, ...answer };
  return { journey, token, outcome: await refusal(async () => assert.equal(await finish(journey, given), token)) };
}

test("the code is exchanged with the verifier, and the token is the one over this request", async () => {
  const { journey, outcome } = await exchange({});
  assert.equal(outcome, "accepted");
  const form = Object.fromEntries(calls[0][1].body);
  assert.deepEqual(form, {
    grant_type: "authorization_code",
    code: "c",
    redirect_uri: "https://sign.example/",
    client_id: "esign",
    code_verifier: journey.verifier,
  });
  assert.equal((await exchange({ aud: ["other", "esign"] })).outcome, "accepted");
});

test("a token of another issuer, audience or nonce is refused", async () => {
  for (const claims of [{ iss: "https://evil.example" }, { aud: "other" }, { nonce: "x" }]) {
    assert.equal((await exchange(claims)).outcome, "agent.identification.token");
  }
  assert.equal((await exchange({}, {}, { id_token: "x.y" })).outcome, "agent.identification.token");
  assert.equal((await exchange({}, {}, {})).outcome, "agent.identification.token");
});

test("an answer for another request or from another provider is refused without using its code", async () => {
  for (const answer of [{ state: "other" }, { issuer: "https://evil.example" }]) {
    assert.equal((await exchange({}, answer)).outcome, "agent.identification.foreign_answer");
    assert.equal(calls.length, 0);
  }
  assert.equal((await exchange({}, { code: null, error: "access_denied" })).outcome, "agent.identification.cancelled");
  assert.equal((await exchange({}, { code: null, error: "server_error" })).outcome, "agent.identification.refused");
});
