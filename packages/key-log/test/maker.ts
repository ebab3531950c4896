/** Logs for tests: seeded keys, and entries written and signed field by field, so that wrong ones can be made as well. */
import { createHash } from "node:crypto";
import { type Bytes, concatBytes, encodeTextForm, encodeUtf8 } from "@coterie/bytes";
import { deriveKeyId, type KeyId, type SigningKeyPair } from "@coterie/primitives";
import { nodePrimitives } from "@coterie/primitives/node";
import { type KeyLog, type KeyLogSigner, parseLogId } from "../src/index.ts";

export const dayMs = 24 * 60 * 60 * 1000;
/** Noon of some day. */
export const startMs = 1_800_000_000_000;

export const deps: Pick<typeof nodePrimitives, "sha256" | "verify"> = nodePrimitives;

const publicKeys = new Map<string, Bytes>();
const signingKeys = new Map<string, SigningKeyPair>();

/** 32 bytes that follow from a name. */
export function seed(name: string): Bytes {
  return Uint8Array.from(createHash("sha256").update(`fake seed of ${name}`).digest());
}

export function organisationOf(name: string): string {
  return encodeTextForm("corg", seed(name).subarray(0, 16));
}

export function publicKeyOf(name: string): Bytes {
  return remembered(publicKeys, name, () => nodePrimitives.deriveAgreementKeyPair(seed(name)).publicKey);
}

export function keyIdOf(name: string): KeyId {
  return deriveKeyId(nodePrimitives, publicKeyOf(name));
}

export function signingKeyOf(name: string): SigningKeyPair {
  return remembered(signingKeys, name, () => nodePrimitives.deriveSigningKeyPair(seed(name)));
}

export function signerOf(name: string): KeyLogSigner {
  const { publicKey, secretKey } = signingKeyOf(name);
  return { publicKey, sign: (message) => nodePrimitives.sign(secretKey, message) };
}

export function entriesOf(log: KeyLog): Bytes[] {
  return log.entries.map(({ encoded }) => encoded);
}

/** Fields by hand: length in 4 bytes, then the bytes; numbers in 8. */
export function fields(...parts: readonly (Uint8Array | string | number)[]): Bytes {
  return concatBytes(
    ...parts.flatMap((part) => {
      const bytes = typeof part === "string" ? encodeUtf8(part) : typeof part === "number" ? eightBytes(part) : part;
      return [eightBytes(bytes.length).subarray(4), bytes];
    }),
  );
}

/** What is signed, and by whom; every part may be wrong. */
export interface RawEntry {
  readonly label?: string;
  /** 16 bytes. */
  readonly organisation: Uint8Array;
  readonly seq: number;
  readonly previous: Uint8Array;
  readonly kind: string;
  readonly parts: readonly (Uint8Array | number)[];
  readonly createdAtMs: number;
  readonly signer: SigningKeyPair;
  readonly counterSigner?: SigningKeyPair;
}

export function rawBody(entry: RawEntry): Bytes {
  const { label = "coterie/key-log/1", organisation, seq, previous, kind, parts, createdAtMs } = entry;
  return fields(label, organisation, seq, previous, kind, ...parts, createdAtMs);
}

/** The entry, signed whatever it says. */
export function rawEntry(entry: RawEntry): Bytes {
  const body = rawBody(entry);
  const signature = nodePrimitives.sign(entry.signer.secretKey, body);
  if (entry.counterSigner === undefined) return fields(body, signature);
  const message = fields("coterie/key-log-counter-signature/1", body);
  return fields(body, signature, nodePrimitives.sign(entry.counterSigner.secretKey, message));
}

/** The part of {@link RawEntry} that differs between the entries of a log. */
export type RawStep = Pick<RawEntry, "kind" | "parts"> & Partial<RawEntry>;

/** A whole log of raw entries that follow each other, each an hour after the last, unless a step says otherwise. */
export function rawLog(steps: readonly RawStep[], owner = "alice"): Bytes[] {
  const entries: Bytes[] = [];
  let previous: Bytes = new Uint8Array(32);
  for (const [seq, step] of steps.entries()) {
    const entry: RawEntry = {
      organisation: seed(owner).subarray(0, 16),
      seq,
      previous,
      createdAtMs: startMs + seq * 3_600_000,
      signer: signingKeyOf(owner),
      ...step,
    };
    entries.push(rawEntry(entry));
    previous = nodePrimitives.sha256(rawBody(entry));
  }
  return entries;
}

export function genesisStep(owner = "alice"): RawStep {
  return { kind: "genesis", parts: [signingKeyOf(owner).publicKey] };
}

/** Valid for a year from the start. */
export function activateStep(key: string, { fromMs = startMs, untilMs = startMs + 365 * dayMs } = {}): RawStep {
  return { kind: "activate", parts: [publicKeyOf(key), fromMs, untilMs] };
}

/** The id of the log that begins with this entry: the start of the hash of its first field. */
export function rawLogId(genesis: Uint8Array): ReturnType<typeof parseLogId> {
  const bodyLength = new DataView(genesis.buffer, genesis.byteOffset).getUint32(0);
  const hash = nodePrimitives.sha256(genesis.subarray(4, 4 + bodyLength));
  return parseLogId(encodeTextForm("clog", hash.subarray(0, 20)));
}

function eightBytes(value: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

function remembered<Value>(known: Map<string, Value>, name: string, make: () => Value): Value {
  const value = known.get(name) ?? make();
  known.set(name, value);
  return value;
}
