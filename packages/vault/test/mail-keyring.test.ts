import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SecretKey } from "@coterie/bytes";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  createMailKeyring,
  createMemoryMailKeyStore,
  type MailKeyring,
  type MailKeyStore,
  vaultLimits,
} from "../src/index.ts";
import { createMailKeyFiles } from "../src/mail-key-files.ts";
import { primitives, random, rejectionCodeOf } from "./fixtures.ts";
import { actionId, actionIdOf, alice, mailKey, sealTo } from "./mail-fixtures.ts";

interface Scene {
  readonly store: MailKeyStore;
  readonly keyring: MailKeyring;
  nowMs: number;
}

function sceneOver(store: MailKeyStore): Scene {
  const scene: { nowMs: number } = { nowMs: 1_750_000_000_000 };
  const keyring = createMailKeyring({ primitives, random, now: () => scene.nowMs }, store);
  return Object.assign(scene, { store, keyring });
}

describe("createMailKeyring", () => {
  it("makes a first key when asked for the current one, and stays with it", async () => {
    const { keyring, nowMs } = sceneOver(createMemoryMailKeyStore());
    const first = await keyring.current();
    expect(first.createdAtMs).toBe(nowMs);
    expect(await keyring.current()).toEqual(first);
    expect(await keyring.list()).toEqual([{ keyId: first.keyId, createdAtMs: nowMs }]);
  });

  it("opens boxes of all keys that exist, whichever is current", async () => {
    const scene = sceneOver(createMemoryMailKeyStore());
    const first = await scene.keyring.current();
    const box = sealTo(first);
    scene.nowMs += 1000;
    const second = await scene.keyring.rotate();
    expect(await scene.keyring.current()).toEqual(second);
    for (const each of [box, sealTo(second)]) {
      expect((await scene.keyring.open({ box: each, actionId })).email.exposeText()).toBe(alice.email);
      expect(await rejectionCodeOf(scene.keyring.open({ box: each, actionId: actionIdOf(9) }))).toBe(
        "vault/mail-context-mismatch",
      );
    }
  });

  it("makes the newest key current even when the clock was set back", async () => {
    const scene = sceneOver(createMemoryMailKeyStore());
    await scene.keyring.current();
    scene.nowMs -= 1_000_000;
    const second = await scene.keyring.rotate();
    expect((await scene.keyring.current()).keyId).toBe(second.keyId);
  });

  it("re-wraps a box to the current key, and leaves one that is", async () => {
    const { keyring } = sceneOver(createMemoryMailKeyStore());
    const box = sealTo(await keyring.current());
    expect(await keyring.rewrap({ box, actionId })).toEqual(box);
    const second = await keyring.rotate();
    const moved = await keyring.rewrap({ box, actionId });
    expect(moved.keyId).toBe(second.keyId);
    await keyring.destroy(box.keyId);
    const opened = await keyring.open({ box: moved, actionId });
    expect([opened.email.exposeText(), opened.firstName.exposeText()]).toEqual([alice.email, alice.firstName]);
    expect(await rejectionCodeOf(keyring.rewrap({ box: moved, actionId: actionIdOf(9) }))).toBe(
      "vault/mail-context-mismatch",
    );
  });

  it("never destroys the current key", async () => {
    const { keyring } = sceneOver(createMemoryMailKeyStore());
    const { keyId } = await keyring.current();
    expect(await rejectionCodeOf(keyring.destroy(keyId))).toBe("vault/invalid-mail-key");
    expect((await keyring.current()).keyId).toBe(keyId);
  });

  it("notices a stored secret that does not belong to its id", async () => {
    const store = createMemoryMailKeyStore();
    const { keyring } = sceneOver(store);
    const { keyId } = mailKey();
    await store.save({ keyId, createdAtMs: 1, secretKey: SecretKey.own("x25519", new Uint8Array(32).fill(5)) });
    expect(await rejectionCodeOf(keyring.current())).toBe("vault/invalid-mail-key");
  });

  it("makes at most 256 keys", async () => {
    const { keyring } = sceneOver(createMemoryMailKeyStore());
    for (let i = 0; i < vaultLimits.mailKeys; i++) await keyring.rotate();
    expect(await rejectionCodeOf(keyring.rotate())).toBe("vault/invalid-mail-key");
    const oldest = (await keyring.list()).at(-1);
    if (oldest !== undefined) await keyring.destroy(oldest.keyId);
    await keyring.rotate();
    expect(await keyring.list()).toHaveLength(vaultLimits.mailKeys);
  });
});

describe("a destroyed key", () => {
  it("opens nothing any more, in this process and in others over the same files", async () => {
    const made = await mkdtemp(join(tmpdir(), "coterie-vault-"));
    onTestFinished(async () => await rm(made, { recursive: true, force: true }));
    const folder = join(made, "mail-keys");
    const here = sceneOver(createMailKeyFiles({ random }, folder)).keyring;
    const there = sceneOver(createMailKeyFiles({ random }, folder)).keyring;
    const boxes = Array.from({ length: 100 }, (_unused, i) => ({ i, first: i < 50 }));
    const first = await here.current();
    const second = await here.rotate();
    expect((await there.current()).keyId).toBe(second.keyId);
    const sealed = boxes.map(({ i, first: isFirst }) => sealTo(isFirst ? first : second, { actionId: actionIdOf(i) }));
    for (const [i, box] of sealed.entries()) await there.open({ box, actionId: actionIdOf(i) });
    await here.destroy(first.keyId);
    for (const keyring of [here, there, sceneOver(createMailKeyFiles({ random }, folder)).keyring]) {
      const outcomes = await Promise.all(
        sealed.map(async (box, i) => await rejectionCodeOf(keyring.open({ box, actionId: actionIdOf(i) }))),
      );
      expect(outcomes.filter((code) => code === "vault/unknown-mail-key")).toHaveLength(50);
      expect(outcomes.filter((code) => code === "nothing")).toHaveLength(50);
      const [lost] = sealed;
      if (lost !== undefined)
        expect(await rejectionCodeOf(keyring.rewrap({ box: lost, actionId: actionIdOf(0) }))).toBe(
          "vault/unknown-mail-key",
        );
    }
  });
});
