/** Everything that touches keys, in a file of its own: it is loaded while the form is already being filled in. */
import type { ActionPageView } from "@coterie/actions";
import type { RefusalCode } from "@coterie/actions/form";
import { encodeTextForm } from "@coterie/bytes";
import { randomBytes } from "@coterie/primitives";
import { loadWidgetPrimitives, systemRandom } from "@coterie/primitives/widget";
import { checkPins, type Pins, parsePins, pinsOfPage } from "./pins.ts";
import type { SealDeps } from "./seal-person.ts";
import { encodeSubmission, type SubmissionInput } from "./submission.ts";

/** What a form uses of it. */
export interface Sealing {
  /** A fresh action id as text: the idempotency id of a submission. */
  readonly newActionId: () => string;
  /** See `encodeSubmission`. */
  readonly encodeSubmission: (input: SubmissionInput) => Promise<string>;
  /** See `parsePins`. */
  readonly parsePins: (attribute: string) => Pins | undefined;
  /** See `checkPins`. */
  readonly checkPins: (input: {
    readonly page: ActionPageView;
    readonly pins: Pins | undefined;
  }) => RefusalCode | undefined;
  /** See `pinsOfPage`. */
  readonly pinsOfPage: (page: ActionPageView) => Pins;
}

/** Sealing with these primitives. */
export function createSealing(deps: SealDeps): Sealing {
  return {
    newActionId: () => encodeTextForm("cact", randomBytes(deps.random, 16)),
    encodeSubmission: (input) => encodeSubmission(deps, input),
    parsePins,
    checkPins: (input) => checkPins(deps.primitives, input),
    pinsOfPage: (page) => pinsOfPage(deps.primitives, page),
  };
}

/** Sealing in this browser. */
export async function loadBrowserSealing(): Promise<Sealing> {
  return createSealing({ primitives: await loadWidgetPrimitives(), random: systemRandom });
}
