import { type Bytes, concatBytes, encodeHex, Plaintext } from "@coterie/bytes";
import { padmeLength } from "@coterie/sealed-box/seal";
import { describe, expect, it } from "vitest";
import { decryptContent, decryptControl, encryptBlock, type EncryptedPart } from "../src/epochs/block-cipher.ts";
import { roomLimits } from "../src/index.ts";
import { roomLabels } from "../src/labels.ts";
import { blockContents, blockKeys, deps, encryptedParts, madeUp, nothing, seededRandom } from "./epochs-scene.ts";

// All of them where there is time: COTERIE_FULL=1.
const mutantsTried = process.env["COTERIE_FULL"] === "1" ? 10_000 : 2_000;
const noncesTried = process.env["COTERIE_FULL"] === "1" ? 100_000 : 20_000;

const unreadable = expect.objectContaining({
  code: "room/unreadable-block",
  message: "the block was not made with the keys of its epoch, or was changed",
});

/** An operation of kind 9 with a value. */
const operation = (value: Bytes): Bytes => concatBytes(Uint8Array.of(9, value.length), value);

/** Encrypts a control or content plaintext that `encryptBlock` would refuse to make, with the right keys. */
function partWithPlaintext(kind: "control" | "content", plain: Bytes): EncryptedPart {
  const { keys, header, publicPart } = blockContents();
  const nonce = madeUp("nonce", 24);
  const key = kind === "control" ? keys.control : keys.content?.key;
  if (key === undefined) throw new Error("the keys are of level full");
  const associatedData = concatBytes(roomLabels[kind], header, deps.primitives.sha256(publicPart));
  const ciphertext = deps.primitives.xchacha20Poly1305.encrypt({
    key: key.exposeSecretBytes(),
    nonce,
    plain,
    associatedData,
  });
  return { keys, header, publicPart, nonce, ciphertext };
}

describe("the inside of a block", () => {
  it("comes back as it was written, with and without content, operations and a public part", () => {
    for (const links of [0, 1, 2, 40])
      for (const operations of [nothing, operation(madeUp("op", 100)), operation(new Uint8Array(3))])
        for (const some of [{ hasContent: false }, { value: "" }, { value: madeUp("long", 5000) }])
          for (const publicPart of [nothing, madeUp("public", 433)]) {
            const contents = blockContents({ links, operations, ...some, publicPart });
            const { control, content } = encryptedParts(contents);
            expect(decryptControl(deps, control)).toEqual(contents.control);
            if (contents.content === undefined) expect(content.ciphertext).toEqual(nothing);
            else expect(decryptContent(deps, content).exposePlainBytes()).toEqual(contents.content.exposePlainBytes());
          }
  });

  it("shows the level control everything but the content, and lets it write nothing", () => {
    const contents = blockContents({ keys: blockKeys({ level: "read" }) });
    const { control, content } = encryptedParts(contents);
    const keys = { ...contents.keys, content: undefined };
    expect(decryptControl(deps, { ...control, keys })).toEqual(contents.control);
    const tooLow = expect.objectContaining({ code: "room/level-too-low" });
    expect(() => decryptContent(deps, { ...content, keys })).toThrow(tooLow);
    expect(() => encryptBlock(deps, { ...contents, keys })).toThrow(tooLow);
  });

  it("has a Padmé length, so that an emoji more is not seen", () => {
    const lengths = new Set<number>();
    for (let length = 0; length <= 400; length++) {
      const { control, content } = encryptedParts(blockContents({ value: new Uint8Array(length) }));
      expect(control.ciphertext.length).toBe(64 + 16);
      const padded = content.ciphertext.length - 16;
      expect(padmeLength(padded)).toBe(padded);
      expect(padded).toBeGreaterThanOrEqual(32);
      lengths.add(padded);
    }
    expect(lengths.size).toBeLessThan(40);
  });

  it("takes content up to its limit and refuses one byte more", () => {
    const longest = blockContents({ value: new Uint8Array(roomLimits.contentBytes) });
    expect(decryptContent(deps, encryptedParts(longest).content).lengthBytes).toBe(roomLimits.contentBytes);
    const longer = blockContents({ value: new Uint8Array(roomLimits.contentBytes + 1) });
    expect(() => encryptBlock(deps, longer)).toThrow(expect.objectContaining({ code: "room/malformed" }));
  });

  it("refuses to encrypt under the keys of another writer or epoch than the header names", () => {
    const contents = blockContents();
    for (const keys of [blockKeys({ writer: "bob's phone" }), blockKeys({ epoch: "another epoch" })])
      expect(() => encryptBlock(deps, { ...contents, keys })).toThrow(
        expect.objectContaining({ code: "room/malformed" }),
      );
  });

  it("refuses to encrypt operations that would be read as padding, or not at all", () => {
    const malformed = expect.objectContaining({ code: "room/malformed" });
    for (const operations of [Uint8Array.of(0), Uint8Array.of(0, 1, 5), Uint8Array.of(9), Uint8Array.of(9, 4, 1)])
      expect(() => encryptBlock(deps, blockContents({ operations }))).toThrow(malformed);
    expect(() => encryptBlock(deps, { ...blockContents(), control: nothing })).toThrow(malformed);
  });

  it("has one padded form: others are refused even under the right key", () => {
    const prefix = blockContents().control;
    const control = (length: number, tail: Bytes = nothing): Bytes => {
      const plain = new Uint8Array(length);
      plain.set(concatBytes(prefix, tail).subarray(0, length));
      return plain;
    };
    expect(decryptControl(deps, partWithPlaintext("control", control(64)))).toEqual(prefix);
    const noControl = [
      nothing,
      control(prefix.length),
      control(prefix.length - 1),
      control(63),
      control(65),
      control(72),
      control(64, Uint8Array.of(0, 0, 0, 1)),
      control(64, operation(new Uint8Array(60))),
    ];
    for (const plain of noControl)
      expect(() => decryptControl(deps, partWithPlaintext("control", plain))).toThrow(unreadable);

    const content = (length: number, ...start: number[]): Bytes => {
      const plain = new Uint8Array(length);
      plain.set(start);
      return plain;
    };
    expect(decryptContent(deps, partWithPlaintext("content", content(32, 2, 7, 7))).exposePlainBytes()).toEqual(
      Uint8Array.of(7, 7),
    );
    const noContent = [
      nothing,
      content(31, 2, 7, 7),
      content(36, 2, 7, 7),
      content(32, 2, 7, 7, 1),
      content(32, 0x82, 0, 7, 7),
      content(32, 33, 7),
      content(32, 0xff, 0xff, 0xff, 0xff, 0x0f),
      content(32, 0xff, 0xff, 0xff, 0xff, 0xff, 1),
    ];
    for (const plain of noContent)
      expect(() => decryptContent(deps, partWithPlaintext("content", plain))).toThrow(unreadable);
  });

  it("takes a tag of 16 bytes alone (A12)", () => {
    const { control, content } = encryptedParts(blockContents());
    const decrypt = { control: decryptControl, content: decryptContent };
    for (const [kind, part] of [["control", control] as const, ["content", content] as const]) {
      expect(() => decrypt[kind](deps, part)).not.toThrow();
      for (let length = 0; length <= 15; length++) {
        const ciphertext = part.ciphertext.slice(0, part.ciphertext.length - 16 + length);
        expect(() => decrypt[kind](deps, { ...part, ciphertext })).toThrow(unreadable);
      }
      const ciphertext = concatBytes(part.ciphertext, Uint8Array.of(0));
      expect(() => decrypt[kind](deps, { ...part, ciphertext })).toThrow(unreadable);
    }
    for (const length of [0, 8, 12, 23, 25])
      expect(() => decryptControl(deps, { ...control, nonce: new Uint8Array(length) })).toThrow(unreadable);
  });
});

describe("the nonce of a block (24)", () => {
  it("never meets a key twice, though one seq is written again and again with other content", () => {
    const used = new Set<string>();
    const keys = blockKeys();
    const same = blockContents({ keys });
    for (let i = 0; i < noncesTried; i++) {
      const content = Plaintext.own(Uint8Array.of(i >>> 16, i >>> 8, i));
      used.add(String.fromCharCode(...encryptBlock(deps, { ...same, content }).nonce));
    }
    expect(used.size).toBe(noncesTried);
  });

  it("differs when only operations, only the public part, only the header or only the writer differ", () => {
    const variants = [
      blockContents(),
      blockContents({ operations: operation(madeUp("op", 3)) }),
      blockContents({ publicPart: madeUp("public", 9) }),
      blockContents({ seq: 8 }),
      blockContents({ room: "another room" }),
      blockContents({ keys: blockKeys({ writer: "bob's phone" }) }),
      blockContents({ keys: blockKeys({ epoch: "another epoch" }) }),
      blockContents({ hasContent: false }),
      blockContents({ value: "" }),
    ];
    expect(new Set(variants.map((contents) => encodeHex(encryptBlock(deps, contents).nonce))).size).toBe(
      variants.length,
    );
  });

  it("is the same for the same block: a crash between encrypting and storing costs nothing", () => {
    expect(encryptBlock(deps, blockContents())).toEqual(encryptBlock(deps, blockContents()));
  });
});

describe("an attacker's block", () => {
  it("never opens after thousands of mutations of its ciphertexts, nonce, header or public part (A5)", () => {
    const random = seededRandom("mutants of blocks");
    const original = encryptedParts(blockContents({ publicPart: madeUp("public", 433) }));
    const other = encryptedParts(blockContents({ seq: 8, value: "another one" }));
    for (let i = 0; i < mutantsTried; i++) {
      const kind = random.below(2) === 0 ? "control" : "content";
      const field = (["ciphertext", "nonce", "header", "publicPart"] as const)[random.below(4)] ?? "nonce";
      const part = original[kind];
      const mutant = mutate(part[field], { spliced: other[kind][field], random });
      if (encodeHex(mutant) === encodeHex(part[field])) continue;
      const decrypt = (): unknown =>
        kind === "control"
          ? decryptControl(deps, { ...part, [field]: mutant })
          : decryptContent(deps, { ...part, [field]: mutant });
      expect(decrypt).toThrow(unreadable);
    }
  });

  it("does not open in another room, epoch, writer's chain, place or as another part (A7)", () => {
    const random = seededRandom("transplants");
    const pick = <Item>(...items: readonly [Item, ...Item[]]): Item => items[random.below(items.length)] ?? items[0];
    let moved = 0;
    while (moved < mutantsTried) {
      const place = () => ({
        room: pick("a room", "another room"),
        epoch: pick("an epoch", "another epoch"),
        writer: pick("alice's phone", "bob's phone"),
        seq: pick(0, 1, 2),
      });
      const [from, to] = [place(), place()];
      const [fromKind, toKind] = [pick("control", "content"), pick("control", "content")] as const;
      if (JSON.stringify(from) === JSON.stringify(to) && fromKind === toKind) continue;
      moved++;
      const partAt = (at: typeof from, kind: "control" | "content"): EncryptedPart =>
        encryptedParts(blockContents({ keys: blockKeys(at), room: at.room, seq: at.seq }))[kind];
      const { ciphertext, nonce } = partAt(from, fromKind);
      const transplant = { ...partAt(to, toKind), ciphertext, ...pick({ nonce }, {}) };
      const decrypt = (): unknown =>
        toKind === "control" ? decryptControl(deps, transplant) : decryptContent(deps, transplant);
      expect(decrypt).toThrow(unreadable);
    }
  });

  it("is not made with a key that everybody knows (A9)", () => {
    const { control, content } = encryptedParts(blockContents());
    const guesses = [
      new Uint8Array(32),
      new Uint8Array(32).fill(0xff),
      deps.primitives.sha256(nothing),
      madeUp("a room"),
      madeUp("alice's phone"),
    ];
    for (const part of [control, content])
      for (const key of guesses)
        for (const label of [roomLabels.control, roomLabels.content]) {
          const associatedData = concatBytes(label, part.header, deps.primitives.sha256(part.publicPart));
          const { nonce, ciphertext } = part;
          expect(() => deps.primitives.xchacha20Poly1305.decrypt({ key, nonce, ciphertext, associatedData })).toThrow(
            expect.objectContaining({ code: "primitives/authentication-failed" }),
          );
        }
  });

  it("never looks like another one with the same content", () => {
    const seen = new Set<string>();
    for (let seq = 0; seq < 1_000; seq++) {
      const { control, content } = encryptedParts(blockContents({ seq }));
      seen.add(encodeHex(control.ciphertext)).add(encodeHex(content.ciphertext));
    }
    expect(seen.size).toBe(2_000);
  });
});

function mutate(
  bytes: Bytes,
  { spliced, random }: { readonly spliced: Bytes; readonly random: ReturnType<typeof seededRandom> },
): Bytes {
  const at = random.below(bytes.length);
  const changed = bytes.slice();
  switch (random.below(5)) {
    case 0:
      changed[at] = (changed[at] ?? 0) ^ (1 << random.below(8));
      return changed;
    case 1:
      return bytes.slice(0, at);
    case 2:
      return concatBytes(bytes, madeUp(`tail ${at}`, 1 + random.below(40)));
    case 3:
      return concatBytes(bytes.subarray(0, at), spliced.subarray(at));
    default:
      return concatBytes(bytes.subarray(0, at), bytes.subarray(Math.max(0, at - 16)));
  }
}
