/** Which files a store has open, so that none stays open whatever fails. */
import type { Disk, DiskFile } from "./disk.ts";

/** A disk that remembers. */
export interface OpenFiles {
  readonly disk: Disk;
  readonly closeAll: () => Promise<void>;
}

/** Watches over what is opened on `disk`. */
export function watchOpenFiles(disk: Disk): OpenFiles {
  const open = new Set<DiskFile>();
  const watched = (file: DiskFile): DiskFile => {
    open.add(file);
    return {
      ...file,
      close: async () => {
        open.delete(file);
        await file.close();
      },
    };
  };
  return {
    disk: {
      ...disk,
      open: async (name) => {
        const file = await disk.open(name);
        return file === undefined ? undefined : watched(file);
      },
      create: async (name) => watched(await disk.create(name)),
    },
    closeAll: async () => {
      const files = [...open];
      open.clear();
      await Promise.allSettled(files.map(async (file) => await file.close()));
    },
  };
}
