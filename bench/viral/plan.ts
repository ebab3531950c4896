// Who comes when, and what they do: all of it known before the run, so that its end can be compared with what should be.
import { Sealing } from "@coterie/protocol";
import type { JsonObject } from "@coterie/sealed-box/seal";
import { type Chance, createChance } from "./chance.ts";
import { makePerson } from "./people.ts";

/** Kinds of pages: both sealing modes, alone and in a coalition; and one that asks for proof of work. */
export const pageKinds = [
  { sealing: Sealing.GATEWAY, coalition: false, asksWork: false },
  { sealing: Sealing.BROWSER, coalition: false, asksWork: false },
  { sealing: Sealing.GATEWAY, coalition: true, asksWork: false },
  { sealing: Sealing.BROWSER, coalition: true, asksWork: false },
  { sealing: Sealing.GATEWAY, coalition: false, asksWork: true },
] as const;

export interface Supporter {
  readonly number: number;
  readonly person: JsonObject;
  readonly email: string;
  readonly firstName: string;
  /** Into {@link pageKinds}. */
  readonly page: number;
  /** What they do with the mail that asks whether it was them. */
  readonly answer: "confirms" | "rejects" | "never" | "has no such address";
  readonly answersAfterMs: number;
  /** Whether a program looks at the links of their mails before they do. */
  readonly scanned: boolean;
  readonly address: string;
}

export type Arrival = { readonly atMs: number } & (
  | { readonly kind: "signature"; readonly supporter: Supporter }
  /** The same person once more, as a request of its own. */
  | { readonly kind: "again"; readonly supporter: Supporter }
  /** The same request once more, as an impatient browser sends it. */
  | { readonly kind: "replay"; readonly of: number }
  | { readonly kind: "bot"; readonly number: number; readonly address: string }
);

export interface PlanOptions {
  readonly minutes: number;
  readonly perMinute: number;
  readonly seed: number;
}

export interface Plan {
  readonly durationMs: number;
  readonly arrivals: readonly Arrival[];
  readonly supporters: readonly Supporter[];
  readonly burst: { readonly fromMs: number; readonly untilMs: number; readonly perSecond: number };
}

const shares = {
  again: 0.05,
  replay: 0.05,
  bot: 0.05,
  confirms: 0.6,
  rejects: 0.05,
  bounces: 0.03,
  coalition: 0.4,
  asksWork: 0.03,
};
const burstPerSecond = 100;

export function makePlan({ minutes, perMinute, seed }: PlanOptions): Plan {
  const durationMs = minutes * 60_000;
  // A minute of an hour; a tenth of shorter runs.
  const burstMs = Math.min(60_000, durationMs / 10);
  const burst = { fromMs: durationMs * 0.45, untilMs: durationMs * 0.45 + burstMs, perSecond: burstPerSecond };
  const chance = createChance(seed);
  const supporters: Supporter[] = [];
  const arrivals: Arrival[] = [];
  for (let atMs = 0; ; ) {
    const inBurst = atMs >= burst.fromMs && atMs < burst.untilMs;
    atMs += chance.wait(inBurst ? 1000 / burstPerSecond : 60_000 / perMinute);
    if (atMs >= durationMs) return { durationMs, arrivals, supporters, burst };
    arrivals.push(makeArrival(chance, { atMs, supporters, minutes }));
  }
}

interface ArrivalInput {
  readonly atMs: number;
  readonly supporters: Supporter[];
  readonly minutes: number;
}

function makeArrival(chance: Chance, { atMs, supporters, minutes }: ArrivalInput): Arrival {
  const roll = chance.next();
  const earlier = supporters.length - 1 - chance.below(Math.min(200, supporters.length));
  const known = supporters[earlier];
  if (roll < shares.bot)
    return { kind: "bot", atMs, number: chance.below(2 ** 31), address: addressOf(chance, "bots") };
  if (known !== undefined && roll < shares.bot + shares.replay) return { kind: "replay", atMs, of: earlier };
  if (known !== undefined && roll < shares.bot + shares.replay + shares.again)
    return { kind: "again", atMs, supporter: known };
  const supporter = makeSupporter(chance, { number: supporters.length, minutes });
  supporters.push(supporter);
  return { kind: "signature", atMs, supporter };
}

function makeSupporter(
  chance: Chance,
  { number, minutes }: { readonly number: number; readonly minutes: number },
): Supporter {
  const roll = chance.next();
  const bounces = roll < shares.bounces;
  const person = makePerson(number, { bounces });
  const answer = bounces
    ? "has no such address"
    : roll < shares.bounces + shares.confirms
      ? "confirms"
      : roll < shares.bounces + shares.confirms + shares.rejects
        ? "rejects"
        : "never";
  return {
    number,
    person: person.fields,
    email: person.email,
    firstName: person.firstName,
    page: pickPage(chance),
    answer,
    // Ten minutes of an hour, on average a third of them.
    answersAfterMs: Math.min(chance.wait(minutes * 3300), minutes * 10_000),
    scanned: chance.hits(0.3),
    address: addressOf(chance, "supporters"),
  };
}

function pickPage(chance: Chance): number {
  if (chance.hits(shares.coalition)) return 2 + chance.below(2);
  return chance.hits(shares.asksWork) ? 4 : chance.below(2);
}

/** Addresses of the ranges set aside for tests and documentation of networks: bots share few, people do not. */
function addressOf(chance: Chance, who: "bots" | "supporters"): string {
  if (who === "bots") return `203.0.113.${1 + chance.below(40)}`;
  return `198.${18 + chance.below(2)}.${chance.below(256)}.${1 + chance.below(254)}`;
}
