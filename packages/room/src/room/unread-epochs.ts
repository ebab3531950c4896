/**
 * Epochs with contents that views left out, since this device could not read them. Access may improve later: somebody who knew more hands on what
 * was due. Then the views lack something that others have, and are made anew.
 */
import { type Bytes, decodeHex, encodeHex } from "@coterie/bytes";
import type { Keyring } from "../epochs/keyring.ts";
import { reachesLevel } from "../epochs/level-secret.ts";

/** Of one room on one device. */
export class UnreadEpochs {
  readonly #keyring: Pick<Keyring, "findLevel" | "revision">;
  readonly #ids = new Set<string>();
  #lookedAt = -1;

  constructor(keyring: Pick<Keyring, "findLevel" | "revision">) {
    this.#keyring = keyring;
  }

  /** Notes that a content of this epoch was left out. */
  add(epochId: Uint8Array): void {
    this.#ids.add(encodeHex(epochId));
  }

  /** Their ids, to keep them. */
  list(): readonly Bytes[] {
    return [...this.#ids].sort().map(decodeHex);
  }

  /** Forgets them all: the views begin anew. */
  clear(): void {
    this.#ids.clear();
  }

  /** Whether a content that was left out can be read now. Cheap where no key came since it was asked last. */
  isReadable(): boolean {
    const { revision } = this.#keyring;
    if (this.#ids.size === 0 || revision === this.#lookedAt) return false;
    this.#lookedAt = revision;
    return hasReadable(this.#keyring, this.list());
  }
}

/** Whether the contents of one of these epochs can be read. */
export function hasReadable(keyring: Pick<Keyring, "findLevel">, epochIds: readonly Bytes[]): boolean {
  return epochIds.some((epochId) => {
    const level = keyring.findLevel(epochId);
    return level !== undefined && reachesLevel(level, "read");
  });
}
