/**
 * Control blocks by their place in the final order, which is the same for everybody, unlike the order in which they came; and sets of them in
 * one encoding (docs/protocol/rooms.md §8.2).
 */
import type { Bytes } from "@coterie/bytes";
import { type ByteReader, ByteWriter } from "@coterie/oplog";
import { MalformedRoomError } from "../errors.ts";
import type { ControlSet, ControlSets } from "../membership/control-sets.ts";

/** The numbering of one room. */
export class ControlNumbers {
  readonly #sets: ControlSets;
  readonly #controls: number[] = [];
  readonly #numberByControl = new Map<number, number>();
  readonly #encoded = new Map<ControlSet, Bytes>();

  constructor(sets: ControlSets) {
    this.#sets = sets;
  }

  /** How many are numbered. */
  get size(): number {
    return this.#controls.length;
  }

  /** Numbers the next control block that became final. */
  add(control: number): void {
    this.#numberByControl.set(control, this.#controls.length);
    this.#controls.push(control);
  }

  /** The control block with a number. */
  controlAt(number: number): number {
    const control = this.#controls[number];
    if (control === undefined) throw new MalformedRoomError("a control block that is not there");
    return control;
  }

  /**
   * A set of final control blocks: `varint first || varint n || n × varint`: all below `first`, and of those above it n more, as steps from the
   * one before. What is not final yet is left out.
   */
  encode(set: ControlSet): Bytes {
    const known = this.#encoded.get(set);
    if (known !== undefined) return known;
    const numbers = this.#sets
      .ids(set)
      .flatMap((control) => this.#numberByControl.get(control) ?? [])
      .sort((a, b) => a - b);
    let first = 0;
    while (numbers[first] === first) first++;
    const writer = new ByteWriter().varint(first).varint(numbers.length - first);
    let before = first;
    for (const number of numbers.slice(first)) {
      writer.varint(number - before);
      before = number;
    }
    const encoded = writer.finish();
    this.#encoded.set(set, encoded);
    return encoded;
  }

  /** The set that {@link encode} wrote. Throws MalformedRoomError, and MalformedBlockError where bytes are missing. */
  decode(reader: ByteReader): ControlSet {
    const first = reader.varint();
    const count = reader.varint();
    if (first > this.size || count > this.size) throw new MalformedRoomError("a set of more than there are");
    const controls: number[] = [];
    for (let number = 0; number < first; number++) controls.push(this.controlAt(number));
    let number = first;
    for (let i = 0; i < count; i++) {
      number += reader.varint();
      controls.push(this.controlAt(number));
    }
    return this.#sets.of(controls);
  }
}
