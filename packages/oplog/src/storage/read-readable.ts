/** Reading what a failing disk still gives. */
import type { Bytes } from "@coterie/bytes";
import { StoreFailedError } from "../errors.ts";
import type { DiskFile } from "./disk.ts";

/** Disks fail by sectors, file systems by pages. */
const pieceBytes = 4096;

/**
 * Bytes of a file, zeros where the disk gives none: a checksum fails there and nowhere else.
 * @throws StoreFailedError where nothing at all can be read
 */
export async function readReadable(
  file: DiskFile,
  { at, lengthBytes }: { readonly at: number; readonly lengthBytes: number },
): Promise<Bytes> {
  try {
    return await file.read(at, lengthBytes);
  } catch (error) {
    if (!(error instanceof StoreFailedError)) throw error;
    return await readPieces(file, { at, lengthBytes, error });
  }
}

async function readPieces(
  file: DiskFile,
  { at, lengthBytes, error }: { readonly at: number; readonly lengthBytes: number; readonly error: StoreFailedError },
): Promise<Bytes> {
  const bytes = new Uint8Array(lengthBytes);
  let isAnyRead = false;
  for (let from = 0; from < lengthBytes; from += pieceBytes) {
    try {
      bytes.set(await file.read(at + from, Math.min(pieceBytes, lengthBytes - from)), from);
      isAnyRead = true;
    } catch (reason) {
      if (!(reason instanceof StoreFailedError)) throw reason;
    }
  }
  if (!isAnyRead) throw error;
  return bytes;
}

/** All of a file, see {@link readReadable}. */
export async function readReadableFile(file: DiskFile): Promise<Bytes> {
  const lengthBytes = await file.size();
  return lengthBytes === 0 ? new Uint8Array() : await readReadable(file, { at: 0, lengthBytes });
}
