/** Activating a key whose file exists already: made on another machine, or by the command line. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { OrganisationKey } from "@coterie/protocol";
import { keyFileLimits } from "@coterie/sealed-box/key-file";
import { type ProblemCode, problemOf } from "../errors.ts";
import { type ActivationDeps, activateKey, type RotationInput } from "./activation.ts";
import { type KeyFacts, readKeyFacts } from "./key-facts.ts";
import type { KeyStage } from "./key-workshop.ts";

/** Where importing stands. */
export type ImportKeyState =
  | { readonly kind: "choose"; readonly problem?: ProblemCode }
  | { readonly kind: "chosen"; readonly key: KeyFacts; readonly problem?: ProblemCode }
  | { readonly kind: "activating"; readonly key: KeyFacts; readonly stage: KeyStage | "gateway" }
  | { readonly kind: "done"; readonly key: OrganisationKey };

/** A file that a person chose. */
export interface ChosenFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly text: () => Promise<string>;
}

/** Importing a key file. */
export interface ImportKeyModel {
  readonly state: ReadonlySignal<ImportKeyState>;
  readonly choose: (file: ChosenFile) => Promise<void>;
  readonly activate: (input: {
    readonly passphrase: string;
    readonly label: string;
    readonly rotation?: RotationInput | undefined;
  }) => Promise<boolean>;
}

/** The steps of one import. */
export function createImportKeyModel(deps: ActivationDeps): ImportKeyModel {
  const state = signal<ImportKeyState>({ kind: "choose" });
  const chosen = { fileText: "" };
  return {
    state,
    async choose(file) {
      try {
        chosen.fileText = await readKeyFile(file);
        state.value = { kind: "chosen", key: readKeyFacts(chosen.fileText) };
      } catch (error) {
        state.value = { kind: "choose", problem: problemOf(error) };
      }
    },
    async activate({ passphrase, label, rotation }) {
      const { value } = state;
      if (value.kind !== "chosen") return false;
      const { key } = value;
      state.value = { kind: "activating", key, stage: "gateway" };
      const onStage = (stage: KeyStage): void => {
        state.value = { kind: "activating", key, stage };
      };
      try {
        const input = { facts: key, fileText: chosen.fileText, passphrase, label, rotation, onStage };
        state.value = { kind: "done", key: await activateKey(deps, input) };
        return true;
      } catch (error) {
        state.value = { kind: "chosen", key, problem: problemOf(error) };
        return false;
      }
    },
  };
}

/** The text of a key file; "" for a file that is too large to be one, which parsing refuses. */
export async function readKeyFile(file: ChosenFile): Promise<string> {
  return file.sizeBytes > keyFileLimits.fileCharacters * 4 ? "" : await file.text();
}
