/**
 * The states of the ML-KEM Braid (docs/protocol/sessions.md §7.4): in each epoch one side sends an encapsulation key and the
 * other a ciphertext, both in chunks inside ordinary messages; in the next epoch they change places.
 */
import type { Bytes } from "@coterie/bytes";
import type { Collected } from "./erasure-code.ts";

/** A message that is being sent in chunks, and the number of the next chunk. */
export interface Sending {
  readonly message: Bytes;
  readonly nextIndex: number;
}

/** One of eleven states. Secrets are seeds: 64 bytes of a key pair, 32 bytes of an encapsulation. */
export type BraidState =
  // The side that sends the key.
  | { readonly kind: "keys-unsampled"; readonly epoch: number }
  | { readonly kind: "keys-sampled"; readonly epoch: number; readonly seed: Bytes; readonly header: Sending }
  | {
      readonly kind: "header-sent";
      readonly epoch: number;
      readonly seed: Bytes;
      readonly vector: Sending;
      readonly first: Collected;
    }
  | {
      readonly kind: "first-received";
      readonly epoch: number;
      readonly seed: Bytes;
      readonly vector: Sending;
      readonly first: Bytes;
    }
  | {
      readonly kind: "vector-sent";
      readonly epoch: number;
      readonly seed: Bytes;
      readonly first: Bytes;
      readonly second: Collected;
    }
  // The side that sends the ciphertext.
  | { readonly kind: "no-header-received"; readonly epoch: number; readonly header: Collected }
  | { readonly kind: "header-received"; readonly epoch: number; readonly header: Bytes }
  | {
      readonly kind: "first-sampled";
      readonly epoch: number;
      readonly header: Bytes;
      readonly secret: Bytes;
      readonly first: Sending;
      readonly vector: Collected;
    }
  | {
      readonly kind: "vector-received";
      readonly epoch: number;
      readonly header: Bytes;
      readonly secret: Bytes;
      readonly first: Sending;
      readonly vector: Bytes;
    }
  | {
      readonly kind: "first-acknowledged";
      readonly epoch: number;
      readonly header: Bytes;
      readonly secret: Bytes;
      readonly first: Bytes;
      readonly vector: Collected;
    }
  | { readonly kind: "second-sampled"; readonly epoch: number; readonly second: Sending };

/** Lengths of what is sent in chunks; MACs travel with the header and with the second part. */
export const braidLengths = {
  header: 64,
  headerWithMac: 96,
  vector: 1152,
  first: 960,
  second: 128,
  secondWithMac: 160,
} as const;
