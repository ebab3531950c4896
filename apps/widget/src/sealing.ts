/** Everything that touches keys: only scripts of pages that seal in the browser carry it. */
import type { ActionPageView } from "@coterie/actions";
import type { RefusalCode } from "@coterie/actions/form";
import { loadWidgetPrimitives, systemRandom } from "@coterie/primitives/widget";
import { RequestFailedError } from "./errors.ts";
import { makeMailBox } from "./mail-box.ts";
import type { LogDeps } from "./pinned-log.ts";
import { checkPins, type Pins, parsePins, pinsOfPage } from "./pins.ts";
import { type SealDeps, sealPerson } from "./seal-person.ts";
import { createSubmitter, type Submitter } from "./submitter.ts";

/** What a form uses of it. */
export interface Sealing extends Submitter {
  /** See `parsePins`. */
  readonly parsePins: (attribute: string) => Pins | undefined;
  /** See `checkPins`. */
  readonly checkPins: (input: {
    readonly page: ActionPageView;
    readonly pins: Pins | undefined;
  }) => Promise<RefusalCode | undefined>;
  /** See `pinsOfPage`. */
  readonly pinsOfPage: (page: ActionPageView) => Pins;
}

/** Sealing with these primitives. */
export function createSealing(deps: SealDeps): Sealing {
  const { primitives, random } = deps;
  const { sha256 } = primitives;
  return {
    ...createSubmitter({
      sha256,
      random,
      sealPerson: (input) => sealPerson(deps, input),
      makeMailBox: (input) => makeMailBox(deps, input),
    }),
    parsePins,
    checkPins: (input) => checkPins(deps, input),
    pinsOfPage: (page) => pinsOfPage(deps, page),
  };
}

/** Sealing in this browser. */
export async function loadBrowserSealing(): Promise<Sealing> {
  const primitives = await loadWidgetPrimitives();
  const deps: LogDeps = { primitives, now: () => Date.now() };
  return createSealing({
    primitives,
    random: systemRandom,
    isActiveInPinnedLog: async (receiver) => {
      const { isActiveInPinnedLog } = await import("./pinned-log.ts").catch(notLoaded);
      return await isActiveInPinnedLog(deps, receiver);
    },
  });
}

function notLoaded(): never {
  throw new RequestFailedError({ failure: "offline" });
}
