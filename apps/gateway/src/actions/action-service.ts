/** The public service: pages, counters, submissions. */
import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import { isSlug } from "@coterie/actions";
import { ActionService } from "@coterie/protocol";
import { RefusedError } from "../errors.ts";
import { withMailKey } from "../mails/page-mail-key.ts";
import type { PageTruth } from "../pages/page-truth.ts";
import { type IntakeDeps, takeIn } from "./intake.ts";

/** Adds the service. */
export function registerActionService(router: ConnectRouter, deps: IntakeDeps): void {
  router.service(ActionService, {
    getPage: async ({ name }, context) => {
      const page = await getPage(deps, name);
      const counter = BigInt(await deps.counters.get(page.campaignId));
      allowCaching(context);
      return { page: await withMailKey(deps, page), counter };
    },
    getCounter: async ({ pageName }, context) => {
      const page = await getPage(deps, pageName);
      const counter = BigInt(await deps.counters.get(page.campaignId));
      allowCaching(context);
      return { counter };
    },
    submit: async (request) => {
      const { counter, receivedBy, ...receipt } = await takeIn(deps, request);
      return { ...receipt, counter: BigInt(counter), receivedBy: [...receivedBy] };
    },
  });
}

async function getPage(deps: Pick<IntakeDeps, "pages">, name: string): Promise<PageTruth> {
  const page = isSlug(name) ? await deps.pages.find({ name }) : undefined;
  if (page === undefined) throw new RefusedError("not-found");
  return page;
}

/** A second here and a second in caches between: at most two. */
function allowCaching(context: HandlerContext): void {
  context.responseHeader.set("cache-control", "public, max-age=1");
}
