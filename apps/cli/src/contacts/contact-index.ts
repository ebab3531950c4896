/**
 * Which contacts the store holds: a hash table of fixed-size records, 32 bytes a contact, for telling a redelivery from
 * something new without reading the store. One million contacts take about 45 MB.
 *
 * A record is the contact's name (16 bytes: SHA-256 of action id and organisation id) and its digest (16 bytes: SHA-256
 * of what was signed and sealed). The same name with another digest is not a redelivery: two things claim to be one.
 */
import { createHash } from "node:crypto";
import type { Contact } from "@coterie/protocol";

/** The size of one record. */
export const indexRecordBytes = 32;

const nameBytes = 16;
const emptySlot = 0xffff_ffff;

/** What the index knows about a contact. */
export type Acquaintance = "new" | "same" | "other";

/** What names a contact and what distinguishes two of one name. */
export type IndexedContact = Pick<Contact, "actionId" | "organisationId" | "payload" | "nonce" | "headerSignature">;

/** The record of a contact. Works for ids of any form: they are the gateway's word only. */
export function createIndexRecord(contact: IndexedContact): Buffer {
  const name = createHash("sha256").update(`${contact.actionId}\n${contact.organisationId}`).digest();
  const content = createHash("sha256").update(contact.headerSignature).update(contact.nonce).update(contact.payload);
  return Buffer.concat([name.subarray(0, nameBytes), content.digest().subarray(0, indexRecordBytes - nameBytes)]);
}

/** Records by name. Grows by doubling. */
export class ContactIndex {
  #records: Buffer;
  #slots: Uint32Array<ArrayBuffer>;
  #count = 0;

  constructor(records: Uint8Array = new Uint8Array(0)) {
    this.#count = Math.floor(records.length / indexRecordBytes);
    this.#records = Buffer.alloc(Math.max(1024, this.#count * 1.25) * indexRecordBytes);
    this.#records.set(records.subarray(0, this.#count * indexRecordBytes));
    this.#slots = this.#fillSlots();
  }

  /** How many contacts it holds. */
  get count(): number {
    return this.#count;
  }

  /** Whether the contact of this record is known. */
  find(record: Uint8Array): Acquaintance {
    const position = this.#slots[this.#slotOf(record)];
    if (position === undefined || position === emptySlot) return "new";
    const start = position * indexRecordBytes;
    const known = this.#records.subarray(start + nameBytes, start + indexRecordBytes);
    return known.equals(record.subarray(nameBytes)) ? "same" : "other";
  }

  /** Remembers a new contact. */
  add(record: Uint8Array): void {
    if ((this.#count + 1) * indexRecordBytes > this.#records.length) {
      const grown = Buffer.alloc(this.#records.length * 2);
      grown.set(this.#records);
      this.#records = grown;
    }
    this.#records.set(record, this.#count * indexRecordBytes);
    this.#count++;
    if (this.#count * 2 > this.#slots.length) this.#slots = this.#fillSlots();
    else this.#slots[this.#slotOf(record)] = this.#count - 1;
  }

  #fillSlots(): Uint32Array<ArrayBuffer> {
    const slots = new Uint32Array(2 ** Math.ceil(Math.log2(Math.max(1024, this.#count * 2 + 2)))).fill(emptySlot);
    this.#slots = slots;
    for (let position = 0; position < this.#count; position++) {
      const start = position * indexRecordBytes;
      slots[this.#slotOf(this.#records.subarray(start, start + indexRecordBytes))] = position;
    }
    return slots;
  }

  /** The slot that holds the record's name, or the empty one where it belongs. Names are hashes: their start spreads well. */
  #slotOf(record: Uint8Array): number {
    const mask = this.#slots.length - 1;
    const name = Buffer.from(record.buffer, record.byteOffset, nameBytes);
    for (let slot = name.readUInt32LE(0) & mask; ; slot = (slot + 1) & mask) {
      const position = this.#slots[slot];
      if (position === undefined || position === emptySlot) return slot;
      const start = position * indexRecordBytes;
      if (this.#records.subarray(start, start + nameBytes).equals(name)) return slot;
    }
  }
}
