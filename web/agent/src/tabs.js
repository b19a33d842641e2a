// One window at a time: the ceremony of an invitation runs where the lock is held. A second window says so and may
// take over; the first one then stops where it stands. Where the first one goes away, the second one goes on by itself.
import { click, part } from "./page.js";

/** @typedef {import("./page.js").Page} Page */
/** @typedef {import("./session.js").Session} Session */

const PATIENCE = 600; // milliseconds: a window that is just being reloaded lets go of its lock, on a slow device later

/** @param {number} milliseconds @returns {Promise<void>} */
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * Ask for the lock; resolves once it is held, or with false when another window keeps it.
 * @param {string} name
 * @param {LockOptions} options
 * @param {() => void} onLost another window took it
 * @returns {Promise<boolean>}
 */
function hold(name, options, onLost) {
  return new Promise((resolve) => {
    let held = false;
    navigator.locks
      .request(name, options, () => {
        held = true;
        resolve(true);
        return new Promise(() => {}); // held until the window closes
      })
      .catch(() => (held ? onLost() : resolve(false)));
  });
}

/**
 * Go on in this window only: alone at once, otherwise when the other one is gone or the person says so.
 * @param {Page} page
 * @param {Session} session
 */
export async function claim(page, session) {
  const name = `esign:${session.name}`;
  const lost = () => {
    session.stop();
    page.end("moved", "moved");
    part("moved-again").onclick = () => location.reload();
  };
  const queue = new AbortController();
  const free = hold(name, { signal: queue.signal }, lost);
  if (await Promise.race([free, pause(PATIENCE)])) return;
  page.sandbox(session.kept.hello?.sandbox ?? false);
  page.show("elsewhere", "elsewhere");
  if (!(await Promise.race([free, click(part("take-over"))]))) {
    queue.abort(); // a window that was taken over itself must not get the lock later
    if (!(await free)) await hold(name, { steal: true }, lost);
  }
  await session.refresh(); // what the other window kept meanwhile
  page.busy("busy.hello");
}
