/**
 * The closed list of errors on the wire. The code travels in the response header `coterie-error`, next to Connect's own
 * status; clients branch on it and never on text. Nothing that a request contained is repeated in an error.
 */

/** Response header that carries the {@link WireErrorCode}. */
export const wireErrorHeader = "coterie-error";

/** Response header with the dotted paths of the person's fields that were refused, comma-separated (only with "invalid-person"). */
export const wireErrorFieldsHeader = "coterie-error-fields";

/** Response header with the challenge to solve, in base64url (only with "work-required"). */
export const wireChallengeHeader = "coterie-challenge";

/** Every code, with what it means to whoever called. */
export const wireErrorCodes = {
  unauthenticated: "no token, or one that is not valid",
  "not-found": "no such thing, or it is not yours to see: the two look alike",
  invalid: "the request does not follow its form",
  "invalid-person": "fields of the person are missing or malformed",
  "invalid-key": "the public key is unusable: wrong length, low order or not canonical",
  "not-proven": "the key was not shown to open, or the proof is wrong or expired",
  "no-active-key": "a receiving organisation has no active key: nothing was stored",
  "wrong-key": "sealed to another key than the active one: reload the page and seal again",
  "wrong-sealing": "the page seals elsewhere: in the browser or at the gateway",
  "campaign-closed": "the campaign takes no more actions",
  "home-organisation": "the home organisation runs no campaigns and receives no contacts",
  conflict: "the id or name is taken by something else",
  "too-large": "the request is larger than its limit",
  "work-required":
    "this needs proof of work: solve the challenge of the answer's header, and send it again with the solution",
  "rate-limited": "too many requests from here: wait and try again",
  unavailable: "the gateway cannot take this now: nothing was stored, try again",
  internal: "a fault of the gateway: nothing is known to be stored, trying again is harmless",
} as const;

/** One code of the closed list. */
export type WireErrorCode = keyof typeof wireErrorCodes;

/** Whether `text` is a code of the list, for what came from outside. */
export function isWireErrorCode(text: string): text is WireErrorCode {
  return Object.hasOwn(wireErrorCodes, text);
}
