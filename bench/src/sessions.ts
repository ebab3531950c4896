// Sessions against libsignal 0.103.0: in a process of the conformance workspace, which alone may load that library.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const script = join(import.meta.dirname, "..", "..", "conformance", "interop", "src", "sessions", "measure.ts");
const { status } = spawnSync(process.execPath, [...process.execArgv, script], { stdio: "inherit" });
process.exitCode = status ?? 1;
