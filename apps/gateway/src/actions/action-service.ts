/** The public service: pages, counters, submissions. */
import type { ConnectRouter, HandlerContext } from "@connectrpc/connect";
import type { Door } from "../abuse/guard.ts";
import { isSlug } from "@coterie/actions";
import { ActionService, type SubmitRequest } from "@coterie/protocol";
import { RefusedError } from "../errors.ts";
import { clientPrefixKey } from "../http/connect-calls.ts";
import type { Authentication } from "../organisations/authentication.ts";
import { withMailKey } from "../mails/page-mail-key.ts";
import { listPublicComments } from "../moderation/public-comments.ts";
import type { PageTruth } from "../pages/page-truth.ts";
import { type IntakeDeps, takeIn } from "./intake.ts";

/** What the service needs. */
export interface ActionServiceDeps extends IntakeDeps {
  readonly authentication: Authentication;
}

/** Adds the service. */
export function registerActionService(router: ConnectRouter, deps: ActionServiceDeps): void {
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
    listPublicComments: async (request, context) => {
      const page = await getPage(deps, request.pageName);
      const answer = await listPublicComments(deps, { campaignId: page.campaignId, request });
      // A comment that is taken back is gone everywhere within half a minute.
      context.responseHeader.set("cache-control", "public, max-age=30");
      return answer;
    },
    submit: async (request, context) => {
      const door = await findDoor(deps, { request, context });
      const { counter, receivedBy, ...receipt } = await takeIn(deps, { request, door });
      return { ...receipt, counter: BigInt(counter), receivedBy: [...receivedBy] };
    },
  });
}

/** Forms send no token; an organisation's own program may. */
async function findDoor(
  { authentication }: ActionServiceDeps,
  { request, context }: { readonly request: SubmitRequest; readonly context: HandlerContext },
): Promise<Door> {
  if (!context.requestHeader.has("authorization"))
    return { kind: "script", clientPrefix: context.values.get(clientPrefixKey), work: request.work };
  const { organisationId } = await authentication.requireOrganisation(context);
  return { kind: "organisation", organisationId };
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
