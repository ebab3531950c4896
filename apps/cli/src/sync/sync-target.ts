/** What contacts are synchronised to: a port, with an adapter for each kind. */
import type { OpenedRow } from "@coterie/actions/csv";
import type { StoredEvent } from "../contacts/store-events.ts";

/** Opened contacts, in the order of delivery. */
export interface ContactBatch {
  /** The same for the same contacts, however often they come: what an idempotent receiver remembers. */
  readonly id: string;
  readonly rows: readonly OpenedRow[];
}

/** What happened to contacts, in the order in which it became known. Applying it again changes nothing. */
export interface EventBatch {
  readonly id: string;
  readonly events: readonly StoredEvent[];
}

/** What a target remembers of its own in the checkpoint, as JSON. */
export type TargetState = Readonly<Record<string, unknown>>;

/**
 * A target that is open. Both kinds of batches may come again after a crash: the last one before the checkpoint, and nothing
 * earlier. What `deliver` and `apply` have returned for is on the target's disk.
 */
export interface SyncTarget {
  readonly deliver: (batch: ContactBatch) => Promise<void>;
  readonly apply: (batch: EventBatch) => Promise<void>;
  /** What is saved with the next checkpoint. */
  readonly state: () => TargetState;
  /** Called once everything of this run was taken. */
  readonly finish: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** How a target is opened, with what it remembered; `save` writes its state down before the next step. */
export interface TargetOpening {
  readonly state: TargetState;
  readonly save: (state: TargetState) => Promise<void>;
}

/** A target that was named on the command line. */
export interface NamedTarget {
  /** For people: "csv-folder", "postgres", "http". */
  readonly kind: string;
  /** What tells it from others of its kind; never a secret. Another identity has a checkpoint of its own. */
  readonly identity: string;
  readonly open: (opening: TargetOpening) => Promise<SyncTarget>;
}
