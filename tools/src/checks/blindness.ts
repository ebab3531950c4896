// Blindness: what a blind package can reach, through any import, holds nothing that opens user content.
//
// Imports of types count too: code that needs the type of a secret is about to handle one.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../finding.ts";
import { type ModuleGraph, pathTo, reach } from "../module-graph.ts";
import { findPackageOf, type Package, sealingEntries, type Workspace } from "../workspace.ts";

/** Why a package may not reach `file`, or undefined where it may. Shared with the check of bundles. */
export function forbiddenReason(workspace: Workspace, owner: Package, file: string): string | undefined {
  const target = findPackageOf(workspace, file);
  if (target === undefined || target === owner) return undefined;
  if (owner.rules.blind === true && target.rules.secrets === true) return `${target.name} holds secrets`;
  const serverOnly = target.rules.secrets === "server" && owner.rules.opens === false;
  if (!serverOnly && !(target.rules.secrets === "open" && isBound(owner))) return undefined;
  const opening = [...target.entries].find(([entry, source]) => source === file && !sealingEntries.includes(entry));
  if (opening !== undefined) return `${target.name}${opening[0].slice(1)} opens what was sealed`;
  return decrypts(workspace, file) ? "it decrypts" : undefined;
}

// A file behind the sealing entry that decrypts, without the opening entry in between: the entries alone would not show it.
function decrypts({ root }: Workspace, file: string): boolean {
  return /\bdecrypt\w*\s*\(/.test(readFileSync(join(root, file), "utf8"));
}

/** True for packages that this rule binds. */
export function isBound({ rules }: Package): boolean {
  return rules.blind === true || rules.opens === false;
}

/** All paths from blind (or seal-only) packages to what opens, and imports that nobody can follow. */
export function checkBlindness(workspace: Workspace, graph: ModuleGraph): Finding[] {
  return workspace.packages.filter(isBound).flatMap((owner) => {
    const starts = [...graph.keys()].filter((file) => file.startsWith(`${owner.folder}/src/`));
    const cameFrom = reach(graph, starts);
    const reached = [...cameFrom.keys()].flatMap((file) => {
      const reason = forbiddenReason(workspace, owner, file);
      return reason === undefined
        ? []
        : [{ file, message: `${owner.name} reaches it, but ${reason}: ${pathTo(cameFrom, file)}` }];
    });
    const computed = [...cameFrom.keys()].flatMap((file) =>
      (graph.get(file)?.computedImportLines ?? []).map((line) => ({
        file,
        line,
        message: `computed import in reach of ${owner.name}: nobody can tell where it leads`,
      })),
    );
    return [...manifestFindings(workspace, owner), ...reached, ...computed];
  });
}

/** A blind package does not even install what holds secrets. */
function manifestFindings(workspace: Workspace, owner: Package): Finding[] {
  if (owner.rules.blind !== true) return [];
  const { dependencies, optionalDependencies } = owner.manifest;
  return Object.keys({ ...dependencies, ...optionalDependencies }).flatMap((name) => {
    const holdsSecrets = workspace.packages.some((other) => other.name === name && other.rules.secrets === true);
    const message = `depends on ${name}, which holds secrets, but ${owner.name} is blind`;
    return holdsSecrets ? [{ file: `${owner.folder}/package.json`, message }] : [];
  });
}
