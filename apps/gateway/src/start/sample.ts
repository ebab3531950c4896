/**
 * The sample coalition of the first start. It is made by the command line in a process of its own
 * (docs/adr/0005-sample-coalition-by-the-command-line.md), so that no code that opens contacts runs in this one.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Where things are. */
export interface SampleInput {
  /** The repository's folder. */
  readonly root: string;
  readonly dataFolder: string;
  readonly premisesFolder: string;
  /** Where the gateway listens. */
  readonly address: string;
}

/** The address as programs on this machine reach it: "every address" (0.0.0.0, [::]) is none to connect to. */
export function addressFromHere(address: string): string {
  return address.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
}

/** What the sample's command said, on this start or when it was made; undefined where it could not be made. */
export async function makeSample(input: SampleInput): Promise<string | undefined> {
  const notes = join(input.dataFolder, "sample.txt");
  const known = await readFile(notes, "utf8").catch(() => undefined);
  // On another port than last time the addresses in it are wrong: the command makes what is missing and says the new ones.
  if (known?.includes(`${input.address}/`)) return known;
  const main = join(input.root, "apps", "cli", "src", "main.ts");
  if (!existsSync(main)) return undefined;
  const said = await runSample(main, input);
  if (said === undefined) return undefined;
  await writeFile(`${notes}.unfinished`, said, { mode: 0o600 });
  await rename(`${notes}.unfinished`, notes);
  return said;
}

async function runSample(
  main: string,
  { address, dataFolder, premisesFolder }: SampleInput,
): Promise<string | undefined> {
  const options = ["--gateway", address, "--operator-token-file", join(dataFolder, "secrets", "operator-token")];
  const child = spawn(
    process.execPath,
    [...process.execArgv, main, "sample", ...options, "--premises", premisesFolder],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, COTERIE_PREMISES: premisesFolder },
    },
  );
  const said: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => said.push(chunk));
  const [code] = await once(child, "close");
  return code === 0 ? Buffer.concat(said).toString("utf8") : undefined;
}
