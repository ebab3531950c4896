// `npm run generate`: TypeScript from the .proto files of packages/protocol, checked by buf's lint first.
import { join } from "node:path";
import { repositoryRoot } from "../repository.ts";
import { passThrough } from "../run-process.ts";

const bin = join(repositoryRoot, "node_modules/@bufbuild/buf/bin/buf");
const folder = "packages/protocol";
// buf finds the plugin of protobuf-es by name: bootstrap.mjs has put node_modules/.bin on the PATH.
const template = join(folder, "buf.gen.yaml");
const lint = await passThrough({ file: process.execPath, args: [bin, "lint", folder] });
const generate = lint === 0 ? ["generate", folder, "--template", template, "--output", folder] : undefined;
process.exitCode =
  generate === undefined ? lint : await passThrough({ file: process.execPath, args: [bin, ...generate] });
