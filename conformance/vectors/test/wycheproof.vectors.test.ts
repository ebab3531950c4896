import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadBrowserPrimitives } from "@coterie/primitives/browser";
import { nodePrimitives } from "@coterie/primitives/node";
import { portablePrimitives } from "@coterie/primitives/portable";
import { readVector, vectorsDirectory } from "../../../tools/src/vectors.ts";
import type { WycheproofFile } from "../src/wycheproof/cases.ts";
import { describeWycheproof } from "../src/wycheproof/suite.ts";

const present = existsSync(join(vectorsDirectory(), "wycheproof"));

await describeWycheproof({
  platform: "Node",
  readVector: present ? async (path) => readVector<WycheproofFile>(path) : undefined,
  backends: [nodePrimitives, await loadBrowserPrimitives(), portablePrimitives],
});
