// `npm run bench [-- part ...]`: runs bench/src/<part>.ts. Each prints JSON lines:
//   {"name":"seal","ours":12.3,"rival":15.0,"ratio":0.82,"unit":"us","note":"sodium-native crypto_box_seal"}
import { existsSync } from "node:fs";
import { join } from "node:path";
import { findChromium, repositoryRoot, sourceCondition } from "../repository.ts";
import { passThrough } from "../run-process.ts";
import { listFiles } from "../workspace.ts";

const folder = join(repositoryRoot, "bench", "src");
const [part, ...args] = process.argv.slice(2);
process.exitCode = part === undefined ? list() : await run(part);

function list(): number {
  const parts = listFiles(folder, "*.ts").map((file) => `  npm run bench -- ${file.replace(/\.ts$/, "")}\n`);
  process.stdout.write(parts.length === 0 ? "no benchmarks yet\n" : `Parts:\n${parts.join("")}`);
  return 0;
}

function run(name: string): Promise<number> | number {
  const file = join(folder, `${name}.ts`);
  if (!/^[a-z0-9-]+$/.test(name) || !existsSync(file)) {
    process.stderr.write(`no benchmark ${name}\n`);
    list();
    return 2;
  }
  const chromium = findChromium();
  return passThrough({
    file: process.execPath,
    args: [`--conditions=${sourceCondition}`, "--expose-gc", file, ...args],
    env: chromium === undefined ? process.env : { ...process.env, CHROMIUM: chromium },
  });
}
