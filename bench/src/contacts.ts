// Opening a store of contacts to CSV with the command line, as an organisation does it: rate, processor time, peak memory.
// Beside it, in turns, @proca/crypto and bare libsodium on boxes of the same store. JSON lines.
// `npm run bench -- contacts [contacts, default 100000] [repeat, default 1]`; `100000 10` opens a million (ten times the same).
import { decodeBase64Url, encodeBase64Url } from "@coterie/bytes";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { parseKeyFile, unlockKeyFile } from "@coterie/sealed-box/key-file";
import { decryptPersonalInfo, loadKeyStoreFromString } from "@proca/crypto";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import sodium from "sodium-native";
import { type Run, runNode } from "../support/run-node.ts";

const sampled = 2000;
const rounds = 3;
const [contacts = 100_000, repeat = 1] = process.argv.slice(2).map(Number);
const cli = join(import.meta.dirname, "..", "..", "apps", "cli");
const folder = await mkdtemp(join(tmpdir(), "coterie-bench-"));

interface Box {
  readonly payload: string;
  readonly nonce: string;
  readonly publicKey: { readonly public: string };
  readonly signKey: { readonly public: string };
  readonly signature: string;
}

try {
  await runNode(join(cli, "test", "make-premises.ts"), [folder, String(contacts), String(repeat)]);
  await measure();
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  const boxes = await sampleBoxes();
  const rivals = await createRivals(boxes);
  const total = contacts * repeat;
  const us: Readonly<Record<"rival" | "library" | "box" | "opening" | "verifying", number[]>> = {
    rival: [],
    library: [],
    box: [],
    opening: [],
    verifying: [],
  };
  for (const workers of [1, 2]) {
    const runs: Run[] = [];
    for (let round = 0; round < (repeat === 1 ? rounds : 1); round++) {
      us.rival.push(rivals.proca(round));
      us.library.push(rivals.library());
      us.box.push(rivals.ourBox());
      us.verifying.push(await verifyLines());
      const run = await exportCsv(workers);
      runs.push(run);
      if (workers === 1) us.opening.push((run.cpuMs * 1000) / total);
    }
    const middle = runs.toSorted((left, right) => left.wallMs - right.wallMs)[Math.floor(runs.length / 2)];
    if (middle !== undefined) report(workers, { total, ...middle });
  }
  const opening = median(us.opening);
  const all = opening + median(us.verifying);
  const proca = {
    rival: median(us.rival),
    rivalNote: "rival: @proca/crypto decryptPersonalInfo: the box and JSON alone",
  };
  const library = {
    rival: median(us.library),
    rivalNote: "rival: bare libsodium, crypto_sign_verify and crypto_box_open",
  };
  const [box, verifying] = [median(us.box), median(us.verifying)];
  compare("the same work: a box and JSON.parse", { ours: box, ...proca, note: "Goal: ratio <= 0.067" });
  compare("open a store to CSV, signatures checked at pull", { ours: opening, ...proca, note: "Goal: ratio <= 0.067" });
  compare("verify and stamp at pull", { ours: verifying, ...proca, note: "no signature in the rival" });
  compare("verify at pull and open to CSV", { ours: all, ...proca, note: "everything, every check" });
  compare("verify at pull and open to CSV", { ours: all, ...library, note: "nothing that checks both is faster" });
}

interface Comparison {
  readonly ours: number;
  readonly rival: number;
  readonly rivalNote: string;
  readonly note: string;
}

function compare(name: string, { ours, rival, rivalNote, note }: Comparison): void {
  const ratio = ours / rival;
  print({ name: `${name}, processor time per contact`, ours, rival, ratio, unit: "µs", note: `${rivalNote}. ${note}` });
}

/** Processor time per contact of what a pull does besides the network and the disk. */
async function verifyLines(): Promise<number> {
  const script = join(cli, "test", "measure-verification.ts");
  const child = spawn(process.execPath, ["--conditions=@coterie/source", script, join(folder, "measured")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [output] = await Promise.all([text(child.stdout), once(child, "exit")]);
  return Number(JSON.parse(output).usPerContact);
}

function report(workers: number, { total, wallMs, cpuMs, peakMiB }: Run & { readonly total: number }): void {
  const seconds = wallMs / 1000;
  print({
    name: `open ${total} contacts to CSV, ${workers} threads`,
    seconds,
    perSecond: total / seconds,
    cpuUsPerContact: (cpuMs * 1000) / total,
    peakMiB,
    cores: availableParallelism(),
    note: "the whole process: start, Argon2id, reading, opening, writing, flushing. Goal: 1,000,000 in 60 s with 2 threads, 200 MiB",
  });
}

function exportCsv(workers: number): Promise<Run> {
  const words = ["contacts", "export", "--no-pull", "--overwrite", "--quiet", "--format", "csv"];
  return runNode(join(cli, "src", "main.ts"), [...words, "--premises", folder, "--workers", String(workers)]);
}

async function sampleBoxes(): Promise<Box[]> {
  const file = await open(join(folder, "measured", "contacts", "000001.jsonl"));
  const boxes: Box[] = [];
  for await (const line of file.readLines()) {
    const json = JSON.parse(line);
    if (json.payload !== undefined) boxes.push(json);
    if (boxes.length === sampled) break;
  }
  await file.close();
  return boxes;
}

async function createRivals(boxes: readonly Box[]) {
  const keyFile = parseKeyFile(await readFile(join(folder, "measured", "keys", "measured.json"), "utf8"));
  const passphrase = await readFile(join(folder, "measured", "passphrase"), "utf8");
  const { publicKey, secretKey } = unlockKeyFile({ primitives }, { file: keyFile, passphrase });
  const secret = secretKey.exposeSecretBytes();
  const keys = loadKeyStoreFromString(
    JSON.stringify({ [encodeBase64Url(publicKey)]: { private: encodeBase64Url(secret) } }),
  );
  const infos = boxes.map(({ payload, nonce, publicKey: to, signKey }) => ({
    payload,
    nonce,
    encryptKey: { id: 1, public: to.public },
    signKey: { id: 2, public: signKey.public },
  }));
  const raw = boxes.map((box) => ({
    payload: decodeBase64Url(box.payload),
    nonce: decodeBase64Url(box.nonce),
    signKey: decodeBase64Url(box.signKey.public),
  }));
  const signing = {
    public: Buffer.alloc(32),
    secret: Buffer.alloc(64),
    signature: Buffer.alloc(64),
    header: Buffer.alloc(400),
  };
  sodium.crypto_sign_seed_keypair(signing.public, signing.secret, Buffer.alloc(32, 1));
  sodium.crypto_sign_detached(signing.signature, signing.header, signing.secret);
  const share = boxes.length / rounds;
  return {
    /** Another part of the sample in each round; the code is warm from the first on. */
    proca: (round: number): number => {
      for (const info of infos.slice(0, 50)) decryptPersonalInfo(info, keys);
      const part = infos.slice(Math.floor(round * share), Math.floor((round + 1) * share));
      return cpuUsOf(part, (info) => decryptPersonalInfo(info, keys));
    },
    /** What the rival does, with our primitives. */
    ourBox: (): number =>
      cpuUsOf(raw, ({ payload, nonce, signKey }) => {
        const key = primitives.deriveBoxKey(secretKey, signKey);
        JSON.parse(Buffer.from(primitives.decryptBox(key, nonce, payload)).toString("utf8"));
        key.destroy();
      }),
    library: (): number =>
      cpuUsOf(raw, ({ payload, nonce, signKey }) => {
        sodium.crypto_sign_verify_detached(signing.signature, signing.header, signing.public);
        sodium.crypto_box_open_easy(new Uint8Array(payload.length - 16), payload, nonce, signKey, secret);
      }),
  };
}

function cpuUsOf<Item>(items: readonly Item[], run: (item: Item) => unknown): number {
  const start = process.cpuUsage();
  for (const item of items) run(item);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / items.length;
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function print(line: Readonly<Record<string, string | number>>): void {
  const rounded = Object.entries(line).map(([name, value]) => [
    name,
    typeof value === "number" ? Math.round(value * 1000) / 1000 : value,
  ]);
  process.stdout.write(`${JSON.stringify(Object.fromEntries(rounded))}\n`);
}
