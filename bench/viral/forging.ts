// Attempts to confirm what nobody confirmed, without the mail: guesses, links changed a little, what a copy of the database holds,
// links that were used, and one person's link with another's name beside.
import { createHash, randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Chance } from "./chance.ts";
import { call } from "./http.ts";
import { isCounted, linkOf, type Links } from "./mailboxes.ts";
import type { Model } from "./model.ts";
import type { World } from "./world.ts";

export interface ForgingDeps {
  readonly world: Pick<World, "address">;
  readonly model: Model;
  readonly links: Links;
  readonly chance: Chance;
}

export interface Forging {
  readonly figures: { tried: number; counted: number };
  readonly stop: () => Promise<void>;
}

const pauseMs = 40;
const typeOfForms = "application/x-www-form-urlencoded";

export function startForging(deps: ForgingDeps): Forging {
  const figures = { tried: 0, counted: 0 };
  const stopping = new AbortController();
  const running = forge(deps, { figures, signal: stopping.signal });
  return {
    figures,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

async function forge(
  { world, model, links, chance }: ForgingDeps,
  { figures, signal }: { readonly figures: Forging["figures"]; readonly signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    const victim = links.unanswered[chance.below(Math.max(1, links.unanswered.length))];
    const used = links.used[chance.below(Math.max(1, links.used.length))];
    const from = `203.0.113.${100 + chance.below(100)}`;
    const actionId = model.lastAccepted ?? "";
    for (const { token, body = "" } of attempts({ victim, used, actionId, chance })) {
      const reply = await call({ url: linkOf(world, token), method: "POST", from, body, type: typeOfForms });
      figures.tried++;
      if (isCounted(reply)) figures.counted++;
    }
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

interface Known {
  readonly victim: string | undefined;
  readonly used: string | undefined;
  readonly actionId: string;
  readonly chance: Chance;
}

interface Attempt {
  readonly token: string;
  readonly body?: string;
}

function attempts({ victim, used, actionId, chance }: Known): Attempt[] {
  const guess = randomBytes(32).toString("base64url");
  const list: Attempt[] = [{ token: guess }, { token: Buffer.from(actionId).toString("base64url").slice(0, 43) }];
  if (victim !== undefined) {
    const bytes = Buffer.from(victim, "base64url");
    const bit = chance.below(256);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const hash = createHash("sha256").update(Buffer.from(victim, "base64url")).digest();
    list.push({ token: bytes.toString("base64url") }, { token: hash.toString("base64url") }, { token: `${victim}A` });
  }
  if (used !== undefined) {
    const others = new URLSearchParams({ token: victim ?? guess, action: actionId, actionId }).toString();
    list.push({ token: used }, { token: used, body: others }, { token: `${used}?${others}`, body: others });
  }
  return list;
}
