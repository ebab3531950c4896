// The closing line of `npm test`, on real runs of planted test files.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { repositoryRoot } from "../src/repository.ts";

function run(files: Readonly<Record<string, string>>): {
  readonly closing: string;
  readonly output: string;
  readonly code: number | null;
} {
  const root = mkdtempSync(join(tmpdir(), "coterie-run-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  symlinkSync(join(repositoryRoot, "node_modules"), join(root, "node_modules"), "dir");
  for (const [name, body] of Object.entries(files)) {
    writeFileSync(
      join(root, `${name}.test.ts`),
      `import { beforeAll, describe, expect, it } from "vitest";\n${body}\n`,
    );
  }
  const command = join(repositoryRoot, "tools/src/commands/test.ts");
  const flags = ["--root", root, "--pool=forks"];
  // The variables of the run that this test is part of would make the inner one believe it is a worker.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST")));
  const child = spawnSync(process.execPath, ["--conditions=@coterie/source", command, ...flags], {
    encoding: "utf8",
    env,
  });
  return { closing: child.stdout.trimEnd().split("\n").at(-1) ?? "", output: child.stdout, code: child.status };
}

const passing = 'it("passes", () => { expect(1).toBe(1); });';

describe("the closing line", () => {
  it("counts what passed", () => {
    expect(run({ a: passing, b: passing })).toMatchObject({ closing: "2 passed, 0 failed, 0 skipped", code: 0 });
  });

  it("counts failed tests", () => {
    const found = run({ a: `${passing} it("fails", () => { expect(1).toBe(2); });` });
    expect(found).toMatchObject({ closing: "1 passed, 1 failed, 0 skipped", code: 1 });
  });

  it("counts a file that does not load", () => {
    expect(run({ a: passing, b: 'import "./gone.ts";' })).toMatchObject({
      closing: "1 passed, 1 failed, 0 skipped",
      code: 1,
    });
  });

  it("counts a file without tests", () => {
    expect(run({ a: passing, b: "" })).toMatchObject({ closing: "1 passed, 1 failed, 0 skipped", code: 1 });
  });

  it("counts a hook that fails, once, and its tests as skipped", () => {
    const hook = 'describe("x", () => { beforeAll(() => { throw new Error("no"); }); it("a", () => {}); });';
    expect(run({ a: `${passing} ${hook}` })).toMatchObject({ closing: "1 passed, 1 failed, 1 skipped", code: 1 });
  });

  it("counts a rejection that nobody handles", () => {
    const late = 'it("rejects late", () => { void Promise.reject(new Error("late")); });';
    expect(run({ a: late })).toMatchObject({ closing: "1 passed, 1 failed, 0 skipped", code: 1 });
  });

  it("counts a worker that dies", () => {
    const found = run({ a: passing, b: 'it("dies", () => { process.kill(process.pid, "SIGKILL"); });' });
    expect(found.closing).toMatch(/^1 passed, [1-9]\d* failed, 0 skipped$/);
    expect(found.code).toBe(1);
  });

  it("names skipped tests with their reasons", () => {
    const found = run({ a: `${passing} it("waits", (context) => { context.skip("no service"); });` });
    expect(found).toMatchObject({ closing: "1 passed, 0 failed, 1 skipped", code: 0 });
    expect(found.output).toContain("a.test.ts > waits: no service");
  });

  it("is a failure when nothing ran", () => {
    expect(run({})).toMatchObject({ closing: "0 passed, 1 failed, 0 skipped", code: 1 });
  });
});
