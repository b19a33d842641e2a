// One invitation on one device: what is kept about it between page loads, and its conversation with the server.
import { b64url } from "./bytes.js";
import { makeDeviceKeys } from "./keys.js";
import { deliver, invitationName, readJson, readPdf, writeMessage } from "./messages.js";
import { Problem, demand, isFinal } from "./problems.js";
import { remedy } from "./remedies.js";
import { forget, keepsNothing, load, names, note, noted, save } from "./storage.js";

/** @typedef {import("./keys.js").DeviceKeys} DeviceKeys */
/** @typedef {import("./keys.js").KeptKeys} KeptKeys */
/** @typedef {import("./passkey.js").Passkey} Passkey */

/**
 * What `hello` is answered with.
 * @typedef {object} Hello
 * @property {"waiting" | "not_yet" | "open" | "signed" | "closed"} state
 * @property {number} server_time
 * @property {boolean} sandbox
 * @property {{id: string, title: string, company: string, reference: string}} contract
 * @property {{given_name: string, family_name: string, role: string, represents: string}} signatory
 * @property {"simple" | "advanced"} level
 * @property {"required" | "recorded" | "none"} user_verification
 * @property {{method: "email"} | {method: "oidc", issuer: string, client_id: string}} identification
 * @property {{id: string, nonce: string, expires_at: number} | null} enrolment
 * @property {number} expires_at
 * @property {string} [way_back]
 * @property {"company"} [device] whose device it is, where it is the company's
 */
/**
 * Keys with what is certified about them.
 * @typedef {object} Identity
 * @property {KeptKeys} keys
 * @property {Passkey | null} passkey
 * @property {Uint8Array<ArrayBuffer> | null} certificate
 * @property {string} certificateId hex, or empty
 * @property {number} notAfter milliseconds since 1970
 * @property {"signatory-passkey" | "signatory" | "signatory-company-device" | "company"} heldBy
 */
/**
 * On the way to the identity provider and back.
 * @typedef {object} Enrolling
 * @property {string} enrolment
 * @property {KeptKeys} keys
 * @property {Passkey | null} passkey
 * @property {import("./passkey.js").PasskeyProof | null} proof for the server that the passkey is this device's
 * @property {Uint8Array<ArrayBuffer>} request
 * @property {Uint8Array<ArrayBuffer>} binding
 * @property {import("./oidc.js").Journey} journey
 * @property {string} [body] the `enrol` message, once it exists
 */
/**
 * A declaration that was sent or is about to be.
 * @typedef {object} Declared
 * @property {string} transcript hex tau
 * @property {string} body the `intent` message
 * @property {string} [signatureBody] the `signature` message, once it exists
 * @property {Uint8Array<ArrayBuffer>} [attributes]
 * @property {Uint8Array<ArrayBuffer>} [signature] DER
 * @property {import("./attributes.js").SignedValues} values
 * @property {[number, number, number, number]} range
 * @property {number} length of the prepared document
 * @property {string} name of the file
 */
/**
 * @typedef {object} Kept
 * @property {string} token
 * @property {number} expires seconds
 * @property {Hello} [hello]
 * @property {number} [skew] seconds that this device's clock is ahead of the server's
 * @property {Identity} [identity]
 * @property {Enrolling} [enrolling]
 * @property {{body: string, clientNonce: string, at: number}} [opening]
 * @property {string} [ceremony]
 * @property {Declared} [declared]
 * @property {string} [handing] the `handover` message that has no answer yet
 * @property {string} [declining] the `decline` message that has no answer yet
 * @property {boolean} [declined]
 */
/**
 * @typedef {object} Receipt
 * @property {string} transcript
 * @property {string | null} attributes hex digest
 * @property {string} file hex digest
 * @property {number} at milliseconds since 1970
 */

/** @typedef {{api: string, idp: string, origin: string, manifest: string}} Place */

const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const CURRENT = "invitation";

export class Session {
  /** @param {string} name @param {Kept} kept @param {DeviceKeys} device @param {Place} place */
  constructor(name, kept, device, place) {
    this.name = name;
    this.kept = kept;
    this.device = device;
    this.place = place;
    /** @type {(waiting: boolean) => void} */
    this.onConnection = () => {};
    this.stopped = false;
    /** On a device of the company: keys for this page's life, no passkey, nothing kept. */
    this.inPerson = keepsNothing();
  }

  /** Another window goes on: from here on every step of this one waits for ever. */
  stop() {
    this.stopped = true;
  }

  /** @returns {Promise<void>} */
  #going() {
    return this.stopped ? new Promise(() => {}) : Promise.resolve();
  }

  /** Read again what is kept. */
  async refresh() {
    this.kept = (await load(`invitation:${this.name}`)) ?? this.kept;
  }

  /** The session of a token, or of the invitation that this tab is about. @param {string | null} token @param {Place} place */
  static async begin(token, place) {
    const name = token ? await invitationName(token) : noted(CURRENT);
    const kept = name ? await load(`invitation:${name}`) : null;
    if (!name || !(kept || token)) throw new Problem("agent.link.missing");
    const session = new Session(name, kept ?? { token, expires: Infinity }, await deviceKeys(), place);
    note(CURRENT, name);
    await session.keep({});
    return session;
  }

  /** The session that waits for this answer of the identity provider. @param {string} state @param {Place} place */
  static async returning(state, place) {
    for (const id of await names("invitation:")) {
      const kept = /** @type {Kept | undefined} */ (await load(id));
      if (kept?.enrolling?.journey.state !== state) continue;
      const name = id.slice("invitation:".length);
      note(CURRENT, name);
      return new Session(name, kept, await deviceKeys(), place);
    }
    return null;
  }

  /** Change what is kept; a member that is undefined is dropped. @param {Partial<Kept>} changes */
  async keep(changes) {
    await this.#going();
    this.kept = /** @type {Kept} */ (
      Object.fromEntries(Object.entries({ ...this.kept, ...changes }).filter(([, value]) => value !== undefined))
    );
    await save(`invitation:${this.name}`, this.kept);
  }

  /** @returns {Hello} */
  get hello() {
    if (!this.kept.hello) throw new Problem("agent.link.missing");
    return this.kept.hello;
  }

  /** Introduce this device; the answer says what is to be signed. @param {string} lang */
  async greet(lang) {
    const own = this.inPerson ? { device: "company" } : {};
    const hello = /** @type {Hello} */ (
      await this.ask("hello", await this.write("hello", { device_key: b64url(this.device.spki), lang, ...own }))
    );
    demand(hello.device === own.device, "agent.in_person.device_owner");
    const skew = Math.round(Date.now() / 1000) - hello.server_time;
    await this.keep({ hello, expires: hello.expires_at, skew });
    return hello;
  }

  /** Milliseconds since 1970 by the server's clock, as far as this device can tell. */
  now() {
    return Date.now() - (this.kept.skew ?? 0) * 1000;
  }

  /** @param {import("./messages.js").MessageType} type @param {import("./canonical.js").JsonObject} members */
  write(type, members) {
    return writeMessage(type, members, { device: this.device, invitation: this.name, origin: this.place.origin });
  }

  /** @param {import("./messages.js").MessageType} type @param {string} body */
  async #send(type, body) {
    await this.#going();
    const answer = await deliver({
      api: this.place.api,
      type,
      token: this.kept.token,
      body,
      onWaiting: () => this.onConnection(true),
      onAnswered: () => this.onConnection(false),
    });
    await this.#going();
    return answer;
  }

  /** Send a message whose answer is JSON. @param {import("./messages.js").MessageType} type @param {string} body */
  async ask(type, body) {
    return readJson(await this.#send(type, body));
  }

  /** Send the kept bytes of a message; they are forgotten once the server has answered, be it by a refusal.
   * @param {import("./messages.js").MessageType} type @param {"handing" | "declining"} member where they are kept */
  async settle(type, member) {
    try {
      const answer = await this.ask(type, this.kept[member] ?? "");
      await this.keep({ [member]: undefined });
      return answer;
    } catch (problem) {
      if (isFinal(problem)) await this.keep({ [member]: undefined });
      throw problem;
    }
  }

  /** Send a message whose answer is a PDF. @param {import("./messages.js").MessageType} type @param {string} body */
  async fetchPdf(type, body) {
    return readPdf(await this.#send(type, body));
  }

  /** Forget what was refused for good: the attempt, and where only that helps the keys or the passkey.
   * @param {string} code */
  async forgetRefused(code) {
    await this.keep({ opening: undefined, declared: undefined, enrolling: undefined });
    if (remedy(code) === "enrol") await this.keep({ identity: undefined });
    if (/^(identity\.passkey|ceremony\.user_verification)/.test(code)) await forgetPasskey();
  }

  /** @returns {Promise<Receipt | undefined>} */
  receipt() {
    return load(`receipt:${this.name}`);
  }

  /** @param {Receipt} receipt */
  async keepReceipt(receipt) {
    await save(`receipt:${this.name}`, receipt);
    await this.keep({ declared: undefined, opening: undefined, enrolling: undefined, identity: undefined });
  }
}

/** @param {string} fragment without # */
export const tokenIn = (fragment) => (TOKEN.test(fragment) ? fragment : null);

/** Words that many texts need. @param {Session} session */
export function contractWords(session) {
  const { contract, identification } = session.hello;
  return {
    title: contract.title,
    company: contract.company,
    provider: identification.method === "oidc" ? new URL(identification.issuer).host : "",
  };
}

/** The keys of this device; made at the first visit. @returns {Promise<DeviceKeys>} */
async function deviceKeys() {
  const kept = await load("device");
  if (kept) return kept;
  const made = await makeDeviceKeys();
  await save("device", made);
  return made;
}

/** This device's passkey; it serves every contract. @returns {Promise<Passkey | undefined>} */
export const currentPasskey = () => load("passkey");
/** @param {Passkey} passkey */
export const rememberPasskey = (passkey) => save("passkey", passkey);
/** The person says that it is lost; the next one takes its place. */
export const forgetPasskey = () => forget("passkey");

/** Forget invitations whose time is over; receipts stay. @param {number} now seconds */
export async function tidy(now) {
  for (const id of await names("invitation:")) {
    const kept = await load(id);
    if (kept && kept.expires < now) await forget(id);
  }
}
