// `npm run new:package -- <name> --layer N [--portable] [--secrets]`
import { updateLock } from "../lock-update.ts";
import { type NewPackage, parseNewPackage, writeNewPackage } from "../new-package.ts";
import { repositoryRoot } from "../repository.ts";

const wanted = parse();
if (wanted === undefined) {
  process.exitCode = 2;
} else {
  const folder = writeNewPackage(repositoryRoot, wanted);
  process.stdout.write(`${folder}: give it dependencies and references, then write its first test.\n`);
  // Links the package into node_modules and adds it to the lock file.
  process.exitCode = updateLock();
}

function parse(): NewPackage | undefined {
  try {
    return parseNewPackage(process.argv.slice(2));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${reason}\nusage: npm run new:package -- <name> --layer N [--portable] [--secrets]\n`);
    return undefined;
  }
}
