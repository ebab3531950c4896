/** The action pages of an organisation. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { type ActionPage, Sealing } from "@coterie/protocol";
import { listAll } from "../gateway/list-all.ts";
import type { SignedIn } from "../session/session.ts";
import { type Attempt, createAttempt } from "./attempt.ts";
import { createResource, type Resource } from "./resource.ts";

/** What a new page is made from. */
export interface NewPage {
  readonly campaignId: string;
  readonly name: string;
  readonly locale: string;
  readonly description: string;
  readonly sealing: "browser" | "gateway";
  readonly requiredFields: readonly string[];
  readonly delivers: boolean;
  /** One origin a line. */
  readonly origins: string;
}

/** The action pages. */
export interface PagesModel {
  readonly list: Resource<readonly ActionPage[]>;
  readonly create: Attempt<NewPage, void>;
  /** Name of the page that was made last. */
  readonly created: ReadonlySignal<string | undefined>;
  /** Subresource integrity of the form's script; "" until it is known, or where the gateway has none. */
  readonly scriptIntegrity: ReadonlySignal<string>;
  readonly loadIntegrity: () => Promise<void>;
}

/** What the model needs. */
export interface PagesModelDeps extends Pick<SignedIn, "organisations"> {
  /** The list of the form's built files, as the gateway serves it; undefined where there is none. */
  readonly loadWidgetAssets: () => Promise<unknown>;
}

/** Pages that are not loaded yet. */
export function createPagesModel({ organisations, loadWidgetAssets }: PagesModelDeps): PagesModel {
  const created = signal<string | undefined>();
  const scriptIntegrity = signal("");
  const list = createResource(() =>
    listAll(async (pageToken) => {
      const { pages, nextPageToken } = await organisations.listActionPages({ pageSize: 0, pageToken });
      return { entries: pages, nextPageToken };
    }),
  );
  return {
    list,
    created,
    scriptIntegrity,
    create: createAttempt(async ({ sealing, origins, ...rest }) => {
      await organisations.createActionPage({
        ...rest,
        sealing: sealing === "browser" ? Sealing.BROWSER : Sealing.GATEWAY,
        actionType: "petition",
        requiredFields: [...rest.requiredFields],
        embedOrigins: readOrigins(origins),
      });
      created.value = rest.name;
      await list.reload();
    }),
    async loadIntegrity() {
      scriptIntegrity.value = integrityOf(await loadWidgetAssets().catch(() => undefined));
    },
  };
}

/** The lines that are not empty, without a slash at their end, as browsers spell origins. */
export function readOrigins(lines: string): string[] {
  return lines
    .split(/\s+/)
    .map((line) => line.replace(/\/+$/, ""))
    .filter((line) => line !== "");
}

function integrityOf(assets: unknown): string {
  const entry = memberOf(assets, "coterie-action.js");
  const integrity = memberOf(entry, "integrity");
  return typeof integrity === "string" && /^sha384-[A-Za-z0-9+/=]{64}$/.test(integrity) ? integrity : "";
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  // cast: an object that has this member
  return (value as Readonly<Record<string, unknown>>)[name];
}
