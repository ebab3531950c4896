/**
 * Check D7: a client with a remembered head is served a shortened log, an old head, another head, another log.
 *
 *   genesis ── e1 ── e2 ── e3 ── e4        what the client saw
 *                └── f2 ── f3 ── f4 ── f5  a second history, signed by the same authority
 */
import { describe, expect, it } from "vitest";
import { type Bytes, concatBytes } from "@coterie/bytes";
import { ed25519 } from "@noble/curves/ed25519.js";
import { nodePrimitives } from "@coterie/primitives/node";
import { bytesToNumberLE, numberToBytesLE } from "@noble/curves/utils.js";
import {
  decodeForkProof,
  decodeRememberedHead,
  encodeForkProof,
  encodeRememberedHead,
  findFork,
  type KeyLog,
  KeyLogForkedError,
  type RememberedHead,
  rememberHead,
  resumeKeyLog,
  verifyForkProof,
  verifyKeyLog,
} from "../src/index.ts";
import {
  activateStep,
  dayMs,
  deps,
  fields,
  genesisStep,
  organisationOf,
  rawLog,
  rawLogId,
  type RawStep,
  seed,
  signingKeyOf,
  startMs,
} from "./maker.ts";

const organisation = organisationOf("alice");

async function resume(entries: readonly Bytes[], rememberedHead?: RememberedHead): Promise<KeyLog> {
  const [genesis = new Uint8Array(0)] = entries;
  return resumeKeyLog(deps, { organisation, entries, pin: rawLogId(genesis), rememberedHead });
}

/** Stored and loaded, as clients do. */
async function remember(entries: readonly Bytes[]): Promise<RememberedHead> {
  return decodeRememberedHead(deps, encodeRememberedHead(rememberHead(await resume(entries))));
}

async function codeOf(entries: readonly Bytes[], rememberedHead: RememberedHead): Promise<string> {
  const pins = [rawLogId(entries[0] ?? new Uint8Array(0)), rememberedHead.logId];
  const input = { organisation, entries, pins, nowMs: startMs + dayMs, rememberedHead };
  return verifyKeyLog(deps, input).then(
    () => "accepted",
    (error: { readonly code: string }) => error.code,
  );
}

function steps(count: number, branch = ""): RawStep[] {
  return Array.from({ length: count }, (_, index) => activateStep(`key ${branch}${index}`));
}

describe("a client that remembers a head", () => {
  it("accepts the same log again, and every longer one", async () => {
    const entries = rawLog([genesisStep(), ...steps(9)]);
    for (let seen = 1; seen <= entries.length; seen++) {
      const head = await remember(entries.slice(0, seen));
      for (let served = seen; served <= entries.length; served++)
        expect(await codeOf(entries.slice(0, served), head)).toBe("accepted");
    }
  });

  it("detects 1,000 of 1,000 rollbacks, second histories and replaced logs", async () => {
    const tally: Record<string, number> = {};
    let number = 0;
    for (let length = 2; number < 1000; length = 2 + ((length - 1) % 9)) {
      const mine = rawLog([genesisStep(), ...steps(length - 1)]);
      const head = await remember(mine);
      const attacks: Bytes[][] = mine.slice(1).map((_, cut) => mine.slice(0, cut + 1));
      for (let fork = 1; fork < length; fork++) {
        for (const more of [0, 1, 3]) {
          const shared = steps(length - 1).slice(0, fork - 1);
          attacks.push(rawLog([genesisStep(), ...shared, ...steps(length - fork + more, `fork ${number}`)]));
        }
      }
      attacks.push(rawLog([{ ...genesisStep(), createdAtMs: startMs - 1 - number }, ...steps(length)]));
      for (const served of attacks) {
        if (number === 1000) break;
        number += 1;
        const code = await codeOf(served, head);
        tally[code] = (tally[code] ?? 0) + 1;
      }
    }
    expect(Object.keys(tally).toSorted()).toEqual(["key-log/forked", "key-log/replaced", "key-log/rolled-back"]);
    expect(Object.values(tally).reduce((sum, count) => sum + count, 0)).toBe(1000);
  });

  it("also stops the authority itself from appending to a shortened log", async () => {
    const entries = rawLog([genesisStep(), ...steps(3)]);
    const head = await remember(entries);
    await expect(resume(entries.slice(0, 2), head)).rejects.toMatchObject({ code: "key-log/rolled-back" });
    expect((await resume(entries, head)).entries).toHaveLength(4);
  });

  it("does not read a damaged record as if it had none", async () => {
    const record = encodeRememberedHead(await remember(rawLog([genesisStep(), ...steps(1)])));
    for (let length = 0; length < record.length; length++)
      expect(() => decodeRememberedHead(deps, record.subarray(0, length))).toThrow(
        expect.objectContaining({ code: "key-log/malformed" }),
      );
    const other = fields("coterie/key-log-head/2", new Uint8Array(20), new Uint8Array(10));
    expect(() => decodeRememberedHead(deps, other)).toThrow(expect.objectContaining({ code: "key-log/malformed" }));
  });
});

describe("a fork proof", () => {
  const authority = signingKeyOf("alice").publicKey;
  const left = rawLog([genesisStep(), ...steps(4)]);
  const right = rawLog([genesisStep(), ...steps(1), ...steps(4, "fork")]);

  it("comes with the error and convinces who trusts neither side", async () => {
    const head = await remember(left);
    const pins = [rawLogId(left[0] ?? new Uint8Array(0))];
    const input = { organisation, entries: right, pins, nowMs: startMs + dayMs, rememberedHead: head };
    const error: unknown = await verifyKeyLog(deps, input).catch((reason: unknown) => reason);
    if (!(error instanceof KeyLogForkedError) || error.proof === undefined) throw new Error("no proof came");
    const proof = decodeForkProof(encodeForkProof(error.proof));
    expect(await verifyForkProof(deps, { proof, authority })).toBe(true);
  });

  it("is found where two whole logs part, and not where one continues the other", async () => {
    const proof = findFork(deps, { left, right });
    expect(proof).toEqual({ left: left[2], right: right[2] });
    if (proof === undefined) throw new Error("no fork was found");
    expect(await verifyForkProof(deps, { proof, authority })).toBe(true);
    expect(findFork(deps, { left: left.slice(0, 3), right: left })).toBeUndefined();
    expect(findFork(deps, { left, right: left.slice(0, 3) })).toBeUndefined();
  });

  it("is found behind a change of the authority, where the error alone carries none", async () => {
    const token = signingKeyOf("token");
    const handover: RawStep = { kind: "authority", parts: [token.publicKey], counterSigner: token };
    const moved = rawLog([genesisStep(), ...steps(1), handover, { ...activateStep("x"), signer: token }]);
    const head = await remember(left.slice(0, 4));
    await expect(resume(moved, head)).rejects.toMatchObject({ code: "key-log/forked", proof: undefined });
    const proof = findFork(deps, { left, right: moved });
    if (proof === undefined) throw new Error("no fork was found");
    expect(await verifyForkProof(deps, { proof, authority })).toBe(true);
  });

  it("cannot be made against an authority that signed one history", async () => {
    const [genesis, first, second, third] = left;
    if (!genesis || !first || !second || !third) throw new Error("four entries were made");
    const forged = rawLog([genesisStep(), ...steps(1), { ...activateStep("x"), signer: signingKeyOf("mallory") }])[2];
    const bob = rawLog(
      [genesisStep("bob"), ...steps(2)].map((step) => ({ ...step, signer: signingKeyOf("alice") })),
      "bob",
    );
    const resigned = fields(new Uint8Array(second.subarray(4, second.length - 68)), new Uint8Array(64).fill(1));
    const falseProofs = [
      { left: second, right: second },
      { left: second, right: third },
      { left: second, right: forged ?? second },
      { left: second, right: bob[2] ?? second },
      { left: second, right: resigned },
      { left: second, right: new Uint8Array(0) },
      { left: new Uint8Array(600), right: second },
    ];
    for (const proof of falseProofs) expect(await verifyForkProof(deps, { proof, authority })).toBe(false);
    const truth = { left: second, right: right[2] ?? second };
    expect(await verifyForkProof(deps, { proof: truth, authority })).toBe(true);
    expect(await verifyForkProof(deps, { proof: truth, authority: signingKeyOf("mallory").publicKey })).toBe(false);
  });

  // Ed25519 as specified gives one signature; a signer that draws its nonce gives another that is as valid.
  it("is not made by signing one entry twice: signatures are no part of the history", async () => {
    const last = left.at(-1) ?? new Uint8Array(0);
    const body = last.subarray(4, last.length - 68);
    const twin = fields(body, signWithAnotherNonce("alice", body));
    const entries = left.with(left.length - 1, twin);
    expect(twin).not.toEqual(last);
    expect(await codeOf(entries, await remember(left))).toBe("accepted");
    expect(findFork(deps, { left, right: entries })).toBeUndefined();
    expect(await verifyForkProof(deps, { proof: { left: last, right: twin }, authority })).toBe(false);
  });

  it.each([0, 1, 40, 200])("is refused in bytes when %i of them are cut off or added", (count) => {
    const proof = findFork(deps, { left, right });
    if (proof === undefined) throw new Error("no fork was found");
    const encoded = encodeForkProof(proof);
    const cut = encoded.subarray(0, encoded.length - 1 - count);
    const longer = Uint8Array.from([...encoded, ...new Uint8Array(count + 1)]);
    for (const wrong of [cut, longer])
      expect(() => decodeForkProof(wrong)).toThrow(expect.objectContaining({ code: "key-log/malformed" }));
  });
});

function signWithAnotherNonce(name: string, message: Uint8Array): Bytes {
  const { scalar, pointBytes } = ed25519.utils.getExtendedPublicKey(seed(name));
  const { Point } = ed25519;
  const nonce = 123_456_789n;
  const commitment = Point.BASE.multiply(nonce).toBytes();
  const challenge = bytesToNumberLE(nodePrimitives.sha512(concatBytes(commitment, pointBytes, message)));
  return concatBytes(commitment, numberToBytesLE(Point.Fn.create(nonce + challenge * scalar), 32));
}
