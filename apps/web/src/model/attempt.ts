/** One thing that a person asked for: running, failed, or done with what it gave. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { type ProblemCode, problemOf } from "../errors.ts";

/** Where it stands. */
export type AttemptState<Value> =
  | { readonly kind: "idle" }
  | { readonly kind: "running" }
  | { readonly kind: "done"; readonly value: Value }
  | { readonly kind: "failed"; readonly problem: ProblemCode };

/** An action that can be asked for again and again, one at a time. */
export interface Attempt<Input, Value> {
  readonly state: ReadonlySignal<AttemptState<Value>>;
  /** True where it was done. While one runs, another is not started. */
  readonly start: (input: Input) => Promise<boolean>;
  readonly reset: () => void;
}

/** An action that nobody asked for yet. */
export function createAttempt<Input, Value>(act: (input: Input) => Promise<Value>): Attempt<Input, Value> {
  const state = signal<AttemptState<Value>>({ kind: "idle" });
  return {
    state,
    async start(input) {
      if (state.value.kind === "running") return false;
      state.value = { kind: "running" };
      state.value = await act(input).then(
        (value): AttemptState<Value> => ({ kind: "done", value }),
        (error: unknown): AttemptState<Value> => ({ kind: "failed", problem: problemOf(error) }),
      );
      return state.value.kind === "done";
    },
    reset() {
      if (state.value.kind !== "running") state.value = { kind: "idle" };
    },
  };
}
