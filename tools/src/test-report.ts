// What a test run amounted to, and how it is told. The closing line is read by machines: keep its shape.
import type { SerializedError } from "vitest";
import type { Reporter, TestModule } from "vitest/node";

/** One test that did not run, and why. */
export interface SkippedTest {
  readonly name: string;
  readonly reason: string;
}

/** The sum of one run. `failed` counts tests, files that did not load, failed hooks and unhandled errors. */
export interface TestReport {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly SkippedTest[];
}

/** The last line of `npm test`. */
export function closingLine(report: TestReport): string {
  return `${report.passed} passed, ${report.failed} failed, ${report.skipped.length} skipped`;
}

/** One run is good when something ran and nothing failed. */
export function isGood(report: TestReport): boolean {
  return report.failed === 0 && report.passed > 0;
}

/** Counts a finished run. */
export function summarize(modules: readonly TestModule[], unhandled: readonly SerializedError[]): TestReport {
  let passed = 0;
  let failed = unhandled.length;
  const skipped: SkippedTest[] = [];
  for (const module of modules) {
    const failedBefore = failed;
    failed += module.errors().length;
    for (const suite of module.children.allSuites()) failed += suite.errors().length;
    for (const test of module.children.allTests()) {
      const result = test.result();
      const name = `${module.relativeModuleId} > ${test.fullName}`;
      if (result.state === "passed") passed += 1;
      else if (result.state === "failed") failed += 1;
      else if (result.state === "skipped") skipped.push({ name, reason: result.note ?? skipReason(test.options.mode) });
      // Neither passed nor failed when the run ended: its worker died or the run was cut short.
      else failed += 1;
    }
    if (!module.ok() && failed === failedBefore) failed += 1;
  }
  return { passed, failed, skipped };
}

function skipReason(mode: string | undefined): string {
  return mode === "todo" ? "to be written" : "no reason given";
}

/** A vitest reporter that hands the report over when the run ends. */
export class ReportWriter implements Reporter {
  readonly #write: (report: TestReport) => void;

  constructor(options: { readonly write: (report: TestReport) => void }) {
    this.#write = options.write;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    this.#write(summarize(modules, unhandled));
  }
}
