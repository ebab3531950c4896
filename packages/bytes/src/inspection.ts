/** Keeping secrets out of what consoles print. */

/** Node's console and `util.inspect` ask for this symbol; they then print what `toString` gives. */
export function hideFromInspection(prototype: { toString: () => string }): void {
  Object.defineProperty(prototype, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: { toString: () => string }) {
      return this.toString();
    },
  });
}
