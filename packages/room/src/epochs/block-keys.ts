/** The keys of one writer's blocks in one epoch (docs/protocol/rooms.md §6.1). */
import { type Bytes, copyBytes, SecretKey } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { roomLabels } from "../labels.ts";
import { deriveKey } from "./derive-key.ts";
import { deriveLevel, type LevelDeps, type LevelSecret, levelOf, reachesLevel } from "./level-secret.ts";

/** Whose blocks, in which epoch. */
export interface BlockKeyPlace {
  /** 16 bytes. */
  readonly epochId: Bytes;
  /** Ed25519 public key, 32 bytes. */
  readonly writer: Bytes;
}

/** What opens blocks of one writer in one epoch; with `content` also what makes them. */
export interface BlockKeys extends BlockKeyPlace {
  /** Links, lamport and operations. */
  readonly control: SecretKey<"block-control">;
  /** Values, and the nonces of both; undefined where only the level `control` is held. */
  readonly content: { readonly key: SecretKey<"block-content">; readonly siv: SecretKey<"block-siv"> } | undefined;
}

/** The keys of `place` that `secret`, of any level, gives. Whoever derives them destroys them. */
export function deriveBlockKeys(
  deps: LevelDeps,
  { secret, place }: { readonly secret: LevelSecret; readonly place: BlockKeyPlace },
): BlockKeys {
  const { primitives } = deps;
  const epochId = copyBytes(place.epochId);
  const writer = copyBytes(place.writer);
  const control = deriveLevel(deps, { secret, level: "control" });
  const read = reachesLevel(levelOf(secret), "read") ? deriveLevel(deps, { secret, level: "read" }) : undefined;
  try {
    return {
      epochId,
      writer,
      control: SecretKey.own(
        "block-control",
        writerKey(primitives, { from: control, info: roomLabels.controlKey, writer }),
      ),
      content: read && {
        key: SecretKey.own("block-content", writerKey(primitives, { from: read, info: roomLabels.contentKey, writer })),
        siv: SecretKey.own("block-siv", writerKey(primitives, { from: read, info: roomLabels.sivKey, writer })),
      },
    };
  } finally {
    control.destroy();
    read?.destroy();
  }
}

/** Wipes all of them. */
export function destroyBlockKeys({ control, content }: BlockKeys): void {
  control.destroy();
  content?.key.destroy();
  content?.siv.destroy();
}

function writerKey(
  primitives: Pick<Primitives, "hkdfSha256">,
  { from, info, writer }: { readonly from: LevelSecret; readonly info: Bytes; readonly writer: Bytes },
): Bytes {
  return deriveKey(primitives, { secret: from.exposeSecretBytes(), info, context: [writer] });
}
