// `npm test [-- filters and vitest options]`: runs vitest in a child process and tells the sum afterwards.
//
// A process of its own, because the closing line must be right and last even when vitest itself crashes or prints
// while it shuts down.
import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findChromium, repositoryRoot, servicesAreRequired, sourceCondition } from "../repository.ts";
import { closingLine, isGood, type TestReport } from "../test-report.ts";

const args = process.argv.slice(2);
const report = withBrowserGap(runVitest());
tell(report);
process.exitCode = isGood(report) ? 0 : 1;

function runVitest(): TestReport {
  const folder = mkdtempSync(join(tmpdir(), "coterie-test-"));
  const reportFile = join(folder, "report.json");
  const vitest = join(repositoryRoot, "node_modules/vitest/vitest.mjs");
  const reporters = ["--reporter=default", `--reporter=${join(repositoryRoot, "tools/src/report-writer.ts")}`];
  const child = spawnSync(process.execPath, [`--conditions=${sourceCondition}`, vitest, "run", ...reporters, ...args], {
    cwd: repositoryRoot,
    stdio: "inherit",
    env: { ...process.env, COTERIE_TEST_REPORT: reportFile },
  });
  const told = readReport(reportFile);
  rmSync(folder, { recursive: true, force: true });
  // Vitest may fail for reasons that belong to no test (a broken configuration, a crash): never a silent success.
  if (child.status !== 0 && told.failed === 0) return { ...told, failed: 1 };
  return told;
}

function readReport(file: string): TestReport {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return { passed: 0, failed: 1, skipped: [] };
  }
}

/** Without Chromium the browser tests do not run: that is shown, and in CI it is a failure. */
function withBrowserGap(ran: TestReport): TestReport {
  if (findChromium() !== undefined || args.length > 0) return ran;
  const pattern = "{packages/*,apps/*,conformance/*,tools}/{test,e2e}/**/*.browser.test.ts";
  const files = globSync(pattern, { cwd: repositoryRoot }).toSorted();
  if (servicesAreRequired()) {
    if (files.length > 0)
      process.stdout.write("\nChromium is required here (COTERIE_REQUIRE_SERVICES=1) and missing\n");
    return { ...ran, failed: ran.failed + files.length };
  }
  const skipped = files.map((name) => ({ name, reason: "Chromium was not found (set CHROMIUM to its path)" }));
  return { ...ran, skipped: [...ran.skipped, ...skipped] };
}

function tell(sum: TestReport): void {
  if (sum.skipped.length > 0) process.stdout.write("\nSkipped:\n");
  for (const test of sum.skipped) process.stdout.write(`  ${test.name}: ${test.reason}\n`);
  if (sum.passed + sum.failed === 0) process.stdout.write("\nNo test ran: that counts as a failure.\n");
  tellFullTests();
  process.stdout.write(`\n${closingLine(sum)}\n`);
}

/** The long tests are left to `npm run check:full`; that they exist is said, so that nobody takes them for run. */
function tellFullTests(): void {
  if (process.env["COTERIE_FULL"] === "1" || args.length > 0) return;
  const files = globSync("{packages,apps,conformance}/*/{test,e2e}/**/*.full.*test.ts", { cwd: repositoryRoot });
  if (files.length > 0) process.stdout.write(`\n${files.length} long test files run with: npm run check:full\n`);
}
