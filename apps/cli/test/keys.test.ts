import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeTextForm } from "@coterie/bytes";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { parseKeyFile, unlockKeyFile } from "@coterie/sealed-box/key-file";
import { KeyState } from "@coterie/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectedPremises, coterie, passphrase, temporaryFolder } from "./cli-process.ts";
import { type FixtureGateway, startFixtureGateway } from "./fixture-gateway.ts";

let gateway: FixtureGateway;
beforeAll(async () => {
  gateway = await startFixtureGateway();
});
afterAll(() => gateway.close());

const keyPathOf = (premises: string, name: string): string => join(premises, "harbour-watch", "keys", `${name}.json`);

describe("the life of a key", () => {
  it("is made, shown, printed, restored from words and activated by proof", async () => {
    const { folder, premises, passphraseFile } = await connectedPremises(gateway);
    const common = ["--premises", premises, "--passphrase-file", passphraseFile];

    const made = await coterie(["keys", "new", "--name", "first", "--json", ...common]);
    expect(made).toMatchObject({ code: 0 });
    const { keyId, publicKey } = JSON.parse(made.out);
    const file = keyPathOf(premises, "first");
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    const shown = await coterie(["keys", "show", "--premises", premises]);
    expect(shown.out).toContain(keyId);
    expect(shown.out).toContain(publicKey);

    const printed = await coterie(["keys", "print", "--json", ...common]);
    const { words } = JSON.parse(printed.out);
    expect(words.split(" ")).toHaveLength(24);
    expect(shown.out + made.out + (await readFile(file, "utf8"))).not.toContain(words.slice(0, 20));
    const sheet = await coterie(["keys", "print", ...common]);
    for (const word of words.split(" ")) expect(sheet.out).toContain(word);

    await writeFile(join(folder, "words"), ` ${words.toUpperCase().replaceAll(" ", "\n")}\n`);
    const restored = await coterie([
      "keys",
      "restore",
      "--name",
      "again",
      "--words-file",
      join(folder, "words"),
      "--expect",
      keyId,
      "--json",
      ...common,
    ]);
    expect(restored).toMatchObject({ code: 0 });
    expect(JSON.parse(restored.out).keyId).toBe(keyId);

    const activated = await coterie(["keys", "activate", "--key", "first", ...common]);
    expect(activated).toMatchObject({ code: 0, out: `${keyId}  active\n` });
    expect(gateway.keys.find(({ id }) => id === keyId)?.state).toBe(KeyState.ACTIVE);
    const again = await coterie(["keys", "activate", "--key", "first", ...common]);
    expect(again).toMatchObject({ code: 0, out: `${keyId}  active\n` });

    const listed = await coterie(["keys", "list", "--premises", premises]);
    expect(listed.out).toMatch(new RegExp(`${keyId}  active.*first\\.json`));
  });

  it("restores a secret key given as text", async () => {
    const { folder, premises, passphraseFile } = await connectedPremises(gateway);
    const secret = new Uint8Array(32).fill(7);
    await writeFile(join(folder, "secret"), encodeTextForm("csec", secret));
    const restored = await coterie([
      "keys",
      "restore",
      "--words-file",
      join(folder, "secret"),
      "--name",
      "k",
      "--premises",
      premises,
      "--passphrase-file",
      passphraseFile,
    ]);
    expect(restored).toMatchObject({ code: 0 });
    const keyFile = parseKeyFile(await readFile(keyPathOf(premises, "k"), "utf8"));
    const pair = unlockKeyFile({ primitives }, { file: keyFile, passphrase });
    expect(pair.publicKey).toEqual(primitives.deriveAgreementKeyPair(secret).publicKey);
  });

  it("never overwrites a key file, and leaves no temporary file behind", async () => {
    const { premises, passphraseFile } = await connectedPremises(gateway);
    const words = ["keys", "new", "--name", "first", "--premises", premises, "--passphrase-file", passphraseFile];
    expect(await coterie(words)).toMatchObject({ code: 0 });
    const before = await readFile(keyPathOf(premises, "first"), "utf8");
    const second = await coterie(words);
    expect(second).toMatchObject({ code: 8, out: "" });
    expect(second.err).toContain("exists and is not overwritten");
    expect(await readFile(keyPathOf(premises, "first"), "utf8")).toBe(before);
    expect(await readdir(join(premises, "harbour-watch", "keys"))).toEqual(["first.json"]);
  });
});

describe("wrong secrets", () => {
  it("exit with 5 on a wrong passphrase, and say nothing about the right one", async () => {
    const { folder, premises, passphraseFile } = await connectedPremises(gateway);
    await coterie(["keys", "new", "--premises", premises, "--passphrase-file", passphraseFile]);
    await writeFile(join(folder, "wrong"), "another passphrase\n");
    await writeFile(join(folder, "short"), "x\n");
    for (const file of ["wrong", "short"]) {
      const printed = await coterie(["keys", "print", "--premises", premises, "--passphrase-file", join(folder, file)]);
      expect(printed).toMatchObject({ code: 5, out: "" });
      expect(printed.err).not.toContain("another passphrase");
    }
    const activated = await coterie(["keys", "activate", "--premises", premises], {
      env: { COTERIE_PASSPHRASE_FILE: join(folder, "wrong") },
    });
    expect(activated).toMatchObject({ code: 5 });
  });

  it("find a mistyped word, a missing word, and the words of another key", async () => {
    const { folder, premises, passphraseFile } = await connectedPremises(gateway);
    const common = ["--premises", premises, "--passphrase-file", passphraseFile];
    const made = await coterie(["keys", "new", "--json", ...common]);
    const { keyId } = JSON.parse(made.out);
    const words: string[] = JSON.parse((await coterie(["keys", "print", "--json", ...common])).out).words.split(" ");
    const swapped = [...words];
    [swapped[0], swapped[1]] = [swapped[1] ?? "", swapped[0] ?? ""];
    const attempts: readonly (readonly [string, readonly string[]])[] = [
      [[...words.slice(0, 23), "harbor"].join(" "), []],
      [words.slice(0, 23).join(" "), []],
      // With the sheet's key id, also the one copying error in 256 that the checksum lets pass is found.
      [swapped.join(" "), ["--expect", keyId]],
      [`${"abandon ".repeat(23)}art`, ["--expect", keyId]],
    ];
    for (const [text, options] of attempts) {
      await writeFile(join(folder, "words"), text);
      const restored = await coterie([
        "keys",
        "restore",
        "--name",
        "x",
        "--words-file",
        join(folder, "words"),
        ...options,
        ...common,
      ]);
      expect(restored).toMatchObject({ code: 5, out: "" });
      expect(restored.err).not.toContain(words[3]);
    }
  });

  it("ask for a passphrase file where nobody can be asked", async () => {
    const { premises } = await connectedPremises(gateway);
    const made = await coterie(["keys", "new", "--premises", premises]);
    expect(made).toMatchObject({ code: 2 });
    expect(made.err).toContain("--passphrase-file");
  });

  it("refuse a damaged key file as damaged, not as a wrong passphrase", async () => {
    const { premises, passphraseFile } = await connectedPremises(gateway);
    const common = ["--premises", premises, "--passphrase-file", passphraseFile];
    await coterie(["keys", "new", "--name", "k", ...common]);
    const path = keyPathOf(premises, "k");
    await writeFile(path, (await readFile(path, "utf8")).replace('"memoryKiB": 65536', '"memoryKiB": 1024'));
    expect(await coterie(["keys", "print", ...common])).toMatchObject({ code: 8 });
  });
});

describe("the pinned gateway", () => {
  it("is refused with exit code 7 when it signs with another key, before anything is sent to it", async () => {
    const own = await startFixtureGateway();
    try {
      const { premises, passphraseFile } = await connectedPremises(own);
      const common = ["--premises", premises, "--passphrase-file", passphraseFile];
      await coterie(["keys", "new", ...common]);
      own.shownSigningKey = new Uint8Array(32).fill(9);
      for (const words of [
        ["keys", "activate"],
        ["contacts", "export"],
      ]) {
        const refused = await coterie([...words, ...common]);
        expect(refused).toMatchObject({ code: 7, out: "" });
        expect(refused.err).toContain("pinned at first contact");
      }
      expect(own.keys).toEqual([]);
      expect(own.pulls).toBe(0);
      const folder = await temporaryFolder();
      await writeFile(join(folder, "token"), own.token);
      const again = await coterie([
        "organisation",
        "connect",
        "--premises",
        premises,
        "--gateway",
        own.address,
        "--token-file",
        join(folder, "token"),
      ]);
      expect(again).toMatchObject({ code: 7 });
    } finally {
      await own.close();
    }
  });

  it("is unreachable with exit code 4, refuses a wrong token with 6, and is tried again while it is unavailable", async () => {
    const own = await startFixtureGateway();
    const { premises } = await connectedPremises(own);
    own.failures = 2;
    expect(await coterie(["contacts", "pull", "--premises", premises])).toMatchObject({ code: 0 });
    own.failures = 1000;
    expect(await coterie(["contacts", "pull", "--premises", premises, "--patience", "0"])).toMatchObject({ code: 6 });
    own.failures = 0;
    await writeFile(join(premises, "harbour-watch", "token"), encodeTextForm("ctok", new Uint8Array(32)));
    const refused = await coterie(["contacts", "pull", "--premises", premises, "--json"]);
    expect(refused).toMatchObject({ code: 6 });
    expect(JSON.parse(refused.out)).toMatchObject({ error: "cli/gateway-refused" });
    await own.close();
    const silent = await coterie(["contacts", "pull", "--premises", premises, "--patience", "0"]);
    expect(silent).toMatchObject({ code: 4 });
  });

  it("is connected again where connecting was killed before the profile was written", async () => {
    const { premises, folder } = await connectedPremises(gateway);
    await rm(join(premises, "harbour-watch", "organisation.json"));
    const words = ["--premises", premises, "--gateway", gateway.address, "--token-file", join(folder, "token")];
    expect(await coterie(["organisation", "connect", ...words])).toMatchObject({ code: 0 });
    expect(await coterie(["contacts", "pull", "--premises", premises])).toMatchObject({ code: 0 });
  });

  it("has its address replaced, and nothing else, where it answers at another one", async () => {
    const { premises, folder } = await connectedPremises(gateway);
    const profileFile = join(premises, "harbour-watch", "organisation.json");
    const profile = await readFile(profileFile, "utf8");
    await writeFile(profileFile, profile.replace(gateway.address, "http://127.0.0.1:9"));
    const words = ["--premises", premises, "--gateway", gateway.address, "--token-file", join(folder, "token")];
    expect(await coterie(["organisation", "connect", ...words])).toMatchObject({ code: 0 });
    expect(await readFile(profileFile, "utf8")).toBe(profile);
  });
});
