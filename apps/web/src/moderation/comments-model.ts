/** Comments that wait for a decision, and the decisions. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { type Comment, CommentState } from "@coterie/protocol";
import { type Attempt, createAttempt } from "../model/attempt.ts";
import { createResource, type Resource } from "../model/resource.ts";
import type { SignedIn } from "../session/session.ts";

/** Which comments are shown, and what can be decided about one. */
export type CommentChoice = "awaiting" | "approved" | "rejected";

/** What is looked at. */
export interface CommentQuery {
  readonly campaignId: string;
  readonly state: CommentChoice;
}

/** The part of the list that is loaded. */
export interface CommentList {
  /** What was looked at when it was loaded. */
  readonly query: CommentQuery | undefined;
  readonly comments: readonly Comment[];
  /** Whether there are more. */
  readonly more: boolean;
}

/** The last decision, for whoever wants to take it back. */
export interface CommentDecision {
  readonly comment: Comment;
  readonly from: CommentChoice;
  readonly to: CommentChoice;
}

/** The queue. */
export interface CommentsModel {
  readonly query: ReadonlySignal<CommentQuery | undefined>;
  readonly list: Resource<CommentList>;
  readonly look: (query: CommentQuery) => Promise<void>;
  readonly loadMore: Attempt<void, void>;
  readonly decide: Attempt<{ readonly comment: Comment; readonly to: CommentChoice }, void>;
  readonly last: ReadonlySignal<CommentDecision | undefined>;
  readonly undo: Attempt<void, void>;
}

const wireStates: { readonly [Choice in CommentChoice]: CommentState } = {
  awaiting: CommentState.AWAITING,
  approved: CommentState.APPROVED,
  rejected: CommentState.REJECTED,
};

/** A queue that looks at nothing yet. */
export function createCommentsModel({ moderation }: Pick<SignedIn, "moderation">): CommentsModel {
  const query = signal<CommentQuery | undefined>();
  const last = signal<CommentDecision | undefined>();
  const loaded: { comments: readonly Comment[]; nextPageToken: string } = { comments: [], nextPageToken: "" };
  const loadPage = async (pageToken: string): Promise<CommentList> => {
    const { value } = query;
    if (value === undefined) return { query: value, comments: [], more: false };
    const { campaignId, state } = value;
    const page = await moderation.listComments({ campaignId, state: wireStates[state], pageSize: 50, pageToken });
    if (query.value !== value) return { query: value, comments: [], more: false };
    loaded.comments = pageToken === "" ? page.comments : [...loaded.comments, ...page.comments];
    loaded.nextPageToken = page.nextPageToken;
    return { query: value, comments: loaded.comments, more: page.nextPageToken !== "" };
  };
  let pageWanted = "";
  const list = createResource(() => loadPage(pageWanted));
  const reload = async (): Promise<void> => {
    pageWanted = "";
    await list.reload();
  };
  const move = async ({ comment, from, to }: CommentDecision): Promise<void> => {
    await moderation.decideComments({ actionIds: [comment.actionId], state: wireStates[to] });
    last.value = { comment, from, to };
    await reload();
  };
  return {
    query,
    list,
    last,
    async look(wanted) {
      query.value = wanted;
      last.value = undefined;
      await reload();
    },
    loadMore: createAttempt(async () => {
      pageWanted = loaded.nextPageToken;
      await list.reload();
    }),
    decide: createAttempt(async ({ comment, to }) => {
      const from = query.value?.state ?? "awaiting";
      await move({ comment, from, to });
    }),
    undo: createAttempt(async () => {
      const { value } = last;
      if (value === undefined) return;
      await move({ comment: value.comment, from: value.to, to: value.from });
      last.value = undefined;
    }),
  };
}
