// The key log in the browser: remembered, refused where it is another, shorter or forked one, and signed at most once in each place.
import { create } from "@bufbuild/protobuf";
import { equalBytes } from "@coterie/bytes";
import { appendEntry, createKeyLog, type KeyLog, type KeyLogSigner } from "@coterie/key-log";
import { type AgreementKeyPair, generateAgreementKeyPair, generateSigningKeyPair } from "@coterie/primitives";
import { nodePrimitives as primitives, systemRandom as random } from "@coterie/primitives/node";
import { OrganisationSchema } from "@coterie/protocol";
import { createKeyAuthorityFile, encodeKeyAuthorityFile } from "@coterie/sealed-box/key-file";
import { deriveKeyId } from "@coterie/sealed-box/seal";
import { describe, expect, it } from "vitest";
import { GatewayRefusedError, GatewayUnreachableError, WorkerFailedError } from "../src/errors.ts";
import { createKeyLogModel, type KeyLogModel, type LogView } from "../src/keys/key-log-model.ts";
import { type KeyJob, type KeyJobResults, runKeyJob } from "../src/keys/key-jobs.ts";
import type { KeyWorkshop } from "../src/keys/key-workshop.ts";
import type { TextStore } from "../src/session/signing-key-pin.ts";
import { textId } from "./contact-fixtures.ts";

const organisation = textId("corg");
const dayMs = 86_400_000;
const startMs = 1_900_000_000_000;
const clock = { nowMs: startMs + dayMs };
const deps = { primitives, random, now: () => clock.nowMs };
const passphrase = "the authority signs on paper";

const authority = generateSigningKeyPair(primitives, random);
const authorityFileText = encodeKeyAuthorityFile(
  createKeyAuthorityFile(deps, { keyPair: authority, passphrase, comment: "authority" }),
);
const signer: KeyLogSigner = {
  publicKey: authority.publicKey,
  sign: (message) => primitives.sign(authority.secretKey, message),
};
const [first, second]: readonly AgreementKeyPair[] = [1, 2].map(() => generateAgreementKeyPair(primitives, random));
if (first === undefined || second === undefined) throw new Error("no keys");

const beginLog = (by = signer): Promise<KeyLog> =>
  createKeyLog(primitives, {
    organisation,
    signer: by,
    createdAtMs: startMs,
    firstKey: { publicKey: first.publicKey, validFromMs: startMs, validUntilMs: startMs + 100 * dayMs },
  });
const begun = await beginLog();
const bytesOf = (log: KeyLog): Uint8Array<ArrayBuffer>[] => log.entries.map(({ encoded }) => encoded);

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

interface World {
  /** What the gateway serves; appended to by compare-and-set, as the gateway does. */
  served: Uint8Array<ArrayBuffer>[];
  readonly published: Uint8Array<ArrayBuffer>[][];
  /** Thrown instead of the next answer, after the entries arrived or before. */
  fault: { readonly error: Error; readonly arrives: boolean } | undefined;
  readonly texts: Map<string, string>;
  readonly model: KeyLogModel;
}

interface Browser {
  readonly texts?: Map<string, string>;
  /** Waited for before each verification. */
  readonly pause?: () => Promise<void>;
}

function makeWorld(log: KeyLog, { texts = new Map(), pause }: Browser = {}): World {
  const world: Omit<World, "model"> = { served: bytesOf(log), published: [], fault: undefined, texts };
  const append = (entries: readonly Uint8Array[]): void => {
    const sent = entries.map((entry) => new Uint8Array(entry));
    const isThere = sent.every((entry) => world.served.some((known) => equalBytes(known, entry)));
    if (isThere) return;
    // An entry names its place: 8 bytes after label and organisation.
    const [head] = sent;
    const seq = Number(new DataView(head?.buffer ?? new ArrayBuffer(64)).getBigUint64(4 + 4 + 17 + 4 + 16 + 4));
    if (seq !== world.served.length) throw new GatewayRefusedError("conflict");
    world.served.push(...sent);
  };
  const keyLogs = {
    getKeyLog: () => Promise.resolve({ entries: [...world.served] }),
    publishKeyLogEntries: ({ entries }: { readonly entries: Uint8Array<ArrayBuffer>[] }) => {
      world.published.push(entries);
      const { fault } = world;
      world.fault = undefined;
      if (fault?.arrives !== false) append(entries);
      if (fault !== undefined) return Promise.reject(fault.error);
      return Promise.resolve({ size: world.served.length });
    },
  };
  const store: TextStore = {
    load: (name) => texts.get(name),
    save: (name, text) => void texts.set(name, text),
    remove: (name) => void texts.delete(name),
  };
  const session = { organisation: create(OrganisationSchema, { id: organisation }), keyLogs };
  type Session = Parameters<typeof createKeyLogModel>[0]["session"];
  const slow: KeyWorkshop = {
    run: async (job, onStage) => {
      await pause?.();
      return await workshop.run(job, onStage);
    },
  };
  const model = createKeyLogModel({ session: session as unknown as Session, workshop: slow, store });
  return Object.assign(world, { model });
}

async function look({ model }: Pick<World, "model">): Promise<LogView> {
  await model.view.reload();
  const { value } = model.view.state;
  if (value.kind !== "loaded") throw new Error(`not loaded: ${value.kind}`);
  return value.value;
}

const rotate = {
  authority: { fileText: authorityFileText, passphrase },
  change: { kind: "rotate", publicKey: second.publicKey, validForMs: 90 * dayMs, graceMs: 7 * dayMs },
  proof: new Uint8Array(32),
} as const;

describe("reading the log", () => {
  it("remembers the first one, and says so once", async () => {
    const world = makeWorld(begun);
    expect(await look(world)).toMatchObject({ kind: "verified", isNew: true, log: { logId: begun.logId } });
    const again = await look(world);
    expect(again).toMatchObject({ kind: "verified", isNew: false });
    expect(again.kind === "verified" && again.log.keys.active?.keyId).toBe(deriveKeyId(primitives, first.publicKey));
  });

  it("knows that there is none, and that one was taken away", async () => {
    const world = makeWorld(begun);
    world.served = [];
    expect(await look(world)).toEqual({ kind: "none" });
    world.served = bytesOf(begun);
    await look(world);
    world.served = [];
    expect(await look(world)).toEqual({ kind: "refused", problem: "log-rolled-back", candidate: undefined });
  });

  it("refuses a shortened, a forked and a changed one", async () => {
    const world = makeWorld(begun);
    await look(world);
    world.served = bytesOf(begun).slice(0, 1);
    expect(await look(world)).toMatchObject({ kind: "refused", problem: "log-rolled-back" });
    const [genesis] = bytesOf(begun);
    const branch = await createKeyLog(primitives, { organisation, signer, createdAtMs: startMs });
    const update = {
      kind: "activate",
      publicKey: second.publicKey,
      validFromMs: startMs,
      validUntilMs: startMs + dayMs,
    } as const;
    const forked = await appendEntry(primitives, { log: branch, signer, createdAtMs: startMs, update });
    expect(equalBytes(bytesOf(forked)[0] ?? new Uint8Array(), genesis ?? new Uint8Array())).toBe(true);
    world.served = bytesOf(forked);
    expect(await look(world)).toMatchObject({ kind: "refused", problem: "log-forked" });
    const spoilt = bytesOf(begun).map((entry) => new Uint8Array(entry));
    spoilt[1]?.fill(7, 200, 210);
    world.served = spoilt;
    expect(await look(world)).toMatchObject({ kind: "refused", problem: "log-invalid" });
    world.served = bytesOf(begun);
    expect(await look(world)).toMatchObject({ kind: "verified" });
  });

  it("believes another log only after the end of its id was typed", async () => {
    const world = makeWorld(begun);
    await look(world);
    const pair = generateSigningKeyPair(primitives, random);
    const other = await beginLog({
      publicKey: pair.publicKey,
      sign: (message) => primitives.sign(pair.secretKey, message),
    });
    world.served = bytesOf(other);
    expect(await look(world)).toMatchObject({
      kind: "refused",
      problem: "log-replaced",
      candidate: { logId: other.logId },
    });
    expect(await world.model.accept("00000000")).toBe(false);
    expect(await look(world)).toMatchObject({ kind: "refused" });
    expect(await world.model.accept(other.logId.slice(-8))).toBe(true);
    expect(await look(world)).toMatchObject({ kind: "verified", log: { logId: other.logId } });
  });

  it("does not forget what another tab saw while this one was checking an older log", async () => {
    const texts = new Map<string, string>();
    const quick = makeWorld(begun, { texts });
    await look(quick);
    let meanwhile = async (): Promise<void> => void (await quick.model.change(rotate));
    const slow = makeWorld(begun, {
      texts,
      pause: async () => {
        const once = meanwhile;
        meanwhile = () => Promise.resolve();
        await once();
      },
    });
    expect(await look(slow)).toMatchObject({ kind: "refused", problem: "log-rolled-back" });
    slow.served = quick.served;
    expect(await look(slow)).toMatchObject({ kind: "verified" });
    slow.served = bytesOf(begun);
    expect(await look(slow)).toMatchObject({ kind: "refused", problem: "log-rolled-back" });
  });

  it("does not take damaged memory for none", async () => {
    const world = makeWorld(begun);
    await look(world);
    for (const name of world.texts.keys()) world.texts.set(name, "AAAA");
    expect(await look(world)).toMatchObject({ kind: "refused", problem: "log-replaced" });
  });
});

describe("signing", () => {
  it("rotates, with a grace period for the key before; retires and revokes", async () => {
    const world = makeWorld(begun);
    const log = await world.model.change(rotate);
    const [old, next] = [deriveKeyId(primitives, first.publicKey), deriveKeyId(primitives, second.publicKey)];
    expect(log.keys).toMatchObject({
      active: { keyId: next, validUntilMs: clock.nowMs + 90 * dayMs },
      inGrace: [{ keyId: old, acceptedUntilMs: clock.nowMs + 7 * dayMs }],
    });
    const { authority: by } = rotate;
    const revoked = await world.model.change({
      authority: by,
      change: { kind: "revoke", keyId: old, sinceMs: startMs },
    });
    expect(revoked.keys).toMatchObject({ inGrace: [], revoked: [{ keyId: old, sinceMs: startMs }] });
    const retired = await world.model.change({
      authority: by,
      change: { kind: "retire", keyId: next, graceMs: dayMs },
    });
    expect(retired.keys.active).toBeUndefined();
    expect(world.served.length).toBe(6);
    expect(await look(world)).toMatchObject({ kind: "verified", isNew: false });
  });

  it("publishes nothing with a wrong passphrase, a foreign authority, or against the rules", async () => {
    const world = makeWorld(begun);
    const foreign = generateSigningKeyPair(primitives, random);
    const foreignText = encodeKeyAuthorityFile(
      createKeyAuthorityFile(deps, { keyPair: foreign, passphrase, comment: "other" }),
    );
    const attempts: readonly [Parameters<KeyLogModel["change"]>[0], string][] = [
      [
        { ...rotate, authority: { fileText: authorityFileText, passphrase: "a wrong passphrase" } },
        "sealed-box/key-file-not-opened",
      ],
      [{ ...rotate, authority: { fileText: foreignText, passphrase } }, "key-log/wrong-signer"],
      [{ ...rotate, authority: { fileText: "{}", passphrase } }, "sealed-box/key-file-malformed"],
      [
        { ...rotate, change: { kind: "revoke", keyId: deriveKeyId(primitives, second.publicKey), sinceMs: startMs } },
        "key-log/against-rules",
      ],
    ];
    for (const [input, code] of attempts)
      await expect(world.model.change(input)).rejects.toMatchObject({ reason: code });
    expect(world.published).toEqual([]);
  });

  it.each([true, false])(
    "sends the same entries again after a broken connection (they arrived: %s)",
    async (arrives) => {
      const world = makeWorld(begun);
      world.fault = { error: new GatewayUnreachableError(), arrives };
      await expect(world.model.change(rotate)).rejects.toMatchObject({ code: "web/gateway-unreachable" });
      // Another visit of the same browser.
      const later = makeWorld(begun, { texts: world.texts });
      later.served = world.served;
      const old = deriveKeyId(primitives, first.publicKey);
      await later.model.change({
        authority: rotate.authority,
        change: { kind: "revoke", keyId: old, sinceMs: startMs },
      });
      expect(later.published[0]).toEqual(world.published[0]);
      expect(later.served.length).toBe(5);
    },
  );

  it("forgets entries that lost against another's, and only where that one is shown", async () => {
    const world = makeWorld(begun);
    world.fault = { error: new GatewayUnreachableError(), arrives: false };
    await expect(world.model.change(rotate)).rejects.toThrow();
    world.fault = { error: new GatewayRefusedError("conflict"), arrives: false };
    await expect(world.model.change(rotate)).rejects.toMatchObject({ code: "web/gateway-misbehaved" });
    const update = {
      kind: "retire",
      keyId: deriveKeyId(primitives, first.publicKey),
      graceUntilMs: clock.nowMs,
    } as const;
    const other = await appendEntry(primitives, { log: begun, signer, createdAtMs: clock.nowMs, update });
    world.served = bytesOf(other);
    const log = await world.model.change(rotate);
    expect(log.lines.map(({ kind }) => kind)).toEqual(["genesis", "activate", "retire", "activate"]);
  });

  it("signs nothing where the browser keeps nothing", async () => {
    const deaf = new (class extends Map<string, string> {
      override set(): this {
        return this;
      }
    })();
    const world = makeWorld(begun, { texts: deaf });
    await expect(world.model.change(rotate)).rejects.toMatchObject({ code: "web/nothing-kept" });
    expect(world.published).toEqual([]);
  });
});
