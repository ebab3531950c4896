// `npm run check:full`: the check, the bundles, and every test with the long ones and the browser.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { assetSizes, bundleFindings, bundleGateway, bundleWidget, sizeFinding } from "../bundles.ts";
import { checkSteps } from "../check-steps.ts";
import { loadModuleGraph } from "../module-graph.ts";
import { repositoryRoot, sourceCondition } from "../repository.ts";
import { passThrough } from "../run-process.ts";
import { bundleSessions, sessionsFindings } from "../sessions-bundle.ts";
import { buildSite, siteFindings } from "../site-bundle.ts";
import { findingsStep, runSteps, type Step } from "../steps.ts";
import { loadWorkspace, type Package, type Workspace } from "../workspace.ts";

const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const isChecked = await runSteps(checkSteps(), print);
const isBundled = await runSteps(bundleSteps(loadWorkspace(repositoryRoot)), print);
const testCommand = join(import.meta.dirname, "test.ts");
const testCode = await passThrough({
  file: process.execPath,
  args: [`--conditions=${sourceCondition}`, testCommand],
  env: { ...process.env, COTERIE_FULL: "1" },
});
process.exitCode = isChecked && isBundled && testCode === 0 ? 0 : 1;

function bundleSteps(workspace: Workspace): Step[] {
  const ofApps = workspace.packages.flatMap((owner) => {
    if (owner.rules.blind === true) return [gatewayStep(workspace, owner)];
    const hasBuild = existsSync(join(workspace.root, owner.folder, "vite.config.ts"));
    if (!hasBuild) return [];
    return [owner.rules.opens === false ? widgetStep(workspace, owner) : siteStep(workspace, owner)];
  });
  return [...ofApps, sessionsStep(workspace)];
}

function sessionsStep(workspace: Workspace): Step {
  return findingsStep("bundle packages/sessions", async () => sessionsFindings(await bundleSessions(workspace)));
}

function gatewayStep(workspace: Workspace, owner: Package): Step {
  return findingsStep(`bundle ${owner.folder}`, async () =>
    bundleFindings(workspace, await bundleGateway(workspace, owner, loadModuleGraph(workspace))),
  );
}

function siteStep(workspace: Workspace, owner: Package): Step {
  return findingsStep(`bundle ${owner.folder}`, async () => siteFindings(owner, await buildSite(workspace, owner)));
}

function widgetStep(workspace: Workspace, owner: Package): Step {
  return findingsStep(`bundle ${owner.folder}`, async () => {
    const findings = bundleFindings(workspace, await bundleWidget(workspace, owner));
    return [...findings, sizeFinding(owner, assetSizes(join(workspace.root, owner.folder, "dist")))];
  });
}
