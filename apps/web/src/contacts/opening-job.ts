/**
 * The work of the opening workers: a pulled batch into exact JSON lines, and JSON lines into CSV once all columns are
 * known. Bytes move with the messages, they are never copied.
 */
import { fromBinary } from "@bufbuild/protobuf";
import { type ColumnPlan, encodeJsonLine, encodeOpenedRow, type OpenedRow, type SeenNames } from "@coterie/actions/csv";
import { decodeUtf8, encodeUtf8 } from "@coterie/bytes";
import { PullContactsResponseSchema } from "@coterie/protocol";
import { type ContactOpeningDeps, openWireContact } from "./open-contact.ts";

/** What a worker is given first. The secret keys are its own from then on. */
export interface OpeningSetup {
  readonly kind: "setup";
  /** X25519 secret keys, 32 bytes each. */
  readonly secretKeys: readonly Uint8Array<ArrayBuffer>[];
  readonly gatewaySigningKey: Uint8Array<ArrayBuffer>;
  readonly organisationId: string;
}

/** A PullContactsResponse to open. */
export interface OpenBatchJob {
  readonly kind: "open";
  readonly batch: Uint8Array<ArrayBuffer>;
  /** How many rows come back as such, to be looked at. */
  readonly previewRows: number;
}

/** JSON lines to be written as CSV. */
export interface WriteCsvJob {
  readonly kind: "csv";
  readonly lines: Uint8Array<ArrayBuffer>;
  readonly columns: ColumnPlan;
}

/** A contact that was not opened, or kept apart. */
export interface RefusedContact {
  readonly actionId: string;
  readonly code: string;
}

/** What a batch gave. */
export interface OpenedBatch {
  readonly lines: Uint8Array<ArrayBuffer>;
  readonly opened: number;
  readonly refused: readonly RefusedContact[];
  readonly seen: SeenNames;
  readonly preview: readonly OpenedRow[];
}

/** Opens every contact of a batch. */
export function openBatch(deps: ContactOpeningDeps, { batch, previewRows }: OpenBatchJob): OpenedBatch {
  const { contacts } = fromBinary(PullContactsResponseSchema, batch);
  const lines: string[] = [];
  const refused: RefusedContact[] = [];
  const preview: OpenedRow[] = [];
  const schemas = new Set<string>();
  const customFields = new Set<string>();
  for (const contact of contacts) {
    const outcome = openWireContact(deps, contact);
    if (outcome.kind !== "opened") {
      refused.push({ actionId: outcome.actionId, code: outcome.code });
      continue;
    }
    const { row } = outcome;
    lines.push(encodeJsonLine(row));
    if (preview.length < previewRows) preview.push(row);
    schemas.add(row.formSchema);
    for (const name of Object.keys(row.customFields)) customFields.add(name);
  }
  return {
    lines: encodeUtf8(lines.join("")),
    opened: lines.length,
    refused,
    seen: { formSchemas: [...schemas], customFields: [...customFields] },
    preview,
  };
}

/** CSV of JSON lines that {@link openBatch} made. */
export function writeCsv({ lines, columns }: WriteCsvJob): Uint8Array<ArrayBuffer> {
  const text = decodeUtf8(lines);
  let csv = "";
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const row: OpenedRow = JSON.parse(line);
    csv += encodeOpenedRow(row, { format: "csv", columns });
  }
  return encodeUtf8(csv);
}
