/** Passing a campaign on: the system's share sheet where there is one, and the clipboard. Nothing is loaded from elsewhere. */
import type { FormTexts } from "@coterie/actions/form";

/** What is passed on. */
export interface Shared {
  readonly texts: FormTexts;
  readonly url: string;
  readonly title: string;
}

/** Makes the share and copy buttons inside `root` work, also those that are drawn later. */
export function offerSharing(root: HTMLElement, shared: Shared): void {
  root.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-action]") : null;
    const action = button?.getAttribute("data-action");
    if (action === "copy") void copy(root, shared);
    if (action === "share") void share(root, shared);
  });
}

async function copy(root: HTMLElement, { texts, url }: Shared): Promise<void> {
  try {
    await navigator.clipboard.writeText(url);
    say(root, texts.copied);
  } catch {
    // Not allowed here: the link itself stands above, to be copied by hand.
    root.querySelector<HTMLElement>("#f-share a")?.focus();
  }
}

async function share(root: HTMLElement, shared: Shared): Promise<void> {
  if (typeof navigator.share !== "function") return copy(root, shared);
  try {
    await navigator.share({ url: shared.url, title: shared.title });
  } catch {
    // Closed without sharing: that is an answer, too.
  }
}

function say(root: HTMLElement, text: string): void {
  const status = root.querySelector("#f-shared");
  if (status !== null) status.textContent = text;
}
