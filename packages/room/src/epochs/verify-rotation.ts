/**
 * Whether an epoch was sealed to all whom its rotate names (docs/protocol/rooms.md §6.2): who holds S computes every entry again. So nobody
 * can leave a member out, or seal it something else, without being seen.
 */
import { type Bytes, equalBytes } from "@coterie/bytes";
import { byteKey } from "./byte-key.ts";
import type { EntryDeps } from "./entry-key.ts";
import { entryLengthBytes, type Sealing } from "./public-part.ts";
import {
  assembleSealing,
  deriveRotationKeyPair,
  type GrantSealing,
  type RotationSealing,
  sealEntriesInSteps,
  sealGrant,
} from "./seal-entries.ts";

/** What recomputing a rotation shows. */
export type RotationVerdict =
  | { readonly kind: "complete" }
  | {
      readonly kind: "incomplete";
      /** Identity keys of recipients who have no true entry. */
      readonly missing: readonly Bytes[];
      /** Entries that belong to nobody whom the rotate names: false ones, or some for a recipient that it hides. */
      readonly strangers: number;
    };

/**
 * Recomputes a rotation in steps of a few recipients: call `next` when there is time; the last step gives the verdict. The recipients are those
 * of the rotate operation, with the sealing keys that they had at its block.
 *
 * @example
 * import { type RotationSealing, type RotationVerdict, type Sealing, verifyRotation } from "@coterie/room";
 * import { nodePrimitives as primitives } from "@coterie/primitives/node";
 *
 * export async function verifyInBackground(rotation: RotationSealing, sealing: Sealing): Promise<RotationVerdict> {
 *   const steps = verifyRotation({ primitives }, { ...rotation, sealing });
 *   for (;;) {
 *     const step = steps.next();
 *     if (step.done === true) return step.value;
 *     await new Promise((resolve) => setTimeout(resolve));
 *   }
 * }
 */
export function* verifyRotation(
  deps: EntryDeps,
  { sealing, ...rotation }: RotationSealing & { readonly sealing: Sealing },
): Generator<void, RotationVerdict> {
  const ephemeral = deriveRotationKeyPair(deps, rotation.secret);
  try {
    const sealed = yield* sealEntriesInSteps(deps, { ...rotation, ephemeral });
    const expected = assembleSealing(deps, { ...rotation, ephemeral, entries: sealed.map(({ entry }) => entry) });
    if (isSameSealing(sealing, expected)) return { kind: "complete" };
    const isSameKey = equalBytes(sealing.ephemeralKey, expected.ephemeralKey);
    const found = isSameKey ? entryKeys(sealing.entries) : new Set<string>();
    const missing = sealed.filter(({ entry }) => !found.has(byteKey(entry)));
    const known = entryKeys(expected.entries);
    const strangers = [...entryKeys(sealing.entries)].filter((entry) => !known.has(entry)).length;
    return { kind: "incomplete", missing: missing.map(({ recipient }) => recipient.identity), strangers };
  } finally {
    ephemeral.secretKey.destroy();
  }
}

/** Whether a grant holds what it says; for whoever holds the epoch's secret at the level of the grant, which `secret` has. */
export function verifyGrant(
  deps: EntryDeps,
  { sealing, ...grant }: GrantSealing & { readonly sealing: Sealing },
): boolean {
  return isSameSealing(sealing, sealGrant(deps, grant));
}

function isSameSealing(a: Sealing, b: Sealing): boolean {
  return (
    equalBytes(a.epochId, b.epochId) && equalBytes(a.ephemeralKey, b.ephemeralKey) && equalBytes(a.entries, b.entries)
  );
}

function entryKeys(entries: Bytes): Set<string> {
  const keys = new Set<string>();
  for (let at = 0; at < entries.length; at += entryLengthBytes)
    keys.add(byteKey(entries.subarray(at, at + entryLengthBytes)));
  return keys;
}
