import { decodeTextForm, Plaintext } from "@coterie/bytes";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { keyFromWords } from "@coterie/sealed-box/key-file";
import { keyIdBytes, parseKeyId, sealEnvelope } from "@coterie/sealed-box/seal";
import { describe, expect, it } from "vitest";
import { WorkerFailedError } from "../src/errors.ts";
import { type KeyJob, type KeyJobDeps, type KeyJobResults, type NewKey, runKeyJob } from "../src/keys/key-jobs.ts";
import type { KeyWorkshop } from "../src/keys/key-workshop.ts";
import { createNewKeyModel, keyFileName } from "../src/keys/new-key-model.ts";
import { strengthOf } from "../src/keys/passphrase-strength.ts";
import { choosePositions, findWrongWords } from "../src/keys/word-check.ts";
import { textId } from "./contact-fixtures.ts";

const deps: KeyJobDeps = { primitives, random, now: () => 1_700_000_000_000 };
const passphrase = "six long words make strong keys";

/** The jobs in this thread: what the worker does, without the worker. */
const workshop: KeyWorkshop = {
  run: async <Kind extends KeyJob["kind"]>(job: Extract<KeyJob, { readonly kind: Kind }>) => {
    try {
      return (await runKeyJob(deps, job)) as KeyJobResults[Kind];
    } catch (error) {
      throw new WorkerFailedError((error as { code: string }).code);
    }
  },
};

const make = (): Promise<NewKey> => workshop.run({ kind: "create", passphrase, comment: "Office" });

describe("key jobs", () => {
  it("make a key whose file and words are the same key", async () => {
    const key = await make();
    expect(key.words.length).toBe(24);
    const restored = keyFromWords({ primitives }, { words: key.words.join(" "), expectedPublicKey: key.publicKey });
    const [secret] = await workshop.run({ kind: "unlock", fileTexts: [key.fileText, key.fileText], passphrase });
    expect(secret).toEqual(restored.secretKey.exposeSecretBytes());
    expect(key).toMatchObject({ comment: "Office", createdAt: "2023-11-14T22:13:20.000Z" });
    expect(keyFileName(key)).toBe(`coterie-key-2023-11-14-${key.keyId.slice(-6)}.json`);
    await expect(
      workshop.run({ kind: "unlock", fileTexts: [key.fileText], passphrase: `${passphrase}!` }),
    ).rejects.toMatchObject({ reason: "sealed-box/key-file-not-opened" });
  });

  it("open an activation challenge of the own organisation alone", async () => {
    const [key, organisationId] = [await make(), textId("corg")];
    const organisation = decodeTextForm("corg", organisationId, { lengthBytes: 16 });
    const proof = new Uint8Array(32).fill(7);
    const context = ["coterie/activation/1", organisation, keyIdBytes(parseKeyId(key.keyId))];
    const input = { plaintext: Plaintext.own(proof.slice()), recipients: [key.publicKey], context };
    const challenge = sealEnvelope({ primitives, random }, input);
    const job = { kind: "prove", fileText: key.fileText, passphrase, challenge, organisationId } as const;
    expect(await workshop.run(job)).toEqual(proof);
    await expect(workshop.run({ ...job, organisationId: textId("corg") })).rejects.toMatchObject({
      reason: "sealed-box/not-authentic",
    });
    await expect(workshop.run({ ...job, passphrase: "something else" })).rejects.toMatchObject({
      reason: "sealed-box/key-file-not-opened",
    });
  });
});

describe("the steps of a new key", () => {
  const session = {
    organisation: { id: textId("corg") },
  } as unknown as Parameters<typeof createNewKeyModel>[0]["session"];

  it("go on only with an equal, long enough passphrase, a saved file and the right words", async () => {
    const saved: { name: string; text: string }[] = [];
    const model = createNewKeyModel({
      session,
      workshop,
      random,
      changeLog: () => Promise.reject(new Error("no log here")),
      saveFile: (file) => void saved.push(file),
    });
    await model.make({ passphrase: "short", repeated: "short", label: "Office" });
    expect(model.state.value).toEqual({ kind: "passphrase", problem: "weak-passphrase" });
    await model.make({ passphrase, repeated: `${passphrase}x`, label: "Office" });
    expect(model.state.value).toEqual({ kind: "passphrase", problem: "differ" });
    await model.make({ passphrase, repeated: passphrase, label: "Office" });
    const kept = model.state.value;
    if (kept.kind !== "keep") throw new Error("no key was made");
    expect(kept.fileSaved).toBe(false);
    model.saveKeyFile();
    expect(saved.map(({ text }) => text)).toEqual([kept.key.fileText]);
    model.goToCheck();
    const check = model.state.value;
    if (check.kind !== "check") throw new Error("no check");
    model.checkWords(new Map(check.positions.map((position) => [position, "zebra"])));
    expect(model.state.value).toMatchObject({
      kind: "check",
      wrong: check.positions.filter((at) => kept.key.words[at] !== "zebra"),
    });
    model.checkWords(
      new Map(check.positions.map((position) => [position, ` ${kept.key.words[position]?.toUpperCase()} `])),
    );
    expect(model.state.value.kind).toBe("ready");
    // Words and key file are not kept in what the page shows from here on.
    expect(JSON.stringify(model.state.value)).not.toContain(kept.key.words[0]);
  });
});

describe("hints and checks", () => {
  it.each([
    ["short", "too-short"],
    ["aaaaaaaaaaaaaaaaaaaaaaaa", "repetitive"],
    ["Tr0ub4dor&3", "short"],
    ["correct horse battery staple", "strong"],
    ["Tr0ub4dor&3 and more", "fair"],
    ["six long words make strong keys", "strong"],
  ])("judges %s as %s", (text, strength) => {
    expect(strengthOf(text)).toBe(strength);
  });

  it("draws distinct positions, all of them in the end, each about as often", () => {
    const counts = Array.from({ length: 24 }, () => 0);
    for (let round = 0; round < 2000; round++) {
      const positions = choosePositions({ random }, 24);
      expect(new Set(positions).size).toBe(3);
      expect(positions).toEqual([...positions].sort((left, right) => left - right));
      for (const position of positions) counts[position] = (counts[position] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(150);
    expect(Math.max(...counts)).toBeLessThan(350);
  });

  it("finds the wrong words, and takes a missing one for wrong", () => {
    const words = ["zero", "one", "two"];
    const typed = new Map([
      [0, "Zero "],
      [1, "on"],
    ]);
    expect(findWrongWords(words, { positions: [0, 1, 2], typed })).toEqual([1, 2]);
  });
});
