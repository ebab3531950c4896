// The end of the run: what the gateway holds and delivered, against what the model says.
import { decodeTextForm, encodeHex } from "@coterie/bytes";
import { connectClients } from "../../apps/gateway/test/support/gateway.ts";
import type { Coalition, Organisation } from "./coalition.ts";
import type { CounterFigures } from "./counting.ts";
import type { Fortnight } from "./fortnight.ts";
import type { Forging } from "./forging.ts";
import type { Model } from "./model.ts";
import type { Opened } from "./opening.ts";
import type { Plan } from "./plan.ts";
import type { Receiver } from "./receivers.ts";
import { percentile, type Report } from "./report.ts";
import type { Latency } from "./submitting.ts";
import type { World } from "./world.ts";

const latencyGoalMs = 300;
const staleGoalMs = 2000;

interface LatenciesInput {
  readonly world: World;
  readonly latencies: readonly Latency[];
  readonly plan: Pick<Plan, "burst">;
}

/** How long people waited: everybody, and those whose wait touched no planned outage or the second after it. */
export function judgeLatencies(report: Report, { world, latencies, plan }: LatenciesInput): void {
  const waitedMs = (list: readonly Latency[]): number[] => list.map(({ sentMs, answeredMs }) => answeredMs - sentMs);
  const calm = latencies.filter(({ sentMs, answeredMs }) => !world.touchesOutage(sentMs, answeredMs));
  const startMs = latencies.reduce((least, { sentMs }) => Math.min(least, sentMs), Number.POSITIVE_INFINITY);
  const { fromMs, untilMs } = plan.burst;
  const burst = calm.filter(({ sentMs }) => sentMs - startMs >= fromMs && sentMs - startMs < untilMs);
  const undisturbed = waitedMs(calm);
  report.figure("submissions, all", figuresOf(waitedMs(latencies)));
  report.figure("submissions outside planned outages", figuresOf(undisturbed));
  report.figure("of these, in the burst", figuresOf(waitedMs(burst)));
  const p99Ms = percentile(undisturbed, 0.99);
  report.check("p99 of submitting below 300 ms outside planned outages", p99Ms < latencyGoalMs, { p99Ms });
  const outages = world.outages.map(({ cause, fromMs, untilMs }) => ({
    cause,
    atSecond: (fromMs - startMs) / 1000,
    seconds: (untilMs - fromMs) / 1000,
  }));
  report.figure("planned outages", { outages });
  report.figure("slowest stretches outside of them", { stretches: slowestStretches(calm, startMs) });
}

const stretchMs = 5000;

/** Where in the run people waited longest: the five stretches with the longest waits of one in a hundred. */
function slowestStretches(latencies: readonly Latency[], startMs: number): readonly object[] {
  const byStretch = Map.groupBy(latencies, ({ sentMs }) => Math.floor((sentMs - startMs) / stretchMs));
  return [...byStretch]
    .map(([stretch, list]) => ({
      fromSecond: (stretch * stretchMs) / 1000,
      count: list.length,
      p99Ms: percentile(
        list.map(({ sentMs, answeredMs }) => answeredMs - sentMs),
        0.99,
      ),
    }))
    .toSorted((left, right) => right.p99Ms - left.p99Ms)
    .slice(0, 5);
}

function figuresOf(values: readonly number[]): Record<string, number> {
  return {
    count: values.length,
    p50Ms: percentile(values, 0.5),
    p99Ms: percentile(values, 0.99),
    longestMs: percentile(values, 1),
  };
}

export function judgeIntake(report: Report, { refused, differing, bots, accepted }: Model): void {
  report.figure("signatures taken in", { count: accepted.size });
  report.none("legitimate submissions refused", sum(refused), { codes: Object.fromEntries(refused) });
  report.none("replays answered otherwise than the first", differing.length, { codes: [...new Set(differing)] });
  report.none("submissions of bots taken in", bots.accepted, {
    sent: bots.sent,
    refused: Object.fromEntries(bots.refusedBy),
  });
}

export function judgeCounterReading(report: Report, figures: CounterFigures): void {
  report.figure("counter reads", { count: figures.reads });
  report.check("no counter older than two seconds", figures.staleMs <= staleGoalMs, { oldestMs: figures.staleMs });
  report.none("counters above what was confirmed", figures.tooHigh);
  report.none("counters that fell", figures.falling);
}

export function judgeForging(report: Report, { tried, counted }: Forging["figures"]): void {
  report.check("forged confirmations were tried", tried > 100, { tried });
  report.none("forged confirmations that counted", counted);
}

export interface EndInput {
  readonly fortnight: Fortnight;
  readonly coalition: Coalition;
  readonly model: Model;
}

/** States of actions and the counter, once everybody who answers has answered. */
export async function judgeStates(report: Report, { fortnight, coalition, model }: EndInput): Promise<void> {
  const { rows } = await fortnight.sql.query<{ id: Buffer; state: string }>("SELECT id, state FROM actions");
  const stored = new Map(rows.map(({ id, state }) => [encodeHex(id), state]));
  const keyOf = (id: string): string => encodeHex(decodeTextForm("cact", id, { lengthBytes: 16 }));
  const known = new Set([...model.accepted.keys()].map(keyOf));
  const confirmed = new Set([...model.confirmedActions()].map(keyOf));
  const accepted = [...stored].filter(([, state]) => state === "accepted").map(([id]) => id);
  report.none("signatures lost", [...known].filter((id) => !stored.has(id)).length);
  report.none("signatures that nobody handed in", [...stored.keys()].filter((id) => !known.has(id)).length);
  report.none(
    "confirmed signatures that do not count",
    [...confirmed].filter((id) => stored.get(id) !== "accepted").length,
  );
  report.none("signatures that count and nobody confirmed", accepted.filter((id) => !confirmed.has(id)).length);
  const { actions } = connectClients(fortnight.gateway.address);
  const { counter } = await actions.getCounter({ pageName: coalition.pages[0]?.name ?? "" });
  report.check("the counter is the model's", Number(counter) === model.people(), {
    counter: Number(counter),
    model: model.people(),
    confirmedActions: confirmed.size,
  });
}

/** That each receiver has exactly what is meant for it, once. */
export function judgeReceivers(
  report: Report,
  { receivers, coalition, model }: { readonly receivers: readonly Receiver[] } & Omit<EndInput, "fortnight">,
): void {
  for (const { kind, organisation, store, figures } of receivers) {
    const meant = meantFor(organisation, { coalition, model });
    const facts = { receiver: kind, organisation: organisation.name, contacts: store.actionIds.size, ...figures };
    report.none("contacts lost on the way", [...meant].filter((id) => !store.actionIds.has(id)).length, facts);
    report.none(
      "contacts that were not meant for the receiver",
      [...store.actionIds].filter((id) => !meant.has(id)).length,
      facts,
    );
    report.none("contacts of another organisation", store.misdelivered, facts);
    report.none("messages that were not signed by the gateway", figures.forged, facts);
    report.check("receivers refused a share", figures.refused > 0, facts);
  }
}

function meantFor(organisation: Organisation, { coalition, model }: Omit<EndInput, "fortnight">): Set<string> {
  const confirmed = model.confirmedActions();
  return new Set(
    [...model.accepted.values()]
      .filter(({ id, supporter }) => confirmed.has(id) && coalition.receiversOf(supporter.page).includes(organisation))
      .map(({ id }) => id),
  );
}

export function judgeOpening(report: Report, opened: Opened): void {
  const { organisation, receiver, contacts, ours, proca, pynacl } = opened;
  const facts = { organisation, receiver, contacts };
  report.check("every contact opens in ours to its person", ours === contacts && contacts > 0, {
    ...facts,
    opened: ours,
  });
  report.check("every contact opens in @proca/crypto to its person", proca === contacts, { ...facts, opened: proca });
  if (pynacl === undefined) report.figure("PyNaCl", { ...facts, skipped: "no Python with PyNaCl on this machine" });
  else report.check("every contact opens in PyNaCl to its person", pynacl === contacts, { ...facts, opened: pynacl });
  report.none("changed contacts that opened", opened.changedOpened, facts);
}

/** That nothing waits any more, and no address is left, once fourteen days have passed. */
export async function judgeRemains(report: Report, { sql }: Fortnight): Promise<void> {
  const count = async (from: string): Promise<number> =>
    Number((await sql.query<{ n: string }>(`SELECT count(*) AS n FROM ${from}`)).rows[0]?.n ?? -1);
  report.none("signatures that still wait", await count("actions WHERE state = 'pending'"));
  report.none("mails that still wait", await count("mails WHERE state IN ('due', 'waiting')"));
  report.none("addresses that are still there", await count("mail_boxes"));
  report.none("tokens that are still there", await count("mail_tokens"));
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}
