/** The real gateway as a process of its own, with its own database, on a free port. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const startFile = fileURLToPath(new URL("../../gateway/src/start.ts", import.meta.url));

export interface RealGateway {
  readonly address: string;
  readonly dataFolder: string;
  readonly operatorTokenFile: string;
  readonly stop: () => Promise<void>;
}

/** Starts a gateway without a sample: the tests make it. */
export async function startRealGateway(
  dataFolder: string,
  more: Readonly<Record<string, string>> = {},
): Promise<RealGateway> {
  const child = spawn(process.execPath, ["--conditions=@coterie/source", startFile], {
    // COTERIE_DEV leaves the widget's build alone: nothing here looks at it.
    env: {
      ...process.env,
      COTERIE_DATA: dataFolder,
      COTERIE_SAMPLE: "no",
      COTERIE_DEV: "1",
      COTERIE_PROOF_OF_WORK: "off",
      PORT: "0",
      ...more,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const address = await addressOf(child);
  return {
    address,
    dataFolder,
    operatorTokenFile: join(dataFolder, "secrets", "operator-token"),
    stop: async () => {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

async function addressOf(child: ChildProcess): Promise<string> {
  let said = "";
  for await (const bytes of child.stdout ?? []) {
    said += String(bytes);
    const [, address] = /listens on (http:\S+)/.exec(said) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error("the gateway did not start");
}

/** Every file below a folder that holds the text in UTF-8, UTF-16, hexadecimal or base64. */
export async function filesThatHold(folder: string, text: string): Promise<string[]> {
  const utf8 = Buffer.from(text, "utf8");
  const needles = [utf8, Buffer.from(text, "utf16le"), Buffer.from(utf8.toString("hex")), ...base64Forms(utf8)];
  const found: string[] = [];
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    if (!(await stat(path).catch(() => undefined))?.isFile()) continue;
    const bytes = await readFile(path);
    if (needles.some((needle) => bytes.includes(needle))) found.push(name);
  }
  return found;
}

/** The part of each of the three alignments that does not depend on what stands around. */
function base64Forms(bytes: Buffer): Buffer[] {
  return [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .slice(shift === 0 ? 0 : 4)
      .slice(0, -4);
    return [Buffer.from(text), Buffer.from(text.replaceAll("+", "-").replaceAll("/", "_"))];
  });
}
