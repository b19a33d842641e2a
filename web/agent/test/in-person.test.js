// On a device of the company: what an address says, and that nothing outlives the page.
import assert from "node:assert/strict";
import { afterEach, before, test } from "node:test";
import { ENDINGS, backFromLogout, besideLanguage, besideState, endingAddress, endingOf, handedOver, loggedOut } from "../src/handed.js";
import { makeDeviceKeys } from "../src/keys.js";
import { begin, endSession } from "../src/oidc.js";
import { remedy } from "../src/remedies.js";
import { Session, currentPasskey, tokenIn } from "../src/session.js";
import { keepNothing, keepsNothing, keepWhatIsKept, load, names, note, noted, save, wipe } from "../src/storage.js";
import { refusal } from "./vectors.js";

const TOKEN = "A".repeat(43);
const PLACE = { api: "https://esign.example", idp: "https://id.example", origin: "https://sign.example", manifest: "" };
const real = globalThis.fetch;
afterEach(() => (globalThis.fetch = real));

/** Everything that lasts is a trap here: whoever touches it fails. */
before(() => {
  const trap = new Proxy({}, { get: (_, name) => { throw new Error(`something lasting was touched: ${String(name)}`); } });
  globalThis.indexedDB = trap;
  globalThis.sessionStorage = trap;
  globalThis.localStorage = trap;
});

test("a link for a device of the company is no other link, and the reverse", () => {
  assert.equal(handedOver(`in-person.${TOKEN}`), TOKEN);
  for (const other of [TOKEN, `in-person.${TOKEN}A`, `in-person.${TOKEN.slice(1)}`, `x.in-person.${TOKEN}`, "in-person.", ""]) {
    assert.equal(handedOver(other), null, other);
  }
  assert.equal(tokenIn(`in-person.${TOKEN}`), null);
});

test("an address of an end is read back, and nothing else is one", () => {
  for (const ending of ENDINGS) {
    assert.equal(endingOf(endingAddress(ending, "en").slice(1)), ending);
    assert.equal(endingOf(endingAddress(ending, "de", true).slice(1)), ending);
  }
  for (const other of ["", "?ended=", "?ended=constructor", "?lang=de", "?ENDED=signed"]) assert.equal(endingOf(other), null);
  assert.equal(backFromLogout(`?state=${loggedOut("en")}`), "en");
  assert.equal(backFromLogout("?state=in-person.out.fr"), null);
});

test("the way to the provider and back is marked, with its language", () => {
  assert.equal(besideLanguage(besideState("en", TOKEN)), "en");
  assert.equal(besideLanguage(besideState("xx", TOKEN)), "de");
  for (const other of [TOKEN, "in-person.fr." + TOKEN, "in-person.de.short"]) assert.equal(besideLanguage(other), null);
});

const DISCOVERY = {
  issuer: "https://id.example",
  authorization_endpoint: "https://id.example/auth",
  token_endpoint: "https://id.example/token",
  end_session_endpoint: "https://id.example/out",
};
const discovered = (changes = {}) => {
  globalThis.fetch = async () => ({ ok: true, json: async () => ({ ...DISCOVERY, ...changes }) });
};

test("only there a login of its own is asked for", async () => {
  discovered();
  const own = { redirect: "https://sign.example/", request: new Uint8Array(3), lang: "de", allowed: "https://id.example" };
  const provider = { issuer: "https://id.example", client_id: "esign" };
  const ask = async (fresh) => new URL((await begin(provider, { ...own, fresh })).url).searchParams;
  const fresh = await ask(true);
  assert.deepEqual([fresh.get("prompt"), fresh.get("max_age"), besideLanguage(fresh.get("state"))], ["login", "0", "de"]);
  const usual = await ask(false);
  assert.deepEqual([usual.get("prompt"), usual.get("max_age"), besideLanguage(usual.get("state"))], [null, null, null]);
});

test("the login at the provider ends there and nowhere else, and names nobody", async () => {
  const own = { clientId: "esign", back: "https://sign.example/", state: loggedOut("de") };
  discovered();
  const url = new URL(await endSession("https://id.example", own));
  assert.equal(`${url.origin}${url.pathname}`, "https://id.example/out");
  assert.deepEqual([...url.searchParams.keys()].sort(), ["client_id", "post_logout_redirect_uri", "state"]);
  assert.equal(new URL(await endSession("https://id.example", { ...own, clientId: "" })).search, "");
  for (const endpoint of [undefined, "https://evil.example/out", "javascript:1", 7]) {
    discovered({ end_session_endpoint: endpoint });
    assert.equal(await endSession("https://id.example", own), null, String(endpoint));
  }
  globalThis.fetch = async () => { throw new TypeError("offline"); };
  assert.equal(await endSession("https://id.example", own), null);
});

test("the agent of the own device refuses a server that calls it the company's", async () => {
  const session = new Session("0".repeat(64), { token: TOKEN, expires: 1 }, await makeDeviceKeys(), PLACE);
  const answer = { server_time: 1_800_000_000, expires_at: 1_900_000_000, device: "company" };
  const { sent, code } = await greeting(answer, session);
  assert.deepEqual(["device" in sent, code], [false, "agent.in_person.device_owner"]);
});

test("kept in memory alone, and gone after a wipe", async () => {
  assert.throws(() => note("lang", "de"), /lasting/);
  assert.equal(await refusal(() => load("device")), "agent.storage.unavailable");
  keepNothing();
  assert.equal(keepsNothing(), true);
  await save("device", await makeDeviceKeys());
  note("invitation", "x");
  keepWhatIsKept();
  assert.equal(noted("invitation"), "x");
  assert.deepEqual(await names("dev"), ["device"]);
  wipe();
  assert.deepEqual([await load("device"), noted("invitation"), await names("")], [undefined, null, []]);
});

/** What a session says in its greeting, and how it takes the answer. */
async function greeting(answer, given = null) {
  const sent = [];
  globalThis.fetch = async (_, { body }) => {
    sent.push(JSON.parse(Buffer.from(body.split(".")[1], "base64url").toString()));
    return { ok: true, headers: new Headers({ "content-type": "application/json" }), arrayBuffer: async () => new TextEncoder().encode(JSON.stringify(answer)).buffer };
  };
  const session = given ?? (await Session.begin(TOKEN, PLACE));
  const code = await refusal(() => session.greet("de"));
  return { sent: sent[0], code, session };
}

test("the agent says whose device it is, and holds the server to it", async () => {
  const answer = { server_time: 1_800_000_000, expires_at: 1_900_000_000 };
  const right = await greeting({ ...answer, device: "company" });
  assert.deepEqual([right.sent.device, right.code, right.session.inPerson], ["company", "accepted", true]);
  assert.equal((await greeting(answer)).code, "agent.in_person.device_owner");
  assert.equal((await greeting({ ...answer, device: "signatory" })).code, "agent.in_person.device_owner");
  assert.equal(await currentPasskey(), undefined);
  assert.equal(remedy("ceremony.handover.device_owner"), "none");
});
