/** Ending what is under way. `AbortSignal` belongs to platforms, not to the language: here stands what is used of it. */
import { AbortedError } from "../errors.ts";

/** What an `AbortSignal` offers. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly addEventListener: (type: "abort", listener: () => void) => void;
  readonly removeEventListener: (type: "abort", listener: () => void) => void;
}

/** The last argument of every call that may take long. */
export interface CallOptions {
  /** Ends the call: it then fails with AbortedError, and what it had begun may have been carried out or not. */
  readonly signal?: AbortSignalLike | undefined;
}

/**
 * Goes on only while nobody asked to end.
 * @throws AbortedError
 */
export function requireNotAborted(signal: AbortSignalLike | undefined): void {
  if (signal?.aborted === true) throw new AbortedError();
}
