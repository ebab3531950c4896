// A process that prepares stores, then hands out their blocks on ports of the loopback interface: the measured one has its time and
// memory for itself.
import { decodeHex } from "@coterie/bytes";
import { hostOf, servePort } from "./loopback.ts";
import { openDevice } from "./node-device.ts";
import {
  type CatchUpPreparation,
  type Chunks,
  type MergePreparation,
  type Prepared,
  prepareCatchUp,
  prepareMerge,
} from "./prepare.ts";

process.once("disconnect", () => process.exit());
const [name = "", options = ""] = process.argv.slice(2);
const chunks: Chunks = new Map();
const prepared = await prepare(name, options);
const logTag = decodeHex(prepared.logId).slice(0, 16);
const ports: number[] = [];
for (const folder of prepared.supplied) {
  const { store } = await openDevice(folder);
  ports.push(await servePort(await hostOf({ store, chunks }, logTag)));
}
process.send?.({ ...prepared, ports });

async function prepare(kind: string, json: string): Promise<Prepared> {
  // cast: given by `withSupplier`
  if (kind === "catchUp") return await prepareCatchUp(JSON.parse(json) as CatchUpPreparation, chunks);
  // cast: given by `withSupplier`
  if (kind === "merge") return await prepareMerge(JSON.parse(json) as MergePreparation);
  throw new Error("no such preparation");
}
