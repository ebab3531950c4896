/** The action pages of an organisation. */
import { type ReadonlySignal, signal } from "@preact/signals";
import type { SnippetInput } from "@coterie/actions";
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

/** Where the form's script lies, and its subresource integrity. */
export type FormScript = NonNullable<SnippetInput["script"]>;

/** The action pages. */
export interface PagesModel {
  readonly list: Resource<readonly ActionPage[]>;
  readonly create: Attempt<NewPage, void>;
  /** Name of the page that was made last. */
  readonly created: ReadonlySignal<string | undefined>;
  /** Path and integrity of the form's script; undefined until they are known, or where the gateway has none. */
  readonly script: ReadonlySignal<FormScript | undefined>;
  readonly loadScript: () => Promise<void>;
}

/** What the model needs. */
export interface PagesModelDeps extends Pick<SignedIn, "organisations"> {
  /** The list of the form's built files, as the gateway serves it; undefined where there is none. */
  readonly loadWidgetAssets: () => Promise<unknown>;
}

/** Pages that are not loaded yet. */
export function createPagesModel({ organisations, loadWidgetAssets }: PagesModelDeps): PagesModel {
  const created = signal<string | undefined>();
  const script = signal<FormScript | undefined>();
  const list = createResource(() =>
    listAll(async (pageToken) => {
      const { pages, nextPageToken } = await organisations.listActionPages({ pageSize: 0, pageToken });
      return { entries: pages, nextPageToken };
    }),
  );
  return {
    list,
    created,
    script,
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
    async loadScript() {
      script.value = scriptOf(await loadWidgetAssets().catch(() => undefined));
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

// Only the name of a content may carry its integrity: the plain name changes with every version.
function scriptOf(assets: unknown): FormScript | undefined {
  const name = memberOf(memberOf(assets, "coterie-action.js"), "addressed");
  if (typeof name !== "string" || !/^coterie-action-[0-9a-f]{16}\.js$/.test(name)) return undefined;
  const integrity = memberOf(memberOf(assets, name), "integrity");
  if (typeof integrity !== "string" || !/^sha384-[A-Za-z0-9+/=]{64}$/.test(integrity)) return undefined;
  return { href: `/widget/${name}`, integrity };
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  // cast: an object that has this member
  return (value as Readonly<Record<string, unknown>>)[name];
}
