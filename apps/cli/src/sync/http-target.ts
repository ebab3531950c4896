/**
 * A bridge to another program: opened contacts are posted as JSON, signed, with an id that stays the same when a batch comes again. Over
 * TLS, or on this machine.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { encodeUtf8 } from "@coterie/bytes";
import { type Primitives, type RandomSource, randomBytes } from "@coterie/primitives";
import { signWebhook, type WebhookSigningKey } from "@coterie/webhook";
import { InterruptedError, TargetRefusedError, TargetUnreachableError, UsageError } from "../terminal/errors.ts";
import type { NamedTarget, SyncTarget } from "./sync-target.ts";

/** What posting needs. */
export interface HttpTargetDeps {
  readonly primitives: Primitives;
  readonly random: RandomSource;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Where to, and how. */
export interface HttpTargetInput {
  readonly url: string;
  readonly organisationId: string;
  /** How long to try again. */
  readonly patienceMs: number;
  /** Reads the signing key; asked once, when the target is opened. */
  readonly loadKey: () => Promise<WebhookSigningKey>;
}

const loopbackHosts: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];
const timeoutMs = 30_000;
const firstPauseMs = 500;
const longestPauseMs = 15_000;

/** The target `http=URL`. Throws UsageError on an address without TLS that is not this machine, or with a password. */
export function httpTarget(deps: HttpTargetDeps, input: HttpTargetInput): NamedTarget {
  const url = URL.parse(input.url);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hash !== "") {
    throw new UsageError("--to http= takes an address like https://crm.example.org/contacts");
  }
  if (url.username !== "" || url.password !== "") throw new UsageError("the address holds no name and no password");
  if (url.protocol === "http:" && !loopbackHosts.includes(url.hostname)) {
    throw new UsageError(
      "the address starts with https:// (http:// only on this machine): persons would travel in clear",
    );
  }
  return { kind: "http", identity: url.href, open: async () => await openHttp(deps, { ...input, url: url.href }) };
}

async function openHttp(deps: HttpTargetDeps, input: HttpTargetInput): Promise<SyncTarget> {
  const key = await input.loadKey();
  const { organisationId } = input;
  const send = async (id: string, content: Readonly<Record<string, unknown>>): Promise<void> => {
    await postPatiently(deps, { ...input, key, id, body: encodeUtf8(JSON.stringify({ organisationId, ...content })) });
  };
  return {
    deliver: async ({ id, rows }) => await send(id, { type: "contacts", contacts: rows }),
    apply: async ({ id, events }) => {
      await send(id, {
        type: "events",
        events: events.map(({ action, kind, atMs }) => ({ actionId: action, kind, atMs })),
      });
    },
    state: () => ({}),
    finish: async () => await Promise.resolve(),
    close: async () => {
      key.secretKey.destroy();
      await Promise.resolve();
    },
  };
}

interface Post extends Pick<HttpTargetInput, "url" | "patienceMs"> {
  readonly key: WebhookSigningKey;
  readonly id: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Tries again with growing, random pauses. What was refused may be taken later as well: a bridge that is being mended. */
async function postPatiently(deps: HttpTargetDeps, post: Post): Promise<void> {
  const giveUpAtMs = deps.now() + post.patienceMs;
  for (let attempt = 1; ; attempt++) {
    const failure = await postOnce(deps, post);
    if (failure === undefined) return;
    const pauseMs = pauseBefore(deps, attempt);
    if (deps.signal.aborted) throw new InterruptedError();
    if (deps.now() + pauseMs > giveUpAtMs) throw failure;
    await sleep(pauseMs, undefined, { signal: deps.signal }).catch(() => {
      throw new InterruptedError();
    });
  }
}

async function postOnce(
  deps: HttpTargetDeps,
  { url, key, id, body }: Post,
): Promise<TargetRefusedError | TargetUnreachableError | undefined> {
  const signed = signWebhook(deps, { id, sentAtMs: deps.now(), body, keys: [key] });
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { ...signed, "content-type": "application/json", "idempotency-key": id },
      body,
      // An answer that leads elsewhere would carry persons there.
      redirect: "manual",
      signal: AbortSignal.any([deps.signal, AbortSignal.timeout(timeoutMs)]),
    });
    await answer.body?.cancel();
    return answer.ok ? undefined : new TargetRefusedError(`the bridge answers ${answer.status}`);
  } catch {
    return new TargetUnreachableError("the bridge does not answer");
  }
}

function pauseBefore({ random }: Pick<HttpTargetDeps, "random">, attempt: number): number {
  const [share = 0] = randomBytes(random, 1);
  return Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1)) * (0.5 + share / 510);
}
