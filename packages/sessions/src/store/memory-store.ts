/** A store in memory: for tests, and for devices that forget. */
import { type Bytes, encodeHex } from "@coterie/bytes";
import type { PrekeyPlace, SealedPrekey, SealedRecord } from "../record/sealed-record.ts";
import type { KemUse, SessionChange, SessionStore } from "./session-store.ts";

/** A {@link SessionStore} with what fills it. */
export interface MemorySessionStore extends SessionStore {
  /** `isLastResort`: a KEM prekey that is used again and again. */
  readonly savePrekey: (
    place: PrekeyPlace,
    prekey: { readonly sealed: SealedPrekey; readonly isLastResort?: boolean },
  ) => void;
}

/** An empty store. */
export function createMemorySessionStore(): MemorySessionStore {
  const records = new Map<string, SealedRecord>();
  const identities = new Map<string, Bytes>();
  const prekeys = new Map<string, { readonly sealed: SealedPrekey; readonly isLastResort?: boolean }>();
  const uses = new Set<string>();
  return {
    loadRecord: async (peer) => records.get(peer),
    loadIdentity: async (peer) => identities.get(peer),
    loadPrekey: async (place) => prekeys.get(nameOf(place))?.sealed,
    wasKemUsed: async (use) => uses.has(useName(use)),
    savePrekey: (place, prekey) => void prekeys.set(nameOf(place), prekey),
    async commit({ peer, record, identity, usedOneTimePrekeyId, kemUse }: SessionChange) {
      if (record === undefined) records.delete(peer);
      else records.set(peer, record);
      if (identity !== undefined) identities.set(peer, identity);
      if (usedOneTimePrekeyId !== undefined) prekeys.delete(nameOf({ kind: "one-time", id: usedOneTimePrekeyId }));
      if (kemUse === undefined) return;
      const kem: PrekeyPlace = { kind: "kem", id: kemUse.kemPrekeyId };
      if (prekeys.get(nameOf(kem))?.isLastResort === true) uses.add(useName(kemUse));
      else prekeys.delete(nameOf(kem));
    },
  };
}

function nameOf({ kind, id }: PrekeyPlace): string {
  return `${kind}/${id}`;
}

function useName({ kemPrekeyId, signedPrekeyId, baseKey }: KemUse): string {
  return `${kemPrekeyId}/${signedPrekeyId}/${encodeHex(baseKey)}`;
}
