import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { repositoryRoot } from "../src/repository.ts";

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A bare clone without dependencies, whose `bench` command does what `script` says. */
function plantClone(script: string): string {
  const root = mkdtempSync(join(tmpdir(), "coterie-clone-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "tools/src/commands"), { recursive: true });
  copyFileSync(join(repositoryRoot, "bootstrap.mjs"), join(root, "bootstrap.mjs"));
  writeFileSync(join(root, "tools/src/commands/bench.ts"), script);
  writeFileSync(join(root, "package.json"), '{ "name": "clone", "version": "1.0.0", "type": "module" }\n');
  writeLock(root, "1.0.0");
  return root;
}

function writeLock(root: string, version: string): void {
  const packages = { "": { name: "clone", version } };
  writeFileSync(
    join(root, "package-lock.json"),
    JSON.stringify({ name: "clone", version, lockfileVersion: 3, requires: true, packages }),
  );
}

function start(root: string, args: readonly string[], signalOn?: string): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const child = spawn(process.execPath, [join(root, "bootstrap.mjs"), ...args], { cwd: root });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    if (signalOn !== undefined && stdout.includes(signalOn)) child.kill("SIGTERM");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.on("close", (code) => resolve({ code, stdout, stderr }));
  return promise;
}

describe("bootstrap", () => {
  it("tells its commands when it knows none of that name", async () => {
    const { code, stderr } = await start(repositoryRoot, ["dance"]);
    expect(code).toBe(2);
    expect(stderr).toContain("start|");
  });

  it("installs once when two start at the same time", async () => {
    const root = plantClone('console.log("ran");');
    const outcomes = await Promise.all([start(root, ["bench"]), start(root, ["bench"])]);
    expect(outcomes.map(({ code, stdout }) => [code, stdout])).toEqual([
      [0, "ran\n"],
      [0, "ran\n"],
    ]);
    const installing = outcomes.filter(({ stderr }) => stderr.includes("Installing dependencies"));
    expect(installing).toHaveLength(1);
    expect(existsSync(join(root, ".cache/install.lock"))).toBe(false);
  });

  it("installs once, and not again for a lock file that asks for the same", async () => {
    const root = plantClone("");
    expect((await start(root, ["bench"])).stderr).toContain("Installing");
    expect((await start(root, ["bench"])).stderr).toBe("");
    writeFileSync(join(root, "node_modules/.package-lock.json"), '{ "packages": {} }');
    writeLock(root, "1.0.1");
    // What is wanted is what is there: nothing to do but to remember that.
    expect((await start(root, ["bench"])).stderr).toBe("");
  });

  it("says so when installing fails", async () => {
    const root = plantClone("");
    writeFileSync(
      join(root, "package.json"),
      '{ "name": "clone", "version": "1.0.0", "dependencies": { "gone": "1.0.0" } }\n',
    );
    const broken = await start(root, ["bench"]);
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain("npm ci failed");
  });

  it("goes on over a lock that a dead process left", async () => {
    const root = plantClone("");
    mkdirSync(join(root, ".cache"));
    // No process has this number: it is above the kernel's greatest.
    writeFileSync(join(root, ".cache/install.lock"), "99999999");
    expect((await start(root, ["bench"])).code).toBe(0);
  });

  it("goes on over a lock of its own number, as a container's next start finds it", async () => {
    const root = plantClone("");
    mkdirSync(join(root, ".cache"));
    // The shell writes its number, then becomes the start.
    const words = `echo $$ > .cache/install.lock; exec "${process.execPath}" bootstrap.mjs bench`;
    expect(spawnSync("sh", ["-c", words], { cwd: root, timeout: 30_000 }).status).toBe(0);
  });

  it("needs to write nothing where everything is installed", async () => {
    const root = plantClone('console.log("ran");');
    mkdirSync(join(root, "node_modules/.coterie-lock"), { recursive: true });
    writeFileSync(join(root, "node_modules/.package-lock.json"), '{ "packages": {} }');
    expect(await start(root, ["bench"])).toMatchObject({ code: 0, stdout: "ran\n" });
  });

  it("passes arguments, exit codes and signals on", async () => {
    const root = plantClone(
      'if (process.argv[2] === "wait") { process.on("SIGTERM", () => process.exit(7)); console.log("waiting"); setInterval(() => {}, 1000); }' +
        " else process.exit(Number(process.argv[2]));",
    );
    expect((await start(root, ["bench", "5"])).code).toBe(5);
    expect((await start(root, ["bench", "wait"], "waiting")).code).toBe(7);
  });
});
