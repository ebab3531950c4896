/** The console: key files and passphrase in, opened contacts out; everything in between stays in this browser. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { OpenedRow } from "@coterie/actions/csv";
import { type ProblemCode, problemOf } from "../errors.ts";
import { readKeyFile, type ChosenFile } from "../keys/import-key-model.ts";
import { type KeyFacts, readKeyFacts } from "../keys/key-facts.ts";
import type { KeyStage, KeyWorkshop, WorkerPort } from "../keys/key-workshop.ts";
import { webLimits } from "../limits.ts";
import type { SignedIn } from "../session/session.ts";
import { csvFile, jsonLinesFile, OpenedContacts, refusedFile } from "./opened-contacts.ts";
import type { RefusedContact } from "./opening-job.ts";
import { type OpeningPool, startOpeningPool } from "./opening-pool.ts";
import type { OpeningProgress } from "./opening-progress.ts";
import { runOpening } from "./opening-run.ts";
import { pullBatches } from "./pull-batches.ts";

/** A key file that was chosen and can be read without its passphrase. */
export interface ChosenKey {
  readonly facts: KeyFacts;
  readonly fileText: string;
}

/** How a run ended. */
export interface OpeningOutcomeView {
  /** "complete", or why it is not. */
  readonly ending: "complete" | "cancelled" | ProblemCode;
  readonly opened: number;
  readonly refused: readonly RefusedContact[];
  readonly preview: readonly OpenedRow[];
  readonly seconds: number;
}

/** Where the console stands. */
export type ConsoleState =
  | { readonly kind: "idle"; readonly problem?: ProblemCode }
  | { readonly kind: "unlocking"; readonly stage: KeyStage }
  | { readonly kind: "opening"; readonly progress: OpeningProgress }
  | {
      readonly kind: "done";
      readonly outcome: OpeningOutcomeView;
      readonly saving: boolean;
      readonly problem?: ProblemCode;
    };

/** What the console needs. */
export interface ConsoleDeps {
  readonly session: Pick<SignedIn, "organisations" | "organisation" | "gatewaySigningKey" | "calls">;
  readonly workshop: KeyWorkshop;
  readonly startOpeningWorker: () => WorkerPort;
  readonly threads: number;
  readonly now: () => number;
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly saveBlob: (file: { readonly name: string; readonly content: Blob }) => void;
}

/** The files that can be saved after a run. */
export type ConsoleFile = "csv" | "jsonl" | "refused";

/** The console. */
export interface ConsoleModel {
  readonly keys: ReadonlySignal<readonly ChosenKey[]>;
  readonly state: ReadonlySignal<ConsoleState>;
  readonly addKeyFiles: (files: readonly ChosenFile[]) => Promise<void>;
  readonly removeKey: (keyId: string) => void;
  readonly open: (passphrase: string) => Promise<void>;
  readonly cancel: () => void;
  readonly save: (file: ConsoleFile) => Promise<void>;
  /** Forgets what was opened, and ends everything that runs. */
  readonly forget: () => void;
}

/** A console with nothing chosen. */
export function createConsoleModel(deps: ConsoleDeps): ConsoleModel {
  const keys = signal<readonly ChosenKey[]>([]);
  const state = signal<ConsoleState>({ kind: "idle" });
  const kept = { contacts: new OpenedContacts(), run: new AbortController() };
  return {
    keys,
    state,
    async addKeyFiles(files) {
      const { added, problem } = await describeFiles(files);
      const fresh = added.filter(({ facts }) => keys.value.every((known) => known.facts.keyId !== facts.keyId));
      keys.value = [...keys.value, ...fresh].slice(0, webLimits.keyFiles);
      // Files that were read while a run began do not stop it.
      if (state.value.kind === "idle")
        state.value = problem === undefined ? { kind: "idle" } : { kind: "idle", problem };
    },
    removeKey(keyId) {
      keys.value = keys.value.filter(({ facts }) => facts.keyId !== keyId);
    },
    async open(passphrase) {
      kept.contacts = new OpenedContacts();
      kept.run = new AbortController();
      const fileTexts = keys.value.map(({ fileText }) => fileText);
      await openAll(deps, { state, contacts: kept.contacts, signal: kept.run.signal, fileTexts, passphrase });
    },
    cancel() {
      kept.run.abort();
    },
    async save(file) {
      const { value } = state;
      if (value.kind !== "done" || value.saving) return;
      state.value = { kind: "done", outcome: value.outcome, saving: true };
      const problem = await saveFile(deps, { file, contacts: kept.contacts, atMs: deps.now() });
      state.value = {
        kind: "done",
        outcome: value.outcome,
        saving: false,
        ...(problem === undefined ? {} : { problem }),
      };
    },
    forget() {
      kept.run.abort();
      kept.contacts = new OpenedContacts();
      state.value = { kind: "idle" };
    },
  };
}

async function describeFiles(
  files: readonly ChosenFile[],
): Promise<{ readonly added: readonly ChosenKey[]; readonly problem: ProblemCode | undefined }> {
  const added: ChosenKey[] = [];
  let problem: ProblemCode | undefined;
  for (const file of files.slice(0, webLimits.keyFiles)) {
    try {
      const fileText = await readKeyFile(file);
      added.push({ fileText, facts: readKeyFacts(fileText) });
    } catch (error) {
      problem = problemOf(error);
    }
  }
  return { added, problem };
}

interface OpenAllInput {
  readonly state: { value: ConsoleState };
  readonly contacts: OpenedContacts;
  readonly signal: AbortSignal;
  readonly fileTexts: readonly string[];
  readonly passphrase: string;
}

async function openAll(
  deps: ConsoleDeps,
  { state, contacts, signal, fileTexts, passphrase }: OpenAllInput,
): Promise<void> {
  state.value = { kind: "unlocking", stage: "loading" };
  const startedAtMs = deps.now();
  const pool = await startPool(deps, { state, fileTexts, passphrase });
  if (pool === undefined) return;
  signal.addEventListener("abort", pool.close);
  let ending: OpeningOutcomeView["ending"] = "complete";
  try {
    signal.throwIfAborted();
    await runOpening(
      { pool, now: deps.now },
      {
        batches: pullBatches({ calls: deps.session.calls, wait: deps.wait }, signal),
        contacts,
        estimate: await estimateContacts(deps),
        onProgress: (progress) => {
          if (!signal.aborted) state.value = { kind: "opening", progress };
        },
      },
    );
  } catch (error) {
    ending = signal.aborted ? "cancelled" : problemOf(error);
  } finally {
    pool.close();
  }
  const { opened } = contacts.counts;
  const seconds = (deps.now() - startedAtMs) / 1000;
  const outcome: OpeningOutcomeView = { ending, opened, refused: contacts.refused, preview: contacts.preview, seconds };
  state.value = { kind: "done", outcome, saving: false };
}

async function startPool(
  { workshop, startOpeningWorker, threads, session }: ConsoleDeps,
  {
    state,
    fileTexts,
    passphrase,
  }: { readonly state: { value: ConsoleState }; readonly fileTexts: readonly string[]; readonly passphrase: string },
): Promise<OpeningPool | undefined> {
  try {
    const secretKeys = await workshop.run({ kind: "unlock", fileTexts, passphrase }, (stage) => {
      state.value = { kind: "unlocking", stage };
    });
    const { gatewaySigningKey, organisation } = session;
    return await startOpeningPool(
      { startWorker: startOpeningWorker },
      { threads, secretKeys, gatewaySigningKey, organisationId: organisation.id },
    );
  } catch (error) {
    state.value = { kind: "idle", problem: problemOf(error) };
    return undefined;
  }
}

/** How many contacts there may be: the actions of all campaigns. Undefined where it cannot be known. */
async function estimateContacts({ session }: ConsoleDeps): Promise<number | undefined> {
  try {
    const { campaigns } = await session.organisations.listCampaigns({ pageSize: 200, pageToken: "" });
    return campaigns.reduce((sum, { counter }) => sum + Number(counter), 0);
  } catch {
    return undefined;
  }
}

async function saveFile(
  deps: ConsoleDeps,
  { file, contacts, atMs }: { readonly file: ConsoleFile; readonly contacts: OpenedContacts; readonly atMs: number },
): Promise<ProblemCode | undefined> {
  const day = new Date(atMs).toISOString().slice(0, 10);
  const name = `${deps.session.organisation.name}-${file === "refused" ? "refused" : "contacts"}-${day}`;
  try {
    if (file === "jsonl") deps.saveBlob({ name: `${name}.jsonl`, content: jsonLinesFile(contacts) });
    else if (file === "refused") deps.saveBlob({ name: `${name}.csv`, content: refusedFile(contacts.refused) });
    else deps.saveBlob({ name: `${name}.csv`, content: await writeCsvFile(deps, contacts) });
    return undefined;
  } catch (error) {
    return problemOf(error);
  }
}

/** CSV is written by workers without keys. */
async function writeCsvFile(
  { startOpeningWorker, threads, session }: ConsoleDeps,
  contacts: OpenedContacts,
): Promise<Blob> {
  const { gatewaySigningKey, organisation } = session;
  const setup = { threads, secretKeys: [], gatewaySigningKey, organisationId: organisation.id };
  const pool = await startOpeningPool({ startWorker: startOpeningWorker }, setup);
  try {
    return await csvFile(contacts, (lines, columns) => pool.run((thread) => thread.writeCsv(lines, columns)));
  } finally {
    pool.close();
  }
}
