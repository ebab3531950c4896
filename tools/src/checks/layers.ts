// Layers: a package imports only strictly lower ones, through their entries; no file imports its own index; no cycles.
// And the compiler knows every package: one that no tsconfig refers to would be checked by nobody.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findCycles } from "../cycles.ts";
import type { Finding } from "../finding.ts";
import type { ImportEdge, ModuleGraph, ModuleNode } from "../module-graph.ts";
import { findPackageOf, isShipped, type Package, type Workspace } from "../workspace.ts";

/** All faults of layering. */
export function checkLayers(workspace: Workspace, graph: ModuleGraph): Finding[] {
  return [
    ...workspace.packages.flatMap((owner) => manifestFindings(workspace, owner)),
    ...configFindings(workspace),
    ...[...graph.values()].flatMap((module) => moduleFindings(workspace, module)),
    ...findCycles(graph).map((cycle) => ({
      file: cycle[0] ?? "",
      message: `import cycle: ${[...cycle, cycle[0]].join(" -> ")}`,
    })),
  ];
}

function manifestFindings(workspace: Workspace, owner: Package): Finding[] {
  const file = `${owner.folder}/package.json`;
  return runtimeDependencies(owner).flatMap((name) => {
    const lower = workspace.packages.find((candidate) => candidate.name === name);
    if (lower === undefined || lower.rules.layer < owner.rules.layer) return [];
    return [{ file, message: `depends on ${name} (layer ${lower.rules.layer}), not below layer ${owner.rules.layer}` }];
  });
}

interface CompilerConfig {
  readonly references?: readonly { readonly path: string }[];
  readonly compilerOptions?: { readonly lib?: readonly string[]; readonly types?: readonly string[] };
}

/** Shipped packages are referred to by the root, and portable ones see neither DOM nor Node. */
function configFindings(workspace: Workspace): Finding[] {
  const rootConfig = readConfig(workspace.root, "tsconfig.json");
  return workspace.packages.filter(isShipped).flatMap(({ folder, rules }) => {
    const isReferred = rootConfig.references?.some(({ path }) => join(path) === join(folder)) ?? false;
    const { lib, types } = readConfig(workspace.root, `${folder}/tsconfig.json`).compilerOptions ?? {};
    const seesMore = types?.length !== 0 || lib?.some((name) => !/^es20\d\d$/i.test(name)) !== false;
    const findings: Finding[] = [];
    if (!isReferred) findings.push({ file: "tsconfig.json", message: `does not refer to ${folder}` });
    if (rules.portable && seesMore) {
      findings.push({ file: `${folder}/tsconfig.json`, message: 'is portable: "lib" is ES only and "types" is []' });
    }
    return findings;
  });
}

function readConfig(root: string, file: string): CompilerConfig {
  return existsSync(join(root, file)) ? JSON.parse(readFileSync(join(root, file), "utf8")) : {};
}

function moduleFindings(workspace: Workspace, module: ModuleNode): Finding[] {
  const owner = findPackageOf(workspace, module.file.path);
  if (owner === undefined) return [];
  const isSource = module.file.path.startsWith(`${owner.folder}/src/`);
  return module.imports.flatMap((edge) => {
    const message = isSource ? faultOf(workspace, owner, edge) : undefined;
    return message === undefined ? [] : [{ file: module.file.path, line: edge.line, message }];
  });
}

function faultOf(workspace: Workspace, owner: Package, edge: ImportEdge): string | undefined {
  const { specifier, target } = edge;
  if (specifier.startsWith(".")) {
    if (target === undefined) return undefined;
    if (target === `${owner.folder}/src/index.ts`) return "imports its own package's index";
    const isOutside = !target.startsWith(`${owner.folder}/`);
    return isOutside ? `reaches into ${target} by path: import the package` : undefined;
  }
  const name = packageName(specifier);
  const sibling = workspace.packages.find((candidate) => candidate.name === name);
  if (sibling === undefined) {
    const isListed = specifier.includes(":") || allDependencies(workspace, owner).includes(name);
    return isListed ? undefined : `imports ${name}, which its package.json does not list`;
  }
  if (sibling === owner) return "imports its own package by name";
  if (sibling.rules.layer >= owner.rules.layer) {
    return `imports ${name} (layer ${sibling.rules.layer}), not below layer ${owner.rules.layer}`;
  }
  if (target === undefined) return `imports ${specifier}, which ${name} does not export`;
  return runtimeDependencies(owner).includes(name)
    ? undefined
    : `imports ${name}, which its package.json does not list`;
}

/** `@scope/name/sub` and `name/sub` without the sub-path. */
function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function runtimeDependencies({ manifest }: Package): string[] {
  return Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies });
}

/** What a file may import from the registry: shipped code only its own dependencies, tools also those of the root. */
function allDependencies(workspace: Workspace, owner: Package): string[] {
  const own = runtimeDependencies(owner);
  const { devDependencies, dependencies } = workspace.manifest;
  return isShipped(owner) ? own : [...own, ...Object.keys({ ...devDependencies, ...dependencies })];
}
