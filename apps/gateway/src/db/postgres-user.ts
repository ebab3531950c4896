/**
 * As whom PostgreSQL runs. It refuses to run as root; so root starts it in a user namespace of its own, where it is user
 * 1000 and its files stay root's, or, where such namespaces are forbidden, as "nobody". On Linux the server is told to
 * shut down when the gateway dies, however it dies.
 */
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from "node:child_process";
import { chmod, chown, lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { StartError } from "../errors.ts";

/** Starts PostgreSQL programs as a user they accept. */
export interface PostgresUser {
  readonly spawn: (program: string, args: readonly string[], options: SpawnOptions) => ChildProcess;
  /** Makes a folder and everything in it the user's own. */
  readonly own: (folder: string) => Promise<void>;
  /**
   * Lets the user through a folder to what is its own inside, without letting it list the folder.
   * @throws StartError where a folder above does not let it through
   */
  readonly letThrough: (folder: string) => Promise<void>;
}

const nobody = 65_534;

/** The user for this process. Throws StartError for root where no way was found. */
export function choosePostgresUser(): PostgresUser {
  const dieWithParent = works("setpriv", ["--pdeathsig", "INT", "--", "true"])
    ? ["setpriv", "--pdeathsig", "INT", "--"]
    : [];
  if (process.getuid?.() !== 0) return asCaller(prefixed(dieWithParent, {}));
  const namespace = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"];
  if (works("unshare", [...namespace.slice(1), "true"])) {
    return asCaller(prefixed([...namespace, ...dieWithParent], {}));
  }
  const asNobody = { uid: nobody, gid: nobody };
  if (spawnSync("true", [], asNobody).status === 0)
    return { spawn: prefixed(dieWithParent, asNobody), own: ownByNobody, letThrough: letNobodyThrough };
  throw new StartError("PostgreSQL does not run as root: start the gateway as another user, or set DATABASE_URL");
}

/** A user whose files are the caller's. */
function asCaller(spawnIt: PostgresUser["spawn"]): PostgresUser {
  return { spawn: spawnIt, own: async () => undefined, letThrough: async () => undefined };
}

function works(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}

function prefixed(prefix: readonly string[], identity: { uid?: number; gid?: number }): PostgresUser["spawn"] {
  return (program, args, options) => {
    const [command, ...rest] = [...prefix, program, ...args];
    return spawn(command ?? program, rest, { ...options, ...identity });
  };
}

async function ownByNobody(path: string): Promise<void> {
  await chown(path, nobody, nobody);
  if (!(await lstat(path)).isDirectory()) return;
  for (const name of await readdir(path)) await ownByNobody(join(path, name));
}

async function letNobodyThrough(folder: string): Promise<void> {
  await chmod(folder, 0o711);
  if (spawnSync("test", ["-x", folder], { uid: nobody, gid: nobody }).status === 0) return;
  throw new StartError(
    'as root, PostgreSQL runs here as "nobody", who cannot get to the data folder: start the gateway as another user, ' +
      "choose a data folder that all users can get to (COTERIE_DATA), or set DATABASE_URL",
  );
}
