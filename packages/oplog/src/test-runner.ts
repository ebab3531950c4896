/** What the contract suites of this package share. */
import { CoterieError } from "@coterie/bytes";

/** An adapter does not do what its port promises; the message says what. Seen in tests only. */
export class ContractViolatedError extends CoterieError {
  readonly code = "oplog/contract-violated";
}

/** The two functions of a test runner that a suite uses. */
export interface TestRunner {
  readonly describe: (name: string, suite: () => void) => unknown;
  readonly it: (name: string, test: () => Promise<void>) => unknown;
}

/** Throws {@link ContractViolatedError} where something does not hold. */
export function insist(holds: boolean, otherwise: string): void {
  if (!holds) throw new ContractViolatedError(otherwise);
}

/** Requires that a call is refused with this code. */
export async function insistRefused(code: string, call: () => Promise<unknown>): Promise<void> {
  const outcome = await call().then(
    () => "nothing",
    (error: unknown) => (error instanceof CoterieError ? error.code : String(error)),
  );
  insist(outcome === code, `${outcome} was thrown instead of ${code}`);
}
