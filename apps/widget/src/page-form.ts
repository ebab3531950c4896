/** The form on the gateway's own page: takes over the one that stands there, or draws it where the browser seals. */
import { type ActionPageView, pickFormLocale, type SealingMode } from "@coterie/actions";
import { type FormState, loadTexts } from "@coterie/actions/form";
import { mountForm } from "./form-controller.ts";
import type { Pins } from "./pins.ts";
import { browserApi, browserClock, loadForm, refreshCounter } from "./platform.ts";
import type { Submitter } from "./submitter.ts";
import { trackingOf } from "./tracking.ts";

/** What a page's script hands in with. */
export interface PageSealing {
  /** The kind of page that this script is for. */
  readonly mode: SealingMode;
  /** See `FormState`. */
  readonly viewKeys: FormState["viewKeys"];
  readonly submitter: () => Promise<Submitter>;
  /** Undefined where the gateway seals. */
  readonly pinsOf: (page: ActionPageView) => Promise<Pins | undefined>;
}

/** Shows the page's form in the document. */
export async function showPageForm({ mode, viewKeys, submitter, pinsOf }: PageSealing): Promise<void> {
  const root = document.querySelector<HTMLElement>("main.coterie");
  // After a form was posted without script, the page stands as it is.
  if (root === null || root.querySelector(".done, .summary") !== null) return;
  const api = browserApi("");
  const loaded = await loadForm(api, root.dataset["page"] ?? "").catch(() => undefined);
  // Without the page the posted form goes on working; where the browser must seal, there is none, and the text says so.
  if (loaded?.page.sealing !== mode) return;
  const { page, schema, counter } = loaded;
  const texts = await loadTexts(pickFormLocale(root.dataset["locale"] ?? page.locale));
  const pins = await pinsOf(page);
  const form = mountForm(
    { api, submitter, now: browserClock },
    {
      root,
      page,
      schema,
      counter,
      texts,
      pins,
      heading: "h1",
      viewKeys,
      shareUrl: `${location.origin}${location.pathname}`,
      tracking: trackingOf(location.href),
      onSigned: () => undefined,
    },
  );
  refreshCounter(api, { form, pageName: page.name });
}
