/**
 * The organisation pages, built from apps/web: one document and the files beside it, at `/organisation/`. Two policies: the
 * document may talk to this gateway and load no WebAssembly; the workers, which hold keys and what was opened, may load
 * WebAssembly and talk to nobody.
 */
import type { IncomingMessage } from "node:http";
import { type Answer, textAnswer } from "./answer.ts";
import { encodedAnswer, immutable, type StaticFiles } from "./static-files.ts";

/** The path of the document. */
export const organisationPath = "/organisation/";

/** The document, or one of its files. */
export async function organisationAnswer(
  files: StaticFiles,
  { path, request }: { readonly path: string; readonly request: IncomingMessage },
): Promise<Answer> {
  if (path === "/organisation") return { status: 308, headers: { location: organisationPath }, body: "" };
  const isDocument = path === organisationPath;
  const name = isDocument ? "index.html" : path.slice(organisationPath.length);
  // Under its own name the document would come with the workers' policy, and be kept for good.
  const isHidden = !isDocument && name === "index.html";
  const file = isHidden || name.length > 200 ? undefined : await files.find(name);
  if (file === undefined) {
    return textAnswer(404, isDocument ? "the organisation pages are not built: see apps/web" : "not found");
  }
  const headers = {
    "content-security-policy": isDocument ? documentPolicy : filePolicy,
    // Names of files change with their content; the document names them.
    "cache-control": isDocument ? "no-cache" : immutable,
  };
  return await encodedAnswer(file, { request, headers });
}

const documentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types coterie",
].join("; ");

/** A worker obeys the policy that its own script came with. */
const filePolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "connect-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");
