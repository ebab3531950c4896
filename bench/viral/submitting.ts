// The arrivals of the plan, each at its time whatever the others wait for, repeated until it is answered as a form does.
import { setTimeout as delay } from "node:timers/promises";
import { newActionId } from "../../apps/gateway/test/support/coalition.ts";
import { makeBotRequest } from "./bots.ts";
import type { Coalition } from "./coalition.ts";
import { call, type Reply, untilAnswered } from "./http.ts";
import { countUp, type Model } from "./model.ts";
import type { Arrival, Plan, Supporter } from "./plan.ts";
import { submissionOf } from "./requests.ts";
import { type Solver, withWork } from "./work.ts";
import type { World } from "./world.ts";

/** One submission, from the moment its person sent it to its answer. */
export interface Latency {
  readonly sentMs: number;
  readonly answeredMs: number;
}

export interface SubmittingDeps {
  readonly world: World;
  readonly coalition: Coalition;
  readonly model: Model;
  readonly solver: Solver;
}

/** Bodies that were sent, by the supporter's number: those of the last few hundred. */
type SentBodies = Map<number, string>;

/** Runs the whole plan; returns once every submission has its answer. */
export async function submitPlan(deps: SubmittingDeps, plan: Plan): Promise<Latency[]> {
  const latencies: Latency[] = [];
  const sentByNumber: SentBodies = new Map();
  const startMs = performance.now();
  const open = new Set<Promise<void>>();
  for (const arrival of plan.arrivals) {
    const dueMs = startMs + arrival.atMs;
    if (dueMs > performance.now()) await delay(dueMs - performance.now());
    const one = arrive(deps, { arrival, sentByNumber, sentMs: dueMs, latencies }).finally(() => open.delete(one));
    open.add(one);
    if (arrival.kind === "signature") sentByNumber.delete(arrival.supporter.number - 400);
  }
  await Promise.all(open);
  return latencies;
}

interface ArrivalInput {
  readonly arrival: Arrival;
  readonly sentByNumber: SentBodies;
  readonly sentMs: number;
  readonly latencies: Latency[];
}

async function arrive(deps: SubmittingDeps, input: ArrivalInput): Promise<void> {
  const { arrival, sentByNumber, sentMs, latencies } = input;
  if (arrival.kind === "bot") return await sendBot(deps, arrival);
  if (arrival.kind === "replay") {
    const sent = sentByNumber.get(arrival.of);
    if (sent === undefined) return;
    const reply = await sendWithWork(deps, { body: sent, from: repeaterAddress(arrival.of) });
    // The form that waited for another key sends the newer request; the older one is a conflict with it, and changes nothing.
    if (reply.status !== 200 && reply.code !== "wrong-key" && reply.code !== "conflict")
      deps.model.differing.push(reply.code);
  } else {
    const actionId = newActionId();
    const reply = await sign(deps, {
      supporter: arrival.supporter,
      actionId,
      sentByNumber: arrival.kind === "signature" ? sentByNumber : undefined,
    });
    if (reply.status === 200) deps.model.accept({ id: actionId, supporter: arrival.supporter });
    else countUp(deps.model.refused, `${reply.status} ${reply.code}`);
  }
  latencies.push({ sentMs, answeredMs: performance.now() });
}

interface Signing {
  readonly supporter: Supporter;
  readonly actionId: string;
  readonly sentByNumber: SentBodies | undefined;
}

/** Seals again where the page's key was replaced since the form was loaded. */
async function sign(deps: SubmittingDeps, { supporter, actionId, sentByNumber }: Signing): Promise<Reply> {
  for (let attempt = 0; ; attempt++) {
    const page = deps.coalition.pages[supporter.page];
    if (page === undefined) throw new Error("no page");
    const body = submissionOf({ page, supporter, actionId });
    sentByNumber?.set(supporter.number, body);
    const reply = await sendWithWork(deps, { body, from: supporter.address });
    if (reply.code !== "wrong-key" || attempt === 3) return reply;
    await deps.coalition.reload(supporter.page).catch(async () => await delay(250));
  }
}

interface Submission {
  readonly body: string;
  readonly from: string;
}

/** Sends; where work is asked for, does it and sends again. */
async function sendWithWork(deps: SubmittingDeps, { body, from }: Submission): Promise<Reply> {
  const reply = await sendUntilAnswered(deps, { body, from });
  if (reply.code !== "work-required") return reply;
  const work = await deps.solver.solve(reply.challenge);
  deps.model.lastWork = work;
  return await sendUntilAnswered(deps, { body: withWork(body, work), from });
}

async function sendUntilAnswered({ world }: SubmittingDeps, { body, from }: Submission): Promise<Reply> {
  return await untilAnswered(async () => await call({ url: submitAddress(world), method: "POST", from, body }));
}

/** People whose browsers send twice, each at home. */
function repeaterAddress(number: number): string {
  return `198.18.${(number >> 8) & 255}.${number & 255}`;
}

function submitAddress(world: World): string {
  return `${world.address()}/coterie.actions.v1.ActionService/Submit`;
}

async function sendBot(
  { world, coalition, model }: SubmittingDeps,
  arrival: Extract<Arrival, { kind: "bot" }>,
): Promise<void> {
  const { pages } = coalition;
  const { lastAccepted: victim, lastWork } = model;
  const { trick, body } = makeBotRequest({ pages, number: arrival.number, victim, lastWork });
  const reply = await call({ url: submitAddress(world), method: "POST", from: arrival.address, body });
  if (reply === undefined) return;
  model.bots.sent++;
  if (reply.status === 200) model.bots.accepted++;
  else countUp(model.bots.refusedBy, `${trick}: ${reply.code}`);
}
