/**
 * The obvious verifier: slow, with its own reading of bytes, its own hashes and signatures (Node's), and keys looked up by
 * going through all entries again and again. Written from docs/protocol/key-log.md; it must agree with the package.
 */
import { createHash, createPublicKey, type KeyObject, verify as nodeVerify } from "node:crypto";

/** What it says: the code of a refusal, or the keys as hexadecimal text. */
export type Verdict = { readonly code: string } | ReferenceKeys;

export interface ReferenceKeys {
  readonly active: string | undefined;
  readonly scheduled: readonly string[];
  readonly inGrace: readonly string[];
  readonly revoked: readonly string[];
}

interface Question {
  readonly organisation: string;
  readonly entries: readonly Uint8Array[];
  readonly logPin: string;
  readonly nowMs: number;
}

interface Entry {
  readonly hash: string;
  readonly message: Buffer;
  readonly organisation: string;
  readonly seq: number;
  readonly previous: string;
  readonly kind: string;
  readonly key: string;
  readonly times: readonly number[];
  readonly createdAtMs: number;
  readonly signatures: readonly Buffer[];
}

class Refusal extends Error {}

const twoYearsMs = 731 * 86_400_000;
const p25519 = 2n ** 255n - 19n;
const badMontgomery = [
  0n,
  1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
  p25519 - 1n,
];
const badEdwards = [
  0n,
  1n,
  p25519 - 1n,
  2707385501144840649318225287225658788936804267575313519463743609750303402022n,
  55188659117513257062467267217118295137698188065244968500265048394206261417927n,
];

/** Judges entries as they were served. */
export function judge(question: Question): Verdict {
  try {
    return keysAt(authenticate(question), question.nowMs);
  } catch (error) {
    if (error instanceof Refusal) return { code: `key-log/${error.message}` };
    throw error;
  }
}

function authenticate({ organisation, entries: served, logPin }: Question): Entry[] {
  if (served.length > 1000) throw new Refusal("too-large");
  const entries: Entry[] = [];
  for (const bytes of served) {
    const entry = parseEntry(Buffer.from(bytes));
    checkPlace(entry, entries);
    checkRules(entry, entries);
    entries.push(entry);
  }
  const [genesis] = entries;
  if (genesis === undefined) throw new Refusal("truncated");
  if (genesis.organisation !== organisation) throw new Refusal("other-organisation");
  if (genesis.hash.slice(0, 40) !== logPin) throw new Refusal("not-pinned");
  for (const entry of entries) checkSignatures(entry, entries);
  return entries;
}

function checkPlace(entry: Entry, before: readonly Entry[]): void {
  const last = before.at(-1);
  if (last === undefined) {
    if (entry.seq !== 0 || entry.kind !== "genesis") throw new Refusal("truncated");
    if (entry.previous !== "00".repeat(32)) throw new Refusal("broken-chain");
    return;
  }
  if (entry.organisation !== last.organisation) throw new Refusal("other-organisation");
  if (entry.seq !== before.length || entry.previous !== last.hash) throw new Refusal("broken-chain");
  if (entry.createdAtMs < last.createdAtMs) throw new Refusal("against-rules");
}

function checkRules({ kind, key, times, createdAtMs, seq }: Entry, before: readonly Entry[]): void {
  const [first = 0, second = 0] = times;
  const isRevoked = before.some(
    (one) => one.kind === "revoke" && one.key === (kind === "activate" ? keyIdOf(key) : key),
  );
  if (kind === "genesis" || kind === "authority") {
    if (kind === "genesis" && seq !== 0) throw new Refusal("against-rules");
    const y = littleEndian(key) & (2n ** 255n - 1n);
    if (y >= p25519 || badEdwards.includes(y)) throw new Refusal("invalid-key");
    if (before.some((one) => isAuthority(one) && one.key === key)) throw new Refusal("against-rules");
    return;
  }
  if (kind === "activate") {
    const u = littleEndian(key);
    if (u >= p25519 || badMontgomery.includes(u)) throw new Refusal("invalid-key");
    const isTooLong = second > createdAtMs + twoYearsMs;
    if (isRevoked || first >= second || second <= createdAtMs || isTooLong) throw new Refusal("against-rules");
    return;
  }
  const activated = before.filter((one) => one.kind === "activate" && keyIdOf(one.key) === key).at(-1);
  if (activated === undefined || isRevoked) throw new Refusal("against-rules");
  if (kind === "retire" && first > (activated.times[1] ?? 0)) throw new Refusal("against-rules");
  if (kind === "revoke" && first > createdAtMs) throw new Refusal("against-rules");
}

function checkSignatures(entry: Entry, entries: readonly Entry[]): void {
  const authorities = entries.filter((one) => isAuthority(one) && (one.seq < entry.seq || one.seq === 0));
  const signer = authorities.at(-1)?.key ?? "";
  const [signature, counterSignature] = entry.signatures;
  if (!isSigned(signer, entry.message, signature)) throw new Refusal("bad-signature");
  if (entry.kind !== "authority") return;
  const counterSigned = Buffer.concat([
    field(Buffer.from("coterie/key-log-counter-signature/1")),
    field(entry.message),
  ]);
  if (!isSigned(entry.key, counterSigned, counterSignature)) throw new Refusal("bad-signature");
}

function keysAt(entries: readonly Entry[], nowMs: number): ReferenceKeys {
  const activations = entries.filter(({ kind }) => kind === "activate");
  const endings = (one: Entry, kind: string): Entry[] =>
    entries.filter((other) => other.kind === kind && other.key === keyIdOf(one.key) && other.seq > one.seq);
  const started = activations.filter((one) => {
    const [from = 0] = one.times;
    const cancelled = [...endings(one, "retire"), ...endings(one, "revoke")].some((end) => end.createdAtMs < from);
    return from <= nowMs && !cancelled;
  });
  const isLastOf = (list: readonly Entry[]) => (one: Entry) => list.filter(({ key }) => key === one.key).at(-1) === one;
  const isEnded = (one: Entry): boolean => endings(one, "retire").length + endings(one, "revoke").length > 0;
  const isRevoked = ({ key }: Entry): boolean =>
    entries.some((one) => one.kind === "revoke" && one.key === keyIdOf(key));
  const current = started.at(-1);
  const isRunning = current !== undefined && !isEnded(current) && !isRevoked(current);
  const untilMs = current?.times[1] ?? 0;
  if (isRunning && nowMs >= untilMs) throw new Refusal("stale");
  const active = isRunning ? current.key : undefined;
  const inGrace = started.filter(isLastOf(started)).filter((one) => {
    const [, until = 0] = one.times;
    const [grace = until] = endings(one, "retire").at(-1)?.times ?? [];
    return !isRevoked(one) && nowMs < Math.min(until, grace) && one.key !== active;
  });
  const lasts = activations.filter(isLastOf(activations));
  const scheduled = lasts.filter((one) => (one.times[0] ?? 0) > nowMs && !isEnded(one) && !isRevoked(one));
  const names = (list: readonly Entry[]): string[] => list.map(({ key }) => key).toSorted();
  return { active, scheduled: names(scheduled), inGrace: names(inGrace), revoked: names(lasts.filter(isRevoked)) };
}

function parseEntry(bytes: Buffer): Entry {
  if (bytes.length > 512) throw new Refusal("too-large");
  const [message = Buffer.alloc(0)] = split(bytes, 1);
  const [label = Buffer.alloc(0)] = split(message, 1);
  text(label);
  if (label.toString("latin1") !== "coterie/key-log/1") throw new Refusal("unknown-version");
  const [, organisation, seq, previous] = split(message, 4);
  const organisationText = exactly(organisation, 16).toString("hex");
  const number = numberOf(seq);
  const previousHash = exactly(previous, 32).toString("hex");
  const kind = text(split(message, 5)[4]);
  const shape = { genesis: [32, 0], authority: [32, 0], activate: [32, 2], retire: [20, 1], revoke: [20, 1] }[kind];
  const [keyLength, timeCount] = shape ?? [0, 0];
  if (shape === undefined || keyLength === undefined || timeCount === undefined) throw new Refusal("unknown-version");
  const all = split(message, 7 + timeCount);
  const key = exactly(all[5], keyLength).toString("hex");
  const times = all.slice(6).map(timeOf);
  if (lengthOf(all) !== message.length) throw new Refusal("malformed");
  const signatureCount = kind === "authority" ? 2 : 1;
  const outer = split(bytes, 1 + signatureCount);
  const signatures = outer.slice(1).map((signature) => exactly(signature, 64));
  if (lengthOf(outer) !== bytes.length) throw new Refusal("malformed");
  const hash = createHash("sha256").update(message).digest("hex");
  const createdAtMs = times.pop() ?? 0;
  return {
    hash,
    message,
    organisation: organisationText,
    seq: number,
    previous: previousHash,
    kind,
    key,
    times,
    createdAtMs,
    signatures,
  };
}

/** The first `count` fields. */
function split(bytes: Buffer, count: number): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; found.length < count; ) {
    if (at + 4 > bytes.length) throw new Refusal("malformed");
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw new Refusal("malformed");
    found.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return found;
}

function lengthOf(found: readonly Buffer[]): number {
  return found.reduce((sum, { length }) => sum + 4 + length, 0);
}

function field(content: Buffer): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(content.length);
  return Buffer.concat([prefix, content]);
}

function exactly(bytes: Buffer = Buffer.alloc(0), length = 0): Buffer {
  if (bytes.length !== length) throw new Refusal("malformed");
  return bytes;
}

function numberOf(bytes?: Buffer): number {
  const value = exactly(bytes, 8).readBigUInt64BE();
  if (value > 2n ** 53n - 1n) throw new Refusal("malformed");
  return Number(value);
}

function timeOf(bytes: Buffer): number {
  const value = numberOf(bytes);
  if (value > 8.64e15) throw new Refusal("malformed");
  return value;
}

function text(bytes?: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refusal("malformed");
  }
}

function isAuthority({ kind }: Entry): boolean {
  return kind === "genesis" || kind === "authority";
}

function keyIdOf(key: string): string {
  const hashed = ["coterie/public-key-id/1", "x25519"].map((one) => field(Buffer.from(one)));
  const input = Buffer.concat([...hashed, field(Buffer.from(key, "hex"))]);
  return createHash("sha256").update(input).digest("hex").slice(0, 40);
}

function littleEndian(hex: string): bigint {
  return BigInt(
    `0x${Buffer.from(hex, "hex")
      .toReversed()
      .reduce((text, byte) => text + byte.toString(16).padStart(2, "0"), "")}`,
  );
}

const keyObjects = new Map<string, KeyObject>();

function isSigned(publicKey: string, message: Buffer, signature?: Buffer): boolean {
  if (signature === undefined) return false;
  let key = keyObjects.get(publicKey);
  if (key === undefined) {
    const x = Buffer.from(publicKey, "hex").toString("base64url");
    key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    keyObjects.set(publicKey, key);
  }
  return nodeVerify(null, message, key, signature);
}
