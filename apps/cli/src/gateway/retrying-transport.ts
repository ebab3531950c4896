/**
 * A transport that tries again, with growing and random pauses, where that is harmless; and whose failures are errors of
 * this program with the gateway's own code, read from the header `coterie-error`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { MethodOptions_IdempotencyLevel as Idempotency } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { type RandomSource, randomBytes } from "@coterie/primitives";
import { isWireErrorCode, type WireErrorCode, wireErrorCodes, wireErrorHeader } from "@coterie/protocol/wire-error";
import {
  GatewayMisbehavedError,
  GatewayRefusedError,
  GatewayUnreachableError,
  InterruptedError,
} from "../terminal/errors.ts";

/** What a retrying transport needs. */
export interface RetryDeps {
  readonly inner: Transport;
  readonly random: RandomSource;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** When to give up. */
export interface RetryRules {
  /** How long to try again, counted from the first attempt of a call. */
  readonly patienceMs: number;
  /** The longest a single attempt may take. */
  readonly timeoutMs: number;
}

const firstPauseMs = 200;
const longestPauseMs = 8000;

/** Methods that change something and may be repeated all the same: the second time finds it done. */
const repeatable: ReadonlySet<string> = new Set([
  "AcknowledgeContacts",
  "ImportPublicKey",
  "StartActivation",
  "AllowPartner",
  "PublishKeyLogEntries",
  "ReplaceContacts",
  "UpdateWebhook",
  "RedriveDeadLetters",
]);

/** Wraps `deps.inner`. Streams pass as they are; the gateway has none. */
export function createRetryingTransport(deps: RetryDeps, rules: RetryRules): Transport {
  return {
    async unary(method, _signal, _timeoutMs, header, input, contextValues) {
      const isRepeatable = method.idempotency === Idempotency.NO_SIDE_EFFECTS || repeatable.has(method.name);
      const giveUpAtMs = deps.now() + rules.patienceMs;
      for (let attempt = 0; ; attempt++) {
        try {
          return await deps.inner.unary(method, deps.signal, rules.timeoutMs, header, input, contextValues);
        } catch (error) {
          const pauseMs = pauseBefore(deps.random, attempt + 1);
          const mayRetry = isRepeatable ? isTransient(error) : nothingHappened(error);
          if (!mayRetry || deps.now() + pauseMs > giveUpAtMs || deps.signal.aborted)
            throw translate(deps.signal, error);
          await sleep(pauseMs, undefined, { signal: deps.signal }).catch(() => {
            throw new InterruptedError();
          });
        }
      }
    },
    stream: (...call) => deps.inner.stream(...call),
  };
}

/** Doubling, with a random half, so that many clients do not come back at the same moment. */
function pauseBefore(random: RandomSource, attempt: number): number {
  const longMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1));
  const [share = 0] = randomBytes(random, 1);
  return longMs / 2 + (longMs / 2) * (share / 255);
}

function wireCodeOf(error: unknown): WireErrorCode | undefined {
  if (!(error instanceof ConnectError)) return undefined;
  const code = error.metadata.get(wireErrorHeader);
  return code !== null && isWireErrorCode(code) ? code : undefined;
}

/** The gateway or the system says that nothing was done. */
function nothingHappened(error: unknown): boolean {
  const wireCode = wireCodeOf(error);
  if (wireCode !== undefined) return wireCode === "unavailable" || wireCode === "rate-limited";
  return causeCodeOf(error) === "ECONNREFUSED";
}

function isTransient(error: unknown): boolean {
  if (wireCodeOf(error) !== undefined) return nothingHappened(error) || wireCodeOf(error) === "internal";
  if (!(error instanceof ConnectError)) return false;
  return isSilence(error.code) || error.code === Code.ResourceExhausted;
}

function isSilence(code: Code): boolean {
  return [Code.Unavailable, Code.Aborted, Code.DeadlineExceeded].includes(code);
}

function causeCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  return causeCodeOf(error.cause);
}

function translate(signal: AbortSignal, error: unknown): Error {
  if (signal.aborted) return new InterruptedError();
  const wireCode = wireCodeOf(error);
  if (wireCode !== undefined)
    return new GatewayRefusedError(wireCode, `the gateway refused: ${wireErrorCodes[wireCode]}`);
  if (!(error instanceof ConnectError)) return error instanceof Error ? error : new GatewayMisbehavedError("no error");
  if (isSilence(error.code)) return new GatewayUnreachableError(describeSilence(error));
  return new GatewayMisbehavedError(`this does not look like a Coterie gateway (${Code[error.code] ?? "unknown"})`);
}

function describeSilence(error: ConnectError): string {
  const cause = causeCodeOf(error);
  if (error.code === Code.DeadlineExceeded) return "the gateway did not answer in time";
  return cause === undefined ? "the gateway does not answer" : `the gateway does not answer (${cause})`;
}
