import { loadBrowserPrimitives } from "@coterie/primitives/browser";
import { commands } from "vitest/browser";
import type { ReadVector } from "./suites/vectors.ts";
import { describeWidgetSignatures } from "./suites/widget-signatures.ts";

const readVector: ReadVector = async (path) => await commands.readVector(path);
const read = await commands.readVector("NOTES.md").then(
  () => readVector,
  () => undefined,
);

describeWidgetSignatures(await loadBrowserPrimitives(), read);
