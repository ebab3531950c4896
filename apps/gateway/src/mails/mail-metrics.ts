/** Figures about mails: counts and ages, of nobody. */
import { Counter, Gauge, type Registry } from "prom-client";
import type { MailKind } from "../db/mail-schema.ts";
import { countOverdue, type UpkeepDeps } from "./upkeep.ts";

/** What is told as it happens. */
export interface MailMetrics {
  readonly settled: (kind: MailKind, outcome: "sent" | "failed" | "bounced" | "again") => void;
}

/** Adds the figures to `registry`; alert rules for them are in apps/gateway/alerts/mails.yaml. */
export function createMailMetrics(deps: UpkeepDeps, registry: Registry): MailMetrics {
  const settled = new Counter({
    name: "coterie_mails_total",
    help: "Attempts to send a mail, by kind and outcome",
    labelNames: ["kind", "outcome"],
    registers: [registry],
  });
  const overdue: Gauge = new Gauge({
    name: "coterie_clear_data_overdue",
    help: "Sealed addresses that should have been deleted; anything above 0 is a fault",
    registers: [registry],
    collect: async () => overdue.set(await countOverdue(deps)),
  });
  const stored: Gauge = new Gauge({
    name: "coterie_clear_data",
    help: "Sealed addresses that a mail is due to",
    registers: [registry],
    collect: async () => stored.set(await readNumber(deps, "SELECT count(*) AS number FROM mail_boxes")),
  });
  const lateSeconds: Gauge = new Gauge({
    name: "coterie_mails_late_seconds",
    help: "How long the oldest mail that is due has been due",
    registers: [registry],
    collect: async () => {
      const dueAtMs = await readNumber(deps, "SELECT min(due_at_ms) AS number FROM mails WHERE state = 'due'");
      lateSeconds.set(dueAtMs === 0 ? 0 : Math.max(0, (deps.now() - dueAtMs) / 1000));
    },
  });
  const keys: Gauge = new Gauge({
    name: "coterie_mail_key_age_seconds",
    help: "Age of the oldest mail key: what was deleted is unreadable once its key is gone",
    registers: [registry],
    collect: async () => {
      const oldest = (await deps.mailKeys.keyring.list()).at(-1);
      keys.set(oldest === undefined ? 0 : Math.max(0, (deps.now() - oldest.createdAtMs) / 1000));
    },
  });
  return { settled: (kind, outcome) => settled.inc({ kind, outcome }) };
}

async function readNumber({ pool }: Pick<UpkeepDeps, "pool">, query: string): Promise<number> {
  const { rows } = await pool.query<{ number: number | null }>(query);
  return rows[0]?.number ?? 0;
}
