/** `coterie webhooks list`, `add`, `set`, `pause`, `resume`, `remove` and `test`. */
import { type Webhook, WebhookShape, WebhookState } from "@coterie/protocol";
import { type Gateway } from "../gateway/gateway-client.ts";
import { withOrganisationGateway } from "../gateway/organisation-gateway.ts";
import { getOrganisationFolder } from "../premises/organisation-folder.ts";
import { premisesOf } from "../premises/premises-option.ts";
import { type Arguments, commonOptions, gatewayOptions, type OptionSpecs } from "../terminal/arguments.ts";
import type { CliDeps, Command } from "../terminal/command.ts";
import { UsageError } from "../terminal/errors.ts";
import { type ExitCode, exitCodes } from "../terminal/exit-codes.ts";
import { groupDigits } from "../terminal/progress.ts";

/** The option that names one of several webhooks. */
export const webhookOption: OptionSpecs = {
  webhook: { type: "string", value: "ID", help: "which webhook (cweb1…), where there are several" },
};

const options: OptionSpecs = { ...gatewayOptions, ...commonOptions };

/** Lists webhooks and how they stand. */
export const listWebhooksCommand: Command = {
  name: "webhooks list",
  summary: "show the organisation's webhooks and how they stand",
  help: [
    "Lists each webhook with its address, its state, what waits for it, its dead letters, and what came of the last attempt.",
  ],
  options,
  run: async (deps, args) =>
    await withWebhooks(deps, args, async ({ webhooks }) => {
      const all = (await webhooks.listWebhooks({})).webhooks;
      if (all.length === 0) deps.terminal.result("no webhooks");
      for (const webhook of all) show(deps, webhook);
      return exitCodes.ok;
    }),
};

/** Makes a webhook. */
export const addWebhookCommand: Command = {
  name: "webhooks add",
  summary: "have the gateway post sealed contacts to an address",
  help: [
    "The gateway posts each delivery to the address, signed; receivers verify it with the keys that `coterie webhooks keys` shows. Contacts stay sealed on the way: only your organisation's key opens them. The address begins with https:// and is public, unless the gateway's operator allows others.",
  ],
  options: {
    url: { type: "string", value: "ADDRESS", help: "where to" },
    shape: {
      type: "string",
      value: "SHAPE",
      help: "coterie (default), or proca: one message of Proca's queue at a time",
    },
    batch: { type: "string", value: "N", help: "contacts and events in one delivery, at most 250 (default 100)" },
    "only-new": { type: "boolean", help: "begin with what comes next, not with the first contact" },
    ...options,
  },
  run: async (deps, args) =>
    await withWebhooks(deps, args, async ({ webhooks }) => {
      const shape =
        args.findChoice("shape", ["coterie", "proca"]) === "proca" ? WebhookShape.PROCA : WebhookShape.COTERIE;
      const batchSize = args.findNumber("batch", { min: 1, max: 250 }) ?? 0;
      const request = { url: args.get("url"), shape, batchSize, onlyNew: args.has("only-new") };
      const { webhook } = await webhooks.createWebhook(request);
      if (webhook !== undefined) show(deps, webhook);
      return exitCodes.ok;
    }),
};

/** Changes a webhook. */
export const setWebhookCommand: Command = {
  name: "webhooks set",
  summary: "change a webhook's address or the size of its deliveries",
  help: ["Changes what is given. A delivery that was under way goes on with the new address, under its old id."],
  options: {
    url: { type: "string", value: "ADDRESS", help: "where to" },
    batch: { type: "string", value: "N", help: "contacts and events in one delivery, at most 250" },
    ...webhookOption,
    ...options,
  },
  run: async (deps, args) => {
    const batchSize = args.findNumber("batch", { min: 1, max: 250 });
    const url = args.find("url");
    if (batchSize === undefined && url === undefined) throw new UsageError("say what to change: --url or --batch");
    return await change(deps, args, {
      ...(url === undefined ? {} : { url }),
      ...(batchSize === undefined ? {} : { batchSize }),
    });
  },
};

/** Stops a webhook for a while. */
export const pauseWebhookCommand: Command = {
  name: "webhooks pause",
  summary: "stop a webhook for a while; nothing is lost",
  help: ["What comes meanwhile waits, and is posted once the webhook is resumed. It can be pulled all the same."],
  options: { ...webhookOption, ...options },
  run: async (deps, args) => await change(deps, args, { state: WebhookState.PAUSED }),
};

/** Lets a webhook go on. */
export const resumeWebhookCommand: Command = {
  name: "webhooks resume",
  summary: "let a paused or suspended webhook go on where it stopped",
  help: [
    "The gateway suspends a webhook whose receiver failed for three days, refused three deliveries in a row, or answered that it is gone.",
  ],
  options: { ...webhookOption, ...options },
  run: async (deps, args) => await change(deps, args, { state: WebhookState.ACTIVE }),
};

/** Removes a webhook. */
export const removeWebhookCommand: Command = {
  name: "webhooks remove",
  summary: "remove a webhook and its dead letters",
  help: ["Nothing more is posted there. The contacts stay at the gateway, for pulling."],
  options: { ...webhookOption, ...options },
  run: async (deps, args) =>
    await withWebhooks(deps, args, async (gateway) => {
      const { id, url } = await chooseWebhook(gateway, args);
      await gateway.webhooks.removeWebhook({ webhookId: id });
      deps.terminal.result(`removed ${id}  ${url}`);
      deps.terminal.json({ removed: id });
      return exitCodes.ok;
    }),
};

/** Posts a test. */
export const testWebhookCommand: Command = {
  name: "webhooks test",
  summary: "have the gateway post a test without contacts, now",
  help: ["Tells what came of it. The exit code is 9 where the receiver did not take it."],
  options: { ...webhookOption, ...options },
  run: async (deps, args) =>
    await withWebhooks(deps, args, async (gateway) => {
      const { id } = await chooseWebhook(gateway, args);
      const { attempt } = await gateway.webhooks.testWebhook({ webhookId: id });
      const { outcome = "unknown", status = 0, durationMs = 0 } = attempt ?? {};
      deps.terminal.result(`${describeOutcome({ outcome, status })}, after ${groupDigits(durationMs)} ms`);
      deps.terminal.json({ webhook: id, outcome, status, durationMs });
      return outcome === "delivered" ? exitCodes.ok : exitCodes.target;
    }),
};

/** Connects as the organisation that the options mean. */
export async function withWebhooks(
  deps: CliDeps,
  args: Arguments,
  use: (gateway: Gateway) => Promise<ExitCode>,
): Promise<ExitCode> {
  const folder = await getOrganisationFolder(premisesOf(deps, args), args.find("organisation"));
  return await withOrganisationGateway(deps, { args, folder }, use);
}

/** The webhook that `--webhook` names, or the only one. Throws UsageError. */
export async function chooseWebhook({ webhooks }: Pick<Gateway, "webhooks">, args: Arguments): Promise<Webhook> {
  const all = (await webhooks.listWebhooks({})).webhooks;
  const wanted = args.find("webhook");
  const [webhook, ...others] = wanted === undefined ? all : all.filter(({ id }) => id === wanted);
  if (webhook === undefined) throw new UsageError("no such webhook (see `coterie webhooks list`)");
  if (others.length > 0) throw new UsageError("which webhook? Use --webhook with an id of `coterie webhooks list`");
  return webhook;
}

interface WebhookChange {
  readonly url?: string;
  readonly batchSize?: number;
  readonly state?: WebhookState;
}

async function change(deps: CliDeps, args: Arguments, wanted: WebhookChange): Promise<ExitCode> {
  return await withWebhooks(deps, args, async (gateway) => {
    const { id } = await chooseWebhook(gateway, args);
    const { webhook } = await gateway.webhooks.updateWebhook({ webhookId: id, ...wanted });
    if (webhook !== undefined) show(deps, webhook);
    return exitCodes.ok;
  });
}

const stateWords: { readonly [State in WebhookState]: string } = {
  [WebhookState.UNSPECIFIED]: "unknown",
  [WebhookState.ACTIVE]: "active",
  [WebhookState.PAUSED]: "paused",
  [WebhookState.SUSPENDED]: "suspended",
};

function show({ terminal }: CliDeps, webhook: Webhook): void {
  const { id, url, lastAttempt } = webhook;
  const state = stateWords[webhook.state] ?? "unknown";
  const shape = webhook.shape === WebhookShape.PROCA ? "proca" : "coterie";
  const [waiting, failingSinceMs] = [Number(webhook.waiting), Number(webhook.failingSinceMs)];
  const dead = webhook.deadLetters === 0 ? "" : `, ${groupDigits(webhook.deadLetters)} dead letters`;
  const failing = failingSinceMs === 0 ? "" : `, failing since ${new Date(failingSinceMs).toISOString()}`;
  terminal.result(`${id}  ${state}  ${url}`);
  terminal.result(
    `  ${shape}, ${groupDigits(webhook.batchSize)} at a time, ${groupDigits(waiting)} waiting${dead}${failing}`,
  );
  if (lastAttempt !== undefined) {
    terminal.result(
      `  last attempt ${new Date(Number(lastAttempt.atMs)).toISOString()}: ${describeOutcome(lastAttempt)}`,
    );
  }
  const last = lastAttempt === undefined ? undefined : { outcome: lastAttempt.outcome, status: lastAttempt.status };
  terminal.json({
    webhook: id,
    url,
    state,
    shape,
    batchSize: webhook.batchSize,
    waiting,
    deadLetters: webhook.deadLetters,
    failingSinceMs,
    lastAttempt: last,
  });
}

const outcomeWords: Readonly<Record<string, string>> = {
  delivered: "delivered",
  refused: "refused",
  gone: "refused: the receiver is gone",
  redirected: "redirected, which is not followed",
  timeout: "no answer in time",
  unreachable: "not reachable",
  tls: "no trusted TLS connection",
  "address-refused": "an address that this gateway does not post to",
};

/** What came of an attempt, in words. */
export function describeOutcome({ outcome, status }: { readonly outcome: string; readonly status: number }): string {
  const words = Object.hasOwn(outcomeWords, outcome) ? (outcomeWords[outcome] ?? outcome) : outcome;
  return status === 0 ? words : `${words} (${status})`;
}
