/** The gateway's own page, `/p/<page>`: takes over the form that stands there, or draws it where the browser seals. */
import { pickFormLocale } from "@coterie/actions";
import { loadTexts } from "@coterie/actions/form";
import { mountForm } from "./form-controller.ts";
import {
  browserApi,
  browserClock,
  clearSubmitterLoader,
  type LoadedForm,
  loadForm,
  refreshCounter,
  sealingLoader,
} from "./platform.ts";
import { trackingOf } from "./tracking.ts";

const main = document.querySelector<HTMLElement>("main.coterie");
// After a form was posted without script, the page stands as it is.
if (main !== null && main.querySelector(".done, .summary") === null) void start(main, main.dataset["page"] ?? "");

async function start(root: HTMLElement, pageName: string): Promise<void> {
  const api = browserApi("");
  const loaded = await loadForm(api, pageName).catch(() => undefined);
  // Without the page the posted form goes on working; where the browser must seal, there is none, and the text says so.
  if (loaded !== undefined) await show(root, { api, loaded });
}

async function show(
  root: HTMLElement,
  { api, loaded }: { readonly api: ReturnType<typeof browserApi>; readonly loaded: LoadedForm },
): Promise<void> {
  const { page, schema, counter } = loaded;
  const sealing = sealingLoader();
  const texts = await loadTexts(pickFormLocale(root.dataset["locale"] ?? page.locale));
  const inBrowser = page.sealing === "browser";
  const pins = inBrowser ? (await sealing()).pinsOfPage(page) : undefined;
  const form = mountForm(
    { api, submitter: inBrowser ? sealing : clearSubmitterLoader(), now: browserClock },
    {
      root,
      page,
      schema,
      counter,
      texts,
      pins,
      heading: "h1",
      showsKeys: inBrowser,
      shareUrl: `${location.origin}${location.pathname}`,
      tracking: trackingOf(location.href),
      onSigned: () => undefined,
    },
  );
  refreshCounter(api, { form, pageName: page.name });
}
