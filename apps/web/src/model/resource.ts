/** Something that is loaded from the gateway and shown. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { type ProblemCode, problemOf } from "../errors.ts";

/** Where loading stands. While it is loaded anew, the value before stays. */
export type ResourceState<Value> =
  | { readonly kind: "loading" }
  | { readonly kind: "loaded"; readonly value: Value }
  | { readonly kind: "failed"; readonly problem: ProblemCode };

/** A value and the means to load it again. */
export interface Resource<Value> {
  readonly state: ReadonlySignal<ResourceState<Value>>;
  readonly reload: () => Promise<void>;
}

/** A resource that is not loaded yet: call `reload`. Of answers that overtake each other, the one asked for last is kept. */
export function createResource<Value>(load: () => Promise<Value>): Resource<Value> {
  const state = signal<ResourceState<Value>>({ kind: "loading" });
  let asked = 0;
  return {
    state,
    async reload() {
      const mine = ++asked;
      if (state.value.kind === "failed") state.value = { kind: "loading" };
      const next = await load().then(
        (value): ResourceState<Value> => ({ kind: "loaded", value }),
        (error: unknown): ResourceState<Value> => ({ kind: "failed", problem: problemOf(error) }),
      );
      if (mine === asked) state.value = next;
    },
  };
}
