/**
 * Whether epochs were sealed to all whom they name (docs/protocol/rooms.md §6.2). Small ones are looked at as they come, large ones before
 * this device writes in them: a thousand members take tens of milliseconds, and a room has many epochs that nobody writes in any more.
 */
import { type Bytes, encodeHex } from "@coterie/bytes";
import type { Envelope } from "@coterie/oplog";
import type { EntryDeps } from "../epochs/entry-key.ts";
import type { EpochFacts } from "../epochs/epoch-facts.ts";
import type { Keyring } from "../epochs/keyring.ts";
import { type LevelSecret, levelOf } from "../epochs/level-secret.ts";
import { decodePublicPart } from "../epochs/public-part.ts";
import type { SealingRecipient } from "../epochs/seal-entries.ts";
import { verifyRotation } from "../epochs/verify-rotation.ts";
import type { Membership } from "../membership/membership.ts";
import type { Operation, RotateOperation } from "../membership/operation.ts";
import { recipientKeys } from "./recipient-keys.ts";
import type { RoomAlarm } from "./room-block.ts";

/** What checking works with. */
export interface EpochChecksDeps {
  readonly primitives: EntryDeps["primitives"];
  readonly keyring: Keyring;
  readonly logId: Bytes;
  readonly facts: EpochFacts;
  readonly onAlarm: (alarm: RoomAlarm) => void;
}

/** A rotate with all that its check needs. */
export interface CheckedRotate {
  readonly envelope: Envelope;
  readonly operation: RotateOperation;
  readonly operations: readonly Operation[];
  /** M of the block: the recipients' sealing keys at that time. */
  readonly membership: Membership;
}

/** Up to here an epoch is checked when it comes. */
const smallRecipients = 32;

/** The epochs of one room that are still to be checked. */
export class EpochChecks {
  readonly #deps: EpochChecksDeps;
  readonly #open = new Map<string, CheckedRotate>();
  /** Epochs that this device is just beginning. */
  readonly #own = new Set<string>();

  constructor(deps: EpochChecksDeps) {
    this.#deps = deps;
  }

  /** Says that this device is about to take in a rotate that it made itself: what it just sealed it need not seal again to compare. */
  noteOwn(epochId: Bytes): void {
    this.#own.add(encodeHex(epochId));
  }

  /** Takes a rotate that was admitted, and added to the facts. */
  add(rotate: CheckedRotate): void {
    const { epochId } = rotate.envelope.header;
    const key = encodeHex(epochId);
    if (this.#own.delete(key)) return;
    this.#open.set(key, rotate);
    if (rotate.operation.recipients.length <= smallRecipients) this.check(epochId);
  }

  /** Checks an epoch, where that was not done and this device holds its S. Gives whether a fault was found now. */
  check(epochId: Bytes): boolean {
    const { keyring, facts, onAlarm } = this.#deps;
    const key = encodeHex(epochId);
    const rotate = this.#open.get(key);
    const secret = keyring.findSecret(epochId);
    if (rotate === undefined || secret === undefined || !isFull(secret)) return false;
    this.#open.delete(key);
    const falseWraps = keyring.findFalseWraps(epochId);
    const { missing, isIncomplete } = this.#recompute(rotate, secret);
    if (!isIncomplete && falseWraps.length === 0) return false;
    facts.markIncomplete(epochId, { missing, falseWraps });
    onAlarm({ kind: "incomplete-epoch", epochId, missing });
    return true;
  }

  #recompute(
    rotate: CheckedRotate,
    secret: LevelSecret<"full">,
  ): { readonly missing: readonly Bytes[]; readonly isIncomplete: boolean } {
    const { primitives, logId } = this.#deps;
    const { known, unknown } = recipientsOf(rotate);
    const [sealing] = decodePublicPart(rotate.envelope.publicPart);
    if (unknown.length > 0 || sealing === undefined) return { missing: unknown, isIncomplete: true };
    const steps = verifyRotation({ primitives }, { logId, secret, recipients: known, sealing });
    let step = steps.next();
    while (step.done !== true) step = steps.next();
    const verdict = step.value;
    return verdict.kind === "complete"
      ? { missing: [], isIncomplete: false }
      : { missing: verdict.missing, isIncomplete: true };
  }
}

function isFull(secret: LevelSecret): secret is LevelSecret<"full"> {
  return levelOf(secret) === "full";
}

function recipientsOf({ operation, operations, membership }: CheckedRotate): {
  readonly known: readonly SealingRecipient[];
  readonly unknown: Bytes[];
} {
  const keyOf = recipientKeys(operations, membership);
  const known: SealingRecipient[] = [];
  const unknown: Bytes[] = [];
  for (const { identity, level } of operation.recipients) {
    const sealingKey = keyOf(identity);
    if (sealingKey === undefined) unknown.push(identity);
    else known.push({ identity, level, sealingKey });
  }
  return { known, unknown };
}
