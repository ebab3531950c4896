/** Opening one organisation's contacts to standard output; what is refused or set aside is listed on standard error. */
import type { FieldProblem } from "@coterie/actions";
import { pathsOf } from "../premises/organisation-folder.ts";
import type { CliDeps } from "../terminal/command.ts";
import { InterruptedError } from "../terminal/errors.ts";
import { addCounts, noCounts, type OpeningCounts, type OpeningResult } from "./opening-job.ts";
import { type OpeningWish, planOpening, startOpeningProgress, viewStore, withOpeningPool } from "./opening-session.ts";
import { encodeFileStart } from "@coterie/actions/csv";
import { StoreReader } from "./store-reader.ts";

/** Opens all contacts in the wish's one format. */
export async function openToTerminal(deps: CliDeps, wish: OpeningWish): Promise<OpeningCounts> {
  const store = pathsOf(wish.folder.path).contacts;
  const view = await viewStore(store);
  const { end, events } = view;
  const plan = planOpening(wish, view);
  return withOpeningPool(deps, { ...wish, plan, events }, async (pool) => {
    const reader = new StoreReader(store, { start: { segment: 1, offset: 0 }, end: end.place });
    const progress = startOpeningProgress(deps, { folder: wish.folder, end, doneBefore: 0 });
    let counts = noCounts;
    try {
      for (const format of plan.formats)
        await deps.terminal.writeOutput(Buffer.from(encodeFileStart(format, plan), "utf8"));
      await pool.openAll(reader, async ({ result }) => {
        // A copy: the memory goes on its way when we return, while a slow reader still waits for it.
        await deps.terminal.writeOutput(Buffer.from(filledPart(result, 0)));
        reportAside(deps, result);
        counts = addCounts(counts, result.counts);
        progress.update(counts.contacts);
        if (deps.signal.aborted) throw new InterruptedError();
      });
      return counts;
    } finally {
      progress.finish();
      await reader.close();
    }
  });
}

/** One line each: the action's id and why. A quarantined person stays out of it. */
function reportAside(deps: CliDeps, result: OpeningResult): void {
  const { refused, quarantined } = result.counts;
  if (refused > 0) {
    for (const { actionId, code = "" } of linesOf(filledPart(result, 1)))
      deps.terminal.warn(`refused ${actionId} ${code}`);
  }
  if (quarantined > 0) {
    for (const { actionId, problems = [] } of linesOf(filledPart(result, 2))) {
      const reasons = problems.map(({ field, problem }) => `${field === "" ? "person" : field}: ${problem}`);
      deps.terminal.warn(`quarantined ${actionId} ${reasons.join(", ")}`);
    }
  }
}

interface AsideLine {
  readonly actionId: string;
  readonly code?: string;
  readonly problems?: readonly FieldProblem[];
}

function linesOf(bytes: Uint8Array): AsideLine[] {
  const lines = Buffer.from(bytes).toString("utf8").trimEnd().split("\n");
  // cast: our own threads wrote these lines from just such values
  return lines.map((line) => JSON.parse(line) as AsideLine);
}

function filledPart({ outputs, filledBytes }: OpeningResult, index: number): Uint8Array {
  return outputs[index]?.subarray(0, filledBytes[index]) ?? new Uint8Array(0);
}
