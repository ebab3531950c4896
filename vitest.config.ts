// Two projects: `node` for every *.test.ts, `browser` for *.browser.test.ts in headless Chromium.
import { playwright } from "@vitest/browser-playwright";
import { defaultClientConditions, defaultServerConditions } from "vite";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { createSessionCommands } from "./conformance/interop/src/sessions/browser-commands.ts";
import { browserCommands } from "./tools/src/browser-commands.ts";
import { findChromium, sourceCondition } from "./tools/src/repository.ts";
import { vectorsDirectory } from "./tools/src/vectors.ts";

const chromium = findChromium();
const folders = ["packages/*/test", "apps/*/test", "apps/*/e2e", "conformance/*/test", "tools/test"];
const withFull = process.env["COTERIE_FULL"] === "1";

// Absolute, so that processes started by tests in other folders find them as well.
process.env["COTERIE_VECTORS"] = vectorsDirectory();

const node: TestProjectInlineConfiguration = {
  extends: true,
  resolve: { conditions: [sourceCondition, ...defaultServerConditions] },
  ssr: { resolve: { conditions: [sourceCondition, ...defaultServerConditions] } },
  test: {
    name: "node",
    environment: "node",
    include: folders.map((folder) => `${folder}/**/*.test.ts`),
    exclude: ["**/node_modules/**", "**/*.browser.test.ts", ...(withFull ? [] : ["**/*.full.test.ts"])],
    pool: "forks",
    // Workers and whatever they start with process.execArgv see sibling packages as sources.
    execArgv: [`--conditions=${sourceCondition}`],
  },
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
    projects: chromium === undefined ? [node] : [node, browser],
    // For tests that start processes on a machine with ten times the work it has processors for: seconds each.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    teardownTimeout: 10_000,
    // One more than the processors that this is measured on: a fifth of the time goes by waiting for databases, browsers and limits.
    maxWorkers: 3,
  },
});
