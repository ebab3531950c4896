/** What browsers report, as errors of the ports: without their texts, since messages hold no input. */
import { CoterieError } from "@coterie/bytes";
import { StoreFailedError, StoreFullError } from "../errors.ts";

/** Runs a call, and translates what it throws. */
export async function translated<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw failureOf(error);
  }
}

/** The error of the port for one of the browser. */
export function failureOf(error: unknown): CoterieError {
  if (error instanceof CoterieError) return error;
  const name = error instanceof DOMException ? error.name : "unknown";
  return name === "QuotaExceededError" ? new StoreFullError() : new StoreFailedError(`the browser failed: ${name}`);
}

/** Undefined where what was looked for is not there. */
export function undefinedIfMissing(error: unknown): undefined {
  if (error instanceof DOMException && error.name === "NotFoundError") return undefined;
  throw error;
}
