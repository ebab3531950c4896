import { Plaintext } from "@coterie/bytes";
import { portablePrimitives } from "@coterie/primitives/portable";
import { loadWidgetPrimitives } from "@coterie/primitives/widget";
import { describe, expect, it } from "vitest";
import { type MailBox, openMailBox, parseMailBox } from "../src/index.ts";
import { createMailPlaintext } from "../src/mail-plaintext.ts";
import { codeOf, primitives, random, rejectionCodeOf } from "./fixtures.ts";
import { actionId, actionIdOf, alice, mailKey, sealTo } from "./mail-fixtures.ts";

const key = mailKey();
const { secretKey } = key;
const open = (box: Parameters<typeof parseMailBox>[0], id = actionId): string =>
  openMailBox({ primitives }, { box, secretKey, actionId: id }).email.exposeText();

describe("sealForMail and openMailBox", () => {
  it("carry address and name to the holder of the mail key", () => {
    const opened = openMailBox({ primitives }, { box: sealTo(key), secretKey, actionId });
    expect([opened.actionId, opened.email.exposeText(), opened.firstName.exposeText()]).toEqual([
      actionId,
      alice.email,
      alice.firstName,
    ]);
    opened.destroy();
    expect(codeOf(() => opened.email.exposeText())).toBe("bytes/secret-destroyed");
  });

  it("give boxes of one size, no two of them equal", () => {
    const boxes = Array.from({ length: 1000 }, () => sealTo(key));
    expect(new Set(boxes.map(({ payload }) => payload.length))).toEqual(new Set([528]));
    for (const part of ["payload", "nonce", "senderPublicKey"] as const) {
      expect(new Set(boxes.map((box) => Buffer.from(box[part]).toString("hex"))).size).toBe(1000);
    }
  });

  it("open what a browser made with the widget's primitives, with every backend", async () => {
    const widget = await loadWidgetPrimitives();
    const nonce = new Uint8Array(24);
    random.fill(nonce);
    const plain = createMailPlaintext({ actionId, ...alice }).exposePlainBytes();
    const sealed = await widget.boxToPublicKey({ random, publicKey: key.publicKey, nonce, plain });
    const box = parseMailBox({ keyId: key.keyId, nonce, ...sealed });
    for (const backend of [primitives, portablePrimitives]) {
      const opened = openMailBox({ primitives: backend }, { box, secretKey, actionId });
      expect(opened.email.exposeText()).toBe(alice.email);
    }
    expect(codeOf(() => open(box, actionIdOf(2)))).toBe("vault/mail-context-mismatch");
  });

  it("refuse a box with any bit flipped", () => {
    const box = sealTo(key);
    for (const part of ["payload", "nonce", "senderPublicKey"] as const) {
      for (let bit = 0; bit < box[part].length * 8; bit += part === "payload" ? 13 : 1) {
        const changed = new Uint8Array(box[part]);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(codeOf(() => open({ ...box, [part]: changed }))).toBe("vault/not-authentic");
      }
    }
    expect(open(box)).toBe(alice.email);
  });

  it("refuse boxes of another action: 2,000 exchanged ones (A7)", () => {
    const boxes = Array.from({ length: 40 }, (_unused, i) => sealTo(key, { actionId: actionIdOf(i) }));
    let accepted = 0;
    for (const [from, box] of boxes.entries()) {
      for (let to = 0; to < 51; to++) {
        if (to !== from && codeOf(() => open(box, actionIdOf(to))) !== "vault/mail-context-mismatch") accepted++;
      }
      expect(open(box, actionIdOf(from))).toBe(alice.email);
    }
    expect(accepted).toBe(0);
  });

  it("open under the one key that the box names, and under no constant one (A9)", () => {
    const box = sealTo(key);
    const other = mailKey();
    const tryWith = (secret: typeof secretKey, changed: MailBox): string =>
      codeOf(() => openMailBox({ primitives }, { box: changed, secretKey: secret, actionId }));
    expect(tryWith(other.secretKey, box)).toBe("vault/unknown-mail-key");
    expect(tryWith(other.secretKey, { ...box, keyId: other.keyId })).toBe("vault/not-authentic");
    expect(tryWith(secretKey, { ...box, keyId: other.keyId })).toBe("vault/unknown-mail-key");
    for (const fill of [0, 0xff]) {
      const constant = primitives.deriveAgreementKeyPair(new Uint8Array(32).fill(fill)).secretKey;
      expect(tryWith(constant, box)).toBe("vault/unknown-mail-key");
    }
  });

  it("refuse low-order keys before anything is encrypted, on both sides (A4)", () => {
    const zero = new Uint8Array(32);
    const one = new Uint8Array(32);
    one[0] = 1;
    const high = new Uint8Array(key.publicKey);
    high[31] = (high[31] ?? 0) | 0x80;
    for (const publicKey of [zero, one, high, new Uint8Array(32).fill(0xff), new Uint8Array(31)]) {
      expect(codeOf(() => sealTo({ publicKey, keyId: key.keyId }))).toBe("primitives/invalid-public-key");
    }
    for (const senderPublicKey of [zero, one, high]) {
      expect(codeOf(() => open({ ...sealTo(key), senderPublicKey }))).toBe("vault/not-authentic");
    }
    expect(codeOf(() => sealTo({ publicKey: mailKey().publicKey, keyId: key.keyId }))).toBe("vault/invalid-mail-key");
  });

  it("refuse parts of other lengths, and tags of 0 to 15 and 17 bytes (A12)", () => {
    const box = sealTo(key);
    for (let cut = 1; cut <= 16; cut++) {
      expect(codeOf(() => open({ ...box, payload: box.payload.slice(cut) }))).toBe("vault/malformed-mail-box");
    }
    expect(codeOf(() => open({ ...box, payload: new Uint8Array(529) }))).toBe("vault/malformed-mail-box");
    expect(codeOf(() => open({ ...box, nonce: box.nonce.slice(1) }))).toBe("vault/malformed-mail-box");
    expect(codeOf(() => open({ ...box, senderPublicKey: new Uint8Array(33) }))).toBe("vault/malformed-mail-box");
  });

  it("refuse what is sealed rightly but is not a mail, and repeat nothing of it", async () => {
    const widget = await loadWidgetPrimitives();
    for (const text of ['{"canary":"jane.doe@example.org"}', "canary jane.doe@example.org"]) {
      const nonce = new Uint8Array(24);
      const plain = Plaintext.fromText(text.padEnd(512, " ")).exposePlainBytes();
      const sealed = await widget.boxToPublicKey({ random, publicKey: key.publicKey, nonce, plain });
      const attempt = async (): Promise<unknown> => await Promise.resolve(open({ keyId: key.keyId, nonce, ...sealed }));
      expect(await rejectionCodeOf(attempt())).toBe("vault/malformed-mail");
      await expect(attempt()).rejects.not.toThrow(/canary|jane/);
    }
  });
});
