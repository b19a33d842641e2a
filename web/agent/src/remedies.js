// What a person can do about a refusal, by its code.

/** What the button of a refusal does; the nearest code decides. "anew" drops the attempt, "enrol" the keys as well. */
const REMEDIES = /** @type {const} */ ({
  agent: "again",
  "agent.link": "none",
  "agent.browser": "none",
  "agent.identification": "enrol",
  "agent.identification.foreign_provider": "none",
  "agent.certificate": "enrol",
  "agent.transcript": "anew",
  "agent.transcript.other_agent": "again",
  "agent.document": "none",
  "agent.capsule": "anew",
  "agent.attributes": "none",
  "agent.attempt": "anew",
  "agent.result": "none",
  closed: "none",
  ceremony: "anew",
  "ceremony.invitation": "none",
  "ceremony.handover": "none",
  "ceremony.user_verification": "enrol",
  identity: "enrol",
  engine: "anew",
  "engine.invitation": "none",
  "engine.invitation.not_yet": "again",
  "engine.contract": "none",
  "engine.message": "none",
  "engine.message.in_progress": "again",
  "engine.enrolment": "enrol",
  "engine.open.certificate_unknown": "enrol",
  "engine.open.concluding": "again",
  "engine.conclusion": "again",
  "engine.conclusion.release_refused": "none",
  "engine.result": "again",
  signing: "enrol",
  "signing.permission": "again",
  "signing.qualified": "none",
  "signing.seal": "again",
  gateways: "again",
});

/** @param {string} code @returns {"again" | "anew" | "enrol" | "none"} */
export function remedy(code) {
  for (let at = code; at; at = at.slice(0, Math.max(0, at.lastIndexOf(".")))) {
    if (Object.hasOwn(REMEDIES, at)) return REMEDIES[/** @type {keyof typeof REMEDIES} */ (at)];
  }
  return "again";
}
