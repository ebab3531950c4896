// Sessions against libsignal 0.103.0, then ours in Chromium: in processes of the conformance workspace, which alone may load that
// library.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const folder = join(import.meta.dirname, "..", "..", "conformance", "interop", "src", "sessions");
const codes = ["measure.ts", "measure-browser.ts"].map(
  (script) =>
    spawnSync(process.execPath, [...process.execArgv, join(folder, script)], { stdio: "inherit" }).status ?? 1,
);
process.exitCode = Math.max(...codes);
