import { loadBrowserPrimitives } from "@coterie/primitives/browser";
import { portablePrimitives } from "@coterie/primitives/portable";
import { commands } from "vitest/browser";
import type { WycheproofFile } from "../src/wycheproof/cases.ts";
import { describeWycheproof } from "../src/wycheproof/suite.ts";
import { wycheproofCases } from "../src/wycheproof/table.ts";

const smallest = Object.keys(wycheproofCases).find((name) => name.startsWith("siphash"));
const present = await commands.readVector(`wycheproof/${smallest}_test.json`).then(
  () => true,
  () => false,
);

await describeWycheproof({
  platform: "Chromium",
  readVector: present ? async (path) => await commands.readVector<WycheproofFile>(path) : undefined,
  backends: [await loadBrowserPrimitives(), portablePrimitives],
});
