// What this browser keeps between page loads: one IndexedDB table. CryptoKeys are kept as they are (not extractable).
// On a device of the company nothing is kept: then the same functions work on this page's memory alone.
import { Problem } from "./problems.js";

const NAME = "esign-agent";
const TABLE = "kept";

/** In the place of everything that lasts, once it is there. @type {Map<string, any> | null} */
let memory = null;

/** From now on nothing that this page keeps outlives it. */
export function keepNothing() {
  memory = new Map();
}

/** @returns {boolean} */
export const keepsNothing = () => memory !== null;

/** Forget what only this page's memory holds. */
export function wipe() {
  memory?.clear();
}

/** A short word that this tab remembers. @param {string} name @param {string} word */
export function note(name, word) {
  if (memory) memory.set(`note:${name}`, word);
  else sessionStorage.setItem(name, word);
}

/** @param {string} name @returns {string | null} */
export const noted = (name) => (memory ? (memory.get(`note:${name}`) ?? null) : sessionStorage.getItem(name));

/** @returns {Promise<IDBDatabase>} */
function database() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

/** @template T @param {IDBTransactionMode} mode @param {(table: IDBObjectStore) => IDBRequest<T>} step @returns {Promise<T>} */
async function transact(mode, step) {
  try {
    const open = await database();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = open.transaction(TABLE, mode, { durability: "strict" });
        const request = step(transaction.objectStore(TABLE));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error);
        transaction.onerror = () => reject(transaction.error);
      });
    } finally {
      open.close();
    }
  } catch (cause) {
    throw new Problem("agent.storage.unavailable", { cause });
  }
}

/** @param {string} id @returns {Promise<any>} */
export const load = async (id) => (memory ? memory.get(id) : transact("readonly", (table) => table.get(id)));
/** @param {string} id @param {unknown} value */
export const save = async (id, value) =>
  memory ? void memory.set(id, value) : void (await transact("readwrite", (table) => table.put(value, id)));
/** @param {string} id */
export const forget = async (id) =>
  memory ? void memory.delete(id) : void (await transact("readwrite", (table) => table.delete(id)));
/** @param {string} prefix @returns {Promise<string[]>} */
export const names = async (prefix) =>
  (memory ? [...memory.keys()] : await transact("readonly", (table) => table.getAllKeys())).map(String).filter((name) => name.startsWith(prefix));

/** Ask the browser not to evict what is kept. Never awaited: Firefox asks the person, and the promise waits for the answer. */
export function keepWhatIsKept() {
  if (memory) return;
  navigator.storage?.persist?.().catch(() => {});
}
