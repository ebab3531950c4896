/**
 * What a thief of a whole state can do: read what comes to it, and, by turning its sending chains around, what it sends. And the
 * secrets of messages, taken while both sides compute them, to search a state for.
 */
import { type Bytes, encodeHex } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { labels } from "../src/labels.ts";
import {
  decodePrekeyMessage,
  decodeRatchetMessage,
  decryptWithRecord,
  type SessionDeps,
  type SessionMessage,
  type SessionRecord,
} from "../src/index.ts";
import { encodeRecord } from "../src/record/session-record.ts";
import type { SessionState } from "../src/session/session-state.ts";

/** A thief with a record, who follows the conversation as far as the record leads. */
export class Thief {
  #received: SessionRecord;
  #sent: SessionRecord;
  readonly #deps: SessionDeps;

  constructor(deps: SessionDeps, stolen: SessionRecord) {
    this.#deps = deps;
    this.#received = stolen;
    this.#sent = { current: turnedAround(stolen.current), archived: [] };
  }

  /** Whether a message to the victim can be read. */
  opensReceived(message: SessionMessage): boolean {
    const step = this.#open(this.#received, message);
    if (step.kind === "opened") this.#received = step.record;
    return step.kind === "opened";
  }

  /** Whether a message of the victim can be read. */
  opensSent(message: SessionMessage): boolean {
    const step = this.#open(this.#sent, message);
    if (step.kind === "opened") this.#sent = step.record;
    return step.kind === "opened";
  }

  #open(record: SessionRecord, { kind, bytes }: SessionMessage): ReturnType<typeof decryptWithRecord> {
    const message = kind === "prekey" ? decodePrekeyMessage(bytes).ratchetMessage : decodeRatchetMessage(bytes);
    return decryptWithRecord(this.#deps, { record, message });
  }
}

/** The sending chains as receiving ones. The braid is put where no piece changes it: its chains are what counts. */
function turnedAround(state: SessionState | undefined): SessionState | undefined {
  if (state === undefined) return undefined;
  const { keyPair, chain } = state.sender;
  const epochs = state.quantum.chain.epochs.flatMap((epoch) =>
    epoch.sending === undefined ? [] : [{ ...epoch, receiving: epoch.sending, skipped: [] }],
  );
  return {
    ...state,
    localIdentity: state.remoteIdentity,
    remoteIdentity: state.localIdentity,
    receivers: [{ ratchetKey: keyPair.publicKey, chain, skipped: [], forgottenBelow: 0 }],
    quantum: {
      braid: { ...state.quantum.braid, state: { kind: "keys-unsampled", epoch: Number.MAX_SAFE_INTEGER } },
      chain: { ...state.quantum.chain, epochs },
    },
  };
}

/** The victim's whole X25519 side as it is later, with the post-quantum side as it was stolen: X25519 is broken. */
export function withBrokenAgreement(stolen: SessionRecord, later: SessionRecord): SessionRecord {
  if (stolen.current === undefined || later.current === undefined) throw new Error("no session");
  return { current: { ...later.current, quantum: stolen.current.quantum }, archived: [] };
}

/** Primitives that remember what each message key was derived from, and which chain key gave which. */
export class WatchedPrimitives {
  readonly primitives: Primitives;
  readonly #parents = new Map<string, string[]>();
  #last: string[] = [];

  constructor(primitives: Primitives) {
    const link = (child: Uint8Array, ...parents: readonly Uint8Array[]): void =>
      void this.#parents.set(encodeHex(child), parents.map(encodeHex));
    this.primitives = {
      ...primitives,
      hmacSha256: (key, message) => {
        const result = primitives.hmacSha256(key, message);
        if (message.length === 1) link(result, key);
        return result;
      },
      hkdfSha256: (input) => {
        const result = primitives.hkdfSha256(input);
        if (input.info === labels.messageKeys) {
          const keys = [result.slice(0, 32), result.slice(32, 64), input.secret, input.salt];
          this.#last = keys.map(encodeHex);
        } else if (input.lengthBytes === 64 && result.length === 64) {
          link(result.slice(32), input.secret);
          link(result.slice(0, 32), input.secret);
        }
        return result;
      },
    };
  }

  /** The keys of the message that was computed last, and every chain key they came from, in hexadecimal. */
  takeSecrets(): readonly string[] {
    const secrets = new Set(this.#last);
    for (const secret of secrets) for (const parent of this.#parents.get(secret) ?? []) secrets.add(parent);
    return [...secrets];
  }
}

/** A record as one text to search. */
export function dumpOf(record: SessionRecord): string {
  return encodeHex(encodeRecord(record).exposePlainBytes());
}

/** Whether one of the secrets is in a dump. */
export function findsSecret(dump: string, secrets: readonly string[]): boolean {
  return secrets.some((secret) => dump.includes(secret));
}

/** A state in clear, as bytes of its own: what a backup or a copied disk holds. */
export function snapshotOf(record: SessionRecord): Bytes {
  return encodeRecord(record).exposePlainBytes().slice();
}
