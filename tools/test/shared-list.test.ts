// The worked example is a test as well: it ends with 1 where somebody reads what they must not.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

it("shows five processes in a removal race, none of which reads on after it was removed", () => {
  const script = join(import.meta.dirname, "..", "..", "examples", "shared-list", "main.ts");
  const run = spawnSync(process.execPath, [...process.execArgv, script], { encoding: "utf8", timeout: 100_000 });
  expect(run.stderr).toBe("");
  expect(run.stdout).toContain("Dave and erin read nothing that was written after the merge");
  expect(run.status).toBe(0);
});
