/** The browser, as the widget's functions take it. */
import type { FormSchema } from "@coterie/actions";
import { loadFormSchema } from "@coterie/actions/form";
import { createClearSubmitter } from "./clear-submitter.ts";
import { RequestFailedError } from "./errors.ts";
import { createGatewayApi, type GatewayApi } from "./gateway-api.ts";
import { widgetLimits } from "./limits.ts";
import type { MountedForm } from "./form-controller.ts";
import type { LoadedPage } from "./page-json.ts";
import { loadBrowserSealing, type Sealing } from "./sealing.ts";
import type { Submitter } from "./submitter.ts";

/** The API of the gateway at `origin`. */
export function browserApi(origin: string): GatewayApi {
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  return createGatewayApi({ fetch: (address, request) => fetch(address, request), wait, solve }, { origin });
}

// Where the solver cannot be loaded, nothing is solved, and the person is told to send again.
async function solve(challenge: string): Promise<string | undefined> {
  try {
    const { browserSolver, solveWork } = await import("./proof-of-work.ts");
    return await solveWork(browserSolver, challenge);
  } catch {
    return undefined;
  }
}

/** A page and all that its form is drawn with. */
export interface LoadedForm extends LoadedPage {
  readonly schema: FormSchema;
}

/** Loads a page and the schema that it names. Throws RequestFailedError where either cannot be had. */
export async function loadForm(api: GatewayApi, pageName: string): Promise<LoadedForm> {
  const loaded = await api.getPage(pageName);
  return { ...loaded, schema: await loadFormSchema(loaded.page.formSchema).catch(notLoaded) };
}

/** Milliseconds since 1970. */
export const browserClock = (): number => Date.now();

/** Makes what touches keys: once, and again where a part of it could not be loaded. */
export function sealingLoader(): () => Promise<Sealing> {
  return loadOnce(loadBrowserSealing);
}

/** Makes what submissions need that the gateway seals. */
export function clearSubmitterLoader(): () => Promise<Submitter> {
  return loadOnce(async () => createClearSubmitter());
}

function loadOnce<Loaded>(load: () => Promise<Loaded>): () => Promise<Loaded> {
  let loading: Promise<Loaded> | undefined;
  return () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}

function notLoaded(): never {
  throw new RequestFailedError({ failure: "offline" });
}

/** Keeps a form's counter fresh while it can be seen. A counter that cannot be had is left as it is. */
export function refreshCounter(
  api: GatewayApi,
  { form, pageName }: { readonly form: MountedForm; readonly pageName: string },
): () => void {
  const timer = setInterval(() => {
    if (document.visibilityState !== "visible") return;
    api.getCounter(pageName).then(form.showCounter, () => undefined);
  }, widgetLimits.counterEveryMs);
  return () => clearInterval(timer);
}
