// Three projects: `node` and `packages` for every *.test.ts, `browser` for *.browser.test.ts in headless Chromium.
import { playwright } from "@vitest/browser-playwright";
import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { createSessionCommands } from "./conformance/interop/src/sessions/browser-commands.ts";
import { browserCommands } from "./tools/src/browser-commands.ts";
import { findChromium, sourceCondition } from "./tools/src/repository.ts";
import { vectorsDirectory } from "./tools/src/vectors.ts";

const chromium = findChromium();
const folders = ["packages/*/test", "apps/*/test", "apps/*/e2e", "conformance/*/test", "tools/test"];
/** Whose tests change nothing that others in the same process see: they share processes, which saves starting one for each file. */
const sharingFiles = [
  "packages/{actions,audit-log,key-log,oplog,room,sealed-box,sessions,vault,webhook}/test/**/*.test.ts",
  "conformance/reference/test/**/*.test.ts",
];
const withFull = process.env["COTERIE_FULL"] === "1";

// Absolute, so that processes started by tests in other folders find them as well.
process.env["COTERIE_VECTORS"] = vectorsDirectory();

const inNode: TestProjectInlineConfiguration = {
  extends: true,
  resolve: { conditions: [sourceCondition, ...defaultServerConditions] },
  ssr: { resolve: { conditions: [sourceCondition, ...defaultServerConditions] } },
};
const notInNode = ["**/node_modules/**", "**/*.browser.test.ts", ...(withFull ? [] : ["**/*.full.test.ts"])];
// Workers and whatever they start with process.execArgv see sibling packages as sources.
const forks: NonNullable<TestProjectInlineConfiguration["test"]> = {
  environment: "node",
  pool: "forks",
  execArgv: [`--conditions=${sourceCondition}`],
};

const node: TestProjectInlineConfiguration = {
  ...inNode,
  test: {
    ...forks,
    name: "node",
    include: folders.map((folder) => `${folder}/**/*.test.ts`),
    exclude: [...notInNode, ...sharingFiles],
  },
};

const packages: TestProjectInlineConfiguration = {
  ...inNode,
  test: { ...forks, name: "packages", include: sharingFiles, exclude: notInNode, isolate: false },
};

const browser: TestProjectInlineConfiguration = {
  extends: true,
  resolve: { conditions: [sourceCondition, ...defaultClientConditions] },
  server: { fs: { allow: [import.meta.dirname, vectorsDirectory()] } },
  test: {
    name: "browser",
    include: folders.map((folder) => `${folder}/**/*.browser.test.ts`),
    exclude: ["**/node_modules/**", ...(withFull ? [] : ["**/*.full.browser.test.ts"])],
    browser: {
      enabled: true,
      headless: true,
      ui: false,
      screenshotFailures: false,
      commands: { ...browserCommands, ...createSessionCommands() },
      instances: [{ browser: "chromium" }],
      provider: playwright({
        launchOptions: {
          ...(chromium === undefined ? {} : { executablePath: chromium }),
          args: [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
          ],
        },
      }),
    },
  },
};

export default defineConfig({
  test: {
    // A browser that is missing is reported by tools/src/commands/test.ts as visible skips, or as a failure in CI.
    projects: chromium === undefined ? [node, packages] : [node, packages, browser],
    // For tests that start processes on a machine with ten times the work it has processors for: seconds each.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 10_000,
    // One more than the processors that this is measured on: a fifth of the time goes by waiting for databases, browsers and limits.
    maxWorkers: 3,
  },
});
