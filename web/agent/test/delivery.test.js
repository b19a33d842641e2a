import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { deliver } from "../src/messages.js";
import { remedy } from "../src/remedies.js";
import { refusal } from "./vectors.js";

const real = globalThis.fetch;
let sent;

/** Answers in turn: a number is a status, an error is a lost connection, an object a problem. */
function answering(...answers) {
  sent = [];
  globalThis.fetch = async (url, init) => {
    sent.push([url, init]);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) throw answer;
    if (typeof answer === "number") return new Response(answer === 200 ? "{}" : "", { status: answer });
    return Response.json(answer, { status: answer.status });
  };
}
beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => {
  mock.timers.reset();
  globalThis.fetch = real;
});

/** Let the pauses pass until the message is answered or given up. */
async function settle(promise) {
  let done = false;
  promise.then(() => (done = true), () => (done = true));
  for (let turn = 0; turn < 400 && !done; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    mock.timers.tick(30_000);
  }
  return promise;
}
const request = () => ({ api: "https://api.example", type: "intent", token: "secret", body: "a.b.c" });
const lost = new TypeError("network");

test("a message goes out once when it is answered", async () => {
  answering(200);
  assert.equal((await deliver(request())).status, 200);
  const [[url, init]] = sent;
  assert.equal(url, "https://api.example/ceremony/v1/intent");
  assert.deepEqual(
    [init.method, init.body, init.credentials, init.headers["content-type"], init.headers.authorization],
    ["POST", "a.b.c", "omit", "application/jose", "Bearer secret"],
  );
});

test("a lost connection or a busy server: the same bytes again", async () => {
  answering(lost, 503, { status: 409, code: "engine.message.in_progress" }, { status: 503, code: "engine.conclusion.postponed" }, 200);
  const waits = [];
  let back = 0;
  await settle(deliver({ ...request(), onWaiting: (number) => waits.push(number), onAnswered: () => back++ }));
  assert.deepEqual([waits, back], [[1, 2, 3, 4], 1]);
  assert.deepEqual(new Set(sent.map(([, init]) => init.body)), new Set(["a.b.c"]));
});

test("a refusal is the last word", async () => {
  for (const [status, code] of [[404, "ceremony.invitation.unknown"], [409, "ceremony.intent.superseded"], [429, "ceremony.invitation.too_many_attempts"], [500, "internal"]]) {
    answering({ status, code });
    assert.equal(await refusal(() => deliver(request())), code);
    assert.equal(sent.length, 1);
  }
  answering(400);
  assert.equal(await refusal(() => deliver(request())), "agent.network.unexpected_answer");
});

test("after about a minute and a half it is given up, with the last reason", async () => {
  answering(lost);
  assert.equal(await refusal(() => settle(deliver(request()))), "agent.network.unreachable");
  assert.equal(sent.length, 8);
  answering({ status: 503, code: "engine.conclusion.postponed" });
  assert.equal(await refusal(() => settle(deliver(request()))), "engine.conclusion.postponed");
});

test("every refusal has a way on, or says that there is none", () => {
  assert.equal(remedy("agent.network.unreachable"), "again");
  assert.equal(remedy("agent.document.other"), "none");
  assert.equal(remedy("ceremony.intent.locked"), "anew");
  assert.equal(remedy("ceremony.invitation.unknown"), "none");
  assert.equal(remedy("identity.person.name_differs"), "enrol");
  assert.equal(remedy("engine.open.certificate_unknown"), "enrol");
  assert.equal(remedy("something.new"), "again");
});
