/** Seeded randomness, keys and places that the tests share. All secrets here are visibly fake. */
import { type Bytes, encodeUtf8, SecretKey } from "@coterie/bytes";
import type { RandomSource } from "@coterie/primitives";
import { nodePrimitives } from "@coterie/primitives/node";
import { type FieldPlace, createVault, type Vault } from "../src/index.ts";

export const primitives = nodePrimitives;

/** SHA-256 of seed and counter: the same bytes for the same seed. */
export function seededRandom(seed: string): RandomSource {
  let block = 0;
  let bytes: Bytes = new Uint8Array(0);
  let used = 0;
  return {
    fill: (target) => {
      for (let i = 0; i < target.length; i++, used++) {
        if (used === bytes.length) {
          bytes = primitives.sha256(encodeUtf8(`${seed} ${block++}`));
          used = 0;
        }
        target[i] = bytes[used] ?? 0;
      }
    },
  };
}

/** A number from 0 up to but not including `below`. */
export function randomNumber(random: RandomSource, below: number): number {
  const bytes = new Uint8Array(6);
  random.fill(bytes);
  return Math.floor((bytes.reduce((sum, byte) => sum * 256 + byte, 0) / 2 ** 48) * below);
}

export const random: RandomSource = seededRandom("vault tests");

export function fieldKey(name: string): SecretKey<"field"> {
  return SecretKey.own("field", primitives.sha256(encodeUtf8(`fake field key ${name}`)));
}

export function vaultOf(current: string, ...reading: readonly string[]): Vault {
  return createVault({ primitives, random }, { current: fieldKey(current), reading: reading.map(fieldKey) });
}

export const place: FieldPlace = {
  tenant: encodeUtf8("north"),
  table: "people",
  column: "phone",
  row: encodeUtf8("row 17"),
};

/** The code of what `run` throws, or "nothing". */
export function codeOf(run: () => unknown): string {
  try {
    run();
    return "nothing";
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : `unexpected: ${String(error)}`;
  }
}

/** The same for promises. */
export async function rejectionCodeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "nothing";
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : `unexpected: ${String(error)}`;
  }
}
