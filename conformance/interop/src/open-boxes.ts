// Opens boxes of our contacts with @proca/crypto and with PyNaCl, and says how many held whom they should: a process of its own, for
// programs that must not contain either. `node open-boxes.ts TASK`; the task is JSON:
//   {"keys": [{"publicKey", "secretKey"}], "boxes": FILE} with lines {"payload", "nonce", "publicKey", "signKey", "person"} in FILE.
// Prints {"boxes", "proca", "pynacl", "changedOpened"}; "pynacl" is null where there is no Python with it. Bytes are base64url.
import { decryptPersonalInfo, loadKeyStoreFromString } from "@proca/crypto";
import { open, readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { findPython, runBoxes } from "./python.ts";

interface Task {
  readonly keys: readonly { readonly publicKey: string; readonly secretKey: string }[];
  readonly boxes: string;
}

interface BoxLine {
  readonly payload: string;
  readonly nonce: string;
  readonly publicKey: string;
  readonly signKey: string;
  readonly person: object;
}

const batch = 2000;
/** In each batch so many are opened a second time with a bit changed. */
const changed = 20;

// cast: whoever starts this writes the task so
const task = JSON.parse(await readFile(process.argv[2] ?? "", "utf8")) as Task;
const python = findPython();
const keyStore = loadKeyStoreFromString(
  JSON.stringify(Object.fromEntries(task.keys.map(({ publicKey, secretKey }) => [publicKey, { private: secretKey }]))),
);
const counts = { boxes: 0, proca: 0, pynacl: 0, changedOpened: 0 };

for await (const lines of batches(task.boxes)) {
  const spoilt = lines.slice(0, changed).map((line) => ({ ...line, payload: flipped(line.payload) }));
  counts.boxes += lines.length;
  counts.proca += countRight(lines, lines.map(openWithProca));
  counts.changedOpened += spoilt.map(openWithProca).filter((opened) => opened !== undefined).length;
  if (python === undefined) continue;
  counts.pynacl += countRight(lines, openWithPyNaCl(python, lines));
  counts.changedOpened += openWithPyNaCl(python, spoilt).filter((opened) => opened !== undefined).length;
}
process.stdout.write(`${JSON.stringify({ ...counts, pynacl: python === undefined ? null : counts.pynacl })}\n`);

async function* batches(path: string): AsyncGenerator<BoxLine[]> {
  const file = await open(path);
  let lines: BoxLine[] = [];
  for await (const line of file.readLines()) {
    lines.push(JSON.parse(line));
    if (lines.length < batch) continue;
    yield lines;
    lines = [];
  }
  if (lines.length > 0) yield lines;
}

/** Our own member is left aside: it is not the person. */
function countRight(lines: readonly BoxLine[], opened: readonly (object | undefined)[]): number {
  return lines.filter(({ person }, index) => {
    const { _coterie: _context, ...rest } = { _coterie: undefined, ...opened[index] };
    return isDeepStrictEqual(rest, person);
  }).length;
}

/** undefined where it does not open: its failures are of several kinds. */
function openWithProca({ payload, nonce, publicKey, signKey }: BoxLine): object | undefined {
  try {
    const info = { payload, nonce, encryptKey: { id: 1, public: publicKey }, signKey: { id: 2, public: signKey } };
    const opened: unknown = decryptPersonalInfo(info, keyStore);
    return typeof opened === "object" && opened !== null && "_coterie" in opened ? opened : undefined;
  } catch {
    return undefined;
  }
}

function openWithPyNaCl(command: string, lines: readonly BoxLine[]): (object | undefined)[] {
  const opened: (object | undefined)[] = lines.map(() => undefined);
  for (const { publicKey, secretKey } of task.keys) {
    const own = lines.flatMap((line, index) => (line.publicKey === publicKey ? [{ line, index }] : []));
    const boxes = own.map(({ line: { payload, nonce, signKey } }) => ({ payload, nonce, senderKey: signKey }));
    const { plains } = runBoxes<{ plains: (string | null)[] }>(command, { do: "open", secretKey, boxes });
    own.forEach(({ index }, at) => {
      const plain = plains[at];
      if (typeof plain === "string") opened[index] = JSON.parse(Buffer.from(plain, "base64url").toString("utf8"));
    });
  }
  return opened;
}

function flipped(payload: string): string {
  const bytes = Buffer.from(payload, "base64url");
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  return bytes.toString("base64url");
}
