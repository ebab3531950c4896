/**
 * Earlier epochs, wrapped in a rotate for those who have the new one (docs/protocol/rooms.md §6.3): S under S, the control secret under the
 * control secret. A wrap says nothing about what is in it: who unwraps compares the id.
 */
import { type Bytes, concatBytes } from "@coterie/bytes";
import { AuthenticationFailedError, type Primitives } from "@coterie/primitives";
import { roomLabels } from "../labels.ts";
import { deriveKey } from "./derive-key.ts";
import {
  deriveLevel,
  epochIdLengthBytes,
  type LevelDeps,
  type LevelSecret,
  levelOf,
  levelSecretOf,
  reachesLevel,
} from "./level-secret.ts";
import type { EpochWrap } from "../membership/operation.ts";

/** What wrapping is made of. */
export interface WrapDeps {
  readonly primitives: LevelDeps["primitives"] & Pick<Primitives, "xchacha20Poly1305">;
}

/** A secret of the epoch that wraps, or is wrapped. */
export interface HeldEpoch {
  /** 16 bytes. */
  readonly epochId: Bytes;
  readonly secret: LevelSecret;
}

/** The two wraps of an epoch, the better one first. */
export const wrapKinds = ["full", "control"] as const;

/** Which of the two wraps of an epoch. */
export type WrapKind = (typeof wrapKinds)[number];

const nonceLengthBytes = 24;
const keyLabels: Readonly<Record<WrapKind, Bytes>> = {
  full: roomLabels.historyKey,
  control: roomLabels.controlHistoryKey,
};

/** `wrapped` for holders of `by`: in full where both secrets are, and its control secret. */
export function wrapEpoch(
  deps: WrapDeps,
  { by, wrapped }: { readonly by: HeldEpoch; readonly wrapped: HeldEpoch },
): EpochWrap {
  const isFull = levelOf(by.secret) === "full" && levelOf(wrapped.secret) === "full";
  return {
    epochId: wrapped.epochId,
    full: isFull ? wrapLevel(deps, { by, wrapped, kind: "full" }) : undefined,
    control: wrapLevel(deps, { by, wrapped, kind: "control" }),
  };
}

/**
 * What `by` finds in a wrap, or undefined where it is not there, needs a stronger secret, or does not open. The id of what is found is not
 * compared here.
 */
export function unwrapEpoch(
  deps: WrapDeps,
  { by, wrap, kind }: { readonly by: HeldEpoch; readonly wrap: EpochWrap; readonly kind: WrapKind },
): LevelSecret | undefined {
  const unwrapper = createUnwrapper(deps, by);
  try {
    return unwrapper.unwrap(wrap, kind);
  } finally {
    unwrapper.destroy();
  }
}

/** Opens wraps by one secret, whose keys are derived once. */
export interface Unwrapper {
  /** As {@link unwrapEpoch}. */
  readonly unwrap: (wrap: EpochWrap, kind: WrapKind) => LevelSecret | undefined;
  /** Wipes the keys. */
  readonly destroy: () => void;
}

/** For several wraps of one rotate. Whoever creates one destroys it. */
export function createUnwrapper(deps: WrapDeps, by: HeldEpoch): Unwrapper {
  const keys = new Map<WrapKind, Bytes>();
  return {
    unwrap: (wrap, kind) => {
      const ciphertext = wrap[kind];
      if (ciphertext === undefined || !reachesLevel(levelOf(by.secret), kind)) return undefined;
      const key = keys.get(kind) ?? wrapKey(deps, { by, kind });
      keys.set(kind, key);
      return openWrap(deps, { key, ciphertext, kind, ...wrapPlace(by, wrap) });
    },
    destroy: () => {
      for (const key of keys.values()) key.fill(0);
      keys.clear();
    },
  };
}

function openWrap(
  { primitives }: WrapDeps,
  {
    kind,
    ...sealed
  }: {
    readonly kind: WrapKind;
    readonly key: Bytes;
    readonly ciphertext: Bytes;
    readonly nonce: Bytes;
    readonly associatedData: Bytes;
  },
): LevelSecret | undefined {
  try {
    const secret = primitives.xchacha20Poly1305.decrypt(sealed);
    const found = levelSecretOf(kind, secret);
    secret.fill(0);
    return found;
  } catch (error) {
    if (error instanceof AuthenticationFailedError) return undefined;
    throw error;
  }
}

function wrapLevel(
  deps: WrapDeps,
  { by, wrapped, kind }: { readonly by: HeldEpoch; readonly wrapped: HeldEpoch; readonly kind: WrapKind },
): Bytes {
  const key = wrapKey(deps, { by, kind });
  const secret = deriveLevel(deps, { secret: wrapped.secret, level: kind });
  try {
    const plain = secret.exposeSecretBytes();
    return deps.primitives.xchacha20Poly1305.encrypt({ key, plain, ...wrapPlace(by, wrapped) });
  } finally {
    key.fill(0);
    secret.destroy();
  }
}

function wrapKey(deps: WrapDeps, { by, kind }: { readonly by: HeldEpoch; readonly kind: WrapKind }): Bytes {
  const secret = deriveLevel(deps, { secret: by.secret, level: kind });
  try {
    return deriveKey(deps.primitives, { secret: secret.exposeSecretBytes(), info: keyLabels[kind] });
  } finally {
    secret.destroy();
  }
}

/** One wrapped epoch has one secret at each level, so that its id as a nonce never meets two messages. */
function wrapPlace(
  by: { readonly epochId: Bytes },
  wrapped: { readonly epochId: Bytes },
): { readonly nonce: Bytes; readonly associatedData: Bytes } {
  const nonce = new Uint8Array(nonceLengthBytes);
  nonce.set(wrapped.epochId.subarray(0, epochIdLengthBytes));
  return { nonce, associatedData: concatBytes(by.epochId, wrapped.epochId) };
}
