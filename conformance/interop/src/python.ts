// Runs the Python side. Only for Node.
import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

/** A Python that has PyNaCl: COTERIE_PYTHON, else the first on the path, else the system's, for which Debian packages it. */
export function findPython(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const candidates = env["COTERIE_PYTHON"] ? [env["COTERIE_PYTHON"]] : ["python3", "/usr/bin/python3"];
  return candidates.find((python) => spawnSync(python, ["-c", "import nacl.public"], { timeout: 20_000 }).status === 0);
}

/** What the script answers to `task`. */
export function runBoxes<Answer>(python: string, task: object): Answer {
  const script = resolve(import.meta.dirname, "..", "python", "boxes.py");
  const { status, stdout, stderr } = spawnSync(python, [script], {
    input: JSON.stringify(task),
    encoding: "utf8",
    timeout: 60_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`the Python script failed: ${stderr}`);
  // cast: the script's answer as its own text describes it
  return JSON.parse(stdout) as Answer;
}
