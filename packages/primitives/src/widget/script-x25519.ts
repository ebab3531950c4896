/** X25519 in JavaScript, for platforms without it: a file of its own, so that others do not load it. */
import { toBytes } from "@coterie/bytes";
import { x25519 } from "@noble/curves/ed25519.js";
import type { Multiply } from "./platform-x25519.ts";

/** Throws where the result is zero. */
export const multiplyInScript: Multiply = async (secret, publicKey) => toBytes(x25519.scalarMult(secret, publicKey));
