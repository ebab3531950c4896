// The reporter as vitest loads it by path: writes the report where COTERIE_TEST_REPORT says.
import { writeFileSync } from "node:fs";
import { ReportWriter } from "./test-report.ts";

// default: vitest takes a reporter from a module's default export.
/** Writes the report of one run. */
export default class FileReportWriter extends ReportWriter {
  constructor() {
    super({
      write: (report) => {
        const file = process.env["COTERIE_TEST_REPORT"];
        if (file !== undefined) writeFileSync(file, JSON.stringify(report));
      },
    });
  }
}
