// What a JSON value must look like, member by member; unknown and missing members are refused.

/** @typedef {(value: unknown) => boolean} Shape */

/** @param {RegExp} pattern @returns {Shape} */
export const text = (pattern) => (value) => typeof value === "string" && pattern.test(value);

/** @param {number} least @param {number} most @returns {Shape} */
export const integer = (least, most) => (value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most;

/** @param {...unknown} values @returns {Shape} */
export const oneOf = (...values) => (value) => values.includes(value);

/** @param {Shape} item @param {number} least @param {number} most @returns {Shape} */
export const list = (item, least, most) => (value) =>
  Array.isArray(value) && value.length >= least && value.length <= most && value.every(item);

/** Exactly these members. @param {Record<string, Shape>} members @returns {Shape} */
export const exactly = (members) => (value) => {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  const given = Object.keys(value);
  return (
    given.length === Object.keys(members).length &&
    given.every((name) => Object.hasOwn(members, name) && members[name](/** @type {Record<string, unknown>} */ (value)[name]))
  );
};

export const DIGEST = text(/^[0-9a-f]{64}$/);
export const DIGEST_OR_EMPTY = text(/^(?:[0-9a-f]{64})?$/);
export const ID = text(/^[A-Za-z0-9_-]{1,64}$/);
export const LINE = text(/^[^\u0000-\u001f\u007f]{1,400}$/);
export const LINE_OR_EMPTY = text(/^[^\u0000-\u001f\u007f]{0,400}$/);
export const FILE_NAME = text(/^[^\u0000-\u001f\u007f/\\]{1,200}$/);
export const OFFSET = integer(0, Number.MAX_SAFE_INTEGER);
