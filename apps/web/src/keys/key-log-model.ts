/** The organisation's key log as this browser sees it: verified against what it remembers, and continued by its authority. */
import { equalBytes } from "@coterie/bytes";
import {
  GatewayMisbehavedError,
  GatewayRefusedError,
  LogWithheldError,
  type ProblemCode,
  problemOf,
  RotationUnfinishedError,
} from "../errors.ts";
import { type Attempt, createAttempt } from "../model/attempt.ts";
import { createResource, type Resource } from "../model/resource.ts";
import type { SignedIn } from "../session/session.ts";
import { confirmsFingerprint, type TextStore } from "../session/signing-key-pin.ts";
import { createKeptLog, type KeptLog, type PendingEntries } from "./kept-log.ts";
import type { KeyStage, KeyWorkshop } from "./key-workshop.ts";
import type { LogChange, VerifiedLog } from "./log-jobs.ts";

/** What is known of the log. */
export type LogView =
  | { readonly kind: "none" }
  /** `isNew`: this browser saw it for the first time, and remembers it from now on. */
  | { readonly kind: "verified"; readonly log: VerifiedLog; readonly isNew: boolean }
  /** Not believed. `candidate`: the log that is served, where it is another one that holds together by itself. */
  | { readonly kind: "refused"; readonly problem: ProblemCode; readonly candidate: VerifiedLog | undefined };

/** What an authority signs with. */
export interface AuthorityInput {
  readonly fileText: string;
  readonly passphrase: string;
}

/** One change of the log. */
export interface LogChangeInput {
  readonly authority: AuthorityInput;
  readonly change: LogChange;
  /** The 32 bytes inside the activation challenge, where a key is activated. */
  readonly proof?: Uint8Array<ArrayBuffer>;
  readonly onStage?: (stage: KeyStage) => void;
}

/** The log. */
export interface KeyLogModel {
  readonly view: Resource<LogView>;
  /** Believes another log than the one before, after the last characters of its id were typed. */
  readonly accept: (typed: string) => Promise<boolean>;
  /** Signs and publishes. Rejects with nothing published, or with entries kept that the next call sends first. */
  readonly change: (input: LogChangeInput) => Promise<VerifiedLog>;
  /** The same, asked for by a person. */
  readonly asked: Attempt<LogChangeInput, VerifiedLog>;
}

/** What the model needs. */
export interface KeyLogModelDeps {
  readonly session: Pick<SignedIn, "organisation" | "keyLogs">;
  readonly workshop: KeyWorkshop;
  readonly store: TextStore;
}

/** A log that is not loaded yet. */
export function createKeyLogModel(deps: KeyLogModelDeps): KeyLogModel {
  const kept = createKeptLog(deps, deps.session.organisation.id);
  const view = createResource(() => viewLog(deps, kept));
  const change = async (input: LogChangeInput): Promise<VerifiedLog> => {
    const log = await changeLog(deps, { ...input, kept });
    await view.reload();
    return log;
  };
  return {
    view,
    change,
    asked: createAttempt(change),
    async accept(typed) {
      const { value } = view.state;
      const candidate = value.kind === "loaded" && value.value.kind === "refused" ? value.value.candidate : undefined;
      if (candidate === undefined || !confirmsFingerprint(candidate.logId, typed)) return false;
      kept.forgetPending();
      kept.saveHead(candidate.head);
      await view.reload();
      return true;
    },
  };
}

type KeyLogDeps = Omit<KeyLogModelDeps, "store">;

async function viewLog({ session, workshop }: KeyLogDeps, kept: KeptLog): Promise<LogView> {
  const { entries } = await session.keyLogs.getKeyLog({});
  const remembered = kept.loadHead();
  if (entries.length === 0) {
    if (remembered === undefined) return { kind: "none" };
    return { kind: "refused", problem: problemOf(new LogWithheldError()), candidate: undefined };
  }
  const organisation = session.organisation.id;
  try {
    const log = await workshop.run({ kind: "verify-log", organisation, entries, remembered });
    // Another tab saw the log meanwhile: this view is checked against what that one remembers.
    if (!kept.replaceHead(log.head, remembered)) return await viewLog({ session, workshop }, kept);
    return { kind: "verified", log, isNew: remembered === undefined };
  } catch (error) {
    const problem = problemOf(error);
    if (problem === "background" || problem === "unexpected") throw error;
    if (problem !== "log-replaced") return { kind: "refused", problem, candidate: undefined };
    const alone = { kind: "verify-log", organisation, entries, remembered: undefined } as const;
    return { kind: "refused", problem, candidate: await workshop.run(alone).catch(() => undefined) };
  }
}

async function changeLog(
  deps: KeyLogDeps,
  { kept, authority, change, proof, onStage }: LogChangeInput & { readonly kept: KeptLog },
): Promise<VerifiedLog> {
  const { session, workshop } = deps;
  await finishPending(deps, { kept, proof });
  const { entries } = await session.keyLogs.getKeyLog({});
  const remembered = kept.loadHead();
  const job = {
    kind: "sign-log",
    organisation: session.organisation.id,
    entries,
    remembered,
    authorityFileText: authority.fileText,
    passphrase: authority.passphrase,
    change,
  } as const;
  const signed = await workshop.run(job, onStage);
  await publish(deps, { kept, pending: { seq: entries.length, entries: signed.entries }, proof });
  // Where another tab remembers more by now, that stays: the log is looked at again after each change.
  kept.replaceHead(signed.log.head, remembered);
  return signed.log;
}

interface Publication {
  readonly kept: KeptLog;
  readonly pending: PendingEntries;
  readonly proof: Uint8Array<ArrayBuffer> | undefined;
}

/** Kept from before they leave until they are known to have arrived: two signed entries in one place would be a fork. */
async function publish({ session }: KeyLogDeps, { kept, pending, proof }: Publication): Promise<void> {
  kept.savePending(pending);
  await session.keyLogs.publishKeyLogEntries({ entries: [...pending.entries], proof: proof ?? new Uint8Array() });
  kept.forgetPending();
}

async function finishPending(deps: KeyLogDeps, { kept, proof }: Omit<Publication, "pending">): Promise<void> {
  const pending = kept.loadPending();
  if (pending === undefined) return;
  try {
    await publish(deps, { kept, pending, proof });
  } catch (error) {
    if (!(error instanceof GatewayRefusedError)) throw error;
    if (error.reason === "not-proven") throw new RotationUnfinishedError();
    if (error.reason !== "conflict") throw error;
    await requireOvertaken(deps, pending);
    kept.forgetPending();
  }
}

/** A conflict is believed only where the log shows another entry that came instead. */
async function requireOvertaken({ session }: KeyLogDeps, { seq, entries }: PendingEntries): Promise<void> {
  const { entries: served } = await session.keyLogs.getKeyLog({});
  const [ours, theirs] = [entries[0], served[seq]];
  if (ours === undefined || theirs === undefined || equalBytes(ours, theirs)) {
    throw new GatewayMisbehavedError("the gateway refuses a signed entry and shows no other in its place");
  }
}
