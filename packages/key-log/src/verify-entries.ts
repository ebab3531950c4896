/** A served log against pins, without memory and without time (docs/protocol/key-log.md §7, steps 1 to 7). */
import { decodeTextForm, encodeTextForm } from "@coterie/bytes";
import { KeyLogNotPinnedError, KeyLogOtherOrganisationError } from "./errors.ts";
import { type KeyLog, type KeyLogDeps, verifySignatures } from "./key-log.ts";
import type { KeyLogPin } from "./log-id.ts";
import { replayEntries } from "./replay.ts";

/** What was served, and what is pinned. */
export interface ServedLog {
  /** "corg1…": whose keys are wanted. */
  readonly organisation: string;
  /** The encoded entries, first to last. */
  readonly entries: readonly Uint8Array[];
  /** From a place that who served the entries cannot change: the embed snippet, the premises. Any one is enough. */
  readonly pins: readonly KeyLogPin[];
}

/** The log, whole and signed, of that organisation, with one of the pins in it. Throws the first fault. */
export async function verifyEntries(deps: KeyLogDeps, { organisation, entries, pins }: ServedLog): Promise<KeyLog> {
  const expected = canonicalOrganisation(organisation);
  const replay = replayEntries(deps, entries);
  if (replay.organisation !== expected) throw new KeyLogOtherOrganisationError();
  // Before any signature is verified: a foreign log costs its reader nothing.
  const isAnyKeyPinned = replay.activations.some(({ keyId }) => pins.includes(keyId));
  if (!pins.includes(replay.logId) && !isAnyKeyPinned) throw new KeyLogNotPinnedError();
  return await verifySignatures(deps, replay);
}

// The same id may be pasted in upper case.
function canonicalOrganisation(organisation: string): string {
  return encodeTextForm("corg", decodeTextForm("corg", organisation, { lengthBytes: 16 }));
}
