// What a page loads to hold conversations: the sessions with the browser's primitives, without libsodium's WebAssembly.
import { relative } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import type { Finding } from "./finding.ts";
import { sourceCondition } from "./repository.ts";
import { type Workspace, withSlashes } from "./workspace.ts";

/** All JavaScript of both, compressed. */
export const sessionsLimitBytes = 35_000;

/** What was built: the code, and the files that it came from, relative to the repository. */
export interface SessionsBundle {
  readonly code: string;
  readonly files: readonly string[];
}

const place = "packages/sessions";
const entryName = "\0coterie-sessions-entry";
const entry = `
  export * from "@coterie/sessions";
  export { loadBrowserPrimitives } from "@coterie/primitives/browser";
`;

/** Bundles everything that the package exports, with the browser's primitives, in memory. */
export async function bundleSessions({ root }: Workspace): Promise<SessionsBundle> {
  const built = await build({
    root,
    configFile: false,
    logLevel: "error",
    resolve: { conditions: [sourceCondition, "browser"] },
    plugins: [
      {
        name: "coterie-sessions-entry",
        resolveId: (id) => (id === entryName ? id : undefined),
        load: (id) => (id === entryName ? entry : undefined),
      },
    ],
    build: {
      write: false,
      rolldownOptions: { input: entryName, external: ["libsodium-sumo"], preserveEntrySignatures: "strict" },
    },
  });
  const outputs = Array.isArray(built) ? built : [built];
  const chunks = outputs.flatMap((one) => ("output" in one ? one.output.filter(({ type }) => type === "chunk") : []));
  return {
    code: chunks.map((chunk) => ("code" in chunk ? chunk.code : "")).join("\n"),
    files: chunks.flatMap((chunk) =>
      "modules" in chunk ? Object.keys(chunk.modules).map((file) => withSlashes(relative(root, file))) : [],
    ),
  };
}

/** Code that has no work in a browser, where libsodium does the same: curves, stream ciphers, password hashes. */
const foreign =
  /@noble\/(?:curves\/(?!utils\.js|abstract\/fft\.js)|hashes\/(?:argon2|scrypt|sha2)|ciphers\/(?:chacha|salsa))/;

/** What is wrong with the bundle; its size is told as a warning where it is within the limit. */
export function sessionsFindings({ code, files }: SessionsBundle): Finding[] {
  if (!files.some((file) => file.includes("packages/sessions/src/"))) {
    return [{ file: place, message: "nothing was bundled: nothing is proven" }];
  }
  const gzipBytes = gzipSync(code, { level: 9 }).length;
  const message = `${gzipBytes} bytes gzip of ${sessionsLimitBytes}, without WebAssembly`;
  return [
    ...files
      .filter((file) => foreign.test(file))
      .map((file) => ({ file, message: "is in the bundle of sessions, where WebAssembly does its work" })),
    { file: place, message, isWarning: gzipBytes <= sessionsLimitBytes },
  ];
}
