/**
 * Markup as DOM nodes. Built by `createElement` and text nodes alone, so that a strict Content Security Policy with Trusted
 * Types has nothing to forbid, and no text can become an element.
 */
import type { Markup, MarkupElement } from "@coterie/actions/form";

/**
 * Makes the children of `parent` what `children` describe. Elements of the same tag and id stay the same nodes, so that
 * focus and what was typed are kept; nothing is ever moved.
 */
export function patchChildren(parent: Element | ShadowRoot, children: readonly Markup[]): void {
  let at: ChildNode | null = parent.firstChild;
  for (const markup of children) {
    const match = findMatch(at, markup);
    if (match === undefined) {
      parent.insertBefore(createNode(parent.ownerDocument, markup), at);
      continue;
    }
    while (at !== null && at !== match) at = removeAndStep(at);
    if (typeof markup === "string") match.nodeValue = markup;
    else if (match instanceof Element) patchElement(match, markup);
    at = match.nextSibling;
  }
  while (at !== null) at = removeAndStep(at);
}

// The first sibling from `from` on that is the same element; text matches only in place.
function findMatch(from: ChildNode | null, markup: Markup): ChildNode | undefined {
  if (typeof markup === "string") return from instanceof Text ? from : undefined;
  for (let node = from; node !== null; node = node.nextSibling) {
    if (node instanceof Element && node.localName === markup.tag && node.id === idOf(markup)) return node;
    if (idOf(markup) === "") return undefined;
  }
  return undefined;
}

function idOf({ attributes }: MarkupElement): string {
  return typeof attributes["id"] === "string" ? attributes["id"] : "";
}

function removeAndStep(node: ChildNode): ChildNode | null {
  const next = node.nextSibling;
  node.remove();
  return next;
}

// What a person types or picks lives beside these attributes; writing them again would undo it.
const initialOnly: ReadonlySet<string> = new Set(["value", "checked", "selected"]);

function patchElement(target: Element, { attributes, children }: MarkupElement): void {
  for (const name of target.getAttributeNames())
    if (!initialOnly.has(name) && (attributes[name] ?? false) === false) target.removeAttribute(name);
  for (const [name, value] of Object.entries(attributes))
    if (!initialOnly.has(name)) setAttribute(target, { name, value });
  patchChildren(target, children);
}

function createNode(document: Document, markup: Markup): Node {
  if (typeof markup === "string") return document.createTextNode(markup);
  const created = document.createElement(markup.tag);
  for (const [name, value] of Object.entries(markup.attributes)) setAttribute(created, { name, value });
  for (const child of markup.children) created.append(createNode(document, child));
  return created;
}

function setAttribute(
  target: Element,
  { name, value }: { readonly name: string; readonly value: string | boolean },
): void {
  if (value === false) return;
  const text = value === true ? "" : value;
  if (target.getAttribute(name) !== text) target.setAttribute(name, text);
}
