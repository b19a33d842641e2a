// One window at a time: the ceremony of an invitation runs where the lock is held. A second window says so and may
// take over; the first one then stops where it stands.
import { click, part } from "./page.js";

/** @typedef {import("./page.js").Page} Page */
/** @typedef {import("./session.js").Session} Session */

const PATIENCE = 600; // milliseconds: a window that is just being reloaded lets go of its lock

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
 * Go on in this window only: alone at once, otherwise when the person says so.
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
  if (await hold(name, { signal: AbortSignal.timeout(PATIENCE) }, lost)) return;
  page.sandbox(session.kept.hello?.sandbox ?? false);
  page.show("elsewhere", "elsewhere");
  await click(part("take-over"));
  await hold(name, { steal: true }, lost);
  await session.refresh(); // what the other window kept meanwhile
  page.busy("busy.hello");
}
