/** How refusals travel: the wire code in a header, Connect's own code beside it, and no text of the request anywhere. */
import { Code, ConnectError, type ContextKey, createContextKey, type Interceptor } from "@connectrpc/connect";
import {
  isWireErrorCode,
  wireChallengeHeader,
  type WireErrorCode,
  wireErrorCodes,
  wireErrorFieldsHeader,
  wireErrorHeader,
} from "@coterie/protocol";
import { RefusedError } from "../errors.ts";
import { type Log, unexpectedError } from "../log/log.ts";

/** Whether a call came as far as our code. */
export const wasReachedKey: ContextKey<boolean> = createContextKey(false);

/** Connect's code for each of ours; it decides the HTTP status. */
const connectCode: { readonly [Reason in WireErrorCode]: Code } = {
  unauthenticated: Code.Unauthenticated,
  "not-found": Code.NotFound,
  invalid: Code.InvalidArgument,
  "invalid-person": Code.InvalidArgument,
  "invalid-key": Code.InvalidArgument,
  "not-proven": Code.FailedPrecondition,
  "no-active-key": Code.FailedPrecondition,
  "wrong-key": Code.FailedPrecondition,
  "wrong-sealing": Code.FailedPrecondition,
  "campaign-closed": Code.FailedPrecondition,
  "home-organisation": Code.PermissionDenied,
  conflict: Code.AlreadyExists,
  "too-large": Code.OutOfRange,
  "work-required": Code.FailedPrecondition,
  "rate-limited": Code.ResourceExhausted,
  unavailable: Code.Unavailable,
  internal: Code.Internal,
};

/** HTTP status of Connect's codes that {@link connectCode} uses. */
const statusByCode: ReadonlyMap<Code, number> = new Map([
  [Code.Unauthenticated, 401],
  [Code.NotFound, 404],
  [Code.InvalidArgument, 400],
  [Code.FailedPrecondition, 400],
  [Code.PermissionDenied, 403],
  [Code.AlreadyExists, 409],
  [Code.OutOfRange, 400],
  [Code.ResourceExhausted, 429],
  [Code.Unavailable, 503],
  [Code.Internal, 500],
]);

/** The HTTP status of a refusal. */
export function statusOf(reason: WireErrorCode): number {
  return statusByCode.get(connectCode[reason]) ?? 500;
}

/** Turns what a method throws into the error that is sent. What nobody expected is logged by name and code, and sent as "internal". */
export function refusalInterceptor({ log }: { readonly log: Log }): Interceptor {
  return (next) => async (request) => {
    request.contextValues.set(wasReachedKey, true);
    try {
      return await next(request);
    } catch (error) {
      throw toConnectError(toRefusal({ log }, error));
    }
  };
}

/** The refusal behind any error; unexpected ones are logged and become "internal". */
export function toRefusal({ log }: { readonly log: Log }, error: unknown): RefusedError {
  if (error instanceof RefusedError) return error;
  // Connect's own refusals: deadlines and unknown methods.
  if (error instanceof ConnectError && error.code === Code.DeadlineExceeded) return new RefusedError("unavailable");
  log(unexpectedError(error));
  return new RefusedError("internal");
}

function toConnectError({ reason, fields, challenge }: RefusedError): ConnectError {
  return new ConnectError(wireErrorCodes[reason], connectCode[reason], refusalHeaders({ reason, fields, challenge }));
}

/** What of a refusal travels. */
export type RefusalFacts = Pick<RefusedError, "reason" | "fields"> & Partial<Pick<RefusedError, "challenge">>;

/** The headers of a refusal. */
export function refusalHeaders({ reason, fields, challenge }: RefusalFacts): Record<string, string> {
  const headers: Record<string, string> = { [wireErrorHeader]: reason };
  if (fields.length > 0) headers[wireErrorFieldsHeader] = fields.join(",");
  if (challenge !== undefined) headers[wireChallengeHeader] = challenge;
  return headers;
}

/**
 * The code of a failed answer: ours from the header, else Connect's own. The library calls a message that it cannot read
 * "internal", which it is only after our code was reached.
 */
export function reasonOf({
  header,
  wasReached,
}: {
  readonly header: string | null;
  readonly wasReached: boolean;
}): WireErrorCode {
  if (header !== null && isWireErrorCode(header)) return header;
  return wasReached ? "internal" : "invalid";
}

/** The JSON body of a refusal, as Connect clients read it. */
export function refusalBody(reason: WireErrorCode): string {
  const name = Code[connectCode[reason]].replaceAll(/(?!^)([A-Z])/g, "_$1").toLowerCase();
  return JSON.stringify({ code: name, message: wireErrorCodes[reason] });
}
