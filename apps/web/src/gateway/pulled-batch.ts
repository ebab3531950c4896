/**
 * What the page itself reads of a pulled batch: where to go on, and how many contacts it holds. The contacts are skipped,
 * not decoded: workers do that, and the page stays quick.
 */
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { GatewayMisbehavedError } from "../errors.ts";

/** A PullContactsResponse, read from the outside. */
export interface PulledBatch {
  readonly contacts: number;
  readonly nextCursor: string;
  readonly more: boolean;
}

/** Field numbers of PullContactsResponse (packages/protocol). */
const fields = { contacts: 1, nextCursor: 2, more: 3 } as const;

/** Reads the outside. Throws GatewayMisbehavedError on bytes that are no such message. */
export function readPulledBatch(bytes: Uint8Array): PulledBatch {
  const reader = new BinaryReader(bytes);
  const batch = { contacts: 0, nextCursor: "", more: false };
  try {
    while (reader.pos < reader.len) {
      const [field, type] = reader.tag();
      if (field === fields.nextCursor) batch.nextCursor = reader.string();
      else if (field === fields.more) batch.more = reader.bool();
      else {
        if (field === fields.contacts) batch.contacts++;
        reader.skip(type, field);
      }
    }
  } catch {
    throw new GatewayMisbehavedError("an answer that is no batch of contacts");
  }
  return batch;
}
