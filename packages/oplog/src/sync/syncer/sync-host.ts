/** The port to whoever uses what sync brings: a room with its store. */
import type { Bytes } from "@coterie/bytes";
import type { CallOptions } from "../abort.ts";
import type { BlockReader, WriterHead } from "../relay.ts";
import type { SyncAlarm } from "./alarms.ts";

/** Two blocks of one writer with one seq. */
export interface ForkedBlocks {
  readonly first: Bytes;
  readonly second: Bytes;
}

/** What became of blocks that were received. */
export interface ReceiveResult {
  /** Hashes that are missed since this call: blocks build on them, or they were there and had to go. */
  readonly missing: readonly Bytes[];
  /** Forks that this call brought to light. */
  readonly forks: readonly ForkedBlocks[];
  /** Hashes of blocks that their writer did not sign: who sent them is to blame, and another copy may be good. */
  readonly forged: readonly Bytes[];
  /** Whether blocks that waited had to go, of this call or of earlier ones: they are fetched again after a while. */
  readonly hasForgotten?: boolean;
}

/** The key that a device writes with is somebody else's too, or the device is an old copy of itself. */
export interface LostWriter {
  readonly writer: Bytes;
  /** What relays have as far as is known: the heads that they showed or took, and the last own block below those that nobody here knew. */
  readonly sent: readonly WriterHead[];
}

/** What sync needs of a device. All calls of `receive` come one after another. */
export interface SyncHost {
  /**
   * Takes blocks in, in any order and as often as they come. When it resolves, each is durable, or waits and is fetched again after a restart.
   * That is why a call may take long: nothing more is fetched meanwhile.
   */
  readonly receive: (envelopes: readonly Bytes[], options?: CallOptions) => Promise<ReceiveResult>;
  /** All hashes that are missed now. */
  readonly missing: () => Promise<readonly Bytes[]>;
  /**
   * Hashes of blocks that are here, though not with their writer's own signature. Relays have it of every block, and are asked for copies at
   * each comparison of heads; nobody is blamed for having none.
   */
  readonly copiesWanted?: () => Promise<readonly Bytes[]>;
  /** What is durable on this device, in the order of its admission: parents first. It is also what is sent to relays that lack it. */
  readonly store: BlockReader;
  /** Heads of the checkpoint that this device started from, whose blocks and all before it does not have; empty without one. */
  readonly base: () => Promise<readonly WriterHead[]>;
  /** Whether this device had a block once, although it may not be in the store any more; where it is left out, the store says it. */
  readonly knows?: (hash: Bytes) => Promise<boolean>;
  /** The key that this device writes with; undefined where it only reads. */
  readonly ownWriter: () => Bytes | undefined;
  /**
   * Gives up a key that others have blocks of which are not in the store. It comes before those blocks are received, nothing of the key is sent
   * any more, and no call of a relay that sends blocks is under way. The store may then serve less than before: what was never sent.
   */
  readonly giveUpWriter?: (lost: LostWriter) => Promise<void>;
  /** Is told once, after the heads of a relay were compared: nobody there has a newer block of the own key, or it was given up. */
  readonly headsCompared?: () => Promise<void>;
  /** What {@link SyncHost.save} was given last; undefined at first. */
  readonly load: () => Promise<Bytes | undefined>;
  /** Keeps what was seen of relays. It holds no key and no content; who can put an older one in its place makes this device forget. */
  readonly save: (state: Bytes) => Promise<void>;
  /** Is told what a relay or a writer did wrong. The same thing is told once. */
  readonly onAlarm: (alarm: SyncAlarm) => void;
}
