/** The audit log: the organisation's own events, and the check of the whole log against what this browser remembers. */
import { toBinary } from "@bufbuild/protobuf";
import { type ReadonlySignal, signal } from "@preact/signals";
import { type Bytes, decodeBase64Url, encodeBase64Url } from "@coterie/bytes";
import { type AuditEvent, AuditHeadSchema, AuditService } from "@coterie/protocol";
import { GatewayMisbehavedError, type ProblemCode, problemOf, WorkerFailedError } from "../errors.ts";
import { callForBytes } from "../gateway/unary-call.ts";
import type { KeyWorkshop } from "../keys/key-workshop.ts";
import { webLimits } from "../limits.ts";
import { type Attempt, createAttempt } from "../model/attempt.ts";
import { createResource, type Resource } from "../model/resource.ts";
import type { SignedIn } from "../session/session.ts";
import type { TextStore } from "../session/signing-key-pin.ts";
import type { VerifiedAudit } from "./audit-jobs.ts";

/** What is wrong with a log. */
export type AuditFault = "other-log" | "rolled-back" | "forked" | "broken" | "changed" | "missing";

/** Where a check stands. */
export type AuditCheck =
  | { readonly kind: "idle" }
  | { readonly kind: "loading"; readonly done: number; readonly total: number }
  | { readonly kind: "checking" }
  | { readonly kind: "good"; readonly result: VerifiedAudit; readonly isFirst: boolean }
  | { readonly kind: "bad"; readonly fault: AuditFault }
  | { readonly kind: "failed"; readonly problem: ProblemCode };

/** Events that are loaded, the newest first. */
export interface AuditEvents {
  readonly events: readonly AuditEvent[];
  readonly more: boolean;
}

/** The log. */
export interface AuditModel {
  readonly events: Resource<AuditEvents>;
  readonly loadOlder: Attempt<void, void>;
  readonly check: ReadonlySignal<AuditCheck>;
  readonly verify: () => Promise<void>;
  readonly cancel: () => void;
  /** Forgets what this browser remembers, after somebody explained why it no longer fits. */
  readonly startAnew: () => void;
}

/** What the model needs. */
export interface AuditModelDeps {
  readonly session: Pick<SignedIn, "audit" | "calls" | "gatewaySigningKey" | "organisation">;
  readonly workshop: KeyWorkshop;
  readonly store: TextStore;
}

const pageSize = 100;

/** A log that is not loaded yet. */
export function createAuditModel(deps: AuditModelDeps): AuditModel {
  const { session, store } = deps;
  const check = signal<AuditCheck>({ kind: "idle" });
  const loaded: { events: readonly AuditEvent[] } = { events: [] };
  let beforeSeq = 0n;
  const events = createResource(async (): Promise<AuditEvents> => {
    const page = (await session.audit.listAuditEvents({ beforeSeq, limit: pageSize })).events;
    loaded.events = beforeSeq === 0n ? page : [...loaded.events, ...page];
    return { events: loaded.events, more: page.length === pageSize };
  });
  let run = new AbortController();
  return {
    events: {
      state: events.state,
      async reload() {
        beforeSeq = 0n;
        await events.reload();
      },
    },
    loadOlder: createAttempt(async () => {
      beforeSeq = loaded.events.at(-1)?.seq ?? 0n;
      await events.reload();
    }),
    check,
    async verify() {
      run = new AbortController();
      const { signal: cancelled } = run;
      const next = await verifyAll(deps, {
        cancelled,
        tell: (state) => {
          if (!cancelled.aborted) check.value = state;
        },
      });
      check.value = cancelled.aborted ? { kind: "idle" } : next;
    },
    cancel() {
      run.abort();
      check.value = { kind: "idle" };
    },
    startAnew() {
      store.remove(memoryName(deps));
      check.value = { kind: "idle" };
    },
  };
}

interface CheckRun {
  readonly cancelled: AbortSignal;
  readonly tell: (state: AuditCheck) => void;
}

async function verifyAll(deps: AuditModelDeps, { cancelled, tell }: CheckRun): Promise<AuditCheck> {
  const { session, workshop, store } = deps;
  try {
    tell({ kind: "loading", done: 0, total: 0 });
    const { head } = await session.audit.getAuditHead({}, { signal: cancelled });
    if (head === undefined) throw new GatewayMisbehavedError("no head of the audit log");
    const pages = await loadPages(deps, { cancelled, tell, total: Number(head.size) });
    tell({ kind: "checking" });
    const text = store.load(memoryName(deps));
    const result = await workshop.run({
      kind: "verify-audit",
      head: toBinary(AuditHeadSchema, head),
      pages,
      remembered: text === undefined ? undefined : readMemory(text),
      gatewaySigningKey: session.gatewaySigningKey,
      organisation: session.organisation.id,
    });
    // Another tab checked meanwhile: what that one remembers may be longer, and this log is checked against it.
    if (store.load(memoryName(deps)) !== text) return await verifyAll(deps, { cancelled, tell });
    store.save(memoryName(deps), encodeBase64Url(result.memory));
    return { kind: "good", result, isFirst: text === undefined };
  } catch (error) {
    const fault = error instanceof WorkerFailedError ? faultOf(error.reason) : undefined;
    return fault === undefined ? { kind: "failed", problem: problemOf(error) } : { kind: "bad", fault };
  }
}

async function loadPages(
  { session }: AuditModelDeps,
  { cancelled, tell, total }: CheckRun & { readonly total: number },
): Promise<readonly Bytes[]> {
  const pages: Bytes[] = [];
  for (let done = 0; done < total; done += webLimits.auditLinks) {
    tell({ kind: "loading", done, total });
    const input = { afterSeq: BigInt(done), limit: Math.min(webLimits.auditLinks, total - done) };
    pages.push(
      await callForBytes(session.calls, { method: AuditService.method.listAuditLinks, input, signal: cancelled }),
    );
  }
  return pages;
}

function memoryName({ session }: AuditModelDeps): string {
  return `coterie.audit-log.${session.organisation.id}`;
}

function readMemory(text: string): Bytes {
  try {
    return decodeBase64Url(text);
  } catch {
    return new Uint8Array();
  }
}

function faultOf(code: string): AuditFault | undefined {
  switch (code) {
    case "audit-log/other-log":
    case "audit-log/malformed":
      return "other-log";
    case "audit-log/rolled-back":
      return "rolled-back";
    case "audit-log/forked":
      return "forked";
    case "audit-log/broken-chain":
    case "audit-log/bad-signature":
      return "broken";
    case "audit-log/event-changed":
      return "changed";
    case "audit-log/event-missing":
      return "missing";
    default:
      return undefined;
  }
}
