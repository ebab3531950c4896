/**
 * What staff's other programs need to know: `erased.jsonl` and `erased.csv` in the organisation's folder, one line for each contact that
 * must go there as well. Lines are only added; each action stands there once for each kind.
 */
import { encodeJsonLine, encodeRow } from "@coterie/actions/csv";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { replacePrivateFile, sizeOf } from "../premises/private-files.ts";

/** One contact that is gone, or that somebody asked to be. */
export interface ErasedEntry {
  readonly actionId: string;
  /** "erased" and "expired"; "erasure-asked": the person asked the campaign's lead, and said yes to hearing from this organisation. */
  readonly kind: string;
  readonly at: string;
  /** "dropped" from the store here; "kept", since the person said yes to hearing from this organisation; "absent": it never was here. */
  readonly contact: "dropped" | "kept" | "absent";
}

/** The two files. */
export function erasedPaths(organisationFolder: string): { readonly jsonl: string; readonly csv: string } {
  return { jsonl: join(organisationFolder, "erased.jsonl"), csv: join(organisationFolder, "erased.csv") };
}

/** Adds what is not there yet; both files are whole when this returns. */
export async function addErased(organisationFolder: string, entries: readonly ErasedEntry[]): Promise<void> {
  const paths = erasedPaths(organisationFolder);
  const known = await readErased(paths.jsonl);
  const byName = new Map([...known, ...entries].map((entry) => [`${entry.actionId} ${entry.kind}`, entry]));
  const all = [...byName.values()];
  if (all.length === 0) return;
  await replacePrivateFile(paths.jsonl, all.map((entry) => encodeJsonLine(entry)).join(""));
  const rows = all.map(({ actionId, kind, at, contact }) => encodeRow([actionId, kind, at, contact]));
  await replacePrivateFile(paths.csv, [encodeRow(["actionId", "kind", "at", "contact"]), ...rows].join(""));
}

async function readErased(path: string): Promise<readonly ErasedEntry[]> {
  if ((await sizeOf(path)) === undefined) return [];
  const file = await open(path, "r");
  try {
    const entries: ErasedEntry[] = [];
    for await (const line of createInterface({ input: file.createReadStream({ autoClose: false }) })) {
      // cast: this program wrote the file whole from just such values
      if (line !== "") entries.push(JSON.parse(line) as ErasedEntry);
    }
    return entries;
  } finally {
    await file.close();
  }
}
