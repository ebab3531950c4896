// Kinds of files, told from their paths.

/** Written by a program, not by people. */
export function isGenerated(path: string): boolean {
  return path.includes("/generated/");
}

/** Tests, their fixtures and helpers. */
export function isTest(path: string): boolean {
  return /(^|\/)(test|e2e)\//.test(path) || /\.test(-d)?\.[cm]?tsx?$/.test(path);
}

/** Configuration whose reader demands a default export. */
export function isConfig(path: string): boolean {
  return /(^|\/)[\w.-]+\.config\.[cm]?[jt]s$/.test(path);
}
