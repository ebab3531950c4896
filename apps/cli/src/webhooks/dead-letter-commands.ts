/** `coterie webhooks dead-letters` and `coterie webhooks redrive`. */
import type { DeadLetter } from "@coterie/protocol";
import type { Gateway } from "../gateway/gateway-client.ts";
import { commonOptions, gatewayOptions } from "../terminal/arguments.ts";
import type { Command } from "../terminal/command.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { groupDigits } from "../terminal/progress.ts";
import { chooseWebhook, describeOutcome, webhookOption, withWebhooks } from "./webhook-commands.ts";

/** Lists deliveries that were set aside. */
export const deadLettersCommand: Command = {
  name: "webhooks dead-letters",
  summary: "list deliveries that the receiver refused and that were set aside",
  help: [
    "A delivery is set aside when the receiver answered five times that it does not take it (400, 413, 415 or 422). Its contacts stay at the gateway.",
  ],
  options: { ...webhookOption, ...gatewayOptions, ...commonOptions },
  run: async (deps, args) =>
    await withWebhooks(deps, args, async (gateway) => {
      const { id: webhookId } = await chooseWebhook(gateway, args);
      let count = 0;
      for await (const { id, size, attempts, lastAttempt, createdAtMs } of readDeadLetters(gateway, webhookId)) {
        count++;
        const outcome = { outcome: lastAttempt?.outcome ?? "unknown", status: lastAttempt?.status ?? 0 };
        const made = new Date(Number(createdAtMs)).toISOString();
        deps.terminal.result(`${id}  ${made}  ${groupDigits(size)} contacts and events  ${describeOutcome(outcome)}`);
        deps.terminal.json({ deadLetter: id, size, attempts, ...outcome, createdAtMs: Number(createdAtMs) });
      }
      if (count === 0) deps.terminal.result("no dead letters");
      return exitCodes.ok;
    }),
};

/** Posts them again. */
export const redriveCommand: Command = {
  name: "webhooks redrive",
  summary: "post deliveries that were set aside again",
  help: ["Posts all dead letters of a webhook again, or one of them, under their old ids, beside what comes next."],
  options: {
    id: { type: "string", value: "ID", help: "only this one (cmsg1…)" },
    ...webhookOption,
    ...gatewayOptions,
    ...commonOptions,
  },
  run: async (deps, args) =>
    await withWebhooks(deps, args, async (gateway) => {
      const { id: webhookId } = await chooseWebhook(gateway, args);
      const one = args.find("id");
      const { redriven } = await gateway.webhooks.redriveDeadLetters({
        webhookId,
        ids: one === undefined ? [] : [one],
      });
      deps.terminal.result(`${groupDigits(redriven)} will be posted again`);
      deps.terminal.json({ redriven });
      return exitCodes.ok;
    }),
};

async function* readDeadLetters(
  { webhooks }: Pick<Gateway, "webhooks">,
  webhookId: string,
): AsyncGenerator<DeadLetter> {
  let pageToken = "";
  do {
    const page = await webhooks.listDeadLetters({ webhookId, pageSize: 0, pageToken });
    yield* page.deadLetters;
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
}
