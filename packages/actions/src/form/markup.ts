/**
 * Markup as plain data: one description of the form is written out as HTML by the gateway and built as DOM nodes by the
 * widget. No text is ever parsed as markup, on either side.
 */

/** The elements that forms and pages are made of. */
export type MarkupTag =
  | "a"
  | "abbr"
  | "body"
  | "button"
  | "code"
  | "dd"
  | "details"
  | "div"
  | "dl"
  | "dt"
  | "fieldset"
  | "footer"
  | "form"
  | "h1"
  | "h2"
  | "head"
  | "header"
  | "html"
  | "input"
  | "label"
  | "legend"
  | "li"
  | "link"
  | "main"
  | "meta"
  | "noscript"
  | "ol"
  | "option"
  | "p"
  | "script"
  | "section"
  | "select"
  | "span"
  | "strong"
  | "summary"
  | "title"
  | "ul";

/** Attributes by name: false leaves one out, true writes it without value. No event handlers and no styles exist here. */
export type MarkupAttributes = Readonly<Record<string, string | boolean>>;

/** One element. */
export interface MarkupElement {
  readonly tag: MarkupTag;
  readonly attributes: MarkupAttributes;
  readonly children: readonly Markup[];
}

/** An element or text. */
export type Markup = MarkupElement | string;

/** An element with its children; undefined children are left out. */
export function element(
  tag: MarkupTag,
  attributes: MarkupAttributes,
  ...children: readonly (Markup | undefined)[]
): MarkupElement {
  return { tag, attributes, children: children.filter((child) => child !== undefined) };
}

const voidTags: ReadonlySet<MarkupTag> = new Set(["input", "link", "meta"]);

/** `markup` as HTML, with every text and attribute value escaped. */
export function renderHtml(markup: Markup): string {
  if (typeof markup === "string") return escapeText(markup);
  const attributes = Object.entries(markup.attributes).map(renderAttribute).join("");
  const open = `<${markup.tag}${attributes}>`;
  if (voidTags.has(markup.tag)) return open;
  return `${open}${markup.children.map(renderHtml).join("")}</${markup.tag}>`;
}

function renderAttribute([name, value]: readonly [string, string | boolean]): string {
  if (value === false) return "";
  return value === true ? ` ${name}` : ` ${name}="${escapeText(value)}"`;
}

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
