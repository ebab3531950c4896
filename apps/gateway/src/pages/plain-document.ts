/** Documents that are not forms for actions: what links of mails lead to, and what persons ask for. Plain HTML, no script at all. */
import { type FormLocale, pickFormLocale } from "@coterie/actions";
import { type DocumentAssets, element, type MarkupElement, renderHtml } from "@coterie/actions/form";
import type { IncomingMessage } from "node:http";
import type { Answer } from "../http/answer.ts";
import type { StaticFiles } from "../http/static-files.ts";
import { findPageAssets } from "./page-assets.ts";

/** One document. */
export interface PlainDocumentInput {
  readonly texts: { readonly locale: string; readonly direction: "ltr" | "rtl" };
  readonly title: string;
  readonly body: readonly MarkupElement[];
  readonly status: number;
}

/** The document in the look of the forms. */
export async function plainDocument(
  { files }: { readonly files: StaticFiles },
  { texts, title, body, status }: PlainDocumentInput,
): Promise<Answer> {
  const { style } = await findPageAssets(files, "page.js");
  const html = `<!doctype html>${renderHtml(
    element(
      "html",
      { lang: texts.locale, dir: texts.direction },
      viewHead(title, style),
      element("body", {}, element("main", { class: "coterie" }, ...body)),
    ),
  )}`;
  return {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
      "x-robots-tag": "noindex",
    },
    body: html,
  };
}

/** A document that says one thing. */
export async function plainNotice(
  deps: { readonly files: StaticFiles },
  { text, ...rest }: Omit<PlainDocumentInput, "body"> & { readonly text: string },
): Promise<Answer> {
  const body = [
    element("div", { class: "done", role: "status" }, element("h1", {}, rest.title), element("p", {}, text)),
  ];
  return await plainDocument(deps, { ...rest, body });
}

/** The language of the browser that asks: its first where we have it, else English. */
export function requestLocale(request: IncomingMessage): FormLocale {
  const [wanted = ""] = (request.headers["accept-language"] ?? "").split(/[,;]/, 1);
  return pickFormLocale(wanted.trim());
}

function viewHead(title: string, style: DocumentAssets["style"]): MarkupElement {
  return element(
    "head",
    {},
    element("meta", { charset: "utf-8" }),
    element("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
    element("meta", { name: "color-scheme", content: "light dark" }),
    element("title", {}, title),
    element("link", { rel: "stylesheet", href: style.href, integrity: style.integrity ?? false }),
  );
}

/** No script at all; forms may be posted to this gateway alone. */
const policy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
