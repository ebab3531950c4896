// Known-answer vectors: one folder outside of the repository, named by COTERIE_VECTORS, the same for every test.
//
// Node tests:     const file = readVector("wycheproof/x25519_test.json");
// Browser tests:  import { commands } from "vitest/browser";
//                 const file = await commands.readVector("wycheproof/x25519_test.json");
// (The browser command is this same function, run on vitest's side; its type is declared in browser-commands.ts.)
import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { repositoryRoot } from "./repository.ts";

/** The folder of the vectors, absolute: COTERIE_VECTORS (relative to the repository), or ../shared/vectors. */
export function vectorsDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const configured = env["COTERIE_VECTORS"];
  return resolve(repositoryRoot, configured === undefined || configured === "" ? "../shared/vectors" : configured);
}

/** The bytes of one vector file; `x.gz` is unpacked, and `x` is found when only `x.gz` exists. */
export function readVectorBytes(path: string): Uint8Array {
  const file = resolve(vectorsDirectory(), path);
  const inside = relative(vectorsDirectory(), file);
  if (inside.startsWith("..") || isAbsolute(inside)) throw new Error(`${path} is outside of the vectors`);
  const packed = existsSync(file) ? file : `${file}.gz`;
  const bytes = readFileSync(packed);
  return packed.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

/**
 * One vector file, decoded: JSON for `.json` and `.json.gz`, text for everything else. The caller names the shape
 * it expects and is wrong at its own risk, as with any test fixture.
 */
export function readVector<Shape = unknown>(path: string): Shape {
  const text = new TextDecoder().decode(readVectorBytes(path));
  const decoded: unknown = /\.json(\.gz)?$/.test(path) ? JSON.parse(text) : text;
  return decoded as Shape; // cast: a fixture; the test that reads it fails when the shape is another.
}
