import { type Bytes, concatBytes, decodeHex, encodeHex } from "@coterie/bytes";
import { nodePrimitives } from "@coterie/primitives/node";
import { portablePrimitives } from "@coterie/primitives/portable";
import { describe, expect, it } from "vitest";
import {
  createGenesis,
  decodeGenesis,
  decodeOperations,
  deriveLogId,
  encodeGenesis,
  encodeOperations,
  type Genesis,
  isControlBlock,
  type Operation,
  roomLimits,
  type WriterCap,
} from "../src/index.ts";
import { Dice } from "./membership-histories.ts";
import { goldenGenesis, goldenGenesisHex, goldenLogIdHex, goldenOperations } from "./membership-golden.ts";

const mutants = process.env["COTERIE_FULL"] === "1" ? 100_000 : 10_000;
const malformed = expect.objectContaining({ code: "room/malformed" });
const filled = (byte: number, length: number): Bytes => new Uint8Array(length).fill(byte);
const decode = (bytes: Uint8Array): readonly Operation[] => decodeOperations(nodePrimitives, bytes);

/** Distinct keys of `length` bytes, ascending. */
function ascending(count: number, length: number = 32): Bytes[] {
  return Array.from({ length: count }, (_, index) => {
    const key = new Uint8Array(length);
    new DataView(key.buffer).setUint32(0, index + 1);
    return key;
  });
}

const cap = (writer: Bytes): WriterCap => ({ writer, next: 1, hash: filled(7, 32) });
const removal = (caps: readonly WriterCap[]): Operation => ({ kind: "remove", identity: filled(1, 32), caps });
const rotate = (recipients: number, wraps: number): Operation => ({
  kind: "rotate",
  recipients: ascending(recipients).map((identity) => ({ identity, level: "read" as const })),
  wraps: ascending(wraps, 16).map((epochId) => ({ epochId, full: undefined, control: filled(3, 48) })),
});
const indexers = (count: number): Operation => ({ kind: "set-indexers", writers: ascending(count) });
const grant: Operation = { kind: "grant", epochId: filled(1, 16), identity: filled(2, 32), level: "read" };

describe("operations", () => {
  it.each(goldenOperations)("$name has these bytes", ({ operation, hex }) => {
    expect(encodeHex(encodeOperations([operation]))).toBe(hex);
    for (const primitives of [nodePrimitives, portablePrimitives])
      expect(decodeOperations(primitives, decodeHex(hex))).toEqual([operation]);
  });

  it("come back all together, with padding or without", () => {
    const operations = goldenOperations.map(({ operation }) => operation);
    const encoded = encodeOperations(operations);
    expect(decode(encoded)).toEqual(operations);
    expect(decode(concatBytes(encoded, new Uint8Array(100)))).toEqual(operations);
    for (const lengthBytes of [0, 1, 64]) expect(decode(new Uint8Array(lengthBytes))).toEqual([]);
  });

  it("are copied, so that the plaintext they came in can go", () => {
    const encoded = encodeOperations([grant]);
    const decoded = decode(encoded);
    encoded.fill(0xff);
    expect(decoded).toEqual([grant]);
  });

  it("are refused when a byte is missing, follows, or stands in the padding", () => {
    for (const { hex } of goldenOperations) {
      const encoded = decodeHex(hex);
      for (let length = 1; length < encoded.length; length++)
        expect(() => decode(encoded.subarray(0, length))).toThrow(malformed);
      expect(() => decode(concatBytes(encoded, Uint8Array.of(0, 0, 1)))).toThrow(malformed);
      const body = encoded.subarray(encoded.length - bodyLength(encoded));
      const longer = concatBytes(encoded.subarray(0, 1), varint(body.length + 1), body, Uint8Array.of(0));
      // A fork proof is opaque here: whether it proves anything is for its verification.
      if (encoded[0] !== 8) expect(() => decode(longer)).toThrow(malformed);
    }
  });

  it("are refused where kind, role, history, level or spelling are none of version 1", () => {
    for (const kind of [12, 13, 127]) expect(() => decode(Uint8Array.of(kind, 0))).toThrow(malformed);
    const unknown = [
      ["add", 66, 2],
      ["add", 67, 3],
      ["a promotion", 34, 2],
      ["grant", 50, 4],
    ] as const;
    for (const [name, at, value] of unknown) {
      const encoded = decodeHex(goldenOperations.find((one) => one.name === name)?.hex ?? "");
      encoded[at] = value;
      expect(() => decode(encoded), `${name}`).toThrow(malformed);
    }
    // Kind and length in two bytes instead of one.
    const encoded = encodeOperations([grant]);
    expect(() => decode(concatBytes(Uint8Array.of(0x8a, 0), encoded.subarray(1)))).toThrow(malformed);
    expect(() => decode(concatBytes(encoded.subarray(0, 1), Uint8Array.of(0xb1, 0), encoded.subarray(2)))).toThrow(
      malformed,
    );
  });

  it("are refused where a sealing key is one that everybody can open", () => {
    const add = decodeHex(goldenOperations.find(({ name }) => name === "add")?.hex ?? "");
    for (const key of [filled(0, 32), Uint8Array.of(1, ...filled(0, 31)), filled(0xff, 32)]) {
      const forged = new Uint8Array(add);
      forged.set(key, 34);
      expect(() => decode(forged)).toThrow(malformed);
    }
  });

  it("have one order and no doubles", () => {
    const [first, second] = ascending(2);
    if (first === undefined || second === undefined) throw new Error("two keys");
    const level = "full" as const;
    const wrap = (epochId: Bytes): { epochId: Bytes; full: undefined; control: Bytes } => ({
      epochId,
      full: undefined,
      control: filled(1, 48),
    });
    const wrong: readonly Operation[] = [
      removal([cap(second), cap(first)]),
      removal([cap(first), cap(first)]),
      removal([{ writer: first, next: 0, hash: filled(1, 32) }]),
      removal([{ writer: first, next: 1, hash: filled(0, 32) }]),
      { kind: "role", identity: first, role: "member", caps: [cap(second), cap(first)] },
      { kind: "revoke-writer", cap: { writer: first, next: 0, hash: filled(1, 32) } },
      { kind: "set-indexers", writers: [first, first] },
      { kind: "set-indexers", writers: [] },
      { kind: "rotate", recipients: [second, first].map((identity) => ({ identity, level })), wraps: [] },
      { kind: "rotate", recipients: [first, first].map((identity) => ({ identity, level })), wraps: [] },
      { kind: "rotate", recipients: [], wraps: [filled(2, 16), filled(1, 16)].map(wrap) },
    ];
    for (const operation of wrong) expect(() => encodeOperations([operation])).toThrow(malformed);
    expect(decode(encodeOperations([{ kind: "set-indexers", writers: [second, first] }]))).toHaveLength(1);
    // The decoder does not rely on the encoder.
    const encoded = encodeOperations([removal([cap(first), cap(second)])]);
    encoded.set(first, 3 + 32 + 1 + 65);
    expect(() => decode(encoded)).toThrow(malformed);
  });

  it("are refused by the encoder where lengths or numbers do not fit", () => {
    const wrong: readonly Operation[] = [
      { ...grant, identity: filled(1, 31) },
      { ...grant, epochId: filled(1, 17) },
      { kind: "vote", era: 2 ** 32, checkpoint: filled(1, 32), views: filled(0, 32), signature: filled(1, 64) },
      { kind: "vote", era: -1, checkpoint: filled(1, 32), views: filled(0, 32), signature: filled(1, 64) },
      { kind: "vote", era: 0.5, checkpoint: filled(1, 32), views: filled(0, 32), signature: filled(1, 64) },
    ];
    for (const operation of wrong) expect(() => encodeOperations([operation])).toThrow(malformed);
  });

  it.each([
    ["operations", roomLimits.operationsPerBlock, (count: number) => Array.from({ length: count }, () => grant)],
    ["caps", roomLimits.capsPerOperation, (count: number) => [removal(ascending(count).map(cap))]],
    ["indexers", roomLimits.indexers, (count: number) => [indexers(count)]],
    ["recipients", roomLimits.members, (count: number) => [rotate(count, 0)]],
    ["wraps", roomLimits.wrapsPerRotate, (count: number) => [rotate(0, count)]],
    [
      "bytes of a fork proof",
      roomLimits.forkProofBytes,
      (count: number) => [{ kind: "fork", proof: filled(1, count) } as const],
    ],
  ] as const)("have at most so many %s: %i", (_, limit, make) => {
    for (const count of [limit - 1, limit]) expect(decode(encodeOperations(make(count)))).toEqual(make(count));
    expect(() => encodeOperations(make(limit + 1))).toThrow(malformed);
  });

  it("are refused above a limit by the decoder too, before anything is allocated", () => {
    const many = concatBytes(
      ...Array.from({ length: roomLimits.operationsPerBlock + 1 }, () => encodeOperations([grant])),
    );
    expect(() => decode(many)).toThrow(malformed);
    const announced: readonly (readonly [number, Bytes])[] = [
      [2, filled(1, 32)],
      [7, new Uint8Array(0)],
      [9, new Uint8Array(0)],
    ];
    for (const [kind, before] of announced) {
      const body = concatBytes(before, Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f));
      expect(() => decode(concatBytes(Uint8Array.of(kind), varint(body.length), body))).toThrow(malformed);
    }
    expect(() => decode(concatBytes(Uint8Array.of(8), varint(1025), filled(1, 1025)))).toThrow(malformed);
    expect(() => decode(Uint8Array.of(1, 0xff, 0xff, 0xff, 0xff, 0x0f))).toThrow(malformed);
  });

  it("A5: never decode to anything that does not encode to the same bytes, whatever is changed", () => {
    const dice = new Dice(5);
    let refused = 0;
    for (let round = 0; round < mutants; round++) {
      const { hex } = dice.pick(goldenOperations);
      const mutant = mutated(dice, decodeHex(hex));
      try {
        const operations = decode(mutant);
        const encoded = encodeOperations(operations);
        expect(encodeHex(mutant.subarray(0, encoded.length))).toBe(encodeHex(encoded));
        expect(mutant.subarray(encoded.length).every((byte) => byte === 0)).toBe(true);
      } catch (error) {
        expect(error).toEqual(malformed);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(mutants / 4);
  });

  it("make a control block, unless they are votes", () => {
    const vote: Operation = {
      kind: "vote",
      era: 0,
      checkpoint: filled(1, 32),
      views: filled(0, 32),
      signature: filled(1, 64),
    };
    expect([[], [vote], [vote, grant]].map((operations) => isControlBlock(operations))).toEqual([false, false, true]);
  });
});

describe("a genesis", () => {
  it("has these bytes and this id", () => {
    expect(encodeHex(encodeGenesis(goldenGenesis))).toBe(goldenGenesisHex);
    expect(decodeGenesis(portablePrimitives, decodeHex(goldenGenesisHex))).toEqual(goldenGenesis);
    expect(encodeHex(deriveLogId(portablePrimitives, goldenGenesis))).toBe(goldenLogIdHex);
  });

  it("differs for two rooms of one founder", () => {
    let drawn = 0;
    const deps = { primitives: nodePrimitives, random: { fill: (target: Bytes) => void target.fill(++drawn) } };
    const ids = [1, 2].map(() => encodeHex(deriveLogId(nodePrimitives, createGenesis(deps, goldenGenesis))));
    expect(new Set(ids).size).toBe(2);
  });

  it("is refused when anything is missing, follows or is out of its range", () => {
    const encoded = decodeHex(goldenGenesisHex);
    for (let length = 0; length < encoded.length; length++)
      expect(() => decodeGenesis(nodePrimitives, encoded.subarray(0, length))).toThrow(malformed);
    expect(() => decodeGenesis(nodePrimitives, concatBytes(encoded, Uint8Array.of(0)))).toThrow(malformed);
    const wrong: readonly Partial<Genesis>[] = [
      { checkpointInterval: 0 },
      { checkpointInterval: roomLimits.checkpointInterval + 1 },
      { sealingKey: filled(0, 32) },
      { identity: filled(1, 31) },
      { writer: filled(1, 33) },
    ];
    for (const change of wrong) {
      const genesis = { ...goldenGenesis, ...change };
      expect(() => decodeGenesis(nodePrimitives, encodeGenesis(genesis))).toThrow(malformed);
      const random = { fill: (target: Bytes) => void target.fill(1) };
      expect(() => createGenesis({ primitives: nodePrimitives, random }, genesis)).toThrow(malformed);
    }
    for (const checkpointInterval of [1, roomLimits.checkpointInterval])
      expect(decodeGenesis(nodePrimitives, encodeGenesis({ ...goldenGenesis, checkpointInterval }))).toBeDefined();
  });

  it("gives another id, or is refused, when any bit is flipped", () => {
    const encoded = decodeHex(goldenGenesisHex);
    for (let bit = 0; bit < encoded.length * 8; bit++) {
      const flipped = new Uint8Array(encoded);
      flipped[bit >>> 3] = (flipped[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
      try {
        expect(encodeHex(deriveLogId(nodePrimitives, decodeGenesis(nodePrimitives, flipped)))).not.toBe(goldenLogIdHex);
      } catch (error) {
        expect(error).toEqual(malformed);
      }
    }
  });
});

function varint(value: number): Bytes {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.of(...bytes, rest);
    bytes.push((rest & 127) | 128);
  }
}

function bodyLength(encoded: Uint8Array): number {
  const low = encoded[1] ?? 0;
  return low < 128 ? low : (low & 127) + 128 * (encoded[2] ?? 0);
}

function mutated(dice: Dice, bytes: Bytes): Bytes {
  const changed = new Uint8Array(bytes);
  const at = dice.below(changed.length);
  switch (dice.below(4)) {
    case 0:
      changed[at] = dice.below(256);
      return changed;
    case 1:
      return concatBytes(changed.subarray(0, at), changed.subarray(at + 1 + dice.below(3)));
    case 2:
      return concatBytes(changed.subarray(0, at), Uint8Array.of(dice.below(256)), changed.subarray(at));
    default:
      return concatBytes(changed, decodeHex(dice.pick(goldenOperations).hex).subarray(0, 1 + dice.below(80)));
  }
}
