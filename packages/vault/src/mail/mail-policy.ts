/** When mail keys rotate and die (docs/protocol/vault.md §6): pure decisions, carried out by whoever holds the database. */
import { InvalidMailPolicyError } from "../errors.ts";
import { vaultLimits } from "../limits.ts";
import type { MailKeyId } from "./mail-key.ts";
import type { MailKeyEntry } from "./mail-key-store.ts";
import { byNewest } from "./mail-keyring.ts";

/** All times in ms. */
export interface MailPolicy {
  /** A new key after this time. */
  readonly rotateAfterMs: number;
  /** How long new boxes are taken for a key that was replaced: as long as a form may stay open in a browser. */
  readonly acceptReplacedMs: number;
  /** From then to the key's end: longer than any transaction that may still store a box. */
  readonly settleMs: number;
  /** Hard end of a box whose address was never confirmed. */
  readonly unconfirmedMs: number;
  /** Hard end of a box whose mail could not be sent. */
  readonly undeliveredMs: number;
}

/** A stored box, by what the database knows about it. `Row` names it there. */
export interface StoredMailBox<Row> {
  readonly row: Row;
  readonly keyId: MailKeyId;
  readonly storedAtMs: number;
  readonly confirmed: boolean;
}

/** What to decide about. */
export interface MailPlanInput<Row> {
  readonly policy: MailPolicy;
  readonly nowMs: number;
  readonly keys: readonly MailKeyEntry[];
  /** All boxes that are not under the newest key, and of that one at least those that may have expired. */
  readonly boxes: readonly StoredMailBox<Row>[];
}

/** What to do now, in this order. Then plan again: keys whose boxes were moved are found then. */
export interface MailPlan<Row> {
  /** Make a new key first. */
  readonly rotate: boolean;
  /** Past their hard end, or under a key that is gone: delete the rows. */
  readonly expire: readonly Row[];
  /** Under a key that is about to end: `rewrap`, and store if the row is still the same. */
  readonly rewrap: readonly Row[];
  /** Ended and empty: `destroy` at once. */
  readonly destroy: readonly MailKeyId[];
}

/**
 * The plan for this moment. With it carried out at least every `settleMs`, what was deleted from the database is unreadable, there
 * and in every copy of its files and log, at the latest `rotateAfterMs + acceptReplacedMs + 3 × settleMs` after its deletion.
 * @throws InvalidMailPolicyError
 */
export function planMailKeys<Row>({ policy, nowMs, keys, boxes }: MailPlanInput<Row>): MailPlan<Row> {
  checkPolicy(policy);
  const [newest] = keys.toSorted(byNewest);
  const replacedAtById = replacementTimes(keys);
  const known = new Set(keys.map(({ keyId }) => keyId));
  const endAfterMs = policy.acceptReplacedMs + policy.settleMs;
  const ended = new Set([...replacedAtById].flatMap(([keyId, atMs]) => (atMs + endAfterMs <= nowMs ? [keyId] : [])));
  const [expired, live] = partition(boxes, (box) => hardEnd(box, policy) <= nowMs || !known.has(box.keyId));
  const used = new Set(live.map(({ keyId }) => keyId));
  return {
    rotate: newest === undefined || nowMs - newest.createdAtMs >= policy.rotateAfterMs,
    expire: expired.map(({ row }) => row),
    rewrap: live.filter(({ keyId }) => ended.has(keyId)).map(({ row }) => row),
    destroy: [...ended].filter((keyId) => !used.has(keyId)),
  };
}

/** Whether a new box may be stored under this key: the newest, or one that was replaced a short while ago. */
export function acceptsMailKey(
  keyId: MailKeyId,
  { policy, nowMs, keys }: Omit<MailPlanInput<never>, "boxes">,
): boolean {
  if (!keys.some((key) => key.keyId === keyId)) return false;
  const replacedAtMs = replacementTimes(keys).get(keyId);
  return replacedAtMs === undefined || nowMs - replacedAtMs < policy.acceptReplacedMs;
}

/** A key is replaced when the next newer one is made; the newest has no entry. */
function replacementTimes(keys: readonly MailKeyEntry[]): ReadonlyMap<MailKeyId, number> {
  const sorted = keys.toSorted(byNewest);
  return new Map(sorted.slice(1).map(({ keyId }, i) => [keyId, sorted[i]?.createdAtMs ?? 0]));
}

function hardEnd<Row>({ storedAtMs, confirmed }: StoredMailBox<Row>, policy: MailPolicy): number {
  return storedAtMs + (confirmed ? policy.undeliveredMs : policy.unconfirmedMs);
}

function checkPolicy(policy: MailPolicy): void {
  const times = [policy.rotateAfterMs, policy.settleMs, policy.unconfirmedMs, policy.undeliveredMs];
  const areTimes = times.every((ms) => Number.isSafeInteger(ms) && ms > 0);
  const isAcceptTime = Number.isSafeInteger(policy.acceptReplacedMs) && policy.acceptReplacedMs >= 0;
  if (!areTimes || !isAcceptTime)
    throw new InvalidMailPolicyError("the times of a mail policy are whole ms above zero");
  const keysAtOnce = 2 + (policy.acceptReplacedMs + policy.settleMs) / policy.rotateAfterMs;
  if (keysAtOnce > vaultLimits.mailKeys) {
    throw new InvalidMailPolicyError("mail keys would rotate so fast that too many exist at once");
  }
}

function partition<Item>(items: readonly Item[], isFirst: (item: Item) => boolean): readonly [Item[], Item[]] {
  return [items.filter((item) => isFirst(item)), items.filter((item) => !isFirst(item))];
}
