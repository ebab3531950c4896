// Dependencies: each has a reason in docs/dependencies.md, an exact version, a checksum, and no install script.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../finding.ts";
import { type LockFile, unansweredWishes } from "../lock-file.ts";
import type { Manifest, Workspace } from "../workspace.ts";

const page = "docs/dependencies.md";

/** All faults of manifests, lock file and the page of reasons. */
export function checkDependencies(workspace: Workspace): Finding[] {
  const manifests = [
    { file: "package.json", manifest: workspace.manifest },
    ...workspace.packages.map(({ folder, manifest }) => ({ file: `${folder}/package.json`, manifest })),
  ];
  return [
    ...manifests.flatMap(({ file, manifest }) => pinFindings(file, manifest)),
    ...pageFindings(workspace, manifests),
    ...lockFindings(workspace),
  ];
}

function pinFindings(file: string, manifest: Manifest): Finding[] {
  const all = { ...runtimeOf(manifest), ...manifest.devDependencies };
  return Object.entries(all).flatMap(([name, version]) =>
    /^\d+\.\d+\.\d+(-[\w.-]+)?$/.test(version)
      ? []
      : [{ file, message: `${name}: "${version}" is not one exact version` }],
  );
}

function pageFindings(
  workspace: Workspace,
  manifests: readonly { readonly file: string; readonly manifest: Manifest }[],
): Finding[] {
  if (!existsSync(join(workspace.root, page)))
    return [{ file: page, message: "is missing: one line with a reason per dependency" }];
  const siblings = new Set(workspace.packages.map(({ name }) => name));
  const fileByRuntime = new Map(
    manifests.flatMap(({ file, manifest }) => Object.keys(runtimeOf(manifest)).map((name) => [name, file] as const)),
  );
  const dev = new Set(manifests.flatMap(({ manifest }) => Object.keys(manifest.devDependencies ?? {})));
  const documented = documentedNames(readFileSync(join(workspace.root, page), "utf8"));
  const missing = [...fileByRuntime].filter(([name]) => !siblings.has(name) && !documented.has(name));
  const stale = [...documented].filter(([name]) => !fileByRuntime.has(name) && !dev.has(name));
  const twice = [...documented].filter(([, lines]) => lines.length > 1);
  return [
    ...missing.map(([name, file]) => ({ file: page, message: `no line for ${name} (a dependency in ${file})` })),
    ...stale.map(([name, lines]) => ({ file: page, ...lineOf(lines), message: `${name} is in no manifest any more` })),
    ...twice.map(([name, lines]) => ({ file: page, ...lineOf(lines.slice(1)), message: `second line for ${name}` })),
  ];
}

function lineOf(lines: readonly number[]): { line?: number } {
  const [line] = lines;
  return line === undefined ? {} : { line };
}

/** Names at the start of list items and table rows, in backticks, several with commas: `- \`pg\`, \`kysely\`: ...`. */
function documentedNames(text: string): ReadonlyMap<string, number[]> {
  const names = new Map<string, number[]>();
  text.split("\n").forEach((content, index) => {
    const head = /^\s*(?:[-*|])\s*((?:\[?`[^`]+`(?:\]\([^)]*\))?(?:\s*(?:,|and)\s*)?)+)/.exec(content)?.[1] ?? "";
    for (const [, name] of head.matchAll(/`([^`]+)`/g)) {
      const bare = (name ?? "").trim().replace(/(?<=.)@[\d.].*$/, "");
      names.set(bare, [...(names.get(bare) ?? []), index + 1]);
    }
  });
  return names;
}

function lockFindings(workspace: Workspace): Finding[] {
  const file = "package-lock.json";
  if (!existsSync(join(workspace.root, file))) return [{ file, message: "is missing" }];
  const lock: LockFile = JSON.parse(readFileSync(join(workspace.root, file), "utf8"));
  const wishes = unansweredWishes(lock).map(({ wanted }) => ({
    file,
    message: `${wanted}: optional, wanted and without an entry, so that npm ci refuses the file: npm run lock`,
  }));
  const faults = Object.entries(lock.packages ?? {}).flatMap(([place, entry]) => {
    if (!place.includes("node_modules/") || entry.link === true) return [];
    const name = place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
    const findings: Finding[] = [];
    if (entry.integrity === undefined) findings.push({ file, message: `${name}: no integrity` });
    if (entry.resolved !== undefined) findings.push({ file, message: `${name}: names a host (${entry.resolved})` });
    const isDeclared = workspace.manifest.allowScripts?.[name] === false;
    if (entry.hasInstallScript === true && !isDeclared) {
      findings.push({
        file,
        message: `${name}: has an install script; prove that it works without, then set allowScripts to false`,
      });
    }
    return findings;
  });
  return [...wishes, ...faults];
}

function runtimeOf(manifest: Manifest): Readonly<Record<string, string>> {
  return { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies };
}
