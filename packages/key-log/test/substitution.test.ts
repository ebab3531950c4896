/**
 * Check B3: olga, the operator, serves keys of her own in 100 ways to a widget that pinned what the organisation's snippet
 * says. Nothing may be sealed to a key that is not the organisation's, and every refusal is an error.
 */
import { expect, it } from "vitest";
import type { Bytes } from "@coterie/bytes";
import type { KeyId } from "@coterie/primitives";
import {
  findSealingKey,
  type KeyLogPin,
  type LogId,
  type RememberedHead,
  rememberHead,
  resumeKeyLog,
  verifyKeyLog,
} from "../src/index.ts";
import {
  activateStep,
  dayMs,
  deps,
  fields,
  genesisStep,
  keyIdOf,
  organisationOf,
  publicKeyOf,
  rawLog,
  rawLogId,
  type RawStep,
  signingKeyOf,
  startMs,
} from "./maker.ts";

interface Variant {
  readonly what: string;
  readonly entries: readonly Uint8Array[];
  readonly pins?: readonly KeyLogPin[];
  readonly organisation?: string;
  readonly nowMs?: number;
  readonly rememberedHead?: RememberedHead;
}

const olga = signingKeyOf("olga");
const revoked: RawStep = {
  kind: "revoke",
  parts: [deps.sha256(fields("coterie/public-key-id/1", "x25519", publicKeyOf("old key"))).subarray(0, 20), startMs],
};
const honestSteps: readonly RawStep[] = [genesisStep(), activateStep("old key"), revoked, activateStep("key")];
const honest = rawLog(honestSteps);
const logPin = rawLogId(honest[0] ?? new Uint8Array(0));
const head = rememberHead(
  await resumeKeyLog(deps, {
    organisation: organisationOf("alice"),
    entries: honest,
    pin: logPin,
    rememberedHead: undefined,
  }),
);
const olgasKeys = Array.from({ length: 10 }, (_, index) => `olga's key ${index}`);
const olgasLog = rawLog([genesisStep("olga"), activateStep("olga's key 0")].map((step) => ({ ...step, signer: olga })));

const variants: readonly Variant[] = [
  // She appends a key of hers, signed by herself, at every place.
  ...honestSteps.map((_, place) => {
    const entry = { ...activateStep(`olga's key ${place}`), signer: olga };
    return { what: `adds a key at ${place}`, entries: rawLog([...honestSteps.slice(0, place + 1), entry]) };
  }),
  // She writes her key over the organisation's, in every entry that names one, with and without signing again.
  ...olgasKeys.flatMap((name) =>
    [1, 3].flatMap((place) => [
      { what: `writes ${name} into entry ${place}`, entries: honest.with(place, replaceKey(honest[place], name)) },
      {
        what: `signs ${name} into entry ${place}`,
        entries: rawLog(honestSteps.with(place, { ...activateStep(name), signer: olga })),
      },
    ]),
  ),
  // She serves a log of her own, from its beginning or with the organisation's first entries before it.
  ...olgasKeys.map((name) => ({
    what: `serves her own log with ${name}`,
    entries: rawLog([genesisStep("olga"), activateStep(name)].map((step) => ({ ...step, signer: olga }))),
  })),
  ...honest.map((_, place) => ({
    what: `joins ${place + 1} entries and her log`,
    entries: [...honest.slice(0, place + 1), ...olgasLog.slice(1)],
  })),
  {
    what: "names the organisation's authority without its signature",
    entries: rawLog([
      { ...genesisStep(), signer: olga },
      { ...activateStep("olga's key 0"), signer: olga },
    ]),
  },
  // She takes the authority over.
  ...olgasKeys.slice(0, 8).map((name, index) => {
    const signer = index % 2 === 0 ? olga : signingKeyOf(name);
    const counterSigner = index % 4 < 2 ? olga : signingKeyOf("alice");
    const handover: RawStep = {
      kind: "authority",
      parts: [olga.publicKey],
      signer,
      counterSigner,
    };
    return {
      what: `takes the authority over (${index})`,
      entries: rawLog([...honestSteps, handover, { ...activateStep(name), signer: olga }]),
    };
  }),
  // She serves the log of another organisation, in which she may well be honest.
  ...olgasKeys.flatMap((name) => {
    const bobs = rawLog([genesisStep("bob"), activateStep(name)], "bob");
    const bobsPin = rawLogId(bobs[0] ?? new Uint8Array(0));
    return [
      { what: `serves bob's log with ${name}`, entries: bobs },
      { what: `serves bob's pinned log with ${name}`, entries: bobs, pins: [logPin, bobsPin] },
    ];
  }),
  // She replays what was true once: before the revocation, and after the validity.
  ...[1, 2, 3].map((count) => ({
    what: `replays the first ${count}`,
    entries: honest.slice(0, count),
    rememberedHead: head,
  })),
  ...[365, 366, 400, 800, 10_000].flatMap((day) =>
    [2, 4].map((count) => ({
      what: `replays ${count} entries on day ${day}`,
      entries: honest.slice(0, count),
      nowMs: startMs + day * dayMs,
    })),
  ),
  // She reorders, drops, repeats, or serves nothing.
  ...[
    [],
    [1],
    [3],
    [0, 3],
    [0, 1, 3],
    [0, 2, 1, 3],
    [1, 0],
    [0, 1, 1],
    [0, 0, 1],
    [0, 1, 2, 3, 1],
    [0, 1, 2, 3, 3],
  ].map((order) => ({
    what: `serves entries ${order.join(",")}`,
    entries: order.flatMap((index) => honest[index] ?? []),
  })),
  // She knows that only a key is pinned, and makes a log that names it, before hers or together with it.
  ...olgasKeys.slice(0, 8).map((name, index) => {
    const stepsOfHers = [activateStep("key"), activateStep(name)];
    const renewed = index % 2 === 0 ? [] : [activateStep(name)];
    const steps = [genesisStep("olga"), ...stepsOfHers, ...renewed].map((step) => ({ ...step, signer: olga }));
    return { what: `makes a log of the pinned key and ${name}`, entries: rawLog(steps), pins: [keyIdOf("key")] };
  }),
  { what: "serves her log to who pinned nothing", entries: olgasLog, pins: [] },
];

it("seals nothing to a key that is not the organisation's", async () => {
  expect(variants.length).toBeGreaterThanOrEqual(100);
  expect(new Set(variants.map(({ what }) => what)).size).toBe(variants.length);
  const sealedTo: (readonly [string, KeyId | undefined])[] = [];
  for (const { what, ...served } of variants) {
    const input = {
      organisation: organisationOf("alice"),
      pins: [logPin],
      nowMs: startMs + dayMs,
      rememberedHead: undefined,
      ...served,
    };
    const code = await verifyKeyLog(deps, input).then(
      ({ active }) => void sealedTo.push([what, active?.keyId]),
      (error: { readonly code: string }) => error.code,
    );
    if (code !== undefined) expect(code).toMatch(/^key-log\/[a-z-]+$/);
  }
  expect(sealedTo).toEqual([]);
});

it("seals nothing either where only the sealing key is asked for, without memory", async () => {
  const forgetful = variants.filter(({ rememberedHead }) => rememberedHead === undefined);
  expect(forgetful.length).toBeGreaterThanOrEqual(90);
  for (const { what, pins = [logPin], ...served } of forgetful) {
    const logIds = pins.filter((pin): pin is LogId => pin.startsWith("clog1"));
    const input = { organisation: organisationOf("alice"), nowMs: startMs + dayMs, logIds, ...served };
    const code = await findSealingKey(deps, input).then(
      (key) => (key === undefined ? "none" : `${what}: ${key.keyId}`),
      (error: { readonly code: string }) => error.code,
    );
    expect(code).toMatch(/^(none|key-log\/[a-z-]+)$/);
  }
});

it("seals to the organisation's key where olga serves the truth", async () => {
  const input = {
    organisation: organisationOf("alice"),
    entries: honest,
    nowMs: startMs + dayMs,
    rememberedHead: head,
  };
  for (const pins of [[logPin], [keyIdOf("key")]]) {
    expect((await verifyKeyLog(deps, { ...input, pins })).active?.publicKey).toEqual(publicKeyOf("key"));
  }
  expect((await findSealingKey(deps, { ...input, logIds: [logPin] }))?.publicKey).toEqual(publicKeyOf("key"));
});

// What no client without memory can see: the beginning of the true log, in which a now revoked key is active. The limit of
// two years on validity, and remembered heads, are what bounds it (docs/protocol/key-log.md §11).
it("cannot tell a client without memory that newer entries are withheld", async () => {
  const input = {
    organisation: organisationOf("alice"),
    entries: honest.slice(0, 2),
    pins: [logPin],
    nowMs: startMs + dayMs,
  };
  expect((await verifyKeyLog(deps, { ...input, rememberedHead: undefined })).active?.keyId).toBe(keyIdOf("old key"));
  await expect(verifyKeyLog(deps, { ...input, rememberedHead: head })).rejects.toMatchObject({
    code: "key-log/rolled-back",
  });
});

/** The entry with the 32 bytes of its public key replaced, its signature as it was. */
function replaceKey(entry: Bytes | undefined, name: string): Bytes {
  const changed = Uint8Array.from(entry ?? []);
  for (const key of ["old key", "key"]) {
    const at = Buffer.from(changed).indexOf(publicKeyOf(key));
    if (at !== -1) changed.set(publicKeyOf(name), at);
  }
  return changed;
}
