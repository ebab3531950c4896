// The viral hour: everything that a petition meets on its worst day at once, and what must be true when it is over.
// `npm run bench:viral -- --minutes 5 [--per-minute 2000] [--seed N]`
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { makeCoalition } from "./coalition.ts";
import { createChance } from "./chance.ts";
import { startCounterReading } from "./counting.ts";
import { disturb } from "./disturbing.ts";
import { startForging } from "./forging.ts";
import { dayMs, hourMs, loopback, mailFrom, startFortnight } from "./fortnight.ts";
import { closeConnections } from "./http.ts";
import {
  judgeCounterReading,
  judgeForging,
  judgeIntake,
  judgeLatencies,
  judgeOpening,
  judgeReceivers,
  judgeRemains,
  judgeStates,
} from "./judging.ts";
import { type Mailboxes, openMailboxes } from "./mailboxes.ts";
import { Model } from "./model.ts";
import { openEverything } from "./opening.ts";
import { makePlan, type PlanOptions } from "./plan.ts";
import { startPullingReceiver } from "./pulling-receiver.ts";
import type { Receiver } from "./receivers.ts";
import { Report } from "./report.ts";
import { submitPlan } from "./submitting.ts";
import { startWebhookReceiver } from "./webhook-receiver.ts";
import { startSolver, type Solver } from "./work.ts";
import { startWatching } from "./watching.ts";
import { startWorld, type World } from "./world.ts";

export interface ViralHourOptions extends PlanOptions {
  readonly write: (line: string) => unknown;
  /** Ends it early, with everything cleared away. */
  readonly signal: AbortSignal;
}

/** Runs it all; the number of statements that do not hold. */
export async function runViralHour({ write, signal, ...options }: ViralHourOptions): Promise<number> {
  const report = new Report(write);
  const folder = await mkdtemp(join(tmpdir(), "coterie-viral-receivers-"));
  const model = new Model();
  const plan = makePlan(options);
  const { supporters, arrivals } = plan;
  report.figure("plan", {
    ...options,
    arrivals: arrivals.length,
    supporters: supporters.length,
    cores: availableParallelism(),
    load: loadavg()[0],
  });
  const mailboxes = await openMailboxes({ seed: options.seed, supporters, model });
  const solver = startSolver();
  let world: World | undefined;
  const closing: RunInput["closing"] = [];
  try {
    world = await startWorld({
      COTERIE_SMTP_URL: mailboxes.url,
      COTERIE_MAIL_FROM: mailFrom,
      TRUST_PROXY: "1",
      // The rates are the usual ones: every person has an address of their own here.
      COTERIE_RATE_SUBMISSIONS: "",
      COTERIE_RATE_READS: "",
      COTERIE_WEBHOOK_ALLOW: loopback,
    });
    const interrupted = once(signal, "abort").then(() => {
      throw new Error("interrupted");
    });
    const input = { report, folder, model, plan, mailboxes, solver, world, options, closing };
    await Promise.race([run(input), interrupted]);
  } finally {
    for (const close of closing.toReversed()) await close();
    closeConnections();
    await world?.clear();
    await mailboxes.close();
    await solver.close();
    await rm(folder, { recursive: true, force: true });
  }
  return report.failed;
}

interface RunInput {
  /** What was opened on the way, to be closed however it ends. */
  readonly closing: (() => Promise<void>)[];
  readonly report: Report;
  readonly folder: string;
  readonly model: Model;
  readonly plan: ReturnType<typeof makePlan>;
  readonly mailboxes: Mailboxes;
  readonly solver: Solver;
  readonly world: World;
  readonly options: PlanOptions;
}

async function run(input: RunInput): Promise<void> {
  const { report, folder, model, plan, mailboxes, solver, world, options } = input;
  const chance = createChance(options.seed);
  const coalition = await makeCoalition(world);
  const { gatewaySigningKey } = await world.clients(coalition.lead.token).organisations.getOrganisation({});
  // Pages remember for a moment whether mails follow.
  await delay(1500);
  mailboxes.read(world);
  const receivers: Receiver[] = [];
  for (const organisation of [coalition.lead, coalition.partner]) {
    const own = { organisation, folder, chance: chance.fork(`receiver ${receivers.length}`) };
    receivers.push(await startWebhookReceiver(world, own), startPullingReceiver(world, own));
  }
  const watching = startWatching(world);
  const forging = startForging({ world, model, links: mailboxes.links, chance: chance.fork("forging") });
  const reading = startCounterReading({ world, model, pageNames: coalition.pages.map(({ name }) => name) });
  const [latencies, done] = await Promise.all([
    submitPlan({ world, coalition, model, solver }, plan),
    disturb({ world, coalition, receivers }, plan.durationMs),
  ]);
  await forging.stop();
  await reading.stop();
  await watching.stop();
  mailboxes.stopRefusing();
  report.figure("disturbances", { done });
  report.figure("proofs of work", { ...solver.figures });
  report.figure("under way", {
    ...watching.figures,
    busy: watching.busy(),
    harnessLateMs: watching.lateMs(),
    load: loadavg()[0],
  });
  judgeLatencies(report, { world, latencies, plan });
  judgeIntake(report, model);
  judgeCounterReading(report, reading.figures);
  judgeForging(report, forging.figures);
  report.none("addresses overdue while it ran, at most", watching.figures.overdueMost, {
    looks: watching.figures.looks,
  });
  await judgeAfterwards(input, { coalition, receivers, gatewaySigningKey });
}

interface AfterInput {
  readonly coalition: Awaited<ReturnType<typeof makeCoalition>>;
  readonly receivers: readonly Receiver[];
  readonly gatewaySigningKey: Uint8Array;
}

/** Stops the process, lets a fortnight pass, and looks at what there is. */
async function judgeAfterwards(input: RunInput, after: AfterInput): Promise<void> {
  const { report, model, mailboxes, world, closing } = input;
  const { coalition, receivers, gatewaySigningKey } = after;
  const exitCode = await world.stop();
  report.check("the gateway stops in order", exitCode === 0, { exitCode });
  const fortnight = await startFortnight({ dataFolder: world.dataFolder, smtpUrl: mailboxes.url });
  closing.push(fortnight.close);
  receivers.forEach(({ follow }) => follow(fortnight));
  mailboxes.read({ address: () => fortnight.gateway.address });
  // Mails that were refused become due again; their readers answer at once.
  for (let hours = 0; hours < 12; hours++) {
    await fortnight.pass(hourMs, hourMs);
    await mailboxes.settle();
  }
  await judgeStates(report, { fortnight, coalition, model });
  report.figure("mails", { ...mailboxes.figures });
  for (const receiver of receivers) await receiver.drain(fortnight);
  judgeReceivers(report, { receivers, coalition, model });
  // At each step every address that still waits is sealed again to a newer key.
  await fortnight.pass(14 * dayMs, dayMs);
  await fortnight.pass(4 * hourMs, hourMs / 6);
  await judgeRemains(report, fortnight);
  await fortnight.close();
  for (const receiver of receivers) judgeOpening(report, await openEverything({ receiver, model, gatewaySigningKey }));
}
