// What this browser keeps between page loads: one IndexedDB table. CryptoKeys are kept as they are (not extractable).
import { Problem } from "./problems.js";

const NAME = "esign-agent";
const TABLE = "kept";

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
export const load = (id) => transact("readonly", (table) => table.get(id));
/** @param {string} id @param {unknown} value */
export const save = (id, value) => transact("readwrite", (table) => table.put(value, id));
/** @param {string} id */
export const forget = (id) => transact("readwrite", (table) => table.delete(id));
/** @param {string} prefix @returns {Promise<string[]>} */
export const names = async (prefix) =>
  (await transact("readonly", (table) => table.getAllKeys())).map(String).filter((name) => name.startsWith(prefix));

/** Ask the browser not to evict what is kept. Never awaited: Firefox asks the person, and the promise waits for the answer. */
export function keepWhatIsKept() {
  navigator.storage?.persist?.().catch(() => {});
}
