/** Persist before send, as a type. */
import type { SessionChange, SessionStore } from "./session-store.ts";

/**
 * A value that may be used only once the state that it belongs to is stored: a ciphertext whose key would be used again after
 * a crash, or a plaintext that would be delivered twice. {@link commit} is the one way to it.
 */
export class Uncommitted<Value> {
  readonly #value: Value;
  readonly #change: SessionChange;

  constructor(value: Value, change: SessionChange) {
    this.#value = value;
    this.#change = change;
  }

  /** Stores the state, then gives the value. Where storing fails, there is no value, and the step did not happen. */
  async commit(store: Pick<SessionStore, "commit">): Promise<Value> {
    await store.commit(this.#change);
    return this.#value;
  }

  toJSON(): never {
    throw new TypeError("an uncommitted value must not be serialised");
  }
}
