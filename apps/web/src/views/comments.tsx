/** Comments that wait, and the decisions about them. */
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Campaign, Comment } from "@coterie/protocol";
import type { CommentChoice, CommentList, CommentQuery } from "../moderation/comments-model.ts";
import { addressOf } from "../routes/route.ts";
import { Field, Loaded, Notice, Problem, Title } from "./parts.tsx";
import type { SessionScreenProps } from "./screens.tsx";

/** The screen. */
export function Comments({ app, screens }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value;
  return (
    <>
      <Title>{texts.screens.comments}</Title>
      <p>{texts.moderation.introduction}</p>
      <Loaded app={app} resource={screens.campaigns.list}>
        {(campaigns) =>
          campaigns.length === 0 ? (
            <Notice kind="calm">
              <p>{texts.moderation.needsCampaign}</p>
              <a href={addressOf("campaigns")}>{texts.moderation.toCampaigns}</a>
            </Notice>
          ) : (
            <Queue app={app} screens={screens} campaigns={campaigns} />
          )
        }
      </Loaded>
    </>
  );
}

const choices: readonly CommentChoice[] = ["awaiting", "approved", "rejected"];

function Queue({
  app,
  screens,
  campaigns,
}: SessionScreenProps & { readonly campaigns: readonly Campaign[] }): JSX.Element {
  const texts = app.texts.value.moderation;
  const model = screens.comments;
  const query: CommentQuery = model.query.value ?? { campaignId: campaigns[0]?.id ?? "", state: "awaiting" };
  useEffect(() => void model.look(query), []);
  const problem = [model.decide, model.undo, model.loadMore].flatMap(({ state: { value } }) =>
    value.kind === "failed" ? [value.problem] : [],
  )[0];
  return (
    <>
      <div class="columns">
        <Field label={texts.campaign}>
          {(attributes) => (
            <select
              {...attributes}
              value={query.campaignId}
              onChange={({ currentTarget }) => void model.look({ ...query, campaignId: currentTarget.value })}
            >
              {campaigns.map(({ id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={texts.filter}>
          {(attributes) => (
            <select
              {...attributes}
              value={query.state}
              onChange={({ currentTarget: { value } }) => {
                const state = choices.find((choice) => choice === value) ?? "awaiting";
                void model.look({ ...query, state });
              }}
            >
              {choices.map((choice) => (
                <option key={choice} value={choice}>
                  {texts.states[choice]}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <LastDecision app={app} screens={screens} />
      <Problem app={app} problem={problem} />
      <Loaded app={app} resource={model.list}>
        {(list) =>
          list.query === model.query.value ? (
            <List app={app} screens={screens} list={list} state={query.state} />
          ) : (
            <p class="quiet">{app.texts.value.loading}</p>
          )
        }
      </Loaded>
    </>
  );
}

/** What was decided last, and the way back. */
function LastDecision({ app, screens }: SessionScreenProps): JSX.Element {
  const texts = app.texts.value.moderation;
  const { last, undo } = screens.comments;
  const decision = last.value;
  const said = { approved: texts.approved, rejected: texts.rejected, awaiting: texts.takenBack };
  return (
    <div role="status">
      {decision !== undefined && (
        <p class="notice good">
          {said[decision.to]}{" "}
          <button
            type="button"
            class="small"
            disabled={undo.state.value.kind === "running"}
            onClick={() => void undo.start()}
          >
            {texts.undo}
          </button>
        </p>
      )}
    </div>
  );
}

function List({
  app,
  screens,
  list: { comments, more },
  state,
}: SessionScreenProps & { readonly list: CommentList; readonly state: CommentChoice }): JSX.Element {
  const texts = app.texts.value.moderation;
  const box = useRef<HTMLUListElement>(null);
  const focusAt = useRef<number | undefined>(undefined);
  // The comment that had the focus is gone: the next one takes its place.
  useLayoutEffect(() => {
    if (focusAt.current === undefined) return;
    const cards = box.current?.querySelectorAll<HTMLElement>("li") ?? [];
    cards[Math.min(focusAt.current, cards.length - 1)]?.focus();
    focusAt.current = undefined;
  }, [comments]);
  if (comments.length === 0) return <p class="empty">{state === "awaiting" ? texts.noneWaiting : texts.none}</p>;
  return (
    <>
      {state === "awaiting" && <p class="hint">{texts.keyboard}</p>}
      <ul class="cards" ref={box}>
        {comments.map((comment, index) => (
          <CommentCard
            key={comment.actionId}
            app={app}
            screens={screens}
            comment={comment}
            state={state}
            number={index + 1}
            onDecided={() => {
              focusAt.current = index;
            }}
          />
        ))}
      </ul>
      {more && (
        <button type="button" onClick={() => void screens.comments.loadMore.start()}>
          {texts.more}
        </button>
      )}
    </>
  );
}

interface CardProps extends SessionScreenProps {
  readonly comment: Comment;
  readonly state: CommentChoice;
  readonly number: number;
  readonly onDecided: () => void;
}

function CommentCard({ app, screens, comment, state, number, onDecided }: CardProps): JSX.Element {
  const texts = app.texts.value.moderation;
  const formats = app.formats.value;
  const { decide } = screens.comments;
  const running = decide.state.value.kind === "running";
  const act = (to: CommentChoice): void => {
    onDecided();
    void decide.start({ comment, to });
  };
  return (
    <li
      class="card"
      tabIndex={0}
      aria-label={texts.comment(formats.number(number))}
      onKeyDown={({ key, target, currentTarget }) => {
        // Only where the card itself has the focus: letters typed elsewhere decide nothing.
        if (target !== currentTarget || state !== "awaiting") return;
        if (key === "a" || key === "A") act("approved");
        if (key === "r" || key === "R") act("rejected");
      }}
    >
      <p class="comment" dir="auto">
        {comment.text}
      </p>
      <p class="hint">
        {texts.writtenOn(formats.day(Number(comment.writtenOnMs)), pageNameOf(screens, comment.pageId))}
      </p>
      <p class="actions">
        {state !== "approved" && (
          <button type="button" class="small" disabled={running} onClick={() => act("approved")}>
            {texts.approve}
          </button>
        )}
        {state !== "rejected" && (
          <button type="button" class="small" disabled={running} onClick={() => act("rejected")}>
            {texts.reject}
          </button>
        )}
        {state !== "awaiting" && (
          <button type="button" class="small" disabled={running} onClick={() => act("awaiting")}>
            {texts.takeBack}
          </button>
        )}
      </p>
    </li>
  );
}

function pageNameOf({ pages }: SessionScreenProps["screens"], pageId: string): string {
  const { value } = pages.list.state;
  const page = value.kind === "loaded" ? value.value.find(({ id }) => id === pageId) : undefined;
  return page?.name ?? `…${pageId.slice(-6)}`;
}
