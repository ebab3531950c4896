// `npm run format [-- files]`: writes every file in the house's format.
import { nodeTool, passThrough } from "../run-process.ts";

const files = process.argv.slice(2);
process.exitCode = await passThrough(
  nodeTool("@biomejs/biome/bin/biome", "format", "--write", ...(files.length === 0 ? ["."] : files)),
);
