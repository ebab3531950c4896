import { type Bytes, type Ciphertext, concatBytes, decodeHex, encodeHex, Plaintext, SecretKey } from "@coterie/bytes";
import { encodeControlPrefix, encodeHeader } from "@coterie/oplog";
import { describe, expect, it } from "vitest";
import { decryptContent, decryptControl, encryptBlock } from "../src/epochs/block-cipher.ts";
import { deriveBlockKeys } from "../src/epochs/block-keys.ts";
import { Keyring } from "../src/epochs/keyring.ts";
import { deriveEpochId, deriveLevel, type LevelSecret, levelSecretOf } from "../src/epochs/level-secret.ts";
import { createGrant } from "../src/epochs/new-epoch.ts";
import { createSealingKeyHolder, openSealings } from "../src/epochs/open-entries.ts";
import { decodePublicPart, encodePublicPart } from "../src/epochs/public-part.ts";
import { deriveChunkKey, deriveInboxKeyPair, deriveStateKey, deriveViewKey } from "../src/epochs/room-keys.ts";
import { sealRotation } from "../src/epochs/seal-entries.ts";
import { unwrapEpoch, wrapEpoch } from "../src/epochs/wraps.ts";
import { golden } from "./epochs-golden.ts";
import { deps, nothing } from "./epochs-scene.ts";

const filled = (lengthBytes: number, byte: number): Bytes => new Uint8Array(lengthBytes).fill(byte);
const hexOf = (secret: { readonly exposeSecretBytes: () => Bytes }): string => encodeHex(secret.exposeSecretBytes());

const logId = Uint8Array.from({ length: 32 }, (_, i) => i);
const secret = levelSecretOf("full", filled(32, 0x11));
const writer = filled(32, 0x22);
const epochId = decodeHex(golden.epochId);
const keys = deriveBlockKeys(deps, { secret, place: { epochId, writer } });
const prefix = encodeControlPrefix({ links: [filled(32, 0x44)], lamport: 9, commits: 2 });
const place = { logTag: logId.slice(0, 16), writer, seq: 7, previous: filled(32, 0x33), epochId };

describe("golden secrets and keys (33)", () => {
  it("are those of §6.1", () => {
    expect(hexOf(deriveLevel(deps, { secret, level: "snapshot" }))).toBe(golden.snapshot);
    expect(hexOf(deriveLevel(deps, { secret, level: "read" }))).toBe(golden.read);
    expect(hexOf(deriveLevel(deps, { secret, level: "control" }))).toBe(golden.control);
    for (const level of ["full", "snapshot", "read", "control"] as const) {
      const held: LevelSecret = deriveLevel(deps, { secret, level });
      expect(encodeHex(deriveEpochId(deps, { logId, secret: held }))).toBe(golden.epochId);
    }
    expect(hexOf(keys.control)).toBe(golden.controlKey);
    expect(keys.content && [hexOf(keys.content.key), hexOf(keys.content.siv)]).toEqual([
      golden.contentKey,
      golden.sivKey,
    ]);
    expect(encodeHex(deriveInboxKeyPair(deps, secret).publicKey)).toBe(golden.inbox);
    expect(hexOf(deriveViewKey(deps, { secret, name: "messages" }))).toBe(golden.view);
    expect(hexOf(deriveChunkKey(deps, secret))).toBe(golden.chunk);
    expect(hexOf(deriveStateKey(deps, secret))).toBe(golden.state);
  });

  it("are given to no level below", () => {
    const control = deriveLevel(deps, { secret, level: "control" });
    const read = deriveLevel(deps, { secret, level: "read" });
    const tooLow = expect.objectContaining({ code: "room/level-too-low" });
    expect(() => deriveLevel(deps, { secret: control, level: "read" })).toThrow(tooLow);
    expect(() => deriveLevel(deps, { secret: read, level: "full" })).toThrow(tooLow);
    expect(() => deriveInboxKeyPair(deps, control)).toThrow(tooLow);
    expect(() => deriveViewKey(deps, { secret: read, name: "messages" })).toThrow(tooLow);
    expect(() => deriveChunkKey(deps, read)).toThrow(tooLow);
    expect(hexOf(deriveStateKey(deps, control))).toBe(golden.state);
  });
});

describe("golden blocks (33)", () => {
  it("with content and a public part", () => {
    const header = encodeHeader({ ...place, flags: 6 });
    expect(encodeHex(header)).toBe(golden.header);
    const control = concatBytes(prefix, Uint8Array.of(10, 3, 1, 2, 3));
    const publicPart = filled(5, 0x88);
    const content = Plaintext.fromText("see you at eight");
    const block = encryptBlock(deps, { keys, header, control, content, publicPart });
    expect(encodeHex(block.nonce)).toBe(golden.nonce);
    expect(encodeHex(block.control)).toBe(golden.blockControl);
    expect(encodeHex(block.content)).toBe(golden.blockContent);
    const part = { keys, header, publicPart, nonce: block.nonce };
    expect(decryptControl(deps, { ...part, ciphertext: block.control })).toEqual(control);
    expect(decryptContent(deps, { ...part, ciphertext: block.content }).exposeText()).toBe("see you at eight");
  });

  it("without both, and longer than the shortest", () => {
    const header = encodeHeader({ ...place, flags: 0 });
    expect(encodeHex(header)).toBe(golden.header2);
    const control = concatBytes(prefix, Uint8Array.of(10, 3, 1, 2, 3, 10, 100), filled(100, 0x55));
    const block = encryptBlock(deps, { keys, header, control, content: undefined, publicPart: nothing });
    expect(encodeHex(block.nonce)).toBe(golden.nonce2);
    expect(encodeHex(block.control)).toBe(golden.blockControl2);
    expect(block.control.length).toBe(144 + 16);
    expect(block.content).toEqual(nothing);
  });
});

describe("golden sealings (33)", () => {
  const alice = deps.primitives.deriveAgreementKeyPair(filled(32, 0x66));
  const carol = deps.primitives.deriveAgreementKeyPair(filled(32, 0x77));
  const recipients = [
    { identity: filled(32, 0xaa), sealingKey: alice.publicKey, level: "full" as const },
    { identity: filled(32, 0xcc), sealingKey: carol.publicKey, level: "read" as const },
  ];

  it("of a rotation to two, and of a grant", () => {
    const rotation = sealRotation(deps, { logId, secret, recipients });
    const grant = createGrant(deps, {
      logId,
      secret,
      level: "read",
      identity: filled(32, 0xcc),
      sealingKey: carol.publicKey,
    });
    expect(encodeHex(encodePublicPart([rotation, grant.sealing]))).toBe(golden.publicPart);
  });

  it("open for those that they are for", () => {
    const sealings = decodePublicPart(decodeHex(golden.publicPart));
    const open = (byte: number, pair: typeof alice): readonly string[] =>
      openSealings(deps, {
        logId,
        identity: filled(32, byte),
        sealings,
        holders: [createSealingKeyHolder(deps, pair)],
      }).opened.map((held) => hexOf(held.secret));
    expect(open(0xaa, alice)).toEqual([hexOf(secret)]);
    expect(open(0xcc, carol)).toEqual([golden.read, golden.read]);
    expect(open(0xaa, carol)).toEqual([]);
  });
});

describe("golden wraps and keyring (33)", () => {
  const later = levelSecretOf("full", filled(32, 0x99));
  const by = { epochId: decodeHex(golden.epochId2), secret: later };
  const wrap = { epochId, full: decodeHex(golden.wrapFull), control: decodeHex(golden.wrapControl) };

  it("wrap an earlier epoch in a later one", () => {
    expect(encodeHex(deriveEpochId(deps, { logId, secret: later }))).toBe(golden.epochId2);
    expect(wrapEpoch(deps, { by, wrapped: { epochId, secret } })).toEqual(wrap);
    const full = unwrapEpoch(deps, { by, wrap, kind: "full" });
    const control = unwrapEpoch(deps, { by, wrap, kind: "control" });
    expect([full?.use, full && hexOf(full)]).toEqual(["epoch-full", hexOf(secret)]);
    expect([control?.use, control && hexOf(control)]).toEqual(["epoch-control", golden.control]);
  });

  it("keep a keyring", () => {
    const deviceKey = SecretKey.own("store", filled(32, 0xdd));
    const keyring = new Keyring(deps, { logId });
    keyring.learn(epochId, deriveLevel(deps, { secret, level: "read" }));
    keyring.addRotation({ epochId, lamport: 4, wraps: [] });
    keyring.addRotation({ epochId: by.epochId, lamport: 0, wraps: [wrap] });
    keyring.dropHistory(3);
    const random = { fill: (target: Bytes) => void target.fill(0x5a) };
    const stored = keyring.export({ random }, deviceKey);
    expect(encodeHex(stored)).toBe(golden.keyring);
    // cast: the golden keyring, as a device stored it
    const back = Keyring.import(deps, { logId, deviceKey, stored: decodeHex(golden.keyring) as Ciphertext<"keyring"> });
    expect(back.findLevel(epochId)).toBe("read");
  });
});
