/** A device of one person that has sessions with one device of another: what both implementations can do. */
import type { PrekeyBundle } from "@coterie/sessions";

/** A message on its way. */
export interface Packet {
  readonly kind: "prekey" | "ratchet";
  readonly bytes: Uint8Array;
}

/** How opening ended: the text, or why there is none. */
export type Opened =
  | { readonly kind: "opened"; readonly text: string }
  | { readonly kind: "duplicate" }
  | { readonly kind: "refused" };

/** One side of a conversation. */
export interface Device {
  readonly implementation: "coterie" | "libsignal";
  /** A bundle with fresh one-time keys. */
  readonly publish: () => Promise<PrekeyBundle>;
  readonly start: (bundle: PrekeyBundle) => Promise<void>;
  /** Undefined where there is no session to send in. */
  readonly encrypt: (text: string) => Promise<Packet | undefined>;
  readonly decrypt: (packet: Packet) => Promise<Opened>;
  readonly reset: () => Promise<void>;
  /** The post-quantum epoch of the session that sends; 0 where it cannot be seen. */
  readonly epoch: () => Promise<number>;
  /** What is stored of all sessions with the peer. */
  readonly recordLengthBytes: () => Promise<number>;
}
