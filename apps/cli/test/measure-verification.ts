// What verifying and stamping costs when contacts are stored: node measure-verification.ts FOLDER, one JSON line.
import { readFile } from "node:fs/promises";
import { nodePrimitives as primitives } from "@coterie/primitives/node";
import { createLineVerification, stampVerified } from "../src/contacts/line-verification.ts";
import { segmentPath } from "../src/contacts/store-segments.ts";
import { loadOrganisationFolder, pathsOf } from "../src/premises/organisation-folder.ts";
import { findStoreKey } from "../src/premises/store-key.ts";

const [folder = "premises/measured"] = process.argv.slice(2);
const { profile } = await loadOrganisationFolder(folder);
const storeKey = await findStoreKey(folder);
if (storeKey === undefined) throw new Error("no store key");
const deps = createLineVerification(primitives, { storeKey, gatewaySigningKey: profile.gatewaySigningKey });
const lines = (await readFile(segmentPath(pathsOf(folder).contacts, 1), "utf8"))
  .split("\n")
  .filter((line) => line.startsWith('{"action"'))
  .slice(0, 10_000)
  // As they were before they were stamped.
  .map((line) => `${line.slice(0, line.lastIndexOf(',"consentHash"'))}}`);

let stampedBytes = 0;
const start = process.cpuUsage();
for (let from = 0; from < lines.length; from += 500) {
  const batch = Buffer.from(`${lines.slice(from, from + 500).join("\n")}\n`, "utf8");
  stampedBytes += stampVerified(deps, batch).length - batch.length;
}
const { user, system } = process.cpuUsage(start);
if (stampedBytes < lines.length * 100) throw new Error("not every line was stamped");
process.stdout.write(`${JSON.stringify({ usPerContact: (user + system) / lines.length })}\n`);
