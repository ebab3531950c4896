/** The browser, as the widget's functions take it. */
import { loadWidgetPrimitives, systemRandom } from "@coterie/primitives/widget";
import { createGatewayApi, type GatewayApi } from "./gateway-api.ts";
import { widgetLimits } from "./limits.ts";
import type { MountedForm } from "./form-controller.ts";
import type { SealDeps } from "./seal-person.ts";

/** The API of the gateway at `origin`. */
export function browserApi(origin: string): GatewayApi {
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  return createGatewayApi({ fetch: (address, request) => fetch(address, request), wait }, { origin });
}

/** Milliseconds since 1970. */
export const browserClock = (): number => Date.now();

/** Everything that sealing needs. */
export async function loadSealing(): Promise<SealDeps> {
  return { primitives: await loadWidgetPrimitives(), random: systemRandom };
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
