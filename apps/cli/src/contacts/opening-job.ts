/** What the main thread and the threads that open say to each other. Memory travels with the messages, never copies. */
import type { ColumnPlan, OutputFormat, ProcaOrganisation } from "@coterie/actions/csv";
import type { ContactFilter } from "./contact-opening.ts";
import type { SharedEvents } from "./event-table.ts";

/** What a thread is given once, when it starts. The secret keys are its own from then on: it wipes them at its end. */
export interface OpeningSetup {
  /** X25519 secret keys, 32 bytes each. */
  readonly secretKeys: readonly Uint8Array<ArrayBuffer>[];
  readonly gatewaySigningKey: Uint8Array<ArrayBuffer>;
  /** For stamps of what was verified before; a copy that the thread wipes. */
  readonly storeKey: Uint8Array<ArrayBuffer> | undefined;
  readonly organisationId: string;
  readonly filter: ContactFilter;
  /** What happened to contacts since they were delivered. */
  readonly events: SharedEvents | undefined;
  readonly formats: readonly OutputFormat[];
  readonly columns: ColumnPlan;
  /** Whose contacts these are. */
  readonly receiver: ProcaOrganisation;
}

/** Whole lines of the store, with memory for what comes out. */
export interface OpeningJob {
  readonly sequence: number;
  readonly input: Uint8Array<ArrayBuffer>;
  readonly lengthBytes: number;
  /** One for each format, then one for refused and one for quarantined contacts. May come back larger. */
  readonly outputs: readonly Uint8Array<ArrayBuffer>[];
}

/** Counts of one job or of many. */
export interface OpeningCounts {
  /** Lines that were looked at. */
  readonly contacts: number;
  readonly opened: number;
  readonly refused: number;
  readonly quarantined: number;
  /** Not wanted by the filter. */
  readonly skipped: number;
  /** Left out, since their persons were erased. */
  readonly erased: number;
}

/** What a job gave, and its memory back. */
export interface OpeningResult {
  readonly sequence: number;
  readonly input: Uint8Array<ArrayBuffer>;
  readonly outputs: readonly Uint8Array<ArrayBuffer>[];
  /** How much of each output is filled. */
  readonly filledBytes: readonly number[];
  readonly counts: OpeningCounts;
}

/** No contacts. */
export const noCounts: OpeningCounts = { contacts: 0, opened: 0, refused: 0, quarantined: 0, skipped: 0, erased: 0 };

/** The sum of two counts. */
export function addCounts(left: OpeningCounts, right: OpeningCounts): OpeningCounts {
  return {
    contacts: left.contacts + right.contacts,
    opened: left.opened + right.opened,
    refused: left.refused + right.refused,
    quarantined: left.quarantined + right.quarantined,
    skipped: left.skipped + right.skipped,
    erased: left.erased + right.erased,
  };
}

/** The memory that moves with a message. */
export function memoryOf({ input, outputs }: Pick<OpeningJob, "input" | "outputs">): ArrayBuffer[] {
  return [input.buffer, ...outputs.map(({ buffer }) => buffer)];
}
