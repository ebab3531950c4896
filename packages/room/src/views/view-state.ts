/**
 * What a view holds: a list that grows and a map, with a journal by which any number of steps can be undone
 * (docs/protocol/rooms.md §8.1). Plain values, in memory: at rest they are encrypted by view-storage.ts.
 */
import { type Bytes, copyBytes, FieldReader, FieldWriter, MalformedBytesError } from "@coterie/bytes";
import { ViewOutOfRangeError } from "../errors.ts";

/** What anybody may read of a view. Values are the view's own bytes: do not change them. */
export interface ReadableView {
  /** How long the list is. */
  readonly length: number;
  /** The list's value at `index`. Errors: ViewOutOfRangeError. */
  readonly at: (index: number) => Bytes;
  readonly find: (key: string) => Bytes | undefined;
  /** The map's entries whose key begins with `prefix`, by key in the order of UTF-16 code units. */
  readonly entries: (prefix?: string) => readonly (readonly [key: string, value: Bytes])[];
}

/** What `apply` may do to a view. Values are copied. */
export interface WritableView extends ReadableView {
  readonly append: (value: Uint8Array) => void;
  readonly put: (key: string, value: Uint8Array) => void;
  readonly remove: (key: string) => void;
  /** Shortens the list. Errors: ViewOutOfRangeError. */
  readonly truncate: (length: number) => void;
}

type Undo =
  | { readonly kind: "appended" }
  | { readonly kind: "truncated"; readonly values: readonly Bytes[] }
  | { readonly kind: "changed"; readonly key: string; readonly before: Bytes | undefined };

/** The content of a view at one time. A **mark** is a number that names a moment to come back to. */
export class ViewState implements WritableView {
  #list: Bytes[] = [];
  readonly #valueByKey = new Map<string, Bytes>();
  #journal: Undo[] = [];
  #forgotten = 0;

  get length(): number {
    return this.#list.length;
  }

  at = (index: number): Bytes => {
    const value = this.#list[index];
    if (value === undefined) throw new ViewOutOfRangeError("the view's list has no value there");
    return value;
  };

  find = (key: string): Bytes | undefined => this.#valueByKey.get(key);

  entries = (prefix = ""): readonly (readonly [key: string, value: Bytes])[] =>
    [...this.#valueByKey].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));

  append = (value: Uint8Array): void => {
    this.#list.push(copyBytes(value));
    this.#journal.push({ kind: "appended" });
  };

  put = (key: string, value: Uint8Array): void => {
    this.#journal.push({ kind: "changed", key, before: this.#valueByKey.get(key) });
    this.#valueByKey.set(key, copyBytes(value));
  };

  remove = (key: string): void => {
    const before = this.#valueByKey.get(key);
    if (before === undefined) return;
    this.#journal.push({ kind: "changed", key, before });
    this.#valueByKey.delete(key);
  };

  truncate = (length: number): void => {
    if (!Number.isInteger(length) || length < 0 || length > this.#list.length)
      throw new ViewOutOfRangeError("a list is shortened to a length that it has");
    this.#journal.push({ kind: "truncated", values: this.#list.slice(length) });
    this.#list.length = length;
  };

  /** This moment. */
  mark(): number {
    return this.#forgotten + this.#journal.length;
  }

  /** Back to `mark`. Errors: ViewOutOfRangeError where that moment was forgotten, or has not come. */
  undoTo(mark: number): void {
    const target = mark - this.#forgotten;
    if (target < 0 || target > this.#journal.length) throw new ViewOutOfRangeError("there is no way back to that mark");
    while (this.#journal.length > target) {
      const step = this.#journal.pop();
      if (step !== undefined) this.#undo(step);
    }
  }

  /** Nothing will go back before `mark`: what that would need is dropped. */
  forgetBefore(mark: number): void {
    const count = Math.min(mark - this.#forgotten, this.#journal.length);
    if (count <= 0) return;
    this.#journal = this.#journal.slice(count);
    this.#forgotten += count;
  }

  /** The content in its one form: equal for equal content, whatever steps led to it. */
  encode(): Bytes {
    const entries = this.entries();
    const writer = new FieldWriter().number(this.#list.length);
    for (const value of this.#list) writer.bytes(value);
    writer.number(entries.length);
    for (const [key, value] of entries) writer.text(key).bytes(value);
    const encoded = writer.finish();
    writer.wipe();
    return encoded;
  }

  /** Takes over an encoded content, without a way back. Errors: MalformedBytesError. */
  decode(encoded: Uint8Array): void {
    const reader = new FieldReader(encoded);
    const list = Array.from({ length: checkedCount(reader, encoded) }, () => reader.bytes());
    const entries = Array.from(
      { length: checkedCount(reader, encoded) },
      () => [reader.text(), reader.bytes()] as const,
    );
    reader.end();
    this.#list = list;
    this.#valueByKey.clear();
    for (const [key, value] of entries) this.#valueByKey.set(key, value);
    this.#forgotten = this.mark();
    this.#journal = [];
  }

  #undo(step: Undo): void {
    if (step.kind === "appended") this.#list.pop();
    else if (step.kind === "truncated") for (const value of step.values) this.#list.push(value);
    else if (step.before === undefined) this.#valueByKey.delete(step.key);
    else this.#valueByKey.set(step.key, step.before);
  }
}

// A hostile count must not allocate: every value takes at least its prefix.
function checkedCount(reader: FieldReader, encoded: Uint8Array): number {
  const count = reader.number();
  if (count > encoded.length / 4) throw new MalformedBytesError("more values than bytes");
  return count;
}
