/**
 * What the gateway may log: events of a closed list with public facts. There is no free text, so no name, address, request or
 * error message can get in; an unexpected error is a name and a code.
 */
import { type DestinationStream, type Logger, pino } from "pino";

/** One event that may be logged. */
export type LogEvent =
  | { readonly event: "started"; readonly port: number; readonly startMs: number }
  | { readonly event: "stopped" }
  | { readonly event: "database-stopped" }
  | { readonly event: "database-restarted" }
  | { readonly event: "database-lost" }
  | { readonly event: "database-connection-lost" }
  | { readonly event: "batch-failed"; readonly submissions: number; readonly code: string }
  /** The SMTP server did not take a mail: its reply's number, or a code of the connection. */
  | { readonly event: "mail-not-taken"; readonly outcome: "bounced" | "refused" | "later"; readonly code: string }
  /** The operator's list of refused email domains: how long it is, or why it cannot be read now. */
  | { readonly event: "refused-domains-read"; readonly domains: number }
  | { readonly event: "refused-domains-unreadable"; readonly code: string }
  /** A receiver failed for long, or said that it is gone. */
  | { readonly event: "webhook-suspended"; readonly outcome: string; readonly status: number }
  /** Numbers that differed from the actions they count. */
  | { readonly event: "counters-corrected"; readonly counters: number; readonly pageDays: number }
  | { readonly event: "unexpected-error"; readonly name: string; readonly code: string };

/** Writes one event. */
export type Log = (event: LogEvent) => void;

/** A log of JSON lines at `destination`. */
export function createLog(destination: DestinationStream): Log {
  const logger: Logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  return (event) => {
    if (event.event === "unexpected-error" || event.event === "batch-failed" || event.event === "database-lost") {
      logger.error(event);
    } else logger.info(event);
  };
}

/**
 * The event of an error nobody expected: the class name and a code, where these are what programs make (short
 * identifiers); never the message or the stack, which may repeat input.
 */
export function unexpectedError(error: unknown): LogEvent {
  const name = error instanceof Error ? error.name : typeof error;
  return { event: "unexpected-error", name: identifierOf(name), code: errorCode(error) };
}

/** The error's `code` where it is a short identifier, else "none". */
export function errorCode(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return identifierOf(typeof code === "string" || typeof code === "number" ? String(code) : "none");
}

function identifierOf(text: string): string {
  return /^[A-Za-z0-9_/-]{1,64}$/.test(text) ? text : "unnamed";
}
