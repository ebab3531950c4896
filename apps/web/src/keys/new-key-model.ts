/**
 * Making a key, step by step: passphrase, file and words, words typed back, activation. The passphrase and the words are
 * let go of as soon as the step that needs them is over.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { OrganisationKey } from "@coterie/protocol";
import type { RandomSource } from "@coterie/primitives";
import { type ProblemCode, problemOf } from "../errors.ts";
import { type ActivationDeps, activateKey, type RotationInput } from "./activation.ts";
import type { KeyFacts } from "./key-facts.ts";
import type { NewKey } from "./key-jobs.ts";
import type { KeyStage } from "./key-workshop.ts";
import { strengthOf } from "./passphrase-strength.ts";
import { choosePositions, findWrongWords } from "./word-check.ts";

/** Where making a key stands. */
export type NewKeyState =
  | { readonly kind: "passphrase"; readonly problem?: ProblemCode | "differ" }
  | { readonly kind: "making"; readonly stage: KeyStage }
  | { readonly kind: "keep"; readonly key: NewKey; readonly fileSaved: boolean }
  | {
      readonly kind: "check";
      readonly key: NewKey;
      readonly positions: readonly number[];
      readonly wrong: readonly number[];
    }
  | { readonly kind: "ready"; readonly key: KeyFacts; readonly problem?: ProblemCode }
  | { readonly kind: "activating"; readonly key: KeyFacts; readonly stage: KeyStage | "gateway" }
  | { readonly kind: "done"; readonly key: OrganisationKey };

/** What making a key needs. */
export interface NewKeyDeps extends ActivationDeps {
  readonly random: RandomSource;
  readonly saveFile: (file: { readonly name: string; readonly text: string }) => void;
}

/** Making a key. */
export interface NewKeyModel {
  readonly state: ReadonlySignal<NewKeyState>;
  readonly make: (input: {
    readonly passphrase: string;
    readonly repeated: string;
    readonly label: string;
  }) => Promise<void>;
  readonly saveKeyFile: () => void;
  readonly goToCheck: () => void;
  readonly backToWords: () => void;
  readonly checkWords: (typed: ReadonlyMap<number, string>) => void;
  /** `rotation`: where the organisation has a key log. */
  readonly activate: (rotation?: RotationInput) => Promise<boolean>;
}

/** The steps of one key. */
export function createNewKeyModel(deps: NewKeyDeps): NewKeyModel {
  const state = signal<NewKeyState>({ kind: "passphrase" });
  const kept = { fileText: "", passphrase: "", label: "" };
  const activate = async (key: KeyFacts, rotation: RotationInput | undefined): Promise<boolean> => {
    state.value = { kind: "activating", key, stage: "gateway" };
    const onStage = (stage: KeyStage): void => {
      state.value = { kind: "activating", key, stage };
    };
    try {
      state.value = { kind: "done", key: await activateKey(deps, { facts: key, ...kept, rotation, onStage }) };
      kept.passphrase = "";
      return true;
    } catch (error) {
      state.value = { kind: "ready", key, problem: problemOf(error) };
      return false;
    }
  };
  return {
    state,
    async make({ passphrase, repeated, label }) {
      if (strengthOf(passphrase) === "too-short") state.value = { kind: "passphrase", problem: "weak-passphrase" };
      else if (passphrase !== repeated) state.value = { kind: "passphrase", problem: "differ" };
      else {
        const made = await makeKey(deps, { passphrase, label, state });
        if (made !== undefined) Object.assign(kept, { fileText: made.fileText, passphrase, label });
      }
    },
    saveKeyFile() {
      const { value } = state;
      if (value.kind !== "keep") return;
      deps.saveFile({ name: keyFileName(value.key), text: value.key.fileText });
      state.value = { ...value, fileSaved: true };
    },
    goToCheck() {
      const { value } = state;
      if (value.kind !== "keep") return;
      const positions = choosePositions(deps, value.key.words.length);
      state.value = { kind: "check", key: value.key, positions, wrong: [] };
    },
    backToWords() {
      const { value } = state;
      if (value.kind === "check") state.value = { kind: "keep", key: value.key, fileSaved: true };
    },
    checkWords(typed) {
      const { value } = state;
      if (value.kind !== "check") return;
      const wrong = findWrongWords(value.key.words, { positions: value.positions, typed });
      // The words are forgotten with the step that needed them.
      const { keyId, publicKey, comment, createdAt } = value.key;
      const key = { keyId, publicKey, comment, createdAt };
      state.value = wrong.length > 0 ? { ...value, wrong } : { kind: "ready", key };
    },
    async activate(rotation) {
      const { value } = state;
      return value.kind === "ready" && (await activate(value.key, rotation));
    },
  };
}

async function makeKey(
  { workshop }: NewKeyDeps,
  {
    passphrase,
    label,
    state,
  }: { readonly passphrase: string; readonly label: string; readonly state: { value: NewKeyState } },
): Promise<NewKey | undefined> {
  state.value = { kind: "making", stage: "loading" };
  try {
    const key = await workshop.run({ kind: "create", passphrase, comment: label }, (stage) => {
      state.value = { kind: "making", stage };
    });
    state.value = { kind: "keep", key, fileSaved: false };
    return key;
  } catch (error) {
    state.value = { kind: "passphrase", problem: problemOf(error) };
    return undefined;
  }
}

/** A name that sorts by day and says whose key it is by the end of its id. */
export function keyFileName({ createdAt, keyId }: Pick<KeyFacts, "createdAt" | "keyId">): string {
  return `coterie-key-${createdAt.slice(0, 10)}-${keyId.slice(-6)}.json`;
}
