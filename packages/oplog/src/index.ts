/**
 * Encrypted logs that many write: signed and linked blocks, their causal order, finality, storage and sync. Holds no key: what is inside of a
 * block, a port opens. This file is the table of contents.
 */
export { MalformedBlockError, type OplogError } from "./errors.ts";
export { oplogLimits } from "./limits.ts";
