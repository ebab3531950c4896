// What a dishonest gateway may say about a page whose site pins key logs: the named check B3.
import type { Bytes } from "@coterie/bytes";
import { appendEntry, createKeyLog, type KeyLog, type KeyLogSigner, type KeyLogUpdate } from "@coterie/key-log";
import { generateAgreementKeyPair } from "@coterie/primitives";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { deriveKeyId } from "@coterie/sealed-box/seal";
import { dayMs, entriesOf, newSigner } from "../../../gateway/test/support/key-authority.ts";
import type { Answer } from "./middle.ts";

/** One organisation's honest log, and what the operator knows besides. */
export interface LoggedReceiver {
  readonly log: KeyLog;
  /** Public keys that its log names and that are not sealed to: in grace, revoked. */
  readonly otherKeys: readonly Bytes[];
}

export interface Lie {
  readonly what: string;
  readonly tell: (answer: Answer) => void;
}

export interface LiesInput {
  /** In the order of the page's receivers. */
  readonly receivers: readonly LoggedReceiver[];
  readonly nowMs: number;
}

// cast: the shape of the gateway's own answers, which these functions change
export const pageOf = (answer: Answer): Answer => answer["page"] as Answer;
// cast: as above
export const receiversOf = (answer: Answer): Answer[] => pageOf(answer)["receivers"] as Answer[];

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

const freshPublicKey = (): Bytes => generateAgreementKeyPair(nodePrimitives, systemRandom).publicKey;

function keyOf(publicKey: Uint8Array): Answer {
  return { id: deriveKeyId(nodePrimitives, publicKey), public: base64(publicKey) };
}

/** Every lie, told about each receiver. Mallory is the operator. */
export async function makeLies({ receivers, nowMs }: LiesInput): Promise<readonly Lie[]> {
  const told = await Promise.all(receivers.map(async (_, at) => await liesAbout({ receivers, nowMs, at })));
  return [...told.flat(), ...liesAboutThePage()];
}

interface LiesAbout extends LiesInput {
  readonly at: number;
}

async function liesAbout(input: LiesAbout): Promise<readonly Lie[]> {
  const { at } = input;
  const logs = await logLies(input);
  const keys = keyLies(input);
  return [...keys, ...logs].map(({ what, change }) => ({
    what: `${what} (receiver ${at})`,
    tell: (answer) => {
      const receiver = receiversOf(answer)[at];
      if (receiver !== undefined) Object.assign(receiver, change(receiver));
    },
  }));
}

interface Change {
  readonly what: string;
  readonly change: (receiver: Answer) => Answer;
}

/** The log stays true, and the key beside it is another. */
function keyLies({ receivers, at }: LiesAbout): readonly Change[] {
  const other = receivers[1 - at];
  const zeros = new Uint8Array(32);
  const highOrder = Uint8Array.from(zeros, (_, index) => (index === 31 ? 0x80 : 0));
  return [
    ...[1, 2, 3].map((n) => ({
      what: `a key of her own, ${n}`,
      change: () => ({ publicKey: keyOf(freshPublicKey()) }),
    })),
    {
      what: "a key of her own under the true id",
      change: ({ publicKey }) => ({ publicKey: { ...toAnswer(publicKey), public: base64(freshPublicKey()) } }),
    },
    {
      what: "the true key under another id",
      change: ({ publicKey }) => ({ publicKey: { ...toAnswer(publicKey), id: keyOf(freshPublicKey())["id"] } }),
    },
    ...(receivers[at]?.otherKeys ?? []).map((key, n) => ({
      what: `key ${n} of the log that is no longer active`,
      change: () => ({ publicKey: keyOf(key) }),
    })),
    ...(other?.log.activations ?? []).map(({ publicKey }, n) => ({
      what: `key ${n} of the other receiver`,
      change: () => ({ publicKey: keyOf(publicKey) }),
    })),
    ...[zeros, highOrder].map((key, n) => ({
      what: `a key of low order, ${n}`,
      change: () => ({ publicKey: keyOf(key) }),
    })),
    ...[0, 15, 31].map((byte) => ({
      what: `the true key with a bit of byte ${byte} flipped`,
      change: ({ publicKey }: Answer) => {
        const key = Buffer.from(String(toAnswer(publicKey)["public"]), "base64");
        key[byte] = (key[byte] ?? 0) ^ 1;
        return { publicKey: keyOf(key) };
      },
    })),
  ];
}

// cast: as above
const toAnswer = (value: unknown): Answer => value as Answer;

/** The key is her own, and the log says so: forged, joined, cut, replayed. */
async function logLies({ receivers, nowMs, at }: LiesAbout): Promise<readonly Change[]> {
  const honest = receivers[at]?.log;
  const other = receivers[1 - at]?.log;
  if (honest === undefined || other === undefined) throw new Error("two receivers");
  const hers = freshPublicKey();
  const entries = entriesOf(honest);
  const own = await ownLog(honest, { hers, nowMs });
  const served = (what: string, log: readonly Uint8Array[], key: Uint8Array = hers): Change => ({
    what,
    change: () => ({ keyLog: log.map(base64), publicKey: keyOf(key) }),
  });
  const forged = await forgedLogs(honest, { hers, nowMs });
  return [
    served("no log", []),
    served("a log of her own", own),
    ...entries.map((_, place) =>
      served(`${place + 1} true entries and her own log`, [...entries.slice(0, place + 1), ...own]),
    ),
    ...entries.map((_, place) =>
      served(`${place + 1} true entries and the rest of hers`, [...entries.slice(0, place + 1), ...own.slice(1)]),
    ),
    ...forged.map(({ what, log }) => served(what, log)),
    ...entries.map((_, place) => served(`the log without entry ${place}`, entries.toSpliced(place, 1))),
    served("the log backwards", entries.toReversed()),
    served("the log twice", [...entries, ...entries]),
    served("the true log beside her key", entries),
    served("the log of the other receiver", entriesOf(other)),
    served("the log of the other receiver with its key", entriesOf(other), other.activations.at(-1)?.publicKey),
    ...[4, 60, 100, 180].map((byte) =>
      served(`byte ${byte} of the last entry changed`, [...entries.slice(0, -1), flip(entries.at(-1) ?? hers, byte)]),
    ),
    served(
      "her key written over every key",
      entries.map((entry) => writeOver(entry, { honest, hers })),
    ),
    served(
      "1,001 entries",
      Array.from({ length: 1001 }, () => entries[0] ?? hers),
    ),
    served("an entry of a mebibyte's sixteenth", [...entries, new Uint8Array(65_536)]),
    served("the next organisation's id", entries, honest.activations.at(-1)?.publicKey),
  ].map((lie) =>
    lie.what === "the next organisation's id"
      ? { ...lie, change: () => ({ organisationId: other.organisation }) }
      : lie,
  );
}

async function ownLog(honest: KeyLog, { hers, nowMs }: { hers: Bytes; nowMs: number }): Promise<Bytes[]> {
  const firstKey = { publicKey: hers, validFromMs: nowMs, validUntilMs: nowMs + 300 * dayMs };
  const { organisation } = honest;
  return entriesOf(
    await createKeyLog(nodePrimitives, { organisation, signer: newSigner(), createdAtMs: nowMs, firstKey }),
  );
}

/** Entries in the right place with the right hash, signed by mallory. */
async function forgedLogs(
  honest: KeyLog,
  { hers, nowMs }: { hers: Bytes; nowMs: number },
): Promise<readonly { readonly what: string; readonly log: readonly Bytes[] }[]> {
  const mallory = newSigner();
  // Believes every signature, so that it makes what nobody else would.
  const gullible = { ...nodePrimitives, verify: () => true };
  const inHerName: KeyLogSigner = { publicKey: honest.authority, sign: mallory.sign };
  const activate: KeyLogUpdate = {
    kind: "activate",
    publicKey: hers,
    validFromMs: nowMs,
    validUntilMs: nowMs + 300 * dayMs,
  };
  const add = async (log: KeyLog, signer: KeyLogSigner, update: KeyLogUpdate): Promise<KeyLog> =>
    await appendEntry(gullible, { log, signer, update, createdAtMs: nowMs });
  const handedOver = await add(honest, inHerName, { kind: "authority", newSigner: mallory });
  return [
    { what: "an entry that mallory signed", log: entriesOf(await add(honest, inHerName, activate)) },
    { what: "the authority taken over", log: entriesOf(await add(handedOver, mallory, activate)) },
    {
      what: "an entry without a signature",
      log: entriesOf(await add(honest, { publicKey: honest.authority, sign: () => new Uint8Array(64) }, activate)),
    },
  ];
}

function flip(bytes: Uint8Array, at: number): Uint8Array {
  return Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 1 : byte));
}

function writeOver(entry: Uint8Array, { honest, hers }: { honest: KeyLog; hers: Uint8Array }): Uint8Array {
  const changed = Uint8Array.from(entry);
  for (const { publicKey } of honest.activations) {
    const at = Buffer.from(changed).indexOf(publicKey);
    if (at !== -1) changed.set(hers, at);
  }
  return changed;
}

function liesAboutThePage(): readonly Lie[] {
  return [
    {
      what: "asks for clear text",
      tell: (answer) => {
        pageOf(answer)["sealing"] = "SEALING_GATEWAY";
      },
    },
    {
      what: "asks for the address",
      tell: (answer) => {
        const mailKey = { id: "0".repeat(32), public: base64(freshPublicKey()) };
        Object.assign(pageOf(answer), { mailKey, wantsMailBox: true, requiresMailBox: true });
      },
    },
    {
      what: "adds a reader with a log of another organisation's",
      tell: (answer) => {
        receiversOf(answer).push({ ...receiversOf(answer)[0], organisationName: "Mallory" });
      },
    },
    {
      what: "adds a reader with a key of her own",
      tell: (answer) => {
        const added = { ...receiversOf(answer)[0], organisationName: "Mallory", keyLog: [] };
        receiversOf(answer).push({ ...added, publicKey: keyOf(freshPublicKey()) });
      },
    },
    {
      what: "gives both receivers one log, key and name",
      tell: (answer) => {
        const all = receiversOf(answer);
        all[1] = { ...all[0] };
      },
    },
    {
      what: "puts the receivers' logs in each other's place",
      tell: (answer) => {
        const [first, second] = receiversOf(answer);
        if (first === undefined || second === undefined) return;
        [first["keyLog"], second["keyLog"]] = [second["keyLog"], first["keyLog"]];
      },
    },
  ];
}
