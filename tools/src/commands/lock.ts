// `npm run lock`: brings package-lock.json up to date with the manifests, in the shape that `npm ci` accepts.
import { updateLock } from "../lock-update.ts";

process.exitCode = updateLock();
