/** The package and the obvious verifier say the same of 10,000 random logs, most of them wrong in one or more ways. */
import { expect, it } from "vitest";
import { type Bytes, decodeHex, encodeHex } from "@coterie/bytes";
import type { SigningKeyPair } from "@coterie/primitives";
import { logIdBytes, verifyKeyLog } from "../src/index.ts";
import {
  dayMs,
  deps,
  fields,
  organisationOf,
  publicKeyOf,
  rawLog,
  rawLogId,
  type RawStep,
  seed,
  signingKeyOf,
  startMs,
} from "./maker.ts";
import { judge, type Verdict } from "./reference-verifier.ts";

const runs = 10_000;
const seedNumber = Number(process.env["COTERIE_SEED"] ?? 20_260_101);

const authorities = ["alice", "token 1", "token 2"].map(signingKeyOf);
const [alice = signingKeyOf("alice")] = authorities;
const mallory = signingKeyOf("mallory");
const keys = ["key 1", "key 2", "key 3"].map(publicKeyOf);
const badKeys = [
  new Uint8Array(32),
  new Uint8Array(32).fill(0xff),
  decodeHex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
];
const badAuthorities = [
  new Uint8Array(32),
  decodeHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
  decodeHex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
];
const keyIds = new Map(
  keys.map((key) => [key, deps.sha256(fields("coterie/public-key-id/1", "x25519", key)).subarray(0, 20)]),
);

it(`agrees with the obvious verifier (COTERIE_SEED=${seedNumber})`, async () => {
  const random = randomFrom(seedNumber);
  const tally: Record<string, number> = {};
  for (let run = 0; run < runs; run++) {
    const made = randomLog(random);
    const entries = random(100) < 55 ? made : mutate(random, made);
    const pin = rawLogId(random(100) < 97 ? (made[0] ?? seed("x")) : fields(seed("another log")));
    const nowMs = startMs + random(60) * dayMs;
    const organisation = random(100) < 98 ? "alice" : "bob";
    const question = { organisation: encodeHex(seed(organisation).subarray(0, 16)), entries, nowMs };
    const expected = judge({ ...question, logPin: encodeHex(logIdBytes(pin)) });
    const found = await verdictOf({ ...question, organisation: organisationOf(organisation), pins: [pin] });
    if (JSON.stringify(found) !== JSON.stringify(expected))
      expect(found, `run ${run}: ${entries.map(encodeHex).join(" ")}`).toEqual(expected);
    const verdict = "code" in found ? found.code : "accepted";
    tally[verdict] = (tally[verdict] ?? 0) + 1;
  }
  expect(tally["accepted"]).toBeGreaterThan(runs / 10);
  expect(seenCodes.filter((code) => (tally[code] ?? 0) <= 10)).toEqual([]);
  expect(Object.values(tally).reduce((sum, count) => sum + count, 0)).toBe(runs);
});

const seenCodes = [
  "key-log/malformed",
  "key-log/unknown-version",
  "key-log/too-large",
  "key-log/truncated",
  "key-log/broken-chain",
  "key-log/other-organisation",
  "key-log/invalid-key",
  "key-log/against-rules",
  "key-log/bad-signature",
  "key-log/not-pinned",
  "key-log/stale",
];

type Random = (below: number) => number;

/** Xorshift (Marsaglia): enough for choosing tests. */
function randomFrom(start: number): Random {
  let state = start >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

async function verdictOf(served: Omit<Parameters<typeof verifyKeyLog>[1], "rememberedHead">): Promise<Verdict> {
  try {
    const { active, scheduled, inGrace, revoked } = await verifyKeyLog(deps, { ...served, rememberedHead: undefined });
    const names = (list: readonly { readonly publicKey: Bytes }[]): string[] =>
      list.map(({ publicKey }) => encodeHex(publicKey)).toSorted();
    return {
      active: active && encodeHex(active.publicKey),
      scheduled: names(scheduled),
      inGrace: names(inGrace),
      revoked: names(revoked),
    };
  } catch (error) {
    if (error instanceof Error && "code" in error && typeof error.code === "string") return { code: error.code };
    throw error;
  }
}

/** Mostly right; each step may be wrong by itself, and is signed nevertheless. */
function randomLog(random: Random): Bytes[] {
  const steps: RawStep[] = [{ kind: "genesis", parts: [alice.publicKey] }];
  let signer: SigningKeyPair = alice;
  let atMs = startMs;
  for (let left = random(9); left > 0; left--) {
    atMs += random(8) * dayMs - (random(150) === 0 ? 9 * dayMs : 0);
    const used = keys.filter((key) => steps.some(({ kind, parts }) => kind === "activate" && parts[0] === key));
    const step = {
      ...randomStep(random, { atMs, used }),
      createdAtMs: atMs,
      signer: random(200) === 0 ? mallory : signer,
    };
    steps.push(step);
    if (step.kind === "authority" && step.counterSigner !== undefined) signer = step.counterSigner;
  }
  if (random(80) === 0) steps[0] = { kind: "genesis", parts: [pick(random, badAuthorities)] };
  return rawLog(random(100) === 0 ? steps.toSpliced(0, 1) : steps);
}

function randomStep(
  random: Random,
  { atMs, used }: { readonly atMs: number; readonly used: readonly Bytes[] },
): RawStep {
  const key = pick(random, used.length > 0 && random(3) > 0 ? used : keys);
  const keyId = keyIds.get(key) ?? new Uint8Array(20);
  const someTime = atMs + (random(40) - 12) * dayMs;
  switch (random(12)) {
    case 0:
      return { kind: "revoke", parts: [keyId, Math.min(atMs + (random(9) === 0 ? dayMs : 0), someTime)] };
    case 1:
    case 2:
      return { kind: "retire", parts: [keyId, someTime] };
    case 3: {
      const next = pick(random, authorities);
      const counterSigner = random(15) === 0 ? mallory : next;
      return {
        kind: "authority",
        parts: [random(25) === 0 ? pick(random, badAuthorities) : next.publicKey],
        counterSigner,
      };
    }
    case 4:
      return random(4) === 0
        ? { kind: pick(random, ["genesis", "Retire", "x"]), parts: [key] }
        : activation(random, { key, atMs });
    default:
      return activation(random, { key: random(40) === 0 ? pick(random, badKeys) : key, atMs });
  }
}

function activation(random: Random, { key, atMs }: { readonly key: Bytes; readonly atMs: number }): RawStep {
  const fromMs = atMs + (random(20) - 5) * dayMs;
  const days = pick(random, [20, 40, 90, 300, 731, random(20) === 0 ? 732 : 60]);
  return { kind: "activate", parts: [key, fromMs, atMs + days * dayMs] };
}

function mutate(random: Random, entries: readonly Bytes[]): readonly Bytes[] {
  if (entries.length === 0) return entries;
  const place = random(entries.length);
  const other = random(entries.length);
  const entry = entries[place] ?? new Uint8Array(0);
  switch (random(10)) {
    case 0:
      return entries.toSpliced(place, 1);
    case 1:
      return entries.toSpliced(other, 0, entry);
    case 2:
      return entries.with(place, entries[other] ?? entry).with(other, entry);
    case 3:
      return entries.with(place, entry.slice(0, random(entry.length)));
    case 4:
      return entries.with(place, Uint8Array.from([...entry, ...new Uint8Array(1 + random(400))]));
    case 5:
      return [...entries.slice(0, place), ...randomLog(random).slice(place)];
    case 6:
      return entries.slice(0, place);
    default: {
      const changed = Uint8Array.from(entry);
      for (let count = 1 + random(3); count > 0; count--) changed[random(entry.length)] = random(256);
      return entries.with(place, changed);
    }
  }
}

function pick<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[random(items.length)];
  if (item === undefined) throw new Error("nothing to pick from");
  return item;
}
