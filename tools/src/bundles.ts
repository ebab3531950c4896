// Bundles: what the import graph promises is proven once more on what a bundler really takes in.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type InlineConfig, type Plugin } from "vite";
import { forbiddenReason } from "./checks/blindness.ts";
import type { Finding } from "./finding.ts";
import { type ModuleGraph, reach } from "./module-graph.ts";
import { sourceCondition } from "./repository.ts";
import { listFiles, type Package, type Workspace, withSlashes } from "./workspace.ts";

/** What visitors download for the action form, all scripts and styles together. */
export const widgetLimitBytes = 30_000;

/** What one app's bundle takes in: files of the repository, relative to its root. */
export interface BundledFiles {
  readonly owner: Package;
  readonly files: readonly string[];
}

/** Bundles the gateway as its server runs it, in memory. Packages from the registry stay outside. */
export async function bundleGateway(workspace: Workspace, owner: Package, graph: ModuleGraph): Promise<BundledFiles> {
  const root = join(workspace.root, owner.folder);
  const starts = listFiles(root, "src/{start,main}.ts").map((file) => `${owner.folder}/${file}`);
  const input = [...starts, ...workersOf(graph, starts)].map((file) => join(workspace.root, file));
  if (input.length === 0) return { owner, files: [] };
  const files = await collect(workspace, {
    root,
    configFile: false,
    build: { ssr: true, write: false, rolldownOptions: { input } },
    ssr: { noExternal: [/^@coterie\//], resolve: { conditions: [sourceCondition, "node"] } },
    resolve: { conditions: [sourceCondition, "node"] },
  });
  return { owner, files };
}

/** Sources that run in threads of their own: named by URL, so that a bundler for servers does not follow them. */
function workersOf(graph: ModuleGraph, starts: readonly string[]): string[] {
  const reached = [...reach(graph, starts).keys()].flatMap((file) => graph.get(file)?.imports ?? []);
  return reached.flatMap(({ kind, target }) =>
    kind === "url" && target !== undefined && graph.has(target) ? [target] : [],
  );
}

/** Builds the widget into its dist folder, with its own configuration. */
export async function bundleWidget(workspace: Workspace, owner: Package): Promise<BundledFiles> {
  const root = join(workspace.root, owner.folder);
  const files = await collect(workspace, { root, configFile: join(root, "vite.config.ts") });
  return { owner, files };
}

/** Files in a bundle that its owner may not reach. */
export function bundleFindings(workspace: Workspace, { owner, files }: BundledFiles): Finding[] {
  if (files.length === 0) return [{ file: owner.folder, message: "its bundle is empty: nothing is proven" }];
  return files.flatMap((file) => {
    const reason = forbiddenReason(workspace, owner, file);
    return reason === undefined ? [] : [{ file, message: `is in the bundle of ${owner.name}, but ${reason}` }];
  });
}

/** Scripts and styles of a built folder with their gzip sizes in bytes. */
export function assetSizes(folder: string): { readonly file: string; readonly gzipBytes: number }[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const assets = names.filter((name) => /\.(js|mjs|css)$/.test(name)).toSorted();
  return assets.map((file) => ({ file, gzipBytes: gzipSync(readFileSync(join(folder, file)), { level: 9 }).length }));
}

/** The finding that tells the widget's size: a warning as long as it is below the limit. */
export function sizeFinding(
  owner: Package,
  sizes: readonly { readonly file: string; readonly gzipBytes: number }[],
): Finding {
  const totalBytes = sizes.reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
  const parts = sizes.map(({ file, gzipBytes }) => `${file} ${gzipBytes}`).join(", ");
  const message = `${totalBytes} bytes gzip of ${widgetLimitBytes} (${parts})`;
  return { file: `${owner.folder}/dist`, message, isWarning: sizes.length > 0 && totalBytes <= widgetLimitBytes };
}

async function collect(workspace: Workspace, config: InlineConfig): Promise<string[]> {
  const files = new Set<string>();
  const collector: Plugin = {
    name: "coterie-collect-modules",
    moduleParsed: ({ id }) => {
      const file = withSlashes(relative(workspace.root, id.replace(/[?#].*$/, "")));
      if (!file.startsWith("..") && !file.includes("node_modules/") && !id.startsWith("\0")) files.add(file);
    },
  };
  await build({
    ...config,
    logLevel: "error",
    plugins: [collector],
    worker: { plugins: () => [collector] },
  });
  return [...files].toSorted();
}
