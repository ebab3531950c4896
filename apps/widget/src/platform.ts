/** The browser, as the widget's functions take it. */
import { RequestFailedError } from "./errors.ts";
import { createGatewayApi, type GatewayApi } from "./gateway-api.ts";
import { widgetLimits } from "./limits.ts";
import type { MountedForm } from "./form-controller.ts";
import type { Sealing } from "./sealing.ts";

/** The API of the gateway at `origin`. */
export function browserApi(origin: string): GatewayApi {
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  return createGatewayApi({ fetch: (address, request) => fetch(address, request), wait }, { origin });
}

/** Milliseconds since 1970. */
export const browserClock = (): number => Date.now();

/** A loader of what touches keys: loads it once, and again where that failed. */
export function sealingLoader(): () => Promise<Sealing> {
  let loading: Promise<Sealing> | undefined;
  return () => {
    loading ??= loadSealing().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}

async function loadSealing(): Promise<Sealing> {
  const file = await import("./sealing.ts").catch(() => {
    throw new RequestFailedError({ failure: "offline" });
  });
  return file.loadBrowserSealing();
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
