/**
 * The names of the files of a log (docs/protocol/rooms.md §9.1). A segment is named by the position of its first block and 8 random bytes.
 * Both begin the checksum of each of its frames, so that nothing but what was written to this file for this position passes for it: neither
 * what the disk kept of another file, nor what somebody put into a block to look like a frame.
 */
import { decodeHex, encodeHex } from "@coterie/bytes";
import { type RandomSource, randomBytes } from "@coterie/primitives";
import { emptyCrc32c, updateCrc32c } from "./crc32c.ts";

/** What a file of frames holds: blocks as they were appended, or blocks put back later. */
export type FrameFileKind = "blocks" | "healed";

/** A file of frames. */
export interface FrameFileName {
  readonly name: string;
  readonly kind: FrameFileKind;
  /** The position of number 0. */
  readonly first: number;
  /** What the checksums of its frames begin with. */
  readonly seed: number;
}

/** Where the state is, and where it is written before it takes that name. */
export const stateFileNames = { current: "state", next: "state.new" } as const;

/** How far the log is durable. */
export const markFileName = "mark";

/** A new name. */
export function createFrameFileName(
  random: RandomSource,
  { first, kind }: { readonly first: number; readonly kind: FrameFileKind },
): FrameFileName {
  const salt = randomBytes(random, 8);
  const position = first.toString(16).padStart(14, "0");
  return { name: `${position}-${encodeHex(salt)}.${kind}`, kind, first, seed: seedOf(position, salt) };
}

/** What a name says; undefined for other files. */
export function parseFrameFileName(name: string): FrameFileName | undefined {
  const [, position, salt, kind] = /^([0-9a-f]{14})-([0-9a-f]{16})\.(blocks|healed)$/.exec(name) ?? [];
  if (position === undefined || salt === undefined) return undefined;
  const first = Number.parseInt(position, 16);
  if (!Number.isSafeInteger(first)) return undefined;
  return { name, kind: kind === "healed" ? "healed" : "blocks", first, seed: seedOf(position, decodeHex(salt)) };
}

/** The file of a long value of the state. */
export function valueFileName(number: number): string {
  return `value-${number}`;
}

/** The number of a name of {@link valueFileName}; undefined for other files. */
export function parseValueFileName(name: string): number | undefined {
  const number = /^value-([0-9]{1,15})$/.exec(name)?.[1];
  return number === undefined ? undefined : Number(number);
}

function seedOf(position: string, salt: Uint8Array): number {
  const bytes = new Uint8Array([...decodeHex(position), ...salt]);
  return updateCrc32c(emptyCrc32c, { bytes, from: 0, to: bytes.length });
}
