/** The port to a device's store: it sees ciphertext, public keys and numbers (docs/protocol/sessions.md §10). */
import type { Bytes } from "@coterie/bytes";
import type { PrekeyPlace, SealedPrekey, SealedRecord } from "../record/sealed-record.ts";

/** Everything of one step, stored whole or not at all. */
export interface SessionChange {
  /** The address of the peer's device. */
  readonly peer: string;
  /** Undefined: forget all sessions with the device. */
  readonly record: SealedRecord | undefined;
  /** The peer's identity key from now on; undefined: as it was. */
  readonly identity?: Bytes | undefined;
  /** A one-time prekey that was used, to be deleted. */
  readonly usedOneTimePrekeyId?: number | undefined;
  /** The use of a KEM prekey: a one-time one is deleted, the last resort remembers what it was used with. */
  readonly kemUse?: KemUse | undefined;
}

/** One use of a KEM prekey, by which a replay is recognised. */
export interface KemUse {
  readonly kemPrekeyId: number;
  readonly signedPrekeyId: number;
  readonly baseKey: Bytes;
}

/** What a device's sessions are stored in. Every call may be repeated after a crash. */
export interface SessionStore {
  readonly loadRecord: (peer: string) => Promise<SealedRecord | undefined>;
  /** The identity key that was accepted for a peer, 32 bytes. */
  readonly loadIdentity: (peer: string) => Promise<Bytes | undefined>;
  readonly loadPrekey: (place: PrekeyPlace) => Promise<SealedPrekey | undefined>;
  readonly wasKemUsed: (use: KemUse) => Promise<boolean>;
  /** Durable when it returns. */
  readonly commit: (change: SessionChange) => Promise<void>;
}
