/**
 * What stands before a submission is taken in (docs/protocol/abuse.md §1): rates, proof of work, and for forms without script a trap
 * and the time that a person takes. Everything here is decided in memory; addresses are known as network prefixes only.
 */
import { type Bytes, encodeHex } from "@coterie/bytes";
import type { Work } from "@coterie/protocol";
import { Counter, type Registry } from "prom-client";
import type { ProofOfWorkMode } from "../db/abuse-schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { RateLimiter, type RateLimits } from "../http/rate-limits.ts";
import type { PageTruth } from "../pages/page-truth.ts";
import { hashesByLevel, levelOf } from "./difficulty.ts";
import { isFormTimely } from "./form-times.ts";
import { LoadMeter } from "./load-meter.ts";
import { issueChallenge, judgeWork, type WorkPlace } from "./work-challenges.ts";

/** How a submission came, and what it brought to show that a person sent it. */
export type Door =
  | { readonly kind: "script"; readonly clientPrefix: string; readonly work: Work | undefined }
  /** A form posted without script. */
  | {
      readonly kind: "document";
      readonly clientPrefix: string;
      readonly formTime: string;
      /** Whether something stands in the field that people do not see. */
      readonly isTrapped: boolean;
    }
  /** Another program that asked the person: no work, stricter rates (docs/protocol/proca.md §1). */
  | { readonly kind: "api" }
  /** An organisation's own program, with its token. */
  | { readonly kind: "organisation"; readonly organisationId: Bytes };

/** One submission before it is looked at. */
export interface Arrival {
  readonly page: PageTruth;
  readonly actionId: Bytes;
  readonly door: Door;
}

/** Lets submissions in. */
export interface Guard {
  /** What holds for pages that do not decide themselves. */
  readonly mode: ProofOfWorkMode;
  /** @throws RefusedError "work-required", with a challenge where script can solve one; "rate-limited" */
  readonly admit: (arrival: Arrival) => void;
}

/** What the guard needs. */
export interface GuardDeps extends Pick<GatewayDeps, "primitives" | "now" | "secrets"> {
  readonly registry: Registry;
}

/** How it guards. */
export interface GuardOptions {
  readonly mode: ProofOfWorkMode;
  readonly rates: RateLimits;
}

/** The guard of one gateway. */
export function createGuard(deps: GuardDeps, options: GuardOptions): Guard {
  const guard = new SubmissionGuard(deps, options);
  return { mode: options.mode, admit: (arrival) => guard.admit(arrival) };
}

type Outcome = "admitted" | "trapped" | "untimely" | "work-absent" | "work-expired" | "work-wrong" | "rate";

// A class for the one thing with a life-cycle: what was counted.
class SubmissionGuard {
  readonly #deps: GuardDeps;
  readonly #mode: ProofOfWorkMode;
  readonly #pages: RateLimiter;
  readonly #forms: RateLimiter;
  readonly #unprovenForms: RateLimiter;
  readonly #meter: LoadMeter;
  readonly #outcomes: Counter<"outcome">;

  constructor(deps: GuardDeps, { mode, rates }: GuardOptions) {
    this.#deps = deps;
    this.#mode = mode;
    this.#pages = new RateLimiter(deps, rates.pages);
    this.#forms = new RateLimiter(deps, rates.forms);
    this.#unprovenForms = new RateLimiter(deps, rates.unprovenForms);
    this.#meter = new LoadMeter(deps);
    this.#outcomes = new Counter({
      name: "coterie_submissions_guarded_total",
      help: "Submissions by what was decided before they were looked at",
      labelNames: ["outcome"],
      registers: [deps.registry],
    });
  }

  admit({ page, actionId, door }: Arrival): void {
    const pageKey = encodeHex(page.id);
    const mode = page.proofOfWork ?? this.#mode;
    const place = { pageId: page.id, actionId };
    if (door.kind === "document") this.#admitDocument(door, { mode, pageKey, place });
    if (door.kind === "script" || isStranger(door, page)) this.#admitWork(door, { mode, pageKey, place });
    if (!this.#pages.take(pageKey)) throw this.#refusal("rate");
    this.#meter.count(`page ${pageKey}`);
    if ("clientPrefix" in door) this.#meter.count(`network ${door.clientPrefix}`);
    this.#outcomes.inc({ outcome: "admitted" });
  }

  #admitWork(door: Door, { mode, pageKey, place }: GuardedPlace): void {
    const level = this.#levelOf(mode, { pageKey, door });
    if (level === 0) return;
    const work = door.kind === "script" ? door.work : undefined;
    const verdict = judgeWork(this.#deps, { place, work });
    if (verdict === "solved") return;
    this.#outcomes.inc({ outcome: `work-${verdict}` });
    const challenge = issueChallenge(this.#deps, { place, hashes: hashesByLevel[level] ?? 0 });
    throw new RefusedError("work-required", [], { challenge });
  }

  #admitDocument(door: Extract<Door, { kind: "document" }>, { mode, pageKey, place }: GuardedPlace): void {
    if (door.isTrapped) throw this.#refusal("trapped");
    if (mode !== "off" && !isFormTimely(this.#deps, { place, formTime: door.formTime }))
      throw this.#refusal("untimely");
    if (!this.#forms.take(door.clientPrefix)) throw this.#refusal("rate");
    // Where others work, those who cannot are few: what comes this way without any is a trickle for the whole page.
    const isUnproven = this.#levelOf(mode, { pageKey, door }) > 0;
    if (isUnproven && !this.#unprovenForms.take(pageKey)) throw this.#refusal("rate");
  }

  #levelOf(mode: ProofOfWorkMode, { pageKey, door }: { readonly pageKey: string; readonly door: Door }): number {
    return levelOf(mode, {
      page: this.#meter.perMinute(`page ${pageKey}`),
      network: "clientPrefix" in door ? this.#meter.perMinute(`network ${door.clientPrefix}`) : 0,
    });
  }

  #refusal(outcome: Outcome): RefusedError {
    this.#outcomes.inc({ outcome });
    return new RefusedError(outcome === "rate" ? "rate-limited" : "work-required");
  }
}

interface GuardedPlace {
  readonly mode: ProofOfWorkMode;
  readonly pageKey: string;
  readonly place: WorkPlace;
}

/** An organisation's token speaks for the pages that it runs or whose campaign it leads, and for no others. */
function isStranger(door: Door, { organisations }: PageTruth): boolean {
  if (door.kind !== "organisation") return false;
  const caller = encodeHex(door.organisationId);
  return !organisations.some(({ id }) => encodeHex(id) === caller);
}
