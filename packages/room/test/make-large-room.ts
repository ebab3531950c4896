// Makes a large room in a folder: `node … make-large-room.ts <folder> <blocks> <writers> <epochs>`. The seeds lie beside the log.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeHex } from "@coterie/bytes";
import { openNodeLogStore } from "@coterie/oplog/node";
import { createFounderSeeds, founderDeps, makeLargeRoom } from "./large-room.ts";

const [folder = "", ...numbers] = process.argv.slice(2);
const [blocks = 0, writers = 0, epochs = 0] = numbers.map(Number);
const seeds = createFounderSeeds();
const { store } = await openNodeLogStore(join(folder, "log"));
const logId = await makeLargeRoom(founderDeps(seeds, store), { blocks, writers, epochs });
await writeFile(join(folder, "room.json"), JSON.stringify({ seeds, logId: encodeHex(logId) }), { mode: 0o600 });
