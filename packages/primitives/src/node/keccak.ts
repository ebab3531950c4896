/** SHA-3 by node:crypto. */
import { hash } from "node:crypto";
import type { Keccak } from "../lattice/keccak.ts";
import { plainBytes } from "./plain-bytes.ts";

export const nodeKeccak: Keccak = {
  hash256: (message) => plainBytes(hash("sha3-256", message, "buffer")),
  hash512: (message) => plainBytes(hash("sha3-512", message, "buffer")),
  shake128: (message, outputLength) =>
    plainBytes(hash("shake128", message, { outputEncoding: "buffer", outputLength })),
  shake256: (message, outputLength) =>
    plainBytes(hash("shake256", message, { outputEncoding: "buffer", outputLength })),
};
