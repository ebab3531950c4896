// A peer that takes blocks in, with an opener whose "ciphertexts" hide nothing. Operations of these tests, as bytes at the beginning of the
// public part or of what follows the control prefix: `key` and the number of an epoch.
import { type Bytes, concatBytes, encodeHex, Plaintext } from "@coterie/bytes";
import {
  type AdmittedBlock,
  type BlockOpener,
  Dag,
  type Envelope,
  Intake,
  type IntakeLimits,
  type IntakeResult,
  type OpenOutcome,
  type PlacedEnvelope,
} from "../src/index.ts";
import { deps, logTag, openMark } from "./blocks.ts";

/** In a public part: opens this epoch to whoever is offered the block. */
export function offeredKey(epoch: number): Bytes {
  return Uint8Array.of(0x4b, epoch);
}

/** In the control part: opens this epoch to whoever opens the block. */
export function wrappedKey(epoch: number): Bytes {
  return concatBytes(Uint8Array.of(0x57, epoch), new Uint8Array(62));
}

/** In the control part: opens this epoch to whoever admits the block. */
export function laterKey(epoch: number): Bytes {
  return concatBytes(Uint8Array.of(0x4c, epoch), new Uint8Array(62));
}

export class TestOpener implements BlockOpener {
  readonly #epochs = new Set([1]);
  readonly offered: string[] = [];
  readonly contents: Plaintext[] = [];
  opens = 0;

  readonly learn = (epoch: number): void => {
    this.#epochs.add(epoch);
  };

  readonly offer = (envelope: Envelope): void => {
    this.offered.push(encodeHex(envelope.hash));
    if (envelope.publicPart[0] === 0x4b) this.learn(envelope.publicPart[1] ?? 0);
  };

  readonly open = (envelope: Envelope): OpenOutcome => {
    this.opens += 1;
    if (!this.#epochs.has(envelope.header.epochId[0] ?? 0)) return { kind: "locked" };
    if (encodeHex(envelope.control.subarray(0, openMark.length)) !== encodeHex(openMark))
      return { kind: "refused", reason: "not encrypted with this epoch" };
    const control = envelope.control.slice(openMark.length);
    const wrapped = control.at(-64) === 0x57 ? control.at(-63) : undefined;
    if (wrapped !== undefined) this.learn(wrapped);
    const content = envelope.content.length > 0 ? Plaintext.copyOf(envelope.content) : undefined;
    if (content !== undefined) this.contents.push(content);
    return { kind: "opened", control, content };
  };

  readonly keysVersion = (): number => this.#epochs.size;
}

export interface PeerInput {
  readonly limits?: Partial<IntakeLimits>;
  /** How many commits follow from what was admitted; none, where it is left out. */
  readonly commitsOf?: (dag: Dag) => number;
  readonly onAdmit?: (block: AdmittedBlock, peer: TestPeer) => void;
  readonly findFault?: (block: PlacedEnvelope) => string | undefined;
}

export class TestPeer {
  readonly dag = new Dag();
  readonly opener = new TestOpener();
  readonly intake: Intake;
  /** Hashes in the order of admission. */
  readonly admitted: string[] = [];
  readonly refused = new Map<string, string>();
  readonly forks: string[] = [];
  commits = 0;
  /** How many signatures were verified. */
  verifications = 0;

  constructor({ limits = {}, commitsOf = () => 0, onAdmit, findFault = () => undefined }: PeerInput = {}) {
    const host = {
      findFault,
      onAdmit: (block: AdmittedBlock): void => {
        this.admitted.push(encodeHex(block.envelope.hash));
        if (block.control.rest[0] === 0x4c) this.opener.learn(block.control.rest[1] ?? 0);
        onAdmit?.(block, this);
      },
      commitsKnown: (): number => Math.max(this.commits, commitsOf(this.dag)),
    };
    const verify: typeof deps.verify = (...signed) => {
      this.verifications += 1;
      return deps.verify(...signed);
    };
    const { dag, opener } = this;
    this.intake = new Intake({ ...deps, verify, dag, opener, host }, { logTag, limits });
  }

  receive(...blocks: readonly (Envelope | Uint8Array)[]): IntakeResult {
    // Copies, since the intake takes what it gets over.
    return this.#note(this.intake.receive(blocks.map((block) => copyOf(block))));
  }

  unlock(): IntakeResult {
    return this.#note(this.intake.unlock());
  }

  has(block: Envelope): boolean {
    return this.dag.find(block.hash) !== undefined;
  }

  #note(result: IntakeResult): IntakeResult {
    for (const refusal of result.refused)
      if (refusal.reason !== "not-a-block") this.refused.set(encodeHex(refusal.hash), refusal.reason);
    for (const { writer, seq } of result.forks) this.forks.push(`${encodeHex(writer)} ${seq}`);
    return result;
  }
}

function copyOf(block: Envelope | Uint8Array): Uint8Array {
  return (block instanceof Uint8Array ? block : block.bytes).slice();
}

/** Reasons of what was refused. */
export function reasonsOf({ refused }: IntakeResult): string[] {
  return refused.map(({ reason }) => reason);
}
