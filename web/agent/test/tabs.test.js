// One window at a time, with locks of the test's: as the browser grants, refuses and steals them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Deadline } from "../src/attempt.js";
import { claim } from "../src/tabs.js";
import { refusal } from "./vectors.js";

/** Locks of one origin, shared by its windows. */
class Locks {
  holder = null;
  queue = [];

  /** The window that holds the lock is gone. */
  close() {
    this.holder = null;
    this.queue.shift()?.();
  }

  request(name, { signal, steal }, run) {
    return new Promise((_, reject) => {
      const grant = () => {
        this.holder = { name, reject };
        run();
      };
      if (steal) {
        this.holder?.reject(new DOMException("stolen", "AbortError"));
        grant();
      } else if (!this.holder) grant();
      else {
        this.queue.push(grant);
        signal.addEventListener("abort", () => {
          this.queue = this.queue.filter((each) => each !== grant);
          reject(signal.reason);
        });
      }
    });
  }
}

/** A window: what its page showed, and its buttons. */
function windowOf(locks) {
  const shown = [];
  const buttons = {};
  const button = (id) => (buttons[id] ??= Object.assign(new EventTarget(), { id }));
  const page = { show: (name) => shown.push(name), end: (name) => shown.push(`end ${name}`), busy: (key) => shown.push(key), sandbox() {} };
  const session = { name: "n", kept: {}, stop: () => shown.push("stop"), refresh: async () => shown.push("refresh") };
  const enter = () => {
    if (!globalThis.navigator) globalThis.navigator = {};
    Object.defineProperty(globalThis.navigator, "locks", { value: locks, configurable: true });
    globalThis.document = { getElementById: button };
  };
  return { shown, page, session, enter, press: (id) => button(id).dispatchEvent(new Event("click")) };
}

test("a second window says so, takes over when told to, and the first one stops", async () => {
  const locks = new Locks();
  const [first, second] = [windowOf(locks), windowOf(locks)];
  first.enter();
  await claim(first.page, first.session);
  assert.deepEqual(first.shown, []);
  second.enter();
  const waiting = claim(second.page, second.session);
  await new Promise((resolve) => setTimeout(resolve, 700));
  assert.deepEqual(second.shown, ["elsewhere"]);
  assert.deepEqual(first.shown, []); // nothing is taken without the person's word
  second.press("take-over");
  await waiting;
  assert.deepEqual(second.shown, ["elsewhere", "refresh", "busy.hello"]);
  assert.deepEqual(first.shown, ["stop", "end moved"]);
});

test("a second window goes on by itself once the first one is gone, however late", async () => {
  const locks = new Locks();
  const [first, second] = [windowOf(locks), windowOf(locks)];
  first.enter();
  await claim(first.page, first.session);
  second.enter();
  const waiting = claim(second.page, second.session);
  await new Promise((resolve) => setTimeout(resolve, 700));
  assert.deepEqual(second.shown, ["elsewhere"]);
  locks.close(); // a page that is reloaded on a slow device lets go of its lock late
  await waiting;
  assert.deepEqual(second.shown, ["elsewhere", "refresh", "busy.hello"]);
});

test("a window that was taken over does not get the lock again when the other one closes", async () => {
  const locks = new Locks();
  const [first, second, third] = [windowOf(locks), windowOf(locks), windowOf(locks)];
  first.enter();
  await claim(first.page, first.session);
  for (const later of [second, third]) {
    later.enter();
    const waiting = claim(later.page, later.session);
    await new Promise((resolve) => setTimeout(resolve, 700));
    later.press("take-over");
    await waiting;
  }
  assert.deepEqual(second.shown, ["elsewhere", "refresh", "busy.hello", "stop", "end moved"]);
  assert.equal(locks.queue.length, 0);
});

test("an attempt ends by whichever clock ran further", async () => {
  const deadline = new Deadline(1);
  deadline.require();
  deadline.startedAt -= 2000; // the device slept
  assert.equal(deadline.over, true);
  assert.equal(await refusal(async () => deadline.require()), "agent.attempt.expired");
  const other = new Deadline(1);
  other.started -= 2000; // the date was put back
  assert.equal(other.over, true);
});
