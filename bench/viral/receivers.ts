// What the receivers of the two organisations have in common, however contacts reach them: a store on disk that knows what it holds,
// refusals, and a time at which nobody is there.
import { toJsonString } from "@bufbuild/protobuf";
import { type Contact, ContactSchema } from "@coterie/protocol";
import { createWriteStream, type WriteStream } from "node:fs";
import { join } from "node:path";
import type { Chance } from "./chance.ts";
import type { Organisation } from "./coalition.ts";
import type { Fortnight } from "./fortnight.ts";
import type { World } from "./world.ts";

export interface ReceiverFigures {
  /** Batches or messages that it did not take. */
  refused: number;
  /** Contacts that came again after they were stored. */
  repeated: number;
  /** Messages that were not signed by the gateway: none. */
  forged: number;
}

/** What receivers need of the gateway that runs. */
export type ReceiversGateway = Pick<World, "clients" | "address">;

/** One organisation's receiving end. */
export interface Receiver {
  readonly kind: "pull" | "webhook";
  readonly organisation: Organisation;
  readonly store: ContactFile;
  readonly figures: ReceiverFigures;
  /** Nobody is there for that long. */
  readonly pause: (forMs: number) => Promise<void>;
  /** From now on nothing is refused, and the time is that of the gateway's moved clock. */
  readonly follow: (fortnight: Fortnight) => void;
  /** Receives what still waits, and ends. */
  readonly drain: (fortnight: Fortnight) => Promise<void>;
  /** Ends as it is. */
  readonly abandon: () => Promise<void>;
}

export interface ReceiverInput {
  readonly organisation: Organisation;
  readonly folder: string;
  readonly chance: Chance;
}

export const refusalShare = 0.2;

/** The contacts that an organisation stored, a line each, in the order in which they came. */
export class ContactFile {
  readonly path: string;
  readonly actionIds = new Set<string>();
  /** Contacts that were for somebody else. */
  misdelivered = 0;
  readonly #organisationId: string;
  readonly #file: WriteStream;

  constructor(folder: string, name: string, { id }: Organisation) {
    this.path = join(folder, `${name}.jsonl`);
    this.#organisationId = id;
    this.#file = createWriteStream(this.path, { mode: 0o600 });
  }

  /** Stores what is new; how many were not. */
  add(contacts: readonly Contact[]): number {
    let known = 0;
    for (const contact of contacts) {
      if (contact.organisationId !== this.#organisationId) this.misdelivered++;
      if (this.actionIds.has(contact.actionId)) known++;
      else {
        this.actionIds.add(contact.actionId);
        this.#file.write(`${toJsonString(ContactSchema, contact)}\n`);
      }
    }
    return known;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#file.end(resolve));
  }
}
