import { existsSync } from "node:fs";
import { nodePrimitives } from "@coterie/primitives/node";
import { readVector, vectorsDirectory } from "../../../tools/src/vectors.ts";
import { describeWidgetSignatures } from "./suites/widget-signatures.ts";

const present = existsSync(vectorsDirectory());

// Against libsodium itself (in Node); the browser's test compares with libsodium in WebAssembly.
describeWidgetSignatures(nodePrimitives, present ? async <Shape>(path: string) => readVector<Shape>(path) : undefined);
