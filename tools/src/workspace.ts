// The packages of the repository and what their manifests say about them.
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { sourceCondition } from "./repository.ts";

/** The `coterie` record of a manifest. */
export interface PackageRules {
  /** A package imports only strictly lower layers. */
  readonly layer: number;
  /** Compiles without DOM and Node types, uses no clock, network, console or randomness of its own. */
  readonly portable: boolean;
  /**
   * Holds what opens user content: true, or "open" where only some entries do (sealed-box). "server": opens what the
   * gateway itself must read for a while (vault), so the gateway may, and who only seals may not.
   */
  readonly secrets: boolean | "open" | "server";
  /** May reach nothing that opens user content, through any path: the gateway. */
  readonly blind?: boolean;
  /** False: seals but may never open, so it may not reach the opening entries: the widget. */
  readonly opens?: boolean;
}

/** What the checks read of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly coterie?: Partial<PackageRules>;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly workspaces?: readonly string[];
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}

/** One workspace package. `folder` and every path in `entries` are relative to the root, with slashes. */
export interface Package {
  readonly name: string;
  readonly folder: string;
  readonly manifest: Manifest;
  readonly rules: PackageRules;
  /** Source file by export sub-path: "." or "./seal". */
  readonly entries: ReadonlyMap<string, string>;
}

/** The repository as the checks see it. */
export interface Workspace {
  readonly root: string;
  readonly manifest: Manifest;
  readonly packages: readonly Package[];
}

/** Entries of a `secrets: "open"` or `"server"` package that anyone may import; the others open. */
export const sealingEntries: readonly string[] = ["./seal", "./mail-plaintext"];

/** Reads all manifests below `root`. Throws where a package has no complete `coterie` record. */
export function loadWorkspace(root: string): Workspace {
  const manifest = readManifest(join(root, "package.json"));
  const files = (manifest.workspaces ?? []).flatMap((pattern) => globSync(`${pattern}/package.json`, { cwd: root }));
  const packages = files.toSorted().map((file) => loadPackage(root, file));
  return { root, manifest, packages };
}

/** The package a file belongs to, or undefined for the root's own files. */
export function findPackageOf(workspace: Workspace, file: string): Package | undefined {
  return workspace.packages.find((candidate) => file.startsWith(`${candidate.folder}/`));
}

/** True for the folders whose code ships: packages and apps. The others are tests, figures and tools. */
export function isShipped(candidate: Package): boolean {
  return candidate.folder.startsWith("packages/") || candidate.folder.startsWith("apps/");
}

/** Files below `root` that match, as sorted paths with slashes, without anything built or installed. */
export function listFiles(root: string, pattern: string): string[] {
  const skip = new Set(["node_modules", "dist", ".cache", ".git", "coverage", "data", "premises"]);
  const found = globSync(pattern, { cwd: root, exclude: (name) => skip.has(name.split(/[\\/]/).at(-1) ?? "") });
  return found.map(withSlashes).toSorted();
}

/** A path as the checks write it. */
export function withSlashes(path: string): string {
  return path.replaceAll("\\", "/");
}

/** Reads one manifest. */
export function readManifest(file: string): Manifest {
  return JSON.parse(readFileSync(file, "utf8"));
}

function loadPackage(root: string, file: string): Package {
  const manifest = readManifest(join(root, file));
  const folder = withSlashes(relative(root, join(root, file, "..")));
  const { layer, portable, secrets, blind, opens } = manifest.coterie ?? {};
  if (layer === undefined || portable === undefined || secrets === undefined) {
    throw new Error(`${file}: the record "coterie": { layer, portable, secrets } is missing or incomplete`);
  }
  const rules = {
    layer,
    portable,
    secrets,
    ...(blind === undefined ? {} : { blind }),
    ...(opens === undefined ? {} : { opens }),
  };
  return { name: manifest.name, folder, manifest, rules, entries: sourceEntries(root, folder, manifest) };
}

function sourceEntries(root: string, folder: string, manifest: Manifest): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const [subPath, target] of Object.entries(manifest.exports ?? {})) {
    const source = typeof target === "object" && target !== null ? Reflect.get(target, sourceCondition) : undefined;
    if (typeof source !== "string") continue;
    const file = withSlashes(join(folder, source));
    if (existsSync(join(root, file))) entries.set(subPath, file);
  }
  return entries;
}
