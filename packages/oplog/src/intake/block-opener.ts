/** The ports of the intake: who opens blocks, and who uses them. No key comes in here. */
import type { Bytes, Plaintext } from "@coterie/bytes";
import type { BlockIndex } from "../dag/dag.ts";
import type { DecodedControl } from "../format/control-prefix.ts";
import type { Envelope } from "../format/envelope.ts";

/** How opening a block ends. */
export type OpenOutcome =
  /** `control`: the readable control part. `content`: undefined where there is none, or where this device may not read it. */
  | { readonly kind: "opened"; readonly control: Bytes; readonly content: Plaintext | undefined }
  /** The keys of its epoch have not come yet. */
  | { readonly kind: "locked" }
  /** It was not encrypted with the keys of its epoch. `reason` is passed on for the alarm. */
  | { readonly kind: "refused"; readonly reason: string };

/** Who has the keys of epochs. */
export interface BlockOpener {
  /**
   * Gets every verified block with a public part on receipt, possibly long before it may be admitted, and also if it never is: it may bring
   * keys. The same block comes again where it was crowded out.
   */
  readonly offer: (envelope: Envelope) => void;
  /**
   * Opens a verified block, as soon as it can be: possibly long before what it builds on has come. What it finds may bring keys of other
   * epochs (wraps in a rotation). Whether a block is locked depends on its epoch alone.
   */
  readonly open: (envelope: Envelope) => OpenOutcome;
  /** Another number whenever keys came, and only then: locked epochs are tried again. */
  readonly keysVersion: () => number;
  /** The epochs whose keys came since a version: no others are tried. Without it all are, and anybody may let thousands of epochs wait. */
  readonly epochsSince?: (version: number) => readonly Bytes[];
}

/** A block that everything it builds on has come for. */
export interface AdmittedBlock {
  readonly index: BlockIndex;
  readonly envelope: Envelope;
  readonly control: DecodedControl;
  readonly content: Plaintext | undefined;
}

/** A block whose parents are all in the graph, and that may be malformed for all that. */
export interface PlacedEnvelope {
  readonly envelope: Envelope;
  /** The previous block of its writer first, if there is one, then the links. */
  readonly parents: readonly BlockIndex[];
}

/** What the intake asks of whoever uses the blocks. */
export interface IntakeHost {
  /**
   * Why a block is malformed by what it builds on, asked right before it would come into the graph: then it is refused for ever with everything
   * that builds on it. The answer follows from the block and its past alone, so that it is the same for everybody. `undefined`: it is not.
   */
  readonly findFault: (block: PlacedEnvelope) => string | undefined;
  /** Called for each block in turn, right after it came into the graph: parents first. It may bring keys and commits. It must not throw. */
  readonly onAdmit: (block: AdmittedBlock) => void;
  /** How many commits are known (docs/protocol/rooms.md §4.2): blocks whose author knew more wait. */
  readonly commitsKnown: () => number;
}
