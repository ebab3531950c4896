/** What sync tells that is wrong, each thing once. */
import { type Bytes, CoterieError, encodeHex, equalBytes } from "@coterie/bytes";
import type { Primitives } from "@coterie/primitives";
import { type Envelope, verifyEnvelope } from "../../format/envelope.ts";
import { createForkProof } from "../../format/fork-proof.ts";
import type { WriterHead } from "../relay.ts";

/** How a relay answers otherwise than a relay does. */
export type Misbehaviour =
  /** Bytes that are no answer, or no block. */
  | "malformed"
  /** A block of another log. */
  | "other-log"
  /** A block that its writer did not sign. */
  | "forged"
  /** A cursor that goes back, beyond the end, or nowhere although there is more. */
  | "wrong-cursor"
  /** Another block than the one that was asked for. */
  | "wrong-block"
  /** A head whose block it does not give. */
  | "unproven-head"
  /** More heads than a log may have. */
  | "too-much";

/** Something that people should know of. */
export type SyncAlarm =
  /**
   * A writer signed two blocks with one seq. `proof` (docs/protocol/rooms.md §3.3) and the blocks convince everybody; `relay`: who brought the
   * second one to light.
   */
  | {
      readonly kind: "fork";
      readonly writer: Bytes;
      readonly seq: number;
      readonly proof: Bytes;
      readonly blocks: readonly [Bytes, Bytes];
      readonly relay: string;
    }
  /** A relay's log is shorter than it was. */
  | { readonly kind: "log-shortened"; readonly relay: string; readonly remembered: number; readonly shown: number }
  /** A relay shows an older head of a writer than it did, or none. `block`: the signed block that it once had. */
  | {
      readonly kind: "head-withdrawn";
      readonly relay: string;
      readonly remembered: WriterHead;
      readonly shown: WriterHead | undefined;
      readonly block: Bytes | undefined;
    }
  /** A relay shows a head that does not follow the one it showed before. Where both blocks are signed, a `fork` is told as well. */
  | {
      readonly kind: "head-changed";
      readonly relay: string;
      readonly remembered: WriterHead;
      readonly shown: WriterHead;
      readonly block: Bytes | undefined;
    }
  /** Blocks build on this one, and none of the relays gives it. It is asked for on, less often. */
  | { readonly kind: "withheld"; readonly hash: Bytes; readonly relays: readonly string[] }
  | { readonly kind: "misbehaviour"; readonly relay: string; readonly what: Misbehaviour };

/** Different alarms of one kind about one relay that are told before the rest is left out; forks are all told. */
const alarmsPerKind = 1_024;

/** Tells alarms, each once in a process. */
export class AlarmDesk {
  readonly #tell: (alarm: SyncAlarm) => void;
  readonly #toldByKind = new Map<string, Set<string>>();

  constructor(tell: (alarm: SyncAlarm) => void) {
    this.#tell = tell;
  }

  /** Tells `alarm`, unless the same was told before. */
  raise(alarm: SyncAlarm): void {
    const kind = `${alarm.kind}/${"relay" in alarm && alarm.kind !== "fork" ? alarm.relay : ""}`;
    const told = this.#toldByKind.get(kind) ?? new Set();
    this.#toldByKind.set(kind, told);
    const name = nameOf(alarm);
    if (told.has(name) || (told.size >= alarmsPerKind && alarm.kind !== "fork")) return;
    told.add(name);
    this.#tell(alarm);
  }

  /** Lets an alarm be told again: what it was about came right in between. */
  forget(alarm: SyncAlarm): void {
    const kind = `${alarm.kind}/${"relay" in alarm ? alarm.relay : ""}`;
    this.#toldByKind.get(kind)?.delete(nameOf(alarm));
  }
}

function nameOf(alarm: SyncAlarm): string {
  switch (alarm.kind) {
    case "fork":
      return encodeHex(alarm.proof);
    case "log-shortened":
      return `${alarm.remembered}/${alarm.shown}`;
    case "head-withdrawn":
      return encodeHex(alarm.remembered.hash);
    case "head-changed":
      return `${encodeHex(alarm.remembered.hash)}/${encodeHex(alarm.shown.hash)}`;
    case "withheld":
      return encodeHex(alarm.hash);
    case "misbehaviour":
      return alarm.what;
  }
}

/** The alarm about two blocks, or undefined where they are no fork, or not both signed. */
export function findFork(
  deps: Pick<Primitives, "sha256" | "verify">,
  { first, second, relay }: { readonly first: Envelope; readonly second: Envelope; readonly relay: string },
): SyncAlarm | undefined {
  if (equalBytes(first.hash, second.hash)) return undefined;
  if (!verifyEnvelope(deps, first) || !verifyEnvelope(deps, second)) return undefined;
  try {
    const proof = createForkProof(first, second);
    const { writer, seq } = first.header;
    return { kind: "fork", writer: writer.slice(), seq, proof, blocks: [first.bytes, second.bytes], relay };
  } catch (error) {
    if (error instanceof CoterieError) return undefined;
    throw error;
  }
}
