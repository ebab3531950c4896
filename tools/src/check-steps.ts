// The steps of `npm run check`.
import { availableParallelism } from "node:os";
import { checkBlindness } from "./checks/blindness.ts";
import { checkDependencies } from "./checks/dependencies.ts";
import { checkDocstrings } from "./checks/docstrings.ts";
import { checkForbidden } from "./checks/forbidden.ts";
import { checkLayers } from "./checks/layers.ts";
import { checkGoals, checkLinks } from "./checks/links.ts";
import { checkSizes } from "./checks/sizes.ts";
import { checkWording } from "./checks/wording.ts";
import { checkExamples } from "./examples.ts";
import { loadModuleGraph, type ModuleGraph } from "./module-graph.ts";
import { repositoryRoot } from "./repository.ts";
import { capture, nodeTool } from "./run-process.ts";
import { findingsStep, processStep, type Step } from "./steps.ts";
import { loadWorkspace, type Workspace } from "./workspace.ts";

/** All steps; the long ones come first, so that the short ones fill the gaps. */
export function checkSteps(): Step[] {
  const { workspace, graph } = lazyGraph();
  return [
    typesStep(),
    processStep("lint", nodeTool("oxlint/bin/oxlint", `--threads=${availableParallelism()}`)),
    findingsStep("examples", () => checkExamples(workspace(), graph())),
    processStep("unused", nodeTool("knip/bin/knip.js", "--no-progress", "--no-config-hints")),
    processStep("format", nodeTool("@biomejs/biome/bin/biome", "format", "--reporter=summary", ".")),
    findingsStep("layers", () => checkLayers(workspace(), graph())),
    findingsStep("blindness", () => checkBlindness(workspace(), graph())),
    findingsStep("sizes", () => checkSizes(graph())),
    findingsStep("forbidden", () => [...checkForbidden(workspace(), graph()), ...checkWording(repositoryRoot)]),
    findingsStep("docstrings", () => checkDocstrings(workspace(), graph())),
    findingsStep("links", () => [...checkLinks(repositoryRoot), ...checkGoals(repositoryRoot)]),
    findingsStep("dependencies", () => checkDependencies(workspace())),
  ];
}

/** Sources are built (which checks their types under each package's own rules), then everything else is checked. */
function typesStep(): Step {
  return {
    name: "types",
    run: async () => {
      const built = await capture(nodeTool("typescript/bin/tsc", "-b", "--pretty", "false"));
      const rest = await capture(nodeTool("typescript/bin/tsc", "-p", "tsconfig.tests.json", "--pretty", "false"));
      const failed = [built, rest].filter(({ exitCode }) => exitCode !== 0);
      return { isGood: failed.length === 0, output: failed.map(({ output }) => output).join("\n") };
    },
  };
}

/** The sources are parsed once, when the first step asks. */
function lazyGraph(): { readonly workspace: () => Workspace; readonly graph: () => ModuleGraph } {
  let workspace: Workspace | undefined;
  let graph: ModuleGraph | undefined;
  const load = (): Workspace => (workspace ??= loadWorkspace(repositoryRoot));
  return { workspace: load, graph: () => (graph ??= loadModuleGraph(load())) };
}
