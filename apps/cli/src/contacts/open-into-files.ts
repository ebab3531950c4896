/** Opening one organisation's contacts into files that go on where they ended. */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { lockFolder } from "../premises/folder-lock.ts";
import { type OrganisationFolder, pathsOf } from "../premises/organisation-folder.ts";
import { createPrivateFolder } from "../premises/private-files.ts";
import type { CliDeps } from "../terminal/command.ts";
import { type ExportFiles, exportToFiles, findExportStart } from "./export-files.ts";
import type { OpeningCounts } from "./opening-job.ts";
import { type OpeningWish, planOpening, startOpeningProgress, viewStore, withOpeningPool } from "./opening-session.ts";
import type { OutputFormat } from "@coterie/actions/csv";

/** Opens what is new since the files' checkpoint; returns counts over all runs. */
export async function openIntoFiles(
  deps: CliDeps,
  wish: OpeningWish & { readonly files: ExportFiles },
): Promise<OpeningCounts> {
  const { args, folder, files } = wish;
  const store = pathsOf(folder.path).contacts;
  await createPrivateFolder(store);
  const lock = await lockFolder(store);
  try {
    const view = await viewStore(store);
    const { end, events } = view;
    const plan = planOpening(wish, view);
    const start = await findExportStart({ plan, files }, { overwrite: args.has("overwrite") });
    const counts = await withOpeningPool(deps, { ...wish, plan, events }, (pool) => {
      const progress = startOpeningProgress(deps, { folder, end, doneBefore: start.counts.contacts });
      const onProgress = (contacts: number): void => progress.update(contacts);
      return exportToFiles(
        { pool, now: deps.now, signal: deps.signal, onProgress },
        { plan, files, store, storeEnd: end.place, start },
      ).finally(() => progress.finish());
    });
    if (counts.refused === 0) await rm(files.refused, { force: true });
    if (counts.quarantined === 0) await rm(files.quarantine, { force: true });
    return counts;
  } finally {
    await lock.release();
  }
}

/** The files of an export without `--out`: in the organisation's folder. */
export function defaultFiles(folder: OrganisationFolder, formats: readonly OutputFormat[]): ExportFiles {
  const base = join(folder.path, "contacts");
  return filesOf(
    base,
    formats.map((format) => `${base}.${format}`),
  );
}

/** The files of an export to a named file. */
export function namedFiles(path: string): ExportFiles {
  return filesOf(path, [path]);
}

function filesOf(base: string, byFormat: readonly string[]): ExportFiles {
  return {
    byFormat,
    refused: `${base}.refused.jsonl`,
    quarantine: `${base}.quarantine.jsonl`,
    checkpoint: `${base}.checkpoint`,
  };
}
