/**
 * The secrets of epochs that a member holds on one device (docs/protocol/rooms.md §6): the best level of each, learnt from entries, grants and
 * the wraps of later epochs, in any order.
 */
import { type Bytes, type Ciphertext, copyBytes, equalBytes } from "@coterie/bytes";
import type { RandomSource } from "@coterie/primitives";
import { WrongEpochSecretError } from "../errors.ts";
import { roomLimits } from "../limits.ts";
import { BlockKeyCache } from "./block-key-cache.ts";
import { type BlockKeyPlace, type BlockKeys, deriveBlockKeys } from "./block-keys.ts";
import { byteKey } from "./byte-key.ts";
import { keptLevels } from "./dropped-history.ts";
import { decryptKeyring, type DeviceKey, encryptKeyring } from "./keyring-record.ts";
import {
  deriveEpochId,
  deriveLevel,
  type EpochLevel,
  type LevelSecret,
  levelOf,
  reachesLevel,
  weakerLevel,
} from "./level-secret.ts";
import type { EpochWrap } from "../membership/operation.ts";
import { createUnwrapper, type Unwrapper, type WrapDeps, type WrapKind, wrapKinds } from "./wraps.ts";

/** What a rotate block says about the epoch that it begins. */
export interface SeenRotation {
  /** 16 bytes. */
  readonly epochId: Bytes;
  /** Of the block. */
  readonly lamport: number;
  readonly wraps: readonly EpochWrap[];
}

/** An epoch of which something is known; changed in place. */
interface KnownEpoch {
  readonly epochId: Bytes;
  secret: LevelSecret | undefined;
  lamport: number | undefined;
  /** Grows at the end alone, each once: somebody may make a thousand blocks that begin one epoch, with a thousand wraps each. */
  readonly wraps: EpochWrap[];
  /** The keys of `wraps`; made when it first grows. */
  wrapKeys: Set<string> | undefined;
  /** How many of `wraps` were followed with the secret as it is: what they gave they give again, and nothing else. */
  followed: number;
  /** How many of `wraps` were looked at by {@link Keyring.findFalseWraps} with the secret as it is, and which of them are false. */
  checked: number;
  falseWraps: Bytes[];
}

/** All epoch secrets of one room on one device. Whoever creates one destroys it. */
export class Keyring {
  readonly #deps: WrapDeps;
  readonly #logId: Bytes;
  readonly #epochs = new Map<string, KnownEpoch>();
  readonly #blockKeys: BlockKeyCache;
  #droppedBefore = 0;
  #kept: ReadonlyMap<string, EpochLevel> = new Map();
  #revision = 0;
  /** By revision: of which epoch the level changed. */
  readonly #improved: Bytes[] = [];

  constructor(deps: WrapDeps, { logId }: { readonly logId: Bytes }) {
    this.#deps = deps;
    this.#logId = copyBytes(logId);
    this.#blockKeys = new BlockKeyCache(roomLimits.cachedBlockKeys);
  }

  /** Grows whenever a level changed: what was computed from levels before is out of date. */
  get revision(): number {
    return this.#revision;
  }

  /** The ids of the epochs of which the level changed since a revision. */
  improvedSince(revision: number): readonly Bytes[] {
    return this.#improved.slice(revision);
  }

  /** The ids of all epochs of which a secret is held. */
  epochIds(): readonly Bytes[] {
    return [...this.#epochs.values()].filter(({ secret }) => secret !== undefined).map(({ epochId }) => epochId);
  }

  /** The level at which an epoch is held, or undefined. */
  findLevel(epochId: Uint8Array): EpochLevel | undefined {
    const secret = this.findSecret(epochId);
    return secret && levelOf(secret);
  }

  /** The best secret of an epoch. It stays the keyring's: use it at once, and do not destroy it. */
  findSecret(epochId: Uint8Array): LevelSecret | undefined {
    return this.#epochs.get(byteKey(epochId))?.secret;
  }

  /** The keys of a writer's blocks, or undefined where the epoch is not held. They stay the keyring's, as in {@link findSecret}. */
  findBlockKeys(place: BlockKeyPlace): BlockKeys | undefined {
    return this.#blockKeys.find(place, () => {
      const secret = this.findSecret(place.epochId);
      return secret && deriveBlockKeys(this.#deps, { secret, place });
    });
  }

  /**
   * Takes a secret that an entry or a grant gave; it is copied. Gives the ids of all epochs that are held better than before, among them those
   * that wraps gave.
   * @throws WrongEpochSecretError where it does not belong to the id
   */
  learn(epochId: Uint8Array, secret: LevelSecret): readonly Bytes[] {
    if (!this.#isSecretOf(epochId, secret)) throw new WrongEpochSecretError();
    const epoch = this.#epochAt(epochId);
    return this.#improve(epoch, secret) ? [epoch.epochId, ...this.#walk(epoch)] : [];
  }

  /** Takes what a rotate block says, whether or not the epoch's secret is held already. Gives what {@link learn} gives. */
  addRotation({ epochId, lamport, wraps }: SeenRotation): readonly Bytes[] {
    const epoch = this.#epochAt(epochId);
    // Two blocks may claim one epoch (then nobody writes in it): the wraps of both are of use.
    addWraps(epoch, wraps);
    epoch.lamport = Math.min(lamport, epoch.lamport ?? lamport);
    if (this.#droppedBefore > 0) this.#applyDrop();
    return this.#walk(epoch);
  }

  /** The ids of the epochs whose wraps in a rotate are false, as far as the secret that is held opens them. */
  findFalseWraps(epochId: Uint8Array): readonly Bytes[] {
    const epoch = this.#epochs.get(byteKey(epochId));
    const level = this.findLevel(epochId);
    if (epoch?.secret === undefined || level === undefined) return [];
    const opens = wrapKinds.filter((kind) => reachesLevel(level, kind));
    const unwrapper = createUnwrapper(this.#deps, { epochId: epoch.epochId, secret: epoch.secret });
    const isFalse = (wrap: EpochWrap, kind: WrapKind): boolean => {
      const found = this.#unwrap(unwrapper, { wrap, kind });
      found?.destroy();
      return wrap[kind] !== undefined && found === undefined;
    };
    for (const wrap of epoch.wraps.slice(epoch.checked))
      if (opens.some((kind) => isFalse(wrap, kind))) epoch.falseWraps.push(wrap.epochId);
    epoch.checked = epoch.wraps.length;
    unwrapper.destroy();
    return [...epoch.falseWraps];
  }

  /**
   * Forgets for good what was written in epochs whose rotate block has a smaller lamport: their secrets go down to `control`, and later
   * ones whose S would open them out of the log go down to `snapshot`. It stays so for what is learnt later.
   *
   * Other members hold them still. A sealing key to which old epochs were sealed opens them again: replace it, and destroy it as well.
   */
  dropHistory(before: number): void {
    this.#droppedBefore = Math.max(before, this.#droppedBefore);
    this.#applyDrop();
  }

  /** All of it for storage on this device. */
  export(deps: { readonly random: RandomSource }, deviceKey: DeviceKey): Ciphertext<"keyring"> {
    const { primitives } = this.#deps;
    const state = { droppedBefore: this.#droppedBefore, epochs: [...this.#epochs.values()] };
    return encryptKeyring({ primitives, random: deps.random }, { logId: this.#logId, deviceKey, state });
  }

  /**
   * The keyring that was exported for the log with `logId` under `deviceKey`.
   * @throws UnreadableKeyringError
   */
  static import(
    deps: WrapDeps,
    {
      logId,
      deviceKey,
      stored,
    }: { readonly logId: Bytes; readonly deviceKey: DeviceKey; readonly stored: Ciphertext<"keyring"> },
  ): Keyring {
    const keyring = new Keyring(deps, { logId });
    const { droppedBefore, epochs } = decryptKeyring(deps, { logId, deviceKey, stored });
    keyring.#droppedBefore = droppedBefore;
    for (const { wraps, ...epoch } of epochs) {
      const known = { ...unknownEpoch(epoch.epochId), ...epoch };
      addWraps(known, wraps);
      keyring.#epochs.set(byteKey(epoch.epochId), known);
    }
    if (droppedBefore > 0) keyring.#applyDrop();
    return keyring;
  }

  /** Wipes everything; the keyring is empty afterwards. */
  destroy(): void {
    for (const { secret } of this.#epochs.values()) secret?.destroy();
    this.#epochs.clear();
    this.#blockKeys.destroy();
    this.#revision += 1;
  }

  /** Follows wraps from `start` as far as they give something better, and gives the ids of what they gave. */
  #walk(start: KnownEpoch): readonly Bytes[] {
    const learnt = new Set<KnownEpoch>();
    const open = [start];
    for (let epoch = open.pop(); epoch !== undefined; epoch = open.pop()) {
      if (epoch.secret === undefined) continue;
      // What may be kept of an epoch changes where history was dropped: then all are followed again.
      const followed = this.#droppedBefore > 0 ? 0 : epoch.followed;
      const unwrapper = createUnwrapper(this.#deps, { epochId: epoch.epochId, secret: epoch.secret });
      for (const wrap of epoch.wraps.slice(followed)) {
        const parent = this.#epochAt(wrap.epochId);
        if (!this.#learnFromWrap(unwrapper, { wrap, parent })) continue;
        learnt.add(parent);
        open.push(parent);
      }
      epoch.followed = epoch.wraps.length;
      unwrapper.destroy();
    }
    return [...learnt].map(({ epochId }) => epochId);
  }

  #learnFromWrap(
    unwrapper: Unwrapper,
    { wrap, parent }: { readonly wrap: EpochWrap; readonly parent: KnownEpoch },
  ): boolean {
    for (const kind of wrapKinds) {
      // Nothing to gain: no decryption for each of a thousand epochs, each time that one is learnt.
      if (!reachesLevel(this.#keptLevel(parent), kind)) continue;
      if (parent.secret !== undefined && reachesLevel(levelOf(parent.secret), kind)) return false;
      const found = this.#unwrap(unwrapper, { wrap, kind });
      if (found === undefined) continue;
      this.#improve(parent, found);
      found.destroy();
      return true;
    }
    return false;
  }

  /** The secret in a wrap, or undefined where it is none of that epoch. */
  #unwrap(
    unwrapper: Unwrapper,
    { wrap, kind }: { readonly wrap: EpochWrap; readonly kind: WrapKind },
  ): LevelSecret | undefined {
    const found = unwrapper.unwrap(wrap, kind);
    if (found === undefined || this.#isSecretOf(wrap.epochId, found)) return found;
    found.destroy();
    return undefined;
  }

  /** Replaces the secret of an epoch by a copy of a better one, as far as it may be kept. */
  #improve(epoch: KnownEpoch, secret: LevelSecret): boolean {
    const level = weakerLevel(levelOf(secret), this.#keptLevel(epoch));
    if (epoch.secret !== undefined && reachesLevel(levelOf(epoch.secret), level)) return false;
    this.#replace(epoch, deriveLevel(this.#deps, { secret, level }));
    return true;
  }

  #replace(epoch: KnownEpoch, secret: LevelSecret): void {
    epoch.secret?.destroy();
    epoch.secret = secret;
    [epoch.followed, epoch.checked, epoch.falseWraps] = [0, 0, []];
    this.#blockKeys.forget(epoch.epochId);
    this.#improved.push(epoch.epochId);
    this.#revision += 1;
  }

  #applyDrop(): void {
    this.#kept = keptLevels(this.#epochs, { droppedBefore: this.#droppedBefore });
    for (const epoch of this.#epochs.values()) {
      const level = this.#keptLevel(epoch);
      if (epoch.secret !== undefined && !reachesLevel(level, levelOf(epoch.secret)))
        this.#replace(epoch, deriveLevel(this.#deps, { secret: epoch.secret, level }));
    }
  }

  #keptLevel({ epochId }: KnownEpoch): EpochLevel {
    return this.#kept.get(byteKey(epochId)) ?? "full";
  }

  #isSecretOf(epochId: Uint8Array, secret: LevelSecret): boolean {
    return equalBytes(deriveEpochId(this.#deps, { logId: this.#logId, secret }), epochId);
  }

  #epochAt(epochId: Uint8Array): KnownEpoch {
    const key = byteKey(epochId);
    const known = this.#epochs.get(key);
    if (known !== undefined) return known;
    const epoch = unknownEpoch(copyBytes(epochId));
    this.#epochs.set(key, epoch);
    return epoch;
  }
}

function unknownEpoch(epochId: Bytes): KnownEpoch {
  const nothingDone = { wrapKeys: undefined, followed: 0, checked: 0, falseWraps: [] };
  return { epochId, secret: undefined, lamport: undefined, wraps: [], ...nothingDone };
}

function addWraps(epoch: KnownEpoch, wraps: readonly EpochWrap[]): void {
  const known = (epoch.wrapKeys ??= new Set());
  for (const wrap of wraps) {
    const key = wrapKey(wrap);
    if (known.has(key)) continue;
    known.add(key);
    epoch.wraps.push(wrap);
  }
}

/** The same for equal wraps alone: the first and the last part have one length each. */
function wrapKey({ epochId, full, control }: EpochWrap): string {
  return byteKey(epochId) + (full === undefined ? "" : byteKey(full)) + byteKey(control);
}
