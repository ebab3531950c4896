// Where a gateway could keep something: files on disk, and the memory of its process.
import { open, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CanarySearch, Hit } from "./canary-search.ts";

const chunkBytes = 4 * 1024 * 1024;
const zeros = Buffer.alloc(chunkBytes + 4096);

/** Hits in all files below a folder, in chunks that overlap by the longest needle. */
export async function searchFolder(
  search: CanarySearch,
  folder: string,
): Promise<{ hits: Hit[]; files: number; bytes: number }> {
  const found = { hits: new Array<Hit>(), files: 0, bytes: 0 };
  const buffer = Buffer.alloc(chunkBytes + search.longestBytes);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const file = await open(path, "r").catch(() => undefined);
    if (file === undefined) continue;
    found.files++;
    try {
      for (let at = 0; ; at += chunkBytes) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
        found.hits.push(...search.search(path, buffer.subarray(0, bytesRead)));
        found.bytes += Math.min(bytesRead, chunkBytes);
        if (bytesRead < buffer.length) break;
      }
    } finally {
      await file.close();
    }
  }
  return found;
}

/** Hits in the memory of a process that is a child of this one: every readable mapping that belongs to no file. */
export async function searchMemory(search: CanarySearch, processId: number): Promise<{ hits: Hit[]; bytes: number }> {
  const maps = await readFile(`/proc/${processId}/maps`, "utf8");
  const memory = await open(`/proc/${processId}/mem`, "r");
  const buffer = Buffer.alloc(chunkBytes + search.longestBytes);
  const found = { hits: new Array<Hit>(), bytes: 0 };
  try {
    for (const line of maps.split("\n")) {
      const [, from = "", to = "", rights = "", inode] =
        /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ (\d+)/.exec(line) ?? [];
      if (!rights.startsWith("r") || inode !== "0" || /\[v(var|syscall|dso)/.test(line)) continue;
      await searchRange(search, {
        memory,
        buffer,
        from: Number.parseInt(from, 16),
        to: Number.parseInt(to, 16),
        found,
      });
    }
  } finally {
    await memory.close();
  }
  return found;
}

interface Range {
  readonly memory: Awaited<ReturnType<typeof open>>;
  readonly buffer: Buffer;
  readonly from: number;
  readonly to: number;
  readonly found: { hits: Hit[]; bytes: number };
}

async function searchRange(search: CanarySearch, { memory, buffer, from, to, found }: Range): Promise<void> {
  for (let at = from; at < to; at += chunkBytes) {
    const wanted = Math.min(buffer.length, to - at);
    // Mappings come and go while the process lives.
    const read = await memory.read(buffer, 0, wanted, at).catch(() => undefined);
    if (read === undefined || read.bytesRead === 0) continue;
    const bytes = buffer.subarray(0, read.bytesRead);
    found.bytes += Math.min(read.bytesRead, chunkBytes);
    if (!bytes.equals(zeros.subarray(0, bytes.length)))
      found.hits.push(...search.search(`memory at ${at.toString(16)}`, bytes));
  }
}
