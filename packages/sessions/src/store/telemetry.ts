/** What may be told about steps: which, how it ended, how long it took. No content, key or name fits these types. */
import { CoterieError } from "@coterie/bytes";

/** A step that ended. */
export interface SessionSpan {
  readonly span: "start" | "encrypt" | "decrypt";
  /** The outcome's kind, an error's code, or `unexpected`. */
  readonly outcome: string;
  readonly durationMs: number;
}

/** Takes spans; it must not throw. */
export type Observe = (span: SessionSpan) => void;

/** Runs a step and tells how it ended. */
export async function observed<Outcome extends { readonly kind: string }>(
  { observe, now }: { readonly observe?: Observe; readonly now: () => number },
  { span, run }: { readonly span: SessionSpan["span"]; readonly run: () => Promise<Outcome> },
): Promise<Outcome> {
  if (observe === undefined) return await run();
  const startedAtMs = now();
  let outcome = "unexpected";
  try {
    const result = await run();
    outcome = result.kind;
    return result;
  } catch (error) {
    if (error instanceof CoterieError) outcome = error.code;
    throw error;
  } finally {
    observe({ span, outcome, durationMs: now() - startedAtMs });
  }
}
