import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem, as, demand } from "../src/problems.js";
import { remedy } from "../src/remedies.js";
import { Words } from "../src/words.js";

test("the nearest code decides what the button does", () => {
  assert.equal(remedy("agent.network.unreachable"), "again");
  assert.equal(remedy("agent.document.active"), "none");
  assert.equal(remedy("agent.identification.foreign_provider"), "none");
  assert.equal(remedy("ceremony.intent.superseded"), "anew");
  assert.equal(remedy("ceremony.invitation.bound"), "none");
  assert.equal(remedy("ceremony.handover.expired"), "none");
  assert.equal(remedy("engine.contract.cancelled"), "none");
  assert.equal(remedy("engine.invitation.not_yet"), "again");
  assert.equal(remedy("identity.passkey.key"), "enrol");
  assert.equal(remedy("something.new"), "again");
});

test("the nearest code has the words", () => {
  const words = new Words("de");
  assert.equal(words.nearest("ceremony.handover.used", "title"), "problem.ceremony.handover.title");
  assert.equal(words.nearest("ceremony.invitation.bound", "next"), "problem.ceremony.invitation.bound.next");
  assert.equal(words.nearest("engine.invitation.closed", "title"), "problem.closed.title");
  assert.equal(words.nearest("engine.invitation.signed", "title"), "problem.engine.invitation.signed.title");
  assert.equal(words.nearest("engine.attempt.unknown", "text"), "problem.ceremony.text");
  assert.equal(words.nearest("ceremony.intent.expired", "next"), "problem.agent.attempt.next");
  assert.equal(words.nearest("something.new", "text"), "problem.internal.text");
  assert.equal(words.nearest("agent.document.active", "title"), "problem.agent.document.active.title");
  assert.equal(words.nearest("agent.document.active", "next"), "problem.agent.document.next");
  assert.equal(words.nearest("agent.document.fonts", "text"), "problem.agent.document.unreadable.text");
  assert.equal(words.nearest("signing.seal.not_valid", "title"), "problem.internal.title");
  assert.equal(words.say("reading.counter", { page: 2, of: 3 }), "Seite 2 von 3");
  assert.throws(() => words.say("no.such.words"), RangeError);
});

test("a step without a code gets one, a step with a code keeps it", async () => {
  const cause = new TypeError("x");
  await assert.rejects(as("agent.a", () => { throw cause; }), (problem) => problem.code === "agent.a" && problem.cause === cause);
  await assert.rejects(as("agent.a", () => demand(false, "agent.b", { n: 1 })), (problem) => problem.code === "agent.b" && problem.facts.n === 1);
  assert.equal(await as("agent.a", () => 5), 5);
  assert.ok(new Problem("x") instanceof Error);
});
