// The lock file, kept in the shape that `npm ci` accepts.
//
// Tools name a binary package per platform as optional dependencies. Where a registry lacks one of them, npm writes a
// lock file without its entry, but with the tool's wish for it: and its own `npm ci` then refuses that file as out
// of date (npm 11: "Missing: ...@ from lock file"). A wish that no entry answers is therefore taken out.

/** One entry of a lock file, as far as it is read here. */
export interface LockEntry {
  readonly link?: boolean;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  optionalDependencies?: Record<string, string>;
}

/** A lock file, version 3. */
export interface LockFile {
  readonly packages?: Record<string, LockEntry>;
}

/** One optional dependency that has no entry. */
export interface UnansweredWish {
  readonly place: string;
  readonly wanted: string;
}

/** Optional dependencies of packages from the registry that the lock file has no entry for. */
export function unansweredWishes(lock: LockFile): UnansweredWish[] {
  const packages = lock.packages ?? {};
  return Object.entries(packages).flatMap(([place, entry]) => {
    const wanted = place.includes("node_modules/") ? Object.keys(entry.optionalDependencies ?? {}) : [];
    return wanted.filter((name) => !isAnswered(packages, place, name)).map((name) => ({ place, wanted: name }));
  });
}

/** Takes unanswered wishes out of `lock`. Returns how many there were. */
export function dropUnansweredWishes(lock: LockFile): number {
  const wishes = unansweredWishes(lock);
  for (const { place, wanted } of wishes) {
    const entry = lock.packages?.[place];
    const { [wanted]: _dropped, ...kept } = entry?.optionalDependencies ?? {};
    if (entry === undefined) continue;
    if (Object.keys(kept).length > 0) entry.optionalDependencies = kept;
    else delete entry.optionalDependencies;
  }
  return wishes.length;
}

/** A package is looked for beside its dependent, then in every node_modules folder above. */
function isAnswered(packages: Record<string, LockEntry>, place: string, name: string): boolean {
  const candidates = [`${place}/node_modules/${name}`];
  for (let above = place; above !== ""; ) {
    above = above.slice(0, Math.max(0, above.lastIndexOf("node_modules/")));
    candidates.push(`${above}node_modules/${name}`);
  }
  return candidates.some((candidate) => packages[candidate] !== undefined);
}
