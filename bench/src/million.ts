// A million contacts opened to CSV by the command line: once from beginning to end, and once killed in the middle and resumed. The two
// files must be the same, with every contact once. Needs about 3 GB below the temporary folder, and some minutes to seal them all.
// `npm run bench -- million [contacts, default 1000000]`
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdtemp, open, rm, stat } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { setTimeout as delay } from "node:timers/promises";
import { type Run, runNode } from "../support/run-node.ts";

const contacts = Number(process.argv[2] ?? 1_000_000);
const workers = 2;
const cli = join(import.meta.dirname, "..", "..", "apps", "cli");
const folder = await mkdtemp(join(tmpdir(), "coterie-million-"));

try {
  const sealing = await runNode(join(cli, "test", "make-premises.ts"), [folder, String(contacts)]);
  print({ name: `seal ${contacts} contacts into a store`, seconds: sealing.wallMs / 1000 });
  const [whole, resumed] = [join(folder, "whole.csv"), join(folder, "resumed.csv")];
  report("from beginning to end", await exportTo(whole));
  const { size } = await stat(whole);
  const killed = await exportTo(resumed, size / 2);
  const atKill = (await stat(resumed)).size;
  report("until it was killed", killed, { share: atKill / size, signal: killed.signal ?? "none" });
  report("resumed", await exportTo(resumed));
  await judge({ whole, resumed });
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Exports, and kills the process once the file is larger than `killAt`. */
async function exportTo(file: string, killAt = Number.POSITIVE_INFINITY): Promise<Run> {
  const words = ["contacts", "export", "--no-pull", "--quiet", "--format", "csv", "--out", file];
  const options = ["--premises", folder, "--workers", String(workers)];
  return await runNode(join(cli, "src", "main.ts"), [...words, ...options], (child) => {
    void (async () => {
      while (child.exitCode === null && child.signalCode === null) {
        if (((await stat(file).catch(() => undefined))?.size ?? 0) > killAt) child.kill("SIGKILL");
        await delay(10);
      }
    })();
  });
}

async function judge({ whole, resumed }: { readonly whole: string; readonly resumed: string }): Promise<void> {
  const isSame = (await digest(whole)) === (await digest(resumed));
  const ids = new Set<string>();
  let lines = 0;
  const file = await open(resumed);
  for await (const line of file.readLines()) {
    lines++;
    // An id is in one column only, wherever that is.
    const [id] = /cact1[a-z0-9]+/.exec(line) ?? [];
    if (id !== undefined) ids.add(id);
  }
  const holds = isSame && lines === contacts + 1 && ids.size === contacts;
  print({ name: "the resumed file is the whole one, every contact once", holds, lines, distinct: ids.size, isSame });
  if (!holds) process.exitCode = 1;
}

async function digest(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

function report(what: string, { wallMs, cpuMs, peakMiB }: Run, more: Readonly<Record<string, unknown>> = {}): void {
  const seconds = wallMs / 1000;
  const machine = { cores: availableParallelism(), load: loadavg()[0] };
  print({
    name: `open ${contacts} contacts to CSV, ${what}`,
    seconds,
    cpuSeconds: cpuMs / 1000,
    peakMiB,
    ...more,
    ...machine,
  });
}

function print(line: Readonly<Record<string, unknown>>): void {
  const round = (_name: string, value: unknown): unknown =>
    typeof value === "number" ? Math.round(value * 100) / 100 : value;
  process.stdout.write(`${JSON.stringify(line, round)}\n`);
}
