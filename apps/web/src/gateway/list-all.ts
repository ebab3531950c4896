/** All entries of a paged list. */
import { webLimits } from "../limits.ts";

/** One page of a list. */
export interface ListPage<Entry> {
  readonly entries: readonly Entry[];
  readonly nextPageToken: string;
}

/** Loads page after page, up to the limit of this app. */
export async function listAll<Entry>(load: (pageToken: string) => Promise<ListPage<Entry>>): Promise<readonly Entry[]> {
  const all: Entry[] = [];
  let pageToken = "";
  for (let pages = 0; pages < webLimits.listPages; pages++) {
    const { entries, nextPageToken } = await load(pageToken);
    all.push(...entries);
    if (nextPageToken === "") break;
    pageToken = nextPageToken;
  }
  return all;
}
