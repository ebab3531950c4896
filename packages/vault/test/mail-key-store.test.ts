import { chmod, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SecretKey } from "@coterie/bytes";
import { afterAll, describe, expect, it } from "vitest";
import { describeMailKeyStore } from "../src/contract.ts";
import { createMemoryMailKeyStore, parseMailKeyId, type StoredMailKey } from "../src/index.ts";
import { createMailKeyFiles } from "../src/mail-key-files.ts";
import { codeOf, random, rejectionCodeOf } from "./fixtures.ts";

const runner = { describe, it };

describeMailKeyStore(runner, {
  name: "memory",
  make: async () => await Promise.resolve({ store: createMemoryMailKeyStore() }),
});

describeMailKeyStore(runner, {
  name: "files",
  make: async () => {
    const folder = await newFolder();
    const make = () => createMailKeyFiles({ random }, folder);
    return { store: make(), reopen: async () => await Promise.resolve(make()) };
  },
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "coterie-vault-"));
  made.push(folder);
  return join(folder, "mail-keys");
}

const made: string[] = [];

afterAll(async () => {
  for (const folder of made) await rm(folder, { recursive: true, force: true });
});

const secret = new Uint8Array(32).fill(0xa7);

function testKey(i = 1): StoredMailKey {
  const keyId = parseMailKeyId(String(i).padStart(32, "0"));
  return { keyId, createdAtMs: 1_750_000_000_000 + i * 3_600_000, secretKey: SecretKey.copyOf("x25519", secret) };
}

async function savedFile() {
  const folder = await newFolder();
  const store = createMailKeyFiles({ random }, folder);
  const key = testKey();
  await store.save(key);
  const [name = ""] = await readdir(folder);
  return { folder, store, key, name, path: join(folder, name) };
}

describe("files of mail keys", () => {
  it("are readable by their user alone, and hold the key", async () => {
    const { folder, path, name } = await savedFile();
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(name).toMatch(/^\d{16}-[0-9a-f]{32}\.key$/);
    // The twin of the next test: the search does find a secret that is there.
    expect((await readFile(path)).includes(Buffer.from(secret))).toBe(true);
  });

  it("are overwritten before they are removed: whoever still has one open reads zeros", async () => {
    const { folder, store, key, path } = await savedFile();
    const held = await open(path, "r");
    await store.destroy(key.keyId);
    const left = await held.readFile();
    await held.close();
    expect(left.length).toBeGreaterThan(32);
    expect(left.every((byte) => byte === 0)).toBe(true);
    expect(await readdir(folder)).toEqual([]);
  });

  it("count as destroyed where a crash left them erased but not removed", async () => {
    const { store, key, path } = await savedFile();
    await writeFile(path, new Uint8Array(80));
    expect(await store.find(key.keyId)).toBeUndefined();
    await store.destroy(key.keyId);
    expect(await store.list()).toEqual([]);
  });

  it("are refused when others may read them, or their folder", async () => {
    const { folder, store, key, path } = await savedFile();
    await chmod(path, 0o640);
    expect(await rejectionCodeOf(store.find(key.keyId))).toBe("vault/mail-key-file");
    await chmod(path, 0o600);
    await chmod(folder, 0o750);
    expect(await rejectionCodeOf(store.list())).toBe("vault/mail-key-file");
    expect(await rejectionCodeOf(store.find(key.keyId))).toBe("vault/mail-key-file");
  });

  it("are refused when damaged, cut, extended or renamed", async () => {
    const { folder, store, key, name, path } = await savedFile();
    const good = await readFile(path);
    const changed = Buffer.from(good);
    changed[10] = (changed[10] ?? 0) ^ 1;
    for (const bad of [good.subarray(0, -1), Buffer.concat([good, Buffer.from([0])]), Buffer.from("text"), changed]) {
      await writeFile(path, bad);
      expect(await rejectionCodeOf(store.find(key.keyId))).toBe("vault/mail-key-file");
    }
    await writeFile(path, good);
    expect((await store.find(key.keyId))?.createdAtMs).toBe(key.createdAtMs);
    const other = testKey(2).keyId;
    await rename(path, join(folder, name.replace(key.keyId, other)));
    expect(await rejectionCodeOf(store.find(other))).toBe("vault/mail-key-file");
  });

  it("pass over other files, and erase what a killed process left unfinished", async () => {
    const { folder, store, name } = await savedFile();
    await writeFile(join(folder, "README"), "not a key", { mode: 0o600 });
    const unfinished = name.replace(".key", `.${"0".repeat(16)}.unfinished`);
    await writeFile(join(folder, unfinished), secret, { mode: 0o600 });
    const held = await open(join(folder, unfinished), "r");
    expect(await store.list()).toHaveLength(1);
    await store.save(testKey(2));
    expect(await store.list()).toHaveLength(2);
    expect(await readdir(folder)).not.toContain(unfinished);
    expect((await held.readFile()).every((byte) => byte === 0)).toBe(true);
    await held.close();
  });
});

describe("parseMailKeyId", () => {
  it("takes 32 lower-case hexadecimal digits and nothing else", () => {
    expect(codeOf(() => parseMailKeyId("0".repeat(32)))).toBe("nothing");
    for (const text of [
      "",
      "0".repeat(31),
      "0".repeat(33),
      "A".repeat(32),
      `${"0".repeat(31)}g`,
      "../../../../etc/passwd-012345678",
    ]) {
      expect(codeOf(() => parseMailKeyId(text))).toBe("bytes/malformed-text");
    }
  });
});

describe("the contract", () => {
  it("notices a store that keeps destroyed keys", async () => {
    const failures: string[] = [];
    const tests: Promise<void>[] = [];
    const forgetful = { ...createMemoryMailKeyStore(), destroy: async () => await Promise.resolve() };
    describeMailKeyStore(
      {
        describe: (_name, suite) => suite(),
        it: (name, test) => tests.push(test().catch(() => void failures.push(name))),
      },
      { name: "one that keeps everything", make: async () => await Promise.resolve({ store: forgetful }) },
    );
    await Promise.all(tests);
    expect(failures).toContain("takes repeated and pointless destruction");
  });
});
